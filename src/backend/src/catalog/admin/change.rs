//! What every change of the catalogue shares: the lock, the version that it was made of, and what follows from it.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{model::EditableProduct, queries};
use crate::{
    access::actor::Actor,
    audit_log::{self, Subject},
    error::{Error, Refusal, Result},
    response::{created, private},
};

/// Locks a product and reads it.
///
/// # Errors
/// 404 when there is none.
pub async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<EditableProduct> {
    queries::lock(connection, id).await?.ok_or(Error::NotFound("product"))?;
    queries::read(connection, id).await?.ok_or(Error::NotFound("product"))
}

/// Lets lists and search follow a change, writes it to the audit log, and answers the product after it. A change of nothing
/// leaves no trace.
///
/// # Errors
/// When the database refuses.
pub async fn finish(
    connection: &mut PgConnection,
    actor: &Actor,
    product_id: Uuid,
    (action, subject): (&str, Subject),
    (before, after): (Option<Value>, Option<Value>),
) -> Result<EditableProduct> {
    let is_new = before != after;
    if is_new {
        queries::touch(connection, product_id).await?;
    }
    let product = queries::read(connection, product_id).await?.ok_or(Error::NotFound("product"))?;
    audit_log::record(connection, actor, action, subject, before, after).await?;
    Ok(product)
}

/// What the audit log tells of something.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn told(fields: &impl Serialize) -> Result<Option<Value>> {
    serde_json::to_value(fields).map(Some).map_err(|error| Error::Internal(error.to_string()))
}

/// The version of a product, stock left aside: who sells meanwhile does not get into an editor's way.
fn etag(updated_at: DateTime<Utc>) -> String {
    format!("\"{:x}\"", updated_at.timestamp_micros())
}

/// Refuses a change of what was changed since it was read (RFC 9110, section 13.1.1). Who does not say what was read is not
/// asked.
///
/// # Errors
/// 412 `changed_meanwhile`.
pub fn expect_match(request: &HeaderMap, product: &EditableProduct) -> Result<()> {
    let etag = etag(product.updated_at);
    let mut given = request
        .get_all(header::IF_MATCH)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .peekable();
    if given.peek().is_none() || given.any(|tag| tag == "*" || tag == etag) {
        return Ok(());
    }
    Err(Error::Refused(Refusal {
        status: StatusCode::PRECONDITION_FAILED,
        code: "changed_meanwhile",
        detail: "Somebody changed the product since you read it: read it again, and decide anew.".into(),
        errors: Vec::new(),
    }))
}

/// A product with its version.
pub fn answer(product: &EditableProduct) -> Response {
    with_version(private(product), product)
}

/// A product with its version, after something was made of it.
pub fn made(product: &EditableProduct) -> Response {
    with_version(created(product), product)
}

fn with_version(mut response: Response, product: &EditableProduct) -> Response {
    if let Ok(etag) = HeaderValue::from_str(&etag(product.updated_at)) {
        response.headers_mut().insert(HeaderName::from_static("etag"), etag);
    }
    response
}
