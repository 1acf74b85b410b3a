//! Disputes: a cardholder asks the bank for the money back. While one is open nothing is shipped and no refund is made unless
//! the provider still makes it; what the bank took in the end is lost (docs.stripe.com/disputes).

use chrono::DateTime;
use metrics::counter;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    queries::{self, OrderPayment},
    refunds, settle,
    webhook::Event,
};
use crate::{
    database::Pool,
    error::{Error, Result},
    orders::queries::record,
    stripe::{Dispute, DisputeStatus, Stripe},
};

/// What becomes of disputes, in metrics.
pub const OUTCOMES: &[&str] = &["opened", "won", "lost"];

/// How often a dispute that somebody else writes down at the same time is read again.
const PATIENCE: usize = 5;

/// What is known of a dispute.
struct Row {
    status: String,
    version: i32,
}

/// Asks the provider how a dispute is, and writes it down, in one transaction with the event that brought it, if one did. Tells
/// whether anything was new.
///
/// # Errors
/// When the provider or the database is away.
pub async fn refresh(
    db: &Pool,
    stripe: &Stripe,
    payment_id: Uuid,
    provider_id: &str,
    event: Option<&Event>,
) -> Result<bool> {
    settle_first(db, stripe, payment_id).await?;
    for _ in 0..PATIENCE {
        let before = find(&mut *db.acquire().await?, provider_id).await?;
        let dispute = stripe.dispute(provider_id).await?;
        if let Some(is_new) = write(db, payment_id, before.as_ref(), &dispute, event).await? {
            return Ok(is_new);
        }
    }
    Err(Error::Internal(format!("dispute {provider_id} changes again and again")))
}

/// What is disputed was paid, whatever came of the event that said so.
async fn settle_first(db: &Pool, stripe: &Stripe, payment_id: Uuid) -> Result<()> {
    let mut connection = db.acquire().await?;
    let order_id = queries::order_of(&mut connection, payment_id).await?.ok_or(Error::NotFound("payment"))?;
    let payment = queries::of_order(&mut connection, order_id).await?.ok_or(Error::NotFound("payment"))?;
    drop(connection);
    match payment.provider_id {
        Some(provider_id) if payment.status != "captured" => {
            settle::refresh(db, stripe, payment_id, &provider_id).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// None when the dispute was written down by somebody else since it was read: then the provider's answer may be the older one.
async fn write(
    db: &Pool,
    payment_id: Uuid,
    read: Option<&Row>,
    dispute: &Dispute,
    event: Option<&Event>,
) -> Result<Option<bool>> {
    let mut tx = db.begin().await?;
    let order_id = queries::order_of(&mut tx, payment_id).await?.ok_or(Error::NotFound("payment"))?;
    let payment = queries::lock(&mut tx, order_id).await?.ok_or(Error::NotFound("payment"))?;
    let before = find(&mut tx, &dispute.id).await?;
    if before.as_ref().map(|row| row.version) != read.map(|row| row.version) {
        return Ok(None);
    }
    if let Some(event) = event
        && !queries::remember_event(&mut tx, &event.id, &event.kind, payment_id).await?
    {
        return Ok(Some(false));
    }
    let lost = lost(&mut tx, &payment, dispute).await?;
    upsert(&mut tx, payment_id, dispute, lost).await?;
    let is_new = before.as_ref().is_none_or(|before| before.status != dispute.status.as_str());
    if is_new {
        let about = json!({
            "dispute": dispute.id, "status": dispute.status.as_str(), "reason": dispute.reason,
            "amount": dispute.amount, "currency": dispute.currency,
        });
        record(&mut tx, order_id, "disputed", about).await?;
    }
    if lost > 0 && is_new {
        give_up_refunds(&mut tx, &payment).await?;
    }
    tx.commit().await?;
    if is_new {
        count(before.is_none(), dispute, payment.number);
    }
    Ok(Some(is_new))
}

/// What of the payment is gone. The bank's amount may be of another currency, or more than was paid.
async fn lost(connection: &mut PgConnection, payment: &OrderPayment, dispute: &Dispute) -> sqlx::Result<i64> {
    if dispute.status != DisputeStatus::Lost {
        return Ok(0);
    }
    let captured = sqlx::query_scalar!("SELECT captured FROM payments WHERE id = $1", payment.payment_id)
        .fetch_one(connection)
        .await?;
    Ok(if dispute.currency == payment.currency { dispute.amount.min(captured) } else { captured })
}

async fn upsert(connection: &mut PgConnection, payment_id: Uuid, dispute: &Dispute, lost: i64) -> sqlx::Result<()> {
    let due = dispute.evidence_details.as_ref().and_then(|details| details.due_by).filter(|due| *due > 0);
    sqlx::query!(
        "INSERT INTO disputes (payment_id, provider_id, amount, currency, status, reason, refundable, lost, evidence_due, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, now()))
         ON CONFLICT (provider_id) DO UPDATE
         SET amount = excluded.amount, currency = excluded.currency, status = excluded.status, reason = excluded.reason,
             refundable = excluded.refundable, lost = excluded.lost, evidence_due = excluded.evidence_due,
             version = disputes.version + 1, updated_at = now(), checked_at = now()",
        payment_id,
        dispute.id,
        dispute.amount,
        dispute.currency,
        dispute.status.as_str(),
        dispute.reason,
        dispute.is_charge_refundable,
        lost,
        due.and_then(|due| DateTime::from_timestamp(due, 0)),
        DateTime::from_timestamp(dispute.created, 0)
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Refunds that waited for the end of a dispute have nothing left to give back when it is lost. What is left all the same, of
/// an order that is cancelled, is asked for anew.
async fn give_up_refunds(connection: &mut PgConnection, payment: &OrderPayment) -> Result<()> {
    const REASON: &str = "the bank gave the money back: the dispute was lost";
    let given_up = sqlx::query_scalar!(
        "UPDATE refunds r SET status = 'failed', failure = $2, settled = amount, superseded_at = now(), updated_at = now()
         WHERE r.payment_id = $1 AND r.status = 'requested' AND r.provider_id IS NULL
           AND (SELECT p.captured FROM payments p WHERE p.id = $1)
             < (SELECT sum(d.lost) FROM disputes d WHERE d.payment_id = $1)
             + (SELECT sum(g.amount) FROM refunds g WHERE g.payment_id = $1 AND g.status <> 'failed')
         RETURNING r.id",
        payment.payment_id,
        REASON
    )
    .fetch_all(&mut *connection)
    .await?;
    for refund_id in &given_up {
        record(connection, payment.order_id, "refund_failed", json!({ "refund_id": refund_id, "reason": REASON }))
            .await?;
    }
    if !given_up.is_empty() && payment.order_status == "cancelled" {
        refunds::request(connection, payment, "what the dispute left of a cancelled order").await?;
    }
    Ok(())
}

fn count(is_first: bool, dispute: &Dispute, order_number: i64) {
    tracing::error!(order_number, dispute = dispute.id, status = dispute.status.as_str(), "a payment is disputed");
    let outcome = match dispute.status {
        DisputeStatus::Won => "won",
        DisputeStatus::Lost => "lost",
        _ if is_first => "opened",
        _ => return,
    };
    counter!("disputes_total", "outcome" => outcome).increment(1);
}

async fn find(connection: &mut PgConnection, provider_id: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as!(Row, "SELECT status, version FROM disputes WHERE provider_id = $1", provider_id)
        .fetch_optional(connection)
        .await
}

/// Those of some disputes that are of our payments and not known, each with its payment.
pub async fn unknown(connection: &mut PgConnection, disputes: &[Dispute]) -> sqlx::Result<Vec<(Uuid, String)>> {
    let (ids, intents): (Vec<_>, Vec<_>) =
        disputes.iter().filter_map(|dispute| Some((dispute.id.clone(), dispute.payment_intent.clone()?))).unzip();
    let rows = sqlx::query!(
        r#"SELECT p.id AS payment_id, d.id AS "provider_id!"
           FROM unnest($1::text[], $2::text[]) AS d (id, intent) JOIN payments p ON p.provider_id = d.intent
           WHERE NOT EXISTS (SELECT FROM disputes known WHERE known.provider_id = d.id)"#,
        &ids,
        &intents
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.payment_id, row.provider_id)).collect())
}

/// Makes sure that what was paid for an order is the store's, before anything of it is shipped. The order is locked.
///
/// # Errors
/// 409 `order_disputed` while a dispute is open, and when one was lost.
pub async fn expect_shippable(connection: &mut PgConnection, order_id: Uuid) -> Result<()> {
    let status = sqlx::query_scalar!(
        "SELECT d.status FROM disputes d JOIN payments p ON p.id = d.payment_id
         WHERE p.order_id = $1 AND (d.open OR d.status = 'lost') ORDER BY d.open DESC LIMIT 1",
        order_id
    )
    .fetch_optional(connection)
    .await?;
    match status.as_deref() {
        None => Ok(()),
        Some("lost") => Err(disputed("The bank gave what was paid for this order back to the customer.")),
        Some(_) => Err(disputed("The payment of this order is disputed: wait until the bank has decided.")),
    }
}

/// Makes sure that the provider would make a refund of a payment. The order is locked.
///
/// # Errors
/// 409 `order_disputed` while it would not.
pub async fn expect_refundable(connection: &mut PgConnection, payment_id: Uuid) -> Result<()> {
    if holds_refunds(connection, payment_id).await? {
        return Err(disputed("The payment of this order is disputed: nothing is refunded until the bank has decided."));
    }
    Ok(())
}

/// Whether the refunds of a payment wait for the end of a dispute: the provider would refuse them.
pub async fn holds_refunds(connection: &mut PgConnection, payment_id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM disputes WHERE payment_id = $1 AND open AND NOT refundable) AS "held!""#,
        payment_id
    )
    .fetch_one(connection)
    .await
}

fn disputed(detail: &str) -> Error {
    Error::conflict("order_disputed", detail)
}
