//! Carts over HTTP. Every change locks the cart's row first, so that parallel ones take turns and none is lost.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use metrics::counter;
use sqlx::{PgConnection, PgTransaction};
use uuid::Uuid;

use super::{
    access::{self, CartAccess, LineVariant},
    merge,
    model::{AddItem, Cart, ChangeItem, CreateCart},
    queries, rules,
};
use crate::{
    accounts::session::{AnyCaller, Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, Query},
    orders,
    payments::close::{self, Reason},
    store::{self, NoParameters, Store},
};

/// Makes a cart, and hands its token to who made it. Who is signed in goes on with the one that they have.
#[utoipa::path(post, path = "/api/carts", tag = "cart", request_body = CreateCart,
    responses((status = 201, body = Cart), Refusals))]
pub async fn create_cart(
    State(app): State<App>,
    AnyCaller(caller): AnyCaller,
    headers: HeaderMap,
    _: Query<NoParameters>,
    Json(input): Json<CreateCart>,
) -> Result<Response> {
    if input.items.len() > rules::MAX_LINES as usize {
        return Err(Error::field("items", format!("must be at most {}", rules::MAX_LINES)));
    }
    let Begun { mut tx, store, id, is_new } = begin_new(&app, caller.as_ref()).await?;
    for item in &input.items {
        add(&mut tx, &store, id, item).await?;
    }
    let cart = finish(tx, &store, id).await?;
    count(is_new, input.items.len());
    let mut response = answer(StatusCode::CREATED, &cart);
    access::grant(&app, &headers, response.headers_mut(), id);
    Ok(response)
}

/// A cart at the prices and the stock of this moment.
#[utoipa::path(get, path = "/api/carts/{id}", tag = "cart", params(("id" = String, Path, description = "The cart's id, or `current`")),
    responses((status = 200, body = Cart), Guarded))]
pub async fn get_cart(
    State(app): State<App>,
    AnyCaller(caller): AnyCaller,
    CartAccess(id): CartAccess,
    _: Query<NoParameters>,
    headers: HeaderMap,
) -> Result<Response> {
    let mut db = app.db.acquire().await?;
    let market = queries::market(&mut db, id).await?.ok_or(Error::NotFound("cart"))?;
    let cart = queries::read(&mut db, &market, id).await?.ok_or(Error::NotFound("cart"))?;
    let mut response = answer(StatusCode::OK, &cart);
    // The answer that placed the order may have been lost, and its cookie with it: whose the cart is, his the order is. Who is
    // signed in needs no capability for it.
    if let (Some(order), None) = (&cart.pending_order, caller) {
        orders::access::grant(&app, &headers, response.headers_mut(), order.id, order.number);
    }
    Ok(response)
}

/// Puts more of something into a cart.
#[utoipa::path(post, path = "/api/carts/{id}/items", tag = "cart", params(("id" = String, Path, description = "The cart's id, or `current`")), request_body = AddItem,
    responses((status = 200, body = Cart), Refusals))]
pub async fn add_item(
    State(app): State<App>,
    CartAccess(id): CartAccess,
    _: Query<NoParameters>,
    Json(input): Json<AddItem>,
) -> Result<Response> {
    rules::expect_quantity("quantity", input.quantity)?;
    let (mut tx, store) = begin(&app, id).await?;
    add(&mut tx, &store, id, &input).await?;
    let cart = finish(tx, &store, id).await?;
    count(false, 1);
    Ok(answer(StatusCode::OK, &cart))
}

/// Changes how many of something a cart holds.
#[utoipa::path(patch, path = "/api/carts/{id}/items/{variant_id}", tag = "cart",
    params(("id" = String, Path, description = "The cart's id, or `current`"), ("variant_id" = Uuid, Path, description = "The line's variant")),
    request_body = ChangeItem, responses((status = 200, body = Cart), Refusals))]
pub async fn change_item(
    State(app): State<App>,
    CartAccess(id): CartAccess,
    LineVariant(variant_id): LineVariant,
    _: Query<NoParameters>,
    Json(input): Json<ChangeItem>,
) -> Result<Response> {
    rules::expect_quantity("quantity", input.quantity)?;
    expect_line(&app, id, variant_id).await?;
    let (mut tx, store) = begin(&app, id).await?;
    let before = queries::quantity(&mut tx, id, variant_id).await?.ok_or(Error::NotFound("line"))?;
    let offer = queries::offer(&mut tx, &store, variant_id).await?;
    let (amount, available) = offer.ok_or_else(|| counted(rules::out_of_stock(&[(variant_id, 0)])))?;
    // Fewer than before is fine even where it is still too many.
    if input.quantity >= before {
        rules::expect_available(variant_id, input.quantity, available).map_err(counted)?;
    }
    queries::put(&mut tx, id, variant_id, input.quantity, amount).await?;
    Ok(answer(StatusCode::OK, &finish(tx, &store, id).await?))
}

/// Takes something out of a cart.
#[utoipa::path(delete, path = "/api/carts/{id}/items/{variant_id}", tag = "cart",
    params(("id" = String, Path, description = "The cart's id, or `current`"), ("variant_id" = Uuid, Path, description = "The line's variant")),
    responses((status = 200, body = Cart), Refusals))]
pub async fn remove_item(
    State(app): State<App>,
    CartAccess(id): CartAccess,
    LineVariant(variant_id): LineVariant,
    _: Query<NoParameters>,
) -> Result<Response> {
    expect_line(&app, id, variant_id).await?;
    let (mut tx, store) = begin(&app, id).await?;
    if !queries::remove(&mut tx, id, variant_id).await? {
        return Err(Error::NotFound("line"));
    }
    Ok(answer(StatusCode::OK, &finish(tx, &store, id).await?))
}

/// Takes what changed for seen: the prices of this moment, and of each line as many as there are.
#[utoipa::path(post, path = "/api/carts/{id}/acknowledgement", tag = "cart", params(("id" = String, Path, description = "The cart's id, or `current`")),
    responses((status = 200, body = Cart), Refusals))]
pub async fn acknowledge_cart(
    State(app): State<App>,
    CartAccess(id): CartAccess,
    _: Query<NoParameters>,
) -> Result<Response> {
    let (mut tx, store) = begin(&app, id).await?;
    let items = queries::items(&mut tx, &store, id).await?;
    queries::acknowledge(&mut tx, &items, id).await?;
    Ok(answer(StatusCode::OK, &finish(tx, &store, id).await?))
}

/// Puts what was bought once into the cart of who is signed in, as far as it is there: the cart, and the names of what was
/// less than then.
pub async fn put_again(app: &App, caller: &Caller, sold: &[(Uuid, i32, String)]) -> Result<(Cart, Vec<String>)> {
    let Begun { mut tx, store, id, is_new } = begin_new(app, Some(caller)).await?;
    let (mut missing, mut added) = (Vec::new(), 0);
    for (variant_id, quantity, title) in sold {
        let offer = queries::offer(&mut tx, &store, *variant_id).await?;
        let before = queries::quantity(&mut tx, id, *variant_id).await?.unwrap_or_default();
        let is_full = before == 0 && queries::line_count(&mut tx, id).await? >= rules::MAX_LINES;
        let (amount, available) = offer.filter(|_| !is_full).unwrap_or_default();
        let wanted = before.max(0) + quantity;
        if wanted > available {
            missing.push(title.clone());
        }
        let put = wanted.min(available);
        if put > before {
            queries::put(&mut tx, id, *variant_id, put, amount).await?;
            added += 1;
        }
    }
    let cart = finish(tx, &store, id).await?;
    count(is_new, added);
    Ok((cart, missing))
}

/// A cart that is being changed.
struct Begun {
    tx: PgTransaction<'static>,
    store: Store,
    id: Uuid,
    /// Whether it is made by this very transaction.
    is_new: bool,
}

/// Counts what was committed.
fn count(is_new: bool, added: usize) {
    counter!("carts_created_total").increment(is_new.into());
    counter!("cart_items_added_total").increment(added as u64);
}

/// Counts a refusal because there is not enough of something.
fn counted(refusal: Error) -> Error {
    counter!("out_of_stock_refusals_total", "at" => "cart").increment(1);
    refusal
}

/// Begins with a new cart, or with the one of who is signed in.
async fn begin_new(app: &App, caller: Option<&Caller>) -> Result<Begun> {
    let mut tx = app.db.begin().await?;
    if let Some(caller) = caller
        && let Some(id) = merge::existing(&mut tx, caller.account_id).await?
    {
        tx.commit().await?;
        let (tx, store) = begin(app, id).await?;
        return Ok(Begun { tx, store, id, is_new: false });
    }
    let store = store::settings(&mut tx).await?;
    let id = queries::create(&mut tx, &store.currency).await?;
    if let Some(caller) = caller {
        queries::give(&mut tx, id, Some(caller.account_id)).await?;
    }
    Ok(Begun { tx, store, id, is_new: true })
}

/// What changes nothing must not cancel an order that is being paid.
async fn expect_line(app: &App, id: Uuid, variant_id: Uuid) -> Result<()> {
    let found = queries::quantity(&mut *app.db.acquire().await?, id, variant_id).await?;
    found.map(drop).ok_or(Error::NotFound("line"))
}

/// Begins a change: an order that waits for its payment is cancelled first, then the cart is locked.
async fn begin(app: &App, id: Uuid) -> Result<(PgTransaction<'static>, Store)> {
    let state = queries::state(&mut *app.db.acquire().await?, id).await?;
    if let Some(queries::State::Pending(order)) = state {
        close::cancel(&app.db, &app.stripe, order.id, Reason::CartChanged).await?.expect_cancelled()?;
    }
    let mut tx = app.db.begin().await?;
    if !queries::lock(&mut tx, id).await? {
        return Err(Error::NotFound("cart"));
    }
    let market = queries::market(&mut tx, id).await?.ok_or(Error::NotFound("cart"))?;
    match queries::state(&mut tx, id).await? {
        Some(queries::State::Open) => Ok((tx, market)),
        Some(queries::State::Pending(order)) => {
            Err(Error::conflict("cart_changed", format!("Order {} of this cart was just placed.", order.number)))
        }
        Some(queries::State::Done) | None => Err(Error::NotFound("cart")),
    }
}

async fn finish(mut tx: PgTransaction<'_>, store: &Store, id: Uuid) -> Result<Cart> {
    queries::touch(&mut tx, id).await?;
    let cart = queries::read(&mut tx, store, id).await?.ok_or(Error::NotFound("cart"))?;
    tx.commit().await?;
    Ok(cart)
}

async fn add(connection: &mut PgConnection, store: &Store, id: Uuid, item: &AddItem) -> Result<()> {
    rules::expect_quantity("quantity", item.quantity)?;
    let offer = queries::offer(connection, store, item.variant_id).await?;
    let (amount, available) = offer.ok_or_else(|| Error::field("variant_id", "is not sold here"))?;
    let before = queries::quantity(connection, id, item.variant_id).await?;
    if before.is_none() && queries::line_count(connection, id).await? >= rules::MAX_LINES {
        return Err(Error::conflict("cart_full", format!("A cart holds {} lines.", rules::MAX_LINES)));
    }
    let wanted = before.unwrap_or_default() + item.quantity;
    rules::expect_available(item.variant_id, wanted, available).map_err(counted)?;
    Ok(queries::put(connection, id, item.variant_id, wanted, amount).await?)
}

/// What is said of one shopper is kept nowhere.
fn answer(status: StatusCode, cart: &Cart) -> Response {
    let private = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, private, axum::Json(cart)).into_response()
}
