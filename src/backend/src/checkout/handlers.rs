//! Checkout over HTTP.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::Utc;
use metrics::counter;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    holds::{self, Origin, rules::Hold},
    model::{
        AddressField, Country, CountryList, Destination, FieldName, FieldOption, NewOrder, PlaceOrder, QuotedLine,
        ShippingQuote, ShippingQuotes,
    },
    queries::{self, Method, Wanted},
    rules::{self, Line, Taxes, Totals},
};
use crate::{
    access::{self, session::AnyCaller},
    address::Address,
    app::App,
    cart::{
        self,
        access::{CartAccess, expect},
        rules::out_of_stock,
    },
    conditional::conditional,
    countries::{self, Format},
    device,
    email::is_email,
    error::{Error, FieldError, Guarded, Problem, Refusal, Refusals, Result},
    extract::{Json, Query},
    idempotency::{Claim, IdempotencyKey},
    money::{Money, percent},
    orders::{
        self,
        metrics::{Event, confirmed, count},
        model::{Order, Tax},
    },
    queue,
    response::is_browser,
    store::{self, NoParameters, Store},
    stripe::amounts::chargeable,
};

/// The destinations with their address forms.
#[utoipa::path(get, path = "/api/countries", tag = "checkout",
    responses((status = 200, body = CountryList), (status = 304, description = "Not modified"), Problem))]
pub async fn list_countries(State(app): State<App>, _: Query<NoParameters>, headers: HeaderMap) -> Result<Response> {
    let mut db = app.db.acquire().await?;
    let store = store::settings(&mut db).await?;
    let reached = queries::destinations(&mut db, &store.currency).await?;
    let everywhere = reached.contains(&None);
    let is_reached = |format: &&Format| everywhere || reached.iter().flatten().any(|code| code == format.code);
    let items = countries::COUNTRIES.iter().filter(is_reached).map(country).collect();
    conditional(&headers, &CountryList { items })
}

fn country(format: &'static Format) -> Country {
    let field = |name, label, required| AddressField { name, label, required, example: None, options: None };
    let mut fields = vec![
        field(FieldName::Name, "Full name", true),
        field(FieldName::Company, "Company", false),
        field(FieldName::Line1, "Street and number", true),
        field(FieldName::Line2, "Apartment, suite, floor", false),
    ];
    fields.extend(format.postal.as_ref().map(|postal| AddressField {
        example: Some(postal.example),
        ..field(FieldName::PostalCode, postal.label, true)
    }));
    fields.push(field(FieldName::City, "City", true));
    fields.extend(format.region.as_ref().map(|region| {
        let options = region.options.iter().map(|(value, label)| FieldOption { value, label }).collect();
        AddressField {
            options: (!region.options.is_empty()).then_some(options),
            ..field(FieldName::Region, region.label, region.required)
        }
    }));
    fields.push(field(FieldName::Phone, "Phone, for the carrier", false));
    Country { code: format.code, name: format.name, fields }
}

/// What a cart costs at a destination, by each way of shipping it there.
#[utoipa::path(get, path = "/api/carts/{id}/shipping-methods", tag = "checkout",
    params(("id" = String, Path, description = "The cart's id, or `current`"), Destination),
    responses((status = 200, body = ShippingQuotes), Guarded))]
pub async fn list_shipping_methods(
    State(app): State<App>,
    CartAccess(id): CartAccess,
    Query(Destination { country }): Query<Destination>,
) -> Result<Response> {
    if countries::find(&country).is_none() {
        return Err(Error::field("country", "must be one of /api/countries"));
    }
    let mut db = app.db.acquire().await?;
    if cart::queries::state(&mut db, id).await?.is_none_or(|state| state.is_finished()) {
        return Err(Error::NotFound("cart"));
    }
    let store = cart::queries::market(&mut db, id).await?.ok_or(Error::NotFound("cart"))?;
    let wanted = queries::wanted(&mut db, id, &store.currency, false).await?;
    let (lines, taxes) = price(&mut db, &store, &wanted, &country).await?;
    let methods = queries::methods(&mut db, &country, &store.currency, weight(&wanted)).await?;
    let money = |amount| Money { amount, currency: store.currency.clone() };
    let quoted = lines.iter().map(|line| QuotedLine {
        variant_id: line.variant_id,
        unit_price: money(line.unit_amount),
        total: money(line.total),
    });
    let mut items = Vec::with_capacity(methods.len());
    for method in methods {
        let totals = total(&lines, &method, &taxes)?;
        items.push(quote(method, &totals, &store.currency));
    }
    let answer = ShippingQuotes {
        items,
        lines: quoted.collect(),
        subtotal: money(lines.iter().map(|line| line.total).sum()),
        prices_include_tax: store.prices_include_tax,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(answer)).into_response())
}

fn quote(method: Method, totals: &Totals, currency: &str) -> ShippingQuote {
    let money = |amount| Money { amount, currency: currency.to_owned() };
    let taxes = totals.taxes.iter().map(|(rate, amount)| Tax {
        name: rate.name.clone(),
        percent: percent(rate.parts_per_million),
        amount: money(*amount),
    });
    ShippingQuote {
        id: method.id,
        name: method.name,
        description: method.description,
        min_days: method.min_days,
        max_days: method.max_days,
        price: money(totals.shipping),
        free_from: method.free_from.map(money),
        taxes: taxes.collect(),
        tax: money(totals.tax),
        total: money(totals.total),
        provider_amount: chargeable(totals.total, currency).ok(),
    }
}

/// Places an order of a cart: its stock is held until it is paid, cancelled or expired. Safe to repeat with the same
/// `Idempotency-Key`.
#[utoipa::path(post, path = "/api/orders", tag = "orders", request_body = PlaceOrder,
    params(("Idempotency-Key" = String, Header, description = "The same for every repetition of one request", min_length = 1, max_length = 255)),
    responses((status = 201, body = Order), (status = 422, body = Problem, content_type = "application/problem+json", description = "The key belongs to another request"),
              (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many orders of this browser or network are unpaid, or a large hold of it is"), Refusals))]
pub async fn place_order(
    State(app): State<App>,
    AnyCaller(caller): AnyCaller,
    headers: HeaderMap,
    mut origin: Origin,
    key: IdempotencyKey,
    _: Query<NoParameters>,
    Json(input): Json<PlaceOrder>,
) -> Result<Response> {
    let input = checked(input)?;
    let CartAccess(cart_id) = expect(&app, &headers, caller.as_ref(), input.cart_id).await?;
    let mut tx = app.db.begin().await?;
    let claimed = match key.claim(&mut tx, format!("cart:{cart_id}"), "POST /api/orders", &input).await? {
        Claim::Claimed(claimed) => claimed,
        Claim::Answered(body) => return answer(&app, &headers, &mut tx, body).await,
    };
    if let Some(caller) = &caller
        && !access::queries::keep_account(&mut tx, caller.account_id).await?
    {
        return Err(Error::SignInRequired);
    }
    let store = lock_cart(&mut tx, cart_id).await?;
    let wanted = queries::wanted(&mut tx, cart_id, &store.currency, true).await?;
    expect_all(&wanted)?;
    let (lines, taxes) = price(&mut tx, &store, &wanted, &input.shipping_address.country).await?;
    let method = method(&mut tx, &store, &wanted, &input).await?;
    let totals = total(&lines, &method, &taxes)?;
    expect_total(&input.expected_total, &totals, &store)?;
    expect_chargeable(&totals, &store)?;
    let new_device = (origin.device.is_none() && is_browser(&headers)).then(Uuid::now_v7);
    origin.device = origin.device.or(new_device);
    let Hold { lasts, large_units } = holds::admit(&mut tx, origin, &held_lines(&wanted)).await?;
    let new = NewOrder {
        cart_id,
        account_id: caller.map(|caller| caller.account_id),
        email: &input.email,
        currency: &store.currency,
        prices_include_tax: store.prices_include_tax,
        method: &method,
        totals: &totals,
        origin,
        large_hold_units: large_units,
        expires_at: Utc::now() + lasts,
    };
    let order_id = write(&mut tx, &input, &new, &lines).await?;
    let order = orders::queries::read(&mut tx, order_id).await?;
    let body = serde_json::to_string(&order).map_err(|error| Error::Internal(error.to_string()))?;
    claimed.store(&mut tx, StatusCode::CREATED, &body).await?;
    tx.commit().await?;
    count(Event::Placed);
    if totals.total == 0 {
        confirmed(0, &store.currency);
    }
    let mut response = created(&app, &headers, order_id, order.number, body);
    if let Some(id) = new_device {
        device::grant(&app, response.headers_mut(), id);
    }
    Ok(response)
}

/// The request as it is stored: a repetition that differs in spaces only is the same.
fn checked(input: PlaceOrder) -> Result<PlaceOrder> {
    let mut errors = Vec::new();
    let email = input.email.trim().to_owned();
    if !is_email(&email) {
        errors.push(FieldError {
            field: "email".into(),
            message: "must be an address of mail, such as ada@example.com".into(),
        });
    }
    let mut check = |address: &Address, field: &str| {
        address.checked(field).unwrap_or_else(|refused| {
            errors.extend(refused);
            address.clone()
        })
    };
    let shipping_address = check(&input.shipping_address, "shipping_address");
    let billing_address = input.billing_address.as_ref().map(|address| check(address, "billing_address"));
    if errors.is_empty() {
        Ok(PlaceOrder { email, shipping_address, billing_address, ..input })
    } else {
        Err(Error::Invalid(errors))
    }
}

/// Locks the cart and makes sure that an order can be made of it.
async fn lock_cart(connection: &mut PgConnection, cart_id: Uuid) -> Result<Store> {
    if !cart::queries::lock(connection, cart_id).await? {
        return Err(Error::NotFound("cart"));
    }
    let refused = match cart::queries::state(connection, cart_id).await? {
        Some(cart::queries::State::Open) => {
            return cart::queries::market(connection, cart_id).await?.ok_or(Error::NotFound("cart"));
        }
        Some(cart::queries::State::Pending(order)) => {
            format!("Order {} of this cart waits for its payment: pay it, or cancel it first.", order.number)
        }
        Some(cart::queries::State::Processing(number)) => {
            format!("The payment of order {number} of this cart is in processing: begin a new cart.")
        }
        Some(cart::queries::State::Done) | None => "This cart was bought already.".into(),
    };
    let errors = vec![FieldError { field: "cart_id".into(), message: refused.clone() }];
    Err(Error::Refused(Refusal { status: StatusCode::CONFLICT, code: "cart_changed", detail: refused, errors }))
}

/// Every line must be there as it is wanted.
fn expect_all(wanted: &[Wanted]) -> Result<()> {
    if wanted.is_empty() {
        return Err(Error::conflict("cart_empty", "There is nothing in this cart."));
    }
    let short: Vec<_> = wanted
        .iter()
        .filter(|line| line.item.quantity > line.available)
        .map(|line| (line.item.variant_id, line.available))
        .collect();
    if short.is_empty() {
        return Ok(());
    }
    counter!("out_of_stock_refusals_total", "at" => "order").increment(1);
    Err(out_of_stock(&short))
}

/// The lines at the prices of `country`.
async fn price(
    connection: &mut PgConnection,
    store: &Store,
    wanted: &[Wanted],
    country: &str,
) -> Result<(Vec<Line>, Taxes)> {
    let home = queries::rates(connection, &store.home_country).await?;
    let destination = match country == store.home_country {
        true => home.clone(),
        false => queries::rates(connection, country).await?,
    };
    let taxes = Taxes { home, destination, included: store.prices_include_tax };
    let items: Vec<_> = wanted.iter().map(|line| line.item.clone()).collect();
    Ok((rules::lines(&items, &taxes)?, taxes))
}

fn weight(wanted: &[Wanted]) -> i64 {
    wanted.iter().map(|line| i64::from(line.weight_grams) * i64::from(line.item.quantity)).sum()
}

fn total(lines: &[Line], method: &Method, taxes: &Taxes) -> Result<Totals> {
    let subtotal: i64 = lines.iter().map(|line| line.total).sum();
    let is_free = method.free_from.is_some_and(|free_from| subtotal >= free_from);
    rules::totals(lines, if is_free { 0 } else { method.amount }, taxes)
}

async fn method(connection: &mut PgConnection, store: &Store, wanted: &[Wanted], input: &PlaceOrder) -> Result<Method> {
    let country = &input.shipping_address.country;
    let methods = queries::methods(connection, country, &store.currency, weight(wanted)).await?;
    methods.into_iter().find(|method| method.id == input.shipping_method_id).ok_or_else(|| {
        Error::conflict("shipping_unavailable", "This way of shipping does not take this parcel there: choose another.")
    })
}

/// Nobody pays another total than the one that was shown.
fn expect_total(expected: &Money, totals: &Totals, store: &Store) -> Result<()> {
    if expected.amount == totals.total && expected.currency == store.currency {
        return Ok(());
    }
    Err(Error::conflict(
        "price_changed",
        format!("The total is now {} minor units of {}.", totals.total, store.currency),
    ))
}

/// What the provider cannot charge would hold stock that no one can pay.
fn expect_chargeable(totals: &Totals, store: &Store) -> Result<()> {
    let refused = |reason| Error::conflict("amount_not_chargeable", reason);
    chargeable(totals.total, &store.currency).map(drop).map_err(refused)
}

fn held_lines(wanted: &[Wanted]) -> Vec<holds::rules::Line> {
    let line = |line: &Wanted| holds::rules::Line {
        variant_id: line.item.variant_id,
        quantity: line.item.quantity,
        free: line.free,
        backorderable: line.backorderable,
    };
    wanted.iter().map(line).collect()
}

/// Writes the order and all that comes with it.
async fn write(connection: &mut PgConnection, input: &PlaceOrder, new: &NewOrder<'_>, lines: &[Line]) -> Result<Uuid> {
    let (order_id, _) = queries::insert(connection, new, lines).await?;
    queries::insert_address(connection, order_id, "shipping", &input.shipping_address).await?;
    if let Some(billing) = &input.billing_address {
        queries::insert_address(connection, order_id, "billing", billing).await?;
    }
    orders::queries::record(connection, order_id, "placed", serde_json::json!({})).await?;
    if new.totals.total == 0 {
        queries::confirm_free(connection, order_id).await?;
        queue::enqueue_confirmation(connection, order_id).await?;
    } else {
        queries::insert_payment(connection, order_id, new.totals.total, new.currency).await?;
        queue::enqueue_expiry(connection, order_id, new.expires_at).await?;
    }
    Ok(order_id)
}

/// The same answer as the first time; the token is derived anew, since it is not stored.
async fn answer(app: &App, headers: &HeaderMap, connection: &mut PgConnection, body: String) -> Result<Response> {
    #[derive(serde::Deserialize)]
    struct Numbered {
        number: i64,
    }
    let Numbered { number } = serde_json::from_str(&body).map_err(|error| Error::Internal(error.to_string()))?;
    let order_id = orders::queries::id_of(connection, number).await?.ok_or(Error::NotFound("order"))?;
    Ok(created(app, headers, order_id, number, body))
}

fn created(app: &App, headers: &HeaderMap, order_id: Uuid, number: i64, body: String) -> Response {
    let about = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (StatusCode::CREATED, about, body).into_response();
    orders::access::grant(app, headers, response.headers_mut(), order_id, number);
    response
}
