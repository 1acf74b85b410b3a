//! Orders over HTTP, for who bought.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use super::{
    access::{self, OrderAccess},
    model::Order,
    queries,
};
use crate::{
    app::App,
    error::{Guarded, Result},
    extract::Query,
    store::NoParameters,
};

/// An order with its history.
#[utoipa::path(get, path = "/api/orders/{number}", tag = "orders", params(("number" = i64, Path, description = "The order's number")),
    responses((status = 200, body = Order), Guarded))]
pub async fn get_order(
    State(app): State<App>,
    order: OrderAccess,
    _: Query<NoParameters>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = queries::read(&mut *app.db.acquire().await?, order.id).await?;
    let mut response = answer(&found);
    // Who came by the link of a mail goes on with a cookie.
    if order.by_header {
        access::grant(&app, &headers, response.headers_mut(), order.id, order.number);
    }
    Ok(response)
}

/// An order as its customer sees it, which no one on the way keeps.
pub fn answer(order: &Order) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(order)).into_response()
}
