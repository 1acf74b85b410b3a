//! Refunds: written in the transaction that decides them, made at the provider by a job, and held against what the provider has.

use metrics::counter;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

pub use super::refund_queries::{captured, left, settle, settle_failed};
use super::{
    disputes,
    queries::{self, OrderPayment},
    refund_queries as rows,
    refund_queries::{New, Row},
    refund_rules::{Change, Reported, State, plan},
};
use crate::{
    database::Pool,
    error::{Error, Result},
    orders::queries::record,
    queue,
    stripe::{Refund, RefundStatus, Stripe, StripeError},
};

/// The reason of a refund that the store did not ask for.
const BY_HAND: &str = "made at the provider";

/// Writes down that all that is left of a payment is to be given back, and queues it; what the staff kept stays. What failed
/// before is a part of it. Nothing is left: nothing happens.
///
/// # Errors
/// When the database refuses.
pub async fn request(connection: &mut PgConnection, payment: &OrderPayment, reason: &str) -> Result<i64> {
    let left = rows::left(connection, payment.payment_id).await?;
    let amount = left - rows::kept(connection, payment.order_id).await?;
    if amount <= 0 {
        return Ok(0);
    }
    request_amount(connection, payment, amount, reason, None).await?;
    rows::settle_failed(connection, payment.payment_id, amount).await?;
    Ok(amount)
}

/// Writes down that `amount` of a payment that is locked is to be given back, and queues it; `replaces` is the refund that it is
/// made instead of.
///
/// # Errors
/// When the database refuses, such as more than is left.
pub async fn request_amount(
    connection: &mut PgConnection,
    payment: &OrderPayment,
    amount: i64,
    reason: &str,
    replaces: Option<Uuid>,
) -> Result<Uuid> {
    let id = enqueue(connection, payment.payment_id, amount, reason, replaces).await?;
    record(connection, payment.order_id, "refund_requested", json!({ "amount": amount })).await?;
    Ok(id)
}

async fn enqueue(
    connection: &mut PgConnection,
    payment_id: Uuid,
    amount: i64,
    reason: &str,
    replaces: Option<Uuid>,
) -> sqlx::Result<Uuid> {
    let new = New {
        payment_id,
        amount,
        reason,
        state: State::Requested,
        provider_id: None,
        failure: None,
        reference: None,
        replaces,
    };
    let id = rows::insert(connection, &new).await?;
    queue::enqueue_refund(connection, id).await?;
    Ok(id)
}

/// Writes down that money of a payment that is locked was paid back by other means: why, and by what that can be found again.
///
/// # Errors
/// When the database refuses, such as more than is left.
pub async fn record_paid_back(
    connection: &mut PgConnection,
    payment: &OrderPayment,
    amount: i64,
    (reason, reference): (&str, &str),
    replaces: Option<Uuid>,
) -> Result<Uuid> {
    let new = New {
        payment_id: payment.payment_id,
        amount,
        reason,
        state: State::Succeeded,
        provider_id: None,
        failure: None,
        reference: Some(reference),
        replaces,
    };
    let id = rows::insert(connection, &new).await?;
    record(connection, payment.order_id, "refunded", json!({ "refund_id": id, "amount": amount })).await?;
    Ok(id)
}

/// Ends a refund that was never made and will not be, because its money went back another way.
///
/// # Errors
/// When the database refuses.
pub async fn supersede(connection: &mut PgConnection, id: Uuid, why: &str) -> Result<()> {
    Ok(rows::supersede(connection, id, why).await.map(drop)?)
}

/// Makes a refund at the provider, or asks how it is; safe to repeat. Reports whether anything is new.
///
/// # Errors
/// When the database is away, or the provider is or refuses: a refusal may be about our key or our balance, and the customer's
/// money is owed all the same, so it is tried again until somebody has put it right. A refusal because the money went back
/// another way is none: what the provider has is taken over, and only the rest is requested.
pub async fn make(db: &Pool, stripe: &Stripe, refund_id: Uuid) -> Result<bool> {
    let row = rows::find(&mut *db.acquire().await?, refund_id).await?.ok_or(Error::NotFound("refund"))?;
    if matches!(State::read(&row.status), State::Succeeded | State::Failed) {
        return Ok(false);
    }
    if row.provider_id.is_none() && disputes::holds_refunds(&mut *db.acquire().await?, row.payment_id).await? {
        return Ok(false);
    }
    let payment =
        row.payment.as_deref().ok_or_else(|| Error::Internal("the provider never had this payment".into()))?;
    let made = match &row.provider_id {
        Some(provider_id) => match stripe.refund(provider_id).await {
            Ok(refund) => write(db, row.payment_id, &[refund]).await,
            Err(error) => Err(error.into()),
        },
        None => ask(db, stripe, &row, payment).await,
    };
    if !matches!(made, Ok(true)) {
        rows::touch(&mut *db.acquire().await?, refund_id).await?;
    }
    made
}

/// Asks for a refund that the provider may not know yet. Its answer to a key stays the same even where it is an error, so the
/// key is a new one once the provider has refused, or has certainly done with a request whose answer never came.
async fn ask(db: &Pool, stripe: &Stripe, row: &Row, payment: &str) -> Result<bool> {
    if row.is_attempt_over && write(db, row.payment_id, &stripe.refunds_of(payment).await?).await? {
        return Ok(true);
    }
    let attempt = rows::attempt(&mut *db.acquire().await?, row, row.is_attempt_over).await?;
    let Some(attempt) = attempt else { return Ok(false) };
    match stripe.create_refund(&key(row.id, attempt), payment, row.amount, &row.currency, row.id).await {
        Ok(refund) => write(db, row.payment_id, &[refund]).await,
        // A stored failure is answered to its key for ever, like a refusal.
        Err(error @ (StripeError::Refused { .. } | StripeError::Failed { .. } | StripeError::KeySpent { .. })) => {
            let is_new = write(db, row.payment_id, &stripe.refunds_of(payment).await?).await?;
            let mut connection = db.acquire().await?;
            rows::renew_key(&mut connection, row.id, attempt).await?;
            let now = rows::find(&mut connection, row.id).await?.ok_or(Error::NotFound("refund"))?;
            // What is still requested was refused for another reason.
            if State::read(&now.status) == State::Requested { Err(error.into()) } else { Ok(is_new) }
        }
        Err(error) => Err(error.into()),
    }
}

/// The provider's key of a refund; the first is the one that earlier releases used.
fn key(id: Uuid, attempt: i32) -> String {
    if attempt == 1 { id.to_string() } else { format!("{id}:{attempt}") }
}

/// Reads all refunds of a payment at the provider, takes over those that were made by hand, and lets ours give way to them.
/// Safe to repeat, in any order of events. Reports whether anything is new.
///
/// # Errors
/// When the provider or the database is away.
pub async fn sync(db: &Pool, stripe: &Stripe, payment_id: Uuid, provider_id: &str) -> Result<bool> {
    write(db, payment_id, &stripe.refunds_of(provider_id).await?).await
}

/// Writes down how refunds of a payment are at the provider, all in one transaction, and reports whether that is new.
async fn write(db: &Pool, payment_id: Uuid, refunds: &[Refund]) -> Result<bool> {
    let reported: Vec<Reported> = refunds.iter().map(reported).collect();
    let mut tx = db.begin().await?;
    let order_id = queries::order_of(&mut tx, payment_id).await?.ok_or(Error::NotFound("payment"))?;
    queries::lock(&mut tx, order_id).await?;
    let known = rows::known(&mut tx, payment_id).await?;
    let changes = plan(rows::refundable(&mut tx, payment_id).await?, &known, &reported);
    let mut remainders = Vec::new();
    for change in &changes {
        match change {
            Change::Advance { id, reported } => {
                rows::advance(&mut tx, *id, reported).await?;
                record_state(&mut tx, order_id, *id, reported).await?;
            }
            Change::Adopt(reported) => adopt(&mut tx, order_id, payment_id, reported).await?,
            Change::Supersede { id, remainder } => {
                tracing::warn!(refund = %id, remainder, "a refund gives way to what was made at the provider by hand");
                let reason = rows::supersede(&mut tx, *id, "the provider has given it back otherwise").await?;
                remainders.push((*id, *remainder, reason));
            }
        }
    }
    // After all that the provider has: the rest has to fit into what that leaves.
    for (id, remainder, reason) in remainders.iter().filter(|(_, remainder, _)| *remainder > 0) {
        enqueue(&mut tx, payment_id, *remainder, reason, Some(*id)).await?;
    }
    tx.commit().await?;
    changes.iter().for_each(count);
    Ok(!changes.is_empty())
}

fn reported(refund: &Refund) -> Reported {
    let state = match refund.status {
        RefundStatus::Succeeded => State::Succeeded,
        RefundStatus::Failed | RefundStatus::Canceled => State::Failed,
        RefundStatus::Pending | RefundStatus::RequiresAction | RefundStatus::Unknown => State::Pending,
    };
    let reason = refund.failure_reason.as_deref().unwrap_or("the provider gave no reason");
    Reported {
        provider_id: refund.id.clone(),
        amount: refund.amount,
        state,
        failure: (state == State::Failed).then(|| reason.to_owned()),
        refund_id: refund.metadata.get("refund_id").and_then(|id| id.parse().ok()),
    }
}

/// Takes over a refund that was made at the provider by hand. It is for what failed before, as far as that goes.
async fn adopt(connection: &mut PgConnection, order_id: Uuid, payment_id: Uuid, reported: &Reported) -> Result<()> {
    if reported.state != State::Failed {
        rows::settle_failed(connection, payment_id, reported.amount).await?;
    }
    let new = New {
        payment_id,
        amount: reported.amount,
        reason: BY_HAND,
        state: reported.state,
        provider_id: Some(&reported.provider_id),
        failure: reported.failure.as_deref(),
        reference: None,
        replaces: None,
    };
    let id = rows::insert(connection, &new).await?;
    record_state(connection, order_id, id, reported).await
}

/// The order's history has each refund that was made once, and each that failed.
async fn record_state(connection: &mut PgConnection, order_id: Uuid, id: Uuid, reported: &Reported) -> Result<()> {
    match reported.state {
        State::Succeeded => {
            record(connection, order_id, "refunded", json!({ "refund_id": id, "amount": reported.amount })).await?;
        }
        State::Failed => {
            let (refund, reason) = (&reported.provider_id, &reported.failure);
            tracing::error!(refund, reason, "a refund failed: the customer's money is still here");
            record(connection, order_id, "refund_failed", json!({ "refund_id": id, "reason": reason })).await?;
        }
        State::Requested | State::Pending => {}
    }
    Ok(())
}

/// What was rolled back did not happen, so this comes after the commit.
fn count(change: &Change) {
    let (Change::Advance { reported, .. } | Change::Adopt(reported)) = change else { return };
    if matches!(reported.state, State::Succeeded | State::Failed) {
        counter!("refunds_total", "outcome" => reported.state.as_str()).increment(1);
    }
}
