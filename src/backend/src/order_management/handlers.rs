//! The staff's view of orders over HTTP.

use axum::{extract::State, response::Response};
use uuid::Uuid;

use super::{
    model::{FindOrders, FoundOrders, InspectedOrder},
    queries,
};
use crate::{
    app::App,
    error::{Error, Guarded, Result},
    extract::{PathNumber, Query},
    orders, pagination,
    response::private,
    store::NoParameters,
};

/// Finds orders, the newest first.
#[utoipa::path(get, path = "/api/admin/orders", tag = "admin", params(FindOrders),
    responses((status = 200, body = FoundOrders), Guarded))]
pub async fn find_orders(State(app): State<App>, Query(input): Query<FindOrders>) -> Result<Response> {
    let limit = pagination::limit(input.limit)?;
    if input.q.as_ref().is_some_and(|q| q.chars().count() > 254) {
        return Err(Error::field("q", "must have at most 254 characters"));
    }
    let list =
        ("orders", input.status, input.payment_status, input.fulfilment_status, input.q.as_deref(), input.account_id);
    let before = input.cursor.as_deref().map(|cursor| pagination::decode::<Uuid>(&list, cursor)).transpose()?;
    let found = queries::find(&mut *app.db.acquire().await?, &input, before, limit + 1).await?;
    let (items, next_cursor) = pagination::page(found, limit, &list, |order| order.id)?;
    Ok(private(&FoundOrders { items, next_cursor }))
}

/// An order with all that the staff needs to know of it.
#[utoipa::path(get, path = "/api/admin/orders/{number}", tag = "admin", params(("number" = i64, Path, description = "The order's number")),
    responses((status = 200, body = InspectedOrder), Guarded))]
pub async fn inspect_order(
    State(app): State<App>,
    PathNumber(number): PathNumber,
    _: Query<NoParameters>,
) -> Result<Response> {
    let mut db = app.db.acquire().await?;
    let id = orders::queries::id_of(&mut db, number).await?.ok_or(Error::NotFound("order"))?;
    let order: InspectedOrder = queries::inspect(&mut db, id).await?;
    Ok(private(&order))
}
