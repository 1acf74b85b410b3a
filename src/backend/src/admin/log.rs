//! Reading the audit log over HTTP.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    app::App,
    error::{Guarded, Result},
    extract::Query,
    pagination,
    response::private,
};

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindEntries {
    /// What was changed: `product`, `variant`, `price`, `picture`, `order` or `account`.
    #[param(max_length = 50)]
    subject_type: Option<String>,
    /// Which one of them; an order's is its number.
    #[param(max_length = 255)]
    subject_id: Option<String>,
    /// Who changed it.
    account_id: Option<Uuid>,
    /// How many; 50 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where the page begins; left out for the first.
    cursor: Option<String>,
}

/// A page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLog {
    /// The newest first.
    pub items: Vec<AuditEntry>,
    /// Where the next page begins; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A change that somebody of the staff made.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// UUIDv7.
    pub id: Uuid,
    /// Its place in the log, from 1, without gaps.
    pub position: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub account_id: Uuid,
    /// Their address of mail now; null when the account is gone.
    #[schema(required)]
    pub email: Option<String>,
    /// What they were to the store then.
    #[schema(example = "support")]
    pub role: String,
    /// `session` or `token`.
    #[schema(example = "session")]
    pub proof: String,
    /// Where from.
    #[schema(required, example = "192.0.2.7")]
    pub client_address: Option<String>,
    /// As in the logs and in `X-Request-Id`.
    #[schema(required)]
    pub request_id: Option<Uuid>,
    /// What was done.
    #[schema(example = "product.changed")]
    pub action: String,
    /// What it was done to.
    #[schema(example = "product")]
    pub subject_type: String,
    /// Which one.
    pub subject_id: String,
    /// What changed, as it was; null when it is new.
    #[schema(required, value_type = Option<Object>)]
    pub before: Option<serde_json::Value>,
    /// What changed, as it is; null when it is gone.
    #[schema(required, value_type = Option<Object>)]
    pub after: Option<serde_json::Value>,
    /// SHA-256 of the entry and of the hash before it.
    pub hash: String,
}

/// Who of the staff changed what, the newest first.
#[utoipa::path(get, path = "/api/admin/audit-log", tag = "admin", params(FindEntries),
    responses((status = 200, body = AuditLog), Guarded))]
pub async fn list_audit_log(State(app): State<App>, Query(input): Query<FindEntries>) -> Result<Response> {
    let limit = pagination::limit(input.limit)?;
    let list = ("audit", &input.subject_type, &input.subject_id, input.account_id);
    let after = input.cursor.as_deref().map(|cursor| pagination::decode::<i64>(&list, cursor)).transpose()?;
    let found = entries(&mut *app.db.acquire().await?, &input, after, limit + 1).await?;
    let (items, next_cursor) = pagination::page(found, limit, &list, |entry| entry.position)?;
    Ok(private(&AuditLog { items, next_cursor }))
}

async fn entries(
    connection: &mut PgConnection,
    input: &FindEntries,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<AuditEntry>> {
    sqlx::query_as!(
        AuditEntry,
        r#"SELECT l.id, l.position, l.at, l.account_id, a.email AS "email?", l.role, l.proof, host(l.client_address) AS client_address,
                  l.request_id, l.action, l.subject_type, l.subject_id, l.before, l.after, encode(l.hash, 'hex') AS "hash!"
           FROM audit_log l LEFT JOIN accounts a ON a.id = l.account_id
           WHERE ($1::text IS NULL OR l.subject_type = $1) AND ($2::text IS NULL OR l.subject_id = $2)
             AND ($3::uuid IS NULL OR l.account_id = $3) AND ($4::bigint IS NULL OR l.position < $4)
           ORDER BY l.position DESC LIMIT $5"#,
        input.subject_type,
        input.subject_id,
        input.account_id,
        before,
        limit
    )
    .fetch_all(connection)
    .await
}
