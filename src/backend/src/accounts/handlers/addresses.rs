//! The address book.

use axum::{extract::State, response::Response};

use crate::{
    accounts::{model::*, session::Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathParam, Query},
    store::NoParameters,
};

/// The address book.
#[utoipa::path(get, path = "/api/account/addresses", tag = "account",
    responses((status = 200, body = AddressBook), Guarded))]
pub async fn list_addresses(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Adds an address.
#[utoipa::path(post, path = "/api/account/addresses", tag = "account", request_body = SaveAddress,
    responses((status = 201, body = SavedAddress), Refusals))]
pub async fn add_address(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<SaveAddress>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Changes an address.
#[utoipa::path(put, path = "/api/account/addresses/{id}", tag = "account", params(("id" = Uuid, Path, description = "Its id")), request_body = SaveAddress,
    responses((status = 200, body = SavedAddress), Refusals))]
pub async fn change_address(
    State(app): State<App>,
    caller: Caller,
    PathParam(id): PathParam,
    _: Query<NoParameters>,
    Json(input): Json<SaveAddress>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Removes an address.
#[utoipa::path(delete, path = "/api/account/addresses/{id}", tag = "account", params(("id" = Uuid, Path, description = "Its id")),
    responses((status = 204, description = "Removed"), Refusals))]
pub async fn remove_address(
    State(app): State<App>,
    caller: Caller,
    PathParam(id): PathParam,
    _: Query<NoParameters>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}
