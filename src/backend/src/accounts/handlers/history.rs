//! What somebody ordered.

use axum::{extract::State, response::Response};

use crate::{
    accounts::{model::*, session::Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathParam, Query},
    store::NoParameters,
};

/// The orders of who is signed in.
#[utoipa::path(get, path = "/api/account/orders", tag = "account", params(HistoryQuery),
    responses((status = 200, body = OrderHistory), Guarded))]
pub async fn list_orders(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<HistoryQuery>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Puts what an order had into the cart again, as far as it is there.
#[utoipa::path(post, path = "/api/account/orders/{number}/reorder", tag = "account", params(("number" = i64, Path, description = "The order's number")),
    responses((status = 200, body = Reordered), Refusals))]
pub async fn reorder(
    State(app): State<App>,
    caller: Caller,
    PathParam(id): PathParam,
    _: Query<NoParameters>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}
