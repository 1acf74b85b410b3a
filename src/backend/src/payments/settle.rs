//! Settling: what the provider says of a payment becomes what the order says. Safe to repeat, in any order of events.

use metrics::counter;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    PROVIDER,
    queries::{self, Failure, OrderPayment},
    refunds,
    webhook::Event,
};
use crate::{
    database::Pool,
    error::{Error, Result},
    orders::{metrics::confirmed, queries::record},
    queue,
    stripe::{Intent, IntentStatus, Stripe},
};

/// What settling did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The order is paid by this.
    Paid,
    /// Money came for an order that can no longer be filled: it is given back.
    GivenBack,
    /// The bank has not decided yet.
    Processing,
    /// A try to pay failed; the order stays payable.
    Failed,
    /// Nothing was new.
    Unchanged,
}

/// Asks the provider how a payment is, and settles it.
///
/// # Errors
/// When the provider or the database is away, or the provider contradicts our books.
pub async fn refresh(db: &Pool, stripe: &Stripe, payment_id: Uuid, provider_id: &str) -> Result<Settled> {
    let intent = stripe.payment_intent(provider_id).await?;
    settle(db, payment_id, &intent, None).await
}

/// Writes down what `intent` says, in one transaction with the event that brought it, if one did.
///
/// # Errors
/// When the database is away, or the provider contradicts our books: then nothing is written, and it should come again.
pub async fn settle(db: &Pool, payment_id: Uuid, intent: &Intent, event: Option<&Event>) -> Result<Settled> {
    let mut tx = db.begin().await?;
    let order_id = queries::order_of(&mut tx, payment_id).await?.ok_or(Error::NotFound("payment"))?;
    let payment = queries::lock(&mut tx, order_id).await?.ok_or(Error::NotFound("payment"))?;
    if let Some(event) = event
        && !queries::remember_event(&mut tx, &event.id, &event.kind, payment_id).await?
    {
        return Ok(Settled::Unchanged);
    }
    // What is not the payment any more says nothing about it, unless there is money in it.
    let is_current = payment.provider_id.as_deref().is_none_or(|id| id == intent.id);
    let settled = match intent.status {
        status if !is_current && status != IntentStatus::Succeeded => Settled::Unchanged,
        IntentStatus::Succeeded => captured(&mut tx, &payment, intent).await?,
        IntentStatus::Processing => processing(&mut tx, &payment).await?,
        IntentStatus::RequiresPaymentMethod => failed(&mut tx, &payment, intent).await?,
        IntentStatus::RequiresConfirmation
        | IntentStatus::RequiresAction
        | IntentStatus::RequiresCapture
        | IntentStatus::Canceled
        | IntentStatus::Unknown => {
            still_open(&mut tx, &payment).await?;
            Settled::Unchanged
        }
    };
    tx.commit().await?;
    count(settled, &payment);
    Ok(settled)
}

/// What was rolled back did not happen, so this comes after the commit.
fn count(settled: Settled, payment: &OrderPayment) {
    let outcome = match settled {
        Settled::Paid => "succeeded",
        Settled::GivenBack => "given_back",
        Settled::Processing => "processing",
        Settled::Failed => "failed",
        Settled::Unchanged => return,
    };
    counter!("payments_total", "provider" => PROVIDER, "outcome" => outcome).increment(1);
    if settled == Settled::Paid {
        confirmed(payment.amount, &payment.currency);
    }
}

async fn captured(connection: &mut PgConnection, payment: &OrderPayment, intent: &Intent) -> Result<Settled> {
    if payment.status == "captured" {
        return if payment.provider_id.as_deref() == Some(&intent.id) {
            Ok(Settled::Unchanged)
        } else {
            Err(Error::Internal(format!("order {} was paid twice, also by {}", payment.number, intent.id)))
        };
    }
    expect_price(payment, intent)?;
    queries::capture(connection, payment.payment_id, &intent.id, intent.amount_received).await?;
    record(connection, payment.order_id, "paid", json!({ "payment": intent.id })).await?;
    if payment.order_status == "pending" {
        queries::confirm_order(connection, payment.order_id).await?;
        queue::enqueue_confirmation(connection, payment.order_id).await?;
        return Ok(Settled::Paid);
    }
    refunds::request(connection, payment, "the order was cancelled before it was paid").await?;
    Ok(Settled::GivenBack)
}

/// What came is what the order costs, and what the payment was made for: neither alone is enough.
fn expect_price(payment: &OrderPayment, intent: &Intent) -> Result<()> {
    let brought = (intent.amount_received, intent.currency.as_str());
    if brought == (payment.amount, payment.currency.as_str())
        && brought == (payment.total, payment.order_currency.as_str())
    {
        return Ok(());
    }
    Err(Error::Internal(format!(
        "order {} costs {} {}, its payment is of {} {}, and {} brought {} {}",
        payment.number,
        payment.total,
        payment.order_currency,
        payment.amount,
        payment.currency,
        intent.id,
        intent.amount_received,
        intent.currency
    )))
}

async fn processing(connection: &mut PgConnection, payment: &OrderPayment) -> Result<Settled> {
    if payment.status != "open" {
        queries::checked(connection, payment.payment_id).await?;
        return Ok(Settled::Unchanged);
    }
    queries::set_status(connection, payment.payment_id, "processing", None).await?;
    record(connection, payment.order_id, "payment_processing", json!({})).await?;
    Ok(Settled::Processing)
}

/// A later state may be known already: only what is open or processing can fail. Each try is told once.
async fn failed(connection: &mut PgConnection, payment: &OrderPayment, intent: &Intent) -> Result<Settled> {
    let Some(error) = intent.last_payment_error.as_ref() else {
        still_open(connection, payment).await?;
        return Ok(Settled::Unchanged);
    };
    let code = error.decline_code.as_deref().or(error.code.as_deref()).unwrap_or("payment_failed");
    let failure = Failure {
        code,
        message: error.message.as_deref().unwrap_or("The payment was not made."),
        of: error.charge.as_deref().or(intent.latest_charge.as_deref()).unwrap_or(code),
    };
    if !matches!(payment.status.as_str(), "open" | "processing") {
        return Ok(Settled::Unchanged);
    }
    queries::set_status(connection, payment.payment_id, "open", Some(&failure)).await?;
    if payment.error_of.as_deref() == Some(failure.of) {
        return Ok(Settled::Unchanged);
    }
    record(connection, payment.order_id, "payment_failed", json!({ "code": code })).await?;
    Ok(Settled::Failed)
}

async fn still_open(connection: &mut PgConnection, payment: &OrderPayment) -> Result<()> {
    if payment.status == "processing" {
        queries::set_status(connection, payment.payment_id, "open", None).await?;
    } else {
        queries::checked(connection, payment.payment_id).await?;
    }
    Ok(())
}
