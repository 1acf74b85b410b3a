//! Carts over HTTP.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{
    access::{self, CartAccess, LineVariant, Target},
    changes::{self, Change, Outcome},
    model::{AddItem, Cart, ChangeItem, CreateCart},
    queries, rules,
};
use crate::{
    access::session::{AnyCaller, Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, Query},
    orders,
    store::NoParameters,
};

/// Creates a cart and answers its token. A signed-in customer goes on with the cart of the account, if it has one.
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
    let cart = changes::change_current(&app, caller.as_ref(), &Change::Add(&input.items)).await?.cart;
    let mut response = answer(StatusCode::CREATED, &cart);
    access::grant(&app, &headers, response.headers_mut(), cart.id);
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

/// Adds items to a cart. To `current` of a visitor whose last cart was bought they are added to a new cart, whose token is answered.
#[utoipa::path(post, path = "/api/carts/{id}/items", tag = "cart", params(("id" = String, Path, description = "The cart's id, or `current`")), request_body = AddItem,
    responses((status = 200, body = Cart), Refusals))]
pub async fn add_item(
    State(app): State<App>,
    AnyCaller(caller): AnyCaller,
    target: Target,
    headers: HeaderMap,
    _: Query<NoParameters>,
    Json(input): Json<AddItem>,
) -> Result<Response> {
    rules::expect_quantity("quantity", input.quantity)?;
    let items = [input];
    let change = Change::Add(&items);
    let outcome = match target {
        Target::Named(id) => {
            return Ok(answer(StatusCode::OK, &changes::change(&app, id, &change).await?.changed()?.cart));
        }
        Target::Current(id) => changes::change(&app, id, &change).await?,
        Target::Next => Outcome::Finished(None),
    };
    // It was bought just now, or before.
    let Outcome::Changed(changed) = outcome else {
        let cart = changes::change_current(&app, caller.as_ref(), &change).await?.cart;
        let mut response = answer(StatusCode::OK, &cart);
        access::grant(&app, &headers, response.headers_mut(), cart.id);
        return Ok(response);
    };
    Ok(answer(StatusCode::OK, &changed.cart))
}

/// Changes the quantity of a line.
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
    let change = Change::SetQuantity { variant_id, quantity: input.quantity };
    Ok(answer(StatusCode::OK, &changes::change(&app, id, &change).await?.changed()?.cart))
}

/// Removes a line from a cart.
#[utoipa::path(delete, path = "/api/carts/{id}/items/{variant_id}", tag = "cart",
    params(("id" = String, Path, description = "The cart's id, or `current`"), ("variant_id" = Uuid, Path, description = "The line's variant")),
    responses((status = 200, body = Cart), Refusals))]
pub async fn remove_item(
    State(app): State<App>,
    CartAccess(id): CartAccess,
    LineVariant(variant_id): LineVariant,
    _: Query<NoParameters>,
) -> Result<Response> {
    Ok(answer(StatusCode::OK, &changes::change(&app, id, &Change::Remove(variant_id)).await?.changed()?.cart))
}

/// Takes what changed for seen: the prices of this moment, and of each line as many as there are.
#[utoipa::path(post, path = "/api/carts/{id}/acknowledgement", tag = "cart", params(("id" = String, Path, description = "The cart's id, or `current`")),
    responses((status = 200, body = Cart), Refusals))]
pub async fn acknowledge_cart(
    State(app): State<App>,
    CartAccess(id): CartAccess,
    _: Query<NoParameters>,
) -> Result<Response> {
    Ok(answer(StatusCode::OK, &changes::change(&app, id, &Change::Acknowledge).await?.changed()?.cart))
}

/// Adds what was ordered before to the cart of a signed-in customer, as far as it is in stock: the cart, and the titles of what
/// is less than was ordered.
///
/// # Errors
/// When the database or the payment provider is away.
pub async fn reorder(app: &App, caller: &Caller, sold: &[(Uuid, i32, String)]) -> Result<(Cart, Vec<String>)> {
    let changed = changes::change_current(app, Some(caller), &Change::AddAgain(sold)).await?;
    Ok((changed.cart, changed.missing))
}

/// What is said of one shopper is kept nowhere.
fn answer(status: StatusCode, cart: &Cart) -> Response {
    let private = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, private, axum::Json(cart)).into_response()
}
