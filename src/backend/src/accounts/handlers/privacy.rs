//! What is known of somebody: a copy of it, and its end.

use axum::{extract::State, response::Response};

use crate::{
    accounts::{model::*, session::Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathParam, Query},
    store::NoParameters,
};

/// The copy that was asked for last, and how far it is.
#[utoipa::path(get, path = "/api/account/export", tag = "account",
    responses((status = 200, body = Export), Guarded))]
pub async fn get_export(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Asks for a copy of everything that is known of one.
#[utoipa::path(post, path = "/api/account/export", tag = "account", request_body = PasswordProof,
    responses((status = 202, body = Export), Refusals))]
pub async fn request_export(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<PasswordProof>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// The copy itself, as JSON to keep.
#[utoipa::path(get, path = "/api/account/export/file", tag = "account",
    responses((status = 200, body = Object), Guarded))]
pub async fn get_export_file(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Erases the account. What book-keeping law wants kept of orders stays, without the person.
#[utoipa::path(post, path = "/api/account/erasure", tag = "account", request_body = PasswordProof,
    responses((status = 204, description = "Erased"), Refusals))]
pub async fn erase_account(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<PasswordProof>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}
