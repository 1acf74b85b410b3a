//! What somebody ordered, and ordering it again.

use axum::{extract::State, response::Response};

use crate::{
    access::session::Caller,
    accounts::model::{HistoryQuery, OrderHistory, Reordered},
    app::App,
    cart,
    error::{Error, Guarded, Refusals, Result},
    extract::{PathNumber, Query},
    orders::{self, history},
    pagination,
    response::private,
    store::NoParameters,
};

/// Of one page.
const PAGE: i64 = 10;

/// The orders of who is signed in.
#[utoipa::path(get, path = "/api/account/orders", tag = "account", params(HistoryQuery),
    responses((status = 200, body = OrderHistory), Guarded))]
pub async fn list_orders(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<HistoryQuery>,
) -> Result<Response> {
    let list = ("orders", caller.account_id);
    let before = query.cursor.as_deref().map(|cursor| pagination::decode(&list, cursor)).transpose()?;
    let mut db = app.db.acquire().await?;
    let mut ids = history::page(&mut db, caller.account_id, before, PAGE + 1).await?;
    let length = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_more = ids.len() > length;
    ids.truncate(length);
    let next_cursor = ids.last().filter(|_| has_more).map(|id| pagination::encode(&list, id)).transpose()?;
    let items = history::summaries(&mut db, &ids).await?;
    Ok(private(&OrderHistory { items, next_cursor }))
}

/// Adds what an order had to the cart again, as far as it is in stock.
#[utoipa::path(post, path = "/api/account/orders/{number}/reorder", tag = "account", params(("number" = i64, Path, description = "The order's number")),
    responses((status = 200, body = Reordered), Refusals))]
pub async fn reorder(
    State(app): State<App>,
    caller: Caller,
    PathNumber(number): PathNumber,
    _: Query<NoParameters>,
) -> Result<Response> {
    let mut db = app.db.acquire().await?;
    let (id, owner) = orders::queries::find(&mut db, number).await?.ok_or(Error::NotFound("order"))?;
    if owner != Some(caller.account_id) {
        return Err(Error::NotFound("order"));
    }
    let sold = history::sold(&mut db, id).await?;
    drop(db);
    let (cart, missing) = cart::handlers::reorder(&app, &caller, &sold).await?;
    let id = cart.id;
    let mut response = private(&Reordered { missing, cart });
    cart::access::set_cookie(&app, response.headers_mut(), id);
    Ok(response)
}
