//! Orders over HTTP, for who bought.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use super::{
    access::{self, OrderAccess},
    model::{Order, OrderStatus},
    queries,
};
use crate::{
    app::App,
    error::{Guarded, Refusals, Result},
    extract::Query,
    payments::close::{self, Closed, Reason},
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

/// Cancels an order that was not shipped; what was paid is given back.
#[utoipa::path(post, path = "/api/orders/{number}/cancellation", tag = "orders", params(("number" = i64, Path, description = "The order's number")),
    responses((status = 200, body = Order), Refusals))]
pub async fn cancel_order(State(app): State<App>, order: OrderAccess, _: Query<NoParameters>) -> Result<Response> {
    let before = queries::read(&mut *app.db.acquire().await?, order.id).await?;
    if before.status == OrderStatus::Pending {
        match close::cancel(&app.db, &app.stripe, order.id, Reason::Customer).await? {
            // Paid at the same moment: it is given back.
            Closed::Paid => close::revoke(&app.db, order.id).await?,
            closed => closed.expect_cancelled()?,
        }
    } else {
        close::revoke(&app.db, order.id).await?;
    }
    Ok(answer(&queries::read(&mut *app.db.acquire().await?, order.id).await?))
}

fn answer(order: &Order) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(order)).into_response()
}
