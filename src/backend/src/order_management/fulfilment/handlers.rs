//! Shipping over HTTP.

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{model::ShipOrder, queries, rules};
use crate::{
    access::actor::Actor,
    app::App,
    audit_log::{self, Subject},
    error::{Error, Problem, Refusals, Result},
    extract::{Json, PathNumber, Query},
    idempotency::{Claim, IdempotencyKey},
    order_management::{self, model::InspectedOrder},
    orders::queries::{id_of, record},
    payments, queue,
    response::{as_text, created_as},
    store::NoParameters,
};

const ROUTE: &str = "POST /api/admin/orders/{number}/fulfilments";

/// Ships an order in whole or in part, and tells its customer. Safe to repeat with the same `Idempotency-Key`.
#[utoipa::path(post, path = "/api/admin/orders/{number}/fulfilments", tag = "admin", request_body = ShipOrder,
    params(("number" = i64, Path, description = "The order's number"),
           ("Idempotency-Key" = String, Header, description = "The same for every repetition of one request", min_length = 1, max_length = 255)),
    responses((status = 201, body = InspectedOrder),
              (status = 422, body = Problem, content_type = "application/problem+json", description = "The key belongs to another request"), Refusals))]
pub async fn ship_order(
    State(app): State<App>,
    actor: Actor,
    PathNumber(number): PathNumber,
    key: IdempotencyKey,
    _: Query<NoParameters>,
    Json(input): Json<ShipOrder>,
) -> Result<Response> {
    let input = rules::checked(input)?;
    let mut tx = app.db.begin().await?;
    let claimed = match key.claim(&mut tx, actor.scope(), ROUTE, &(number, &input)).await? {
        Claim::Claimed(claimed) => claimed,
        Claim::Answered(body) => return Ok(created_as(body)),
    };
    let order_id = id_of(&mut tx, number).await?.ok_or(Error::NotFound("order"))?;
    lock_shippable(&mut tx, order_id).await?;
    let open = queries::lock_open(&mut tx, order_id).await?;
    let lines = rules::choose(&open, input.lines.as_deref())?;
    let fulfilment_id = queries::insert(&mut tx, order_id, &input, &lines).await?;
    // Histories stay when a customer asks to be erased, so what leads to the parcel is in the fulfilment alone.
    let details = json!({ "fulfilment_id": fulfilment_id, "lines": lines, "carrier": input.carrier });
    record_fulfilment(&mut tx, order_id, fulfilment_id, &details).await?;
    let order = order_management::queries::inspect(&mut tx, order_id).await?;
    let body = as_text(&order)?;
    claimed.store(&mut tx, StatusCode::CREATED, &body).await?;
    audit_log::record(&mut tx, &actor, "order.fulfilled", Subject("order", number.to_string()), None, Some(details))
        .await?;
    tx.commit().await?;
    Ok(created_as(body))
}

/// Locks the order and its payment, so that it is not cancelled or given back meanwhile.
async fn lock_shippable(connection: &mut PgConnection, order_id: Uuid) -> Result<()> {
    payments::queries::lock(connection, order_id).await?;
    payments::disputes::expect_shippable(connection, order_id).await?;
    let status = payments::queries::order_status(connection, order_id).await?;
    rules::expect_shippable(&status, queries::is_paid_back(connection, order_id).await?)
}

/// Records a parcel in the order's history, and queues the mail to its customer.
async fn record_fulfilment(
    connection: &mut PgConnection,
    order_id: Uuid,
    fulfilment_id: Uuid,
    details: &Value,
) -> Result<()> {
    record(connection, order_id, "fulfilled", details.clone()).await?;
    if queries::complete_if_shipped(connection, order_id).await? {
        record(connection, order_id, "completed", json!({})).await?;
    }
    Ok(queue::enqueue_shipment(connection, order_id, fulfilment_id).await?)
}
