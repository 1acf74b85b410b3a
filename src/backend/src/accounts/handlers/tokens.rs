//! Tokens for programs.

use axum::{extract::State, response::Response};

use crate::{
    accounts::{model::*, session::Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathParam, Query},
    store::NoParameters,
};

/// The tokens of who is signed in.
#[utoipa::path(get, path = "/api/account/tokens", tag = "account",
    responses((status = 200, body = ApiTokenList), Guarded))]
pub async fn list_tokens(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Makes a token; it is shown this once.
#[utoipa::path(post, path = "/api/account/tokens", tag = "account", request_body = CreateApiToken,
    responses((status = 201, body = CreatedApiToken), Refusals))]
pub async fn create_token(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<CreateApiToken>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Revokes a token.
#[utoipa::path(delete, path = "/api/account/tokens/{id}", tag = "account", params(("id" = Uuid, Path, description = "Its id")),
    responses((status = 204, description = "Revoked"), Refusals))]
pub async fn revoke_token(
    State(app): State<App>,
    caller: Caller,
    PathParam(id): PathParam,
    _: Query<NoParameters>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}
