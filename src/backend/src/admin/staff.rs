//! Saying over HTTP who is staff.

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::customers::{self, Customer};
use crate::{
    access::actor::Actor,
    app::App,
    audit_log::{self, Subject},
    error::{Error, Refusals, Result},
    extract::{Json, PathId, Query},
    policy::Role,
    response::private,
    store::NoParameters,
};

/// What an account is to become.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRole {
    /// What they may do from now on.
    pub role: Role,
}

/// Says what somebody may do. All of their sessions and tokens end, so that none outlives what it was good for.
#[utoipa::path(put, path = "/api/admin/accounts/{id}/role", tag = "admin", params(("id" = Uuid, Path, description = "The account")),
    request_body = SetRole, responses((status = 200, body = Customer), Refusals))]
pub async fn set_role(
    State(app): State<App>,
    actor: Actor,
    PathId(id): PathId,
    _: Query<NoParameters>,
    Json(SetRole { role }): Json<SetRole>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let before = lock(&mut tx, &actor, id, role).await?;
    if before != role.as_str() {
        sqlx::query!("UPDATE accounts SET role = $2 WHERE id = $1", id, role.as_str()).execute(&mut *tx).await?;
        sqlx::query!("DELETE FROM sessions WHERE account_id = $1", id).execute(&mut *tx).await?;
        sqlx::query!("DELETE FROM api_tokens WHERE account_id = $1", id).execute(&mut *tx).await?;
    }
    let customer = customers::read(&mut tx, id).await?;
    let (before, after) = (json!({ "role": before }), json!({ "role": role }));
    let subject = Subject("account", id.to_string());
    audit_log::record(&mut tx, &actor, "account.role_changed", subject, Some(before), Some(after)).await?;
    tx.commit().await?;
    Ok(private(&customer))
}

/// Locks the account and all administrators, in one order, so that of two who take the role from each other one comes
/// second, and finds what the first has left. Answers what the account was.
///
/// # Errors
/// 403 when who asks is no administrator any more, 404 when there is no such account, 409 `last_administrator`.
async fn lock(connection: &mut PgConnection, actor: &Actor, id: Uuid, role: Role) -> Result<String> {
    let locked = sqlx::query!(
        "SELECT id, role FROM accounts WHERE id = $1 OR role = 'administrator' ORDER BY id FOR NO KEY UPDATE",
        id
    )
    .fetch_all(connection)
    .await?;
    let administrators: Vec<_> =
        locked.iter().filter(|row| row.role == Role::Administrator.as_str()).map(|row| row.id).collect();
    let before = locked.iter().find(|row| row.id == id).ok_or(Error::NotFound("account"))?.role.clone();
    if administrators == [id] && role != Role::Administrator {
        return Err(Error::conflict("last_administrator", "Nobody else is an administrator: make somebody one first."));
    }
    if !administrators.contains(&actor.caller.account_id) {
        return Err(Error::forbidden("forbidden", "Your role does not allow this."));
    }
    Ok(before)
}
