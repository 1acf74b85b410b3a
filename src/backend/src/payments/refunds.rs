//! Refunds: written in the transaction that decides them, made at the provider by a job, each with a key of its own.

use metrics::counter;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    disputes,
    queries::{self, OrderPayment},
    stripe::{Refund, RefundStatus, Stripe},
};
use crate::{
    database::Pool,
    error::{Error, Result},
    jobs,
    orders::queries::record,
};

/// A refund that is to be made or was.
struct Row {
    id: Uuid,
    order_id: Uuid,
    payment_id: Uuid,
    amount: i64,
    currency: String,
    status: String,
    provider_id: Option<String>,
    payment: Option<String>,
}

/// Writes down that all that is left of a payment is to be given back, and queues it. Nothing is left: nothing happens.
///
/// # Errors
/// When the database refuses.
pub async fn request(connection: &mut PgConnection, payment: &OrderPayment, reason: &str) -> Result<()> {
    let id = sqlx::query_scalar!(
        "INSERT INTO refunds (payment_id, amount, reason)
         SELECT p.id, p.captured - g.given - l.lost, $2
         FROM payments p,
              LATERAL (SELECT coalesce(sum(r.amount), 0)::bigint AS given FROM refunds r
                       WHERE r.payment_id = p.id AND r.status <> 'failed') g,
              LATERAL (SELECT coalesce(sum(d.lost), 0)::bigint AS lost FROM disputes d WHERE d.payment_id = p.id) l
         WHERE p.id = $1 AND p.captured > g.given + l.lost
         RETURNING id",
        payment.payment_id,
        reason
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(id) = id else { return Ok(()) };
    record(connection, payment.order_id, "refund_requested", json!({ "reason": reason })).await?;
    Ok(jobs::enqueue_refund(connection, id).await?)
}

/// Makes a refund at the provider, or asks how it is; safe to repeat. Tells whether anything is new.
///
/// # Errors
/// When the database is away, or the provider is or refuses: a refusal may be about our key or our balance, and the customer's
/// money is owed all the same, so it is tried again until somebody has put it right.
pub async fn make(db: &Pool, stripe: &Stripe, refund_id: Uuid) -> Result<bool> {
    let row = find(&mut *db.acquire().await?, refund_id).await?.ok_or(Error::NotFound("refund"))?;
    if matches!(row.status.as_str(), "succeeded" | "failed") {
        return Ok(false);
    }
    if row.provider_id.is_none() && disputes::holds_refunds(&mut *db.acquire().await?, row.payment_id).await? {
        return Ok(false);
    }
    let payment =
        row.payment.as_deref().ok_or_else(|| Error::Internal("the provider never had this payment".into()))?;
    let answer = match &row.provider_id {
        Some(provider_id) => stripe.refund(provider_id).await,
        None => stripe.create_refund(&row.id.to_string(), payment, row.amount, &row.currency, row.id).await,
    };
    match answer {
        Ok(refund) => apply(db, refund_id, &refund).await,
        Err(error) => {
            touch(db, refund_id).await?;
            Err(error.into())
        }
    }
}

/// Notes that a refund was looked at, so that the others have their turn.
async fn touch(db: &Pool, refund_id: Uuid) -> Result<()> {
    sqlx::query!("UPDATE refunds SET updated_at = now() WHERE id = $1", refund_id)
        .execute(&mut *db.acquire().await?)
        .await?;
    Ok(())
}

/// Writes down how a refund is at the provider, and tells whether that is new.
///
/// # Errors
/// When the database is away.
pub async fn apply(db: &Pool, refund_id: Uuid, refund: &Refund) -> Result<bool> {
    let status = match refund.status {
        RefundStatus::Succeeded => "succeeded",
        RefundStatus::Failed | RefundStatus::Canceled => {
            return fail_known(db, refund_id, &refund.id, refund.failure_reason.as_deref()).await;
        }
        RefundStatus::Pending | RefundStatus::RequiresAction | RefundStatus::Unknown => "pending",
    };
    write(db, refund_id, status, Some(&refund.id), None).await
}

async fn fail_known(db: &Pool, refund_id: Uuid, provider_id: &str, reason: Option<&str>) -> Result<bool> {
    write(db, refund_id, "failed", Some(provider_id), Some(reason.unwrap_or("the provider gave no reason"))).await
}

async fn write(
    db: &Pool,
    refund_id: Uuid,
    status: &'static str,
    provider_id: Option<&str>,
    failure: Option<&str>,
) -> Result<bool> {
    let mut tx = db.begin().await?;
    let order_id = find(&mut tx, refund_id).await?.ok_or(Error::NotFound("refund"))?.order_id;
    queries::lock(&mut tx, order_id).await?;
    let before = find(&mut tx, refund_id).await?.ok_or(Error::NotFound("refund"))?;
    if before.status == status || before.status == "failed" {
        tx.rollback().await?;
        touch(db, refund_id).await?;
        return Ok(false);
    }
    sqlx::query!(
        "UPDATE refunds SET status = $2, provider_id = coalesce($3, provider_id), failure = $4, updated_at = now() WHERE id = $1",
        refund_id,
        status,
        provider_id,
        failure
    )
    .execute(&mut *tx)
    .await?;
    match status {
        "succeeded" => {
            record(&mut tx, order_id, "refunded", json!({ "refund_id": refund_id, "amount": before.amount })).await?;
        }
        "failed" => {
            tracing::error!(%refund_id, failure, "a refund failed: the customer's money is still here");
            record(&mut tx, order_id, "refund_failed", json!({ "reason": failure })).await?;
        }
        _ => {}
    }
    tx.commit().await?;
    if status != "pending" {
        counter!("refunds_total", "outcome" => status).increment(1);
    }
    Ok(true)
}

/// Takes over a refund that was made at the provider by hand, so that the books agree.
///
/// # Errors
/// When the database is away.
pub async fn adopt(db: &Pool, payment_id: Uuid, refund: &Refund) -> Result<()> {
    let mut connection = db.acquire().await?;
    let known = sqlx::query_scalar!("SELECT id FROM refunds WHERE provider_id = $1", refund.id)
        .fetch_optional(&mut *connection)
        .await?;
    let id = match known {
        Some(id) => id,
        None => {
            sqlx::query_scalar!(
            "INSERT INTO refunds (payment_id, amount, reason, provider_id) VALUES ($1, $2, 'made at the provider', $3)
                 ON CONFLICT (provider_id) DO UPDATE SET updated_at = now() RETURNING id",
            payment_id,
            refund.amount,
            refund.id
        )
            .fetch_one(&mut *connection)
            .await?
        }
    };
    drop(connection);
    apply(db, id, refund).await.map(drop)
}

/// Refunds that the provider has not finished for so many seconds.
///
/// # Errors
/// When the database is away.
pub async fn unfinished(connection: &mut PgConnection, older_than: f64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "SELECT id FROM refunds WHERE status IN ('requested', 'pending') AND updated_at < now() - make_interval(secs => $1)
         ORDER BY updated_at LIMIT 100",
        older_than
    )
    .fetch_all(connection)
    .await
}

async fn find(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Row>> {
    sqlx::query_as!(
        Row,
        "SELECT r.id, p.order_id, r.payment_id, r.amount, p.currency, r.status, r.provider_id, p.provider_id AS payment
         FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.id = $1",
        id
    )
    .fetch_optional(connection)
    .await
}
