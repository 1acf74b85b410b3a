//! Where somebody is signed in.

use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    access::session::Caller,
    accounts::{model::SessionList, queries::sessions},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{PathId, Query},
    response::private,
    store::NoParameters,
};

/// Where one is signed in.
#[utoipa::path(get, path = "/api/account/sessions", tag = "account", responses((status = 200, body = SessionList), Guarded))]
pub async fn list_sessions(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    let items = sessions::list(&mut *app.db.acquire().await?, caller.account_id, caller.proof_id).await?;
    Ok(private(&SessionList { items }))
}

/// Signs out elsewhere.
#[utoipa::path(delete, path = "/api/account/sessions/{id}", tag = "account", params(("id" = uuid::Uuid, Path, description = "The session's id")),
    responses((status = 204, description = "Ended"), Refusals))]
pub async fn end_session(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    _: Query<NoParameters>,
) -> Result<StatusCode> {
    if !sessions::end(&mut *app.db.acquire().await?, caller.account_id, id).await? {
        return Err(Error::NotFound("session"));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Signs out everywhere else.
#[utoipa::path(delete, path = "/api/account/sessions", tag = "account", responses((status = 204, description = "Ended"), Refusals))]
pub async fn end_other_sessions(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<StatusCode> {
    sessions::end_others(&mut *app.db.acquire().await?, caller.account_id, Some(caller.proof_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
