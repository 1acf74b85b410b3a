//! Payments over HTTP: what the browser needs to pay, and what the provider tells.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::Utc;
use metrics::{counter, histogram};
use serde_json::{Value, json};
use tracing::{Instrument, field::Empty};
use uuid::Uuid;

use super::{
    disputes,
    queries::{self, OrderPayment},
    refunds, settle,
    webhook::{self, Event},
};
use crate::{
    app::App,
    error::{Error, Refusals, Result},
    extract::Query,
    money::Money,
    orders::{access::OrderAccess, model::PaymentStart},
    store::NoParameters,
    stripe::{Intent, IntentStatus, NewIntent, StripeError},
    telemetry,
};

/// What became of a webhook that told something new.
const SETTLED: &str = "settled";
/// How many keys one request may use up; the next one goes on from there.
const KEYS: i32 = 2;

/// Begins the payment of an order, or goes on with the one that was begun; safe to repeat. It moves no money: the browser
/// confirms it with the provider.
#[utoipa::path(post, path = "/api/orders/{number}/payment", tag = "orders", params(("number" = i64, Path, description = "The order's number")),
    responses((status = 200, body = PaymentStart), Refusals))]
pub async fn start_payment(State(app): State<App>, order: OrderAccess, _: Query<NoParameters>) -> Result<Response> {
    let payment = queries::of_order(&mut *app.db.acquire().await?, order.id).await?;
    let payment = payment.ok_or_else(|| Error::conflict("order_paid", "The order costs nothing."))?;
    expect_payable(&payment)?;
    let intent = match &payment.provider_id {
        None => begin(&app, &payment, payment.attempt).await?,
        Some(id) => match app.stripe.payment_intent(id).await? {
            intent if intent.status == IntentStatus::Canceled => begin(&app, &payment, payment.attempt + 1).await?,
            intent => intent,
        },
    };
    if matches!(intent.status, IntentStatus::Succeeded | IntentStatus::Processing) {
        settle::settle(&app.db, payment.payment_id, &intent, None).await?;
        let payment = queries::of_order(&mut *app.db.acquire().await?, order.id).await?;
        expect_payable(&payment.ok_or(Error::NotFound("order"))?)?;
    }
    let client_secret =
        intent.client_secret.ok_or_else(|| Error::Internal("the provider gave no client secret".into()))?;
    let start = PaymentStart {
        payment_intent: intent.id,
        client_secret,
        amount: Money { amount: payment.amount, currency: payment.currency },
        expires_at: payment.expires_at,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(start)).into_response())
}

fn expect_payable(payment: &OrderPayment) -> Result<()> {
    match (payment.order_status.as_str(), payment.status.as_str()) {
        ("cancelled", _) => Err(Error::conflict("order_cancelled", "The order was cancelled: order again.")),
        ("pending", "processing") => {
            Err(Error::conflict("payment_processing", "The bank is still working on the payment."))
        }
        ("pending", "open") if payment.expired => {
            Err(Error::conflict("order_expired", "The order was not paid in time: order again."))
        }
        ("pending", "open") => Ok(()),
        _ => Err(Error::conflict("order_paid", "The order is paid.")),
    }
}

/// Makes a payment at the provider and hands it out only when it is stored: one that is not can never be confirmed.
async fn begin(app: &App, payment: &OrderPayment, first_attempt: i32) -> Result<Intent> {
    let (intent, attempt) = create(app, payment, first_attempt).await?;
    let mut tx = app.db.begin().await?;
    let now = queries::lock(&mut tx, payment.order_id).await?.ok_or(Error::NotFound("order"))?;
    // Another request began the same payment: the key made them one.
    if now.provider_id.as_deref() == Some(&intent.id) {
        return Ok(intent);
    }
    if let Err(refused) = expect_payable(&now) {
        drop(tx);
        app.stripe.cancel_payment_intent(&intent.id).await?;
        return Err(refused);
    }
    // Somebody else was quicker, and what he handed out is the payment now.
    if now.provider_id != payment.provider_id {
        return Err(Error::conflict("request_in_progress", "The payment is begun by another request: ask again."));
    }
    queries::set_provider_id(&mut tx, now.payment_id, &intent.id, attempt, telemetry::traceparent().as_deref()).await?;
    tx.commit().await?;
    Ok(intent)
}

/// Creates the payment at the provider by the first key that is not used up, and tells which one that was. A key to which the
/// provider keeps giving an error would make the order unpayable; another one is safe, because of a payment that such an error
/// may have left behind no one has what is needed to confirm it.
async fn create(app: &App, payment: &OrderPayment, first_attempt: i32) -> Result<(Intent, i32)> {
    if (payment.amount, &payment.currency) != (payment.total, &payment.order_currency) {
        return Err(Error::Internal(format!("the payment of order {} is not of its total", payment.number)));
    }
    let store_id = queries::store_id(&mut *app.db.acquire().await?).await?;
    let mut attempt = first_attempt;
    loop {
        let new = NewIntent {
            idempotency_key: &format!("{}:{attempt}", payment.payment_id),
            amount: payment.amount,
            currency: &payment.currency,
            payment_id: payment.payment_id,
            store_id,
            order_number: payment.number,
            receipt_email: None,
            description: &format!("Order {}", payment.number),
        };
        match app.stripe.create_payment_intent(&new).await {
            Err(error @ (StripeError::Failed { .. } | StripeError::KeySpent { .. })) => {
                attempt += 1;
                queries::spend_keys(&mut *app.db.acquire().await?, payment, attempt).await?;
                if attempt - first_attempt == KEYS {
                    return Err(error.into());
                }
                tracing::warn!(%error, order_number = payment.number, attempt, "the payment is made by another key");
            }
            answer => return Ok((answer?, attempt)),
        }
    }
}

/// What the provider reports. Only this makes an order paid.
#[utoipa::path(post, path = "/api/webhooks/stripe", tag = "payments", request_body = Object,
    params(("Stripe-Signature" = Option<String>, Header, description = "Of the raw body, by the endpoint's secret")),
    responses((status = 200, description = "Stored, known, or not ours"), Refusals))]
pub async fn receive_webhook(
    State(app): State<App>,
    headers: HeaderMap,
    _: Query<NoParameters>,
    body: Bytes,
) -> Result<StatusCode> {
    let signature = headers.get("stripe-signature").and_then(|header| header.to_str().ok()).unwrap_or_default();
    let keys = app.payment.required().map_err(|error| Error::Internal(error.to_string()))?;
    let event = webhook::verify(keys.webhook_secret, signature, &body, Utc::now()).map_err(|error| {
        counter!("webhooks_total", "outcome" => "refused").increment(1);
        Error::field("Stripe-Signature", error.to_string())
    })?;
    let outcome = receive(&app, &event).await;
    let label = outcome.as_ref().copied().unwrap_or("failed");
    if let (SETTLED, Some(created)) = (label, event.created) {
        // The provider's clock may be ahead of ours.
        histogram!("webhook_lag_seconds").record((Utc::now() - created).as_seconds_f64().max(0.0));
    }
    counter!("webhooks_total", "outcome" => label).increment(1);
    outcome.map(|_| StatusCode::OK)
}

async fn receive(app: &App, event: &Event) -> Result<&'static str> {
    if queries::knows_event(&mut *app.db.acquire().await?, &event.id).await? {
        return Ok("repeated");
    }
    match event.kind.split('.').next().unwrap_or_default() {
        "payment_intent" => payment_event(app, event).await,
        // Of `charge.refunded` the object is the charge, of all others the refund; both name the payment.
        "refund" => refund_event(app, event).await,
        "charge" if event.kind.starts_with("charge.refund") => refund_event(app, event).await,
        "charge" if event.kind.starts_with("charge.dispute.") => dispute_event(app, event).await,
        _ => Ok("ignored"),
    }
}

async fn payment_event(app: &App, event: &Event) -> Result<&'static str> {
    let Some(payment_id) = our_payment(app, &event.object).await? else { return Ok("foreign") };
    let provider_id = text(&event.object, "id").ok_or_else(|| Error::field("id", "must be the payment's"))?;
    let intent = app.stripe.payment_intent(provider_id).await?;
    let traceparent = queries::traceparent(&mut *app.db.acquire().await?, payment_id).await?;
    // The provider's request is a trace of its own; what comes of it belongs to the one of who pays.
    let span = tracing::error_span!("settle", otel.name = event.kind, trace_id = Empty);
    if traceparent.is_some() {
        telemetry::continue_trace(&span, traceparent.as_deref());
    }
    settle::settle(&app.db, payment_id, &intent, Some(event)).instrument(span).await?;
    Ok(SETTLED)
}

/// Whatever the event says of a refund, the payment and all refunds of it are read anew: events come late, twice, in any order
/// and not at all, and a refund by hand may be reported before the payment itself.
async fn refund_event(app: &App, event: &Event) -> Result<&'static str> {
    let Some(intent) = text(&event.object, "payment_intent") else { return Ok("ignored") };
    let Some(payment_id) = refunded_payment(app, intent).await? else { return Ok("foreign") };
    refunds::sync(&app.db, &app.stripe, payment_id, intent).await?;
    queries::remember_event(&mut *app.db.acquire().await?, &event.id, &event.kind, payment_id).await?;
    Ok(SETTLED)
}

/// Our payment that is this one at the provider, settled; none when it is another store's.
async fn refunded_payment(app: &App, intent: &str) -> Result<Option<Uuid>> {
    let mut db = app.db.acquire().await?;
    let known = queries::by_provider_id(&mut db, intent).await?;
    if let Some(payment_id) = known
        && refunds::captured(&mut db, payment_id).await? > 0
    {
        return Ok(Some(payment_id));
    }
    drop(db);
    let intent = match app.stripe.payment_intent(intent).await {
        Err(StripeError::Refused { .. }) if known.is_none() => return Ok(None),
        answer => answer?,
    };
    let payment_id = match known {
        Some(payment_id) => payment_id,
        None => match our_payment(app, &json!({ "metadata": intent.metadata })).await? {
            Some(payment_id) => payment_id,
            None => return Ok(None),
        },
    };
    settle::settle(&app.db, payment_id, &intent, None).await?;
    Ok(Some(payment_id))
}

async fn dispute_event(app: &App, event: &Event) -> Result<&'static str> {
    let (Some(id), Some(intent)) = (text(&event.object, "id"), text(&event.object, "payment_intent")) else {
        return Ok("ignored");
    };
    let Some(payment_id) = payment_of(app, intent).await? else { return Ok("foreign") };
    disputes::refresh(&app.db, &app.stripe, payment_id, id, Some(event)).await?;
    Ok(SETTLED)
}

/// The payment that one at the provider is of, by its id or, while that is not written down yet, by its metadata; none when it
/// is another store's.
async fn payment_of(app: &App, intent: &str) -> Result<Option<Uuid>> {
    let known = queries::by_provider_id(&mut *app.db.acquire().await?, intent).await?;
    if known.is_some() {
        return Ok(known);
    }
    match app.stripe.payment_intent(intent).await {
        Err(StripeError::Refused { status: 404, .. }) => Ok(None),
        answer => our_payment(app, &json!({ "metadata": answer?.metadata })).await,
    }
}

/// The payment that an object of the provider's belongs to; none when it is another store's.
///
/// # Errors
/// `not_found` when it says that it is ours and is not known: it should come again.
async fn our_payment(app: &App, object: &Value) -> Result<Option<Uuid>> {
    let metadata = object.get("metadata");
    let id = |name| metadata.and_then(|metadata| text(metadata, name)?.parse::<Uuid>().ok());
    let mut db = app.db.acquire().await?;
    let (Some(payment_id), Some(store_id)) = (id("payment_id"), id("store_id")) else { return Ok(None) };
    if store_id != queries::store_id(&mut db).await? {
        return Ok(None);
    }
    match queries::order_of(&mut db, payment_id).await? {
        Some(_) => Ok(Some(payment_id)),
        None => Err(Error::Internal(format!("payment {payment_id} is not known here"))),
    }
}

fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}
