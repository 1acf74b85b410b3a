//! Customers cancel their own orders.

use axum::{extract::State, response::Response};

use crate::{
    app::App,
    error::{Refusals, Result},
    extract::Query,
    orders::{
        access::OrderAccess,
        handlers::answer,
        model::{Order, OrderStatus},
        queries,
    },
    payments::close::{self, Closed, Reason},
    store::NoParameters,
};

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
