//! Where somebody is signed in.

use axum::{extract::State, response::Response};

use crate::{
    accounts::{model::*, session::Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathParam, Query},
    store::NoParameters,
};

/// Where one is signed in.
#[utoipa::path(get, path = "/api/account/sessions", tag = "account",
    responses((status = 200, body = SessionList), Guarded))]
pub async fn list_sessions(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Signs out elsewhere.
#[utoipa::path(delete, path = "/api/account/sessions/{id}", tag = "account", params(("id" = Uuid, Path, description = "Its id")),
    responses((status = 204, description = "Ended"), Refusals))]
pub async fn end_session(
    State(app): State<App>,
    caller: Caller,
    PathParam(id): PathParam,
    _: Query<NoParameters>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Signs out everywhere else.
#[utoipa::path(delete, path = "/api/account/sessions", tag = "account",
    responses((status = 204, description = "Ended"), Refusals))]
pub async fn end_other_sessions(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}
