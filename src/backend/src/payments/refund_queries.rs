//! The refunds' SQL. Whoever writes has locked the order and its payment before.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::refund_rules::{Known, Reported, State};

/// A refund that is to be made or was.
pub struct Row {
    /// The row.
    pub id: Uuid,
    /// The payment that it gives money back of.
    pub payment_id: Uuid,
    /// In minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// How far it is.
    pub status: String,
    /// The provider's id of it.
    pub provider_id: Option<String>,
    /// The provider's id of the payment.
    pub payment: Option<String>,
    /// Counts the keys by which it was asked for.
    pub attempt: i32,
    /// When it was last asked for by this key; none when the provider has answered that.
    pub attempted_at: Option<DateTime<Utc>>,
    /// Whether that is so long ago that the provider has certainly done with it.
    pub is_attempt_over: bool,
}

/// A refund to write down.
pub struct New<'a> {
    /// The payment.
    pub payment_id: Uuid,
    /// In minor units.
    pub amount: i64,
    /// For the staff.
    pub reason: &'a str,
    /// How far it is.
    pub state: State,
    /// The provider's id of it.
    pub provider_id: Option<&'a str>,
    /// Why it failed.
    pub failure: Option<&'a str>,
    /// How it was paid back by other means.
    pub reference: Option<&'a str>,
    /// The one that it is made instead of.
    pub replaces: Option<Uuid>,
}

/// One refund.
pub async fn find(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Row>> {
    sqlx::query_as!(
        Row,
        r#"SELECT r.id, r.payment_id, r.amount, p.currency, r.status, r.provider_id, p.provider_id AS payment,
                  r.attempt, r.attempted_at,
                  coalesce(r.attempted_at < now() - interval '1 minute', false) AS "is_attempt_over!"
           FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.id = $1"#,
        id
    )
    .fetch_optional(connection)
    .await
}

/// All refunds of a payment, the oldest first.
pub async fn known(connection: &mut PgConnection, payment_id: Uuid) -> sqlx::Result<Vec<Known>> {
    let rows = sqlx::query!(
        "SELECT id, amount, status, provider_id, method FROM refunds WHERE payment_id = $1 ORDER BY created_at, id",
        payment_id
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Known {
            id: row.id,
            amount: row.amount,
            state: State::read(&row.status),
            provider_id: row.provider_id,
            is_by_provider: row.method == "provider",
        })
        .collect())
}

/// What was captured of a payment.
pub async fn captured(connection: &mut PgConnection, payment_id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!("SELECT captured FROM payments WHERE id = $1", payment_id).fetch_one(connection).await
}

/// What of a payment the provider can give back in all: what was captured less what disputes took.
pub async fn refundable(connection: &mut PgConnection, payment_id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT p.captured - (SELECT coalesce(sum(d.lost), 0)::bigint FROM disputes d WHERE d.payment_id = p.id) AS "refundable!"
           FROM payments p WHERE p.id = $1"#,
        payment_id
    )
    .fetch_one(connection)
    .await
}

/// What of a payment can still be given back: it was not lost or given back, and no refund of it is under way.
pub async fn left(connection: &mut PgConnection, payment_id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT p.captured - (SELECT coalesce(sum(d.lost), 0)::bigint FROM disputes d WHERE d.payment_id = p.id)
                             - (SELECT coalesce(sum(r.amount), 0)::bigint FROM refunds r
                                WHERE r.payment_id = p.id AND r.status <> 'failed') AS "left!"
           FROM payments p WHERE p.id = $1"#,
        payment_id
    )
    .fetch_one(connection)
    .await
}

/// What the staff kept of an order for what they cancelled without a refund.
pub async fn kept(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT coalesce(sum(amount), 0)::bigint AS "kept!" FROM order_cancellations WHERE order_id = $1 AND NOT is_refunded"#,
        order_id
    )
    .fetch_one(connection)
    .await
}

/// Writes a refund down.
pub async fn insert(connection: &mut PgConnection, new: &New<'_>) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!(
        "INSERT INTO refunds (payment_id, amount, reason, status, provider_id, failure, method, reference, replaces)
         VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $7::text IS NULL THEN 'provider' ELSE 'other' END, $7, $8) RETURNING id",
        new.payment_id,
        new.amount,
        new.reason,
        new.state.as_str(),
        new.provider_id,
        new.failure,
        new.reference,
        new.replaces
    )
    .fetch_one(connection)
    .await
}

/// Moves a refund to where the provider has it.
pub async fn advance(connection: &mut PgConnection, id: Uuid, reported: &Reported) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE refunds SET status = $2, provider_id = $3, failure = $4, updated_at = now(), attempted_at = NULL WHERE id = $1",
        id,
        reported.state.as_str(),
        reported.provider_id,
        reported.failure
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Ends a refund that was never made and will not be; what takes its place is written by the caller. Answers its reason.
pub async fn supersede(connection: &mut PgConnection, id: Uuid, why: &str) -> sqlx::Result<String> {
    sqlx::query_scalar!(
        "UPDATE refunds SET status = 'failed', failure = $2, settled = amount, superseded_at = now(), updated_at = now()
         WHERE id = $1 RETURNING reason",
        id,
        why
    )
    .fetch_one(connection)
    .await
}

/// Notes that so much of a refund that failed was given back another way, or is about to be.
pub async fn settle(connection: &mut PgConnection, id: Uuid, amount: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE refunds SET settled = settled + $2, updated_at = now() WHERE id = $1", id, amount)
        .execute(connection)
        .await
        .map(drop)
}

/// The same of all that failed of a payment, the oldest first, up to an amount.
pub async fn settle_failed(connection: &mut PgConnection, payment_id: Uuid, amount: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE refunds r SET settled = r.settled + least(o.rest, $2 - o.earlier), updated_at = now()
         FROM (SELECT id, amount - settled AS rest,
                      (sum(amount - settled) OVER (ORDER BY created_at, id) - (amount - settled))::bigint AS earlier
               FROM refunds WHERE payment_id = $1 AND status = 'failed' AND settled < amount) o
         WHERE r.id = o.id AND o.earlier < $2",
        payment_id,
        amount
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Notes that a refund was looked at, so that the others have their turn.
pub async fn touch(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("UPDATE refunds SET updated_at = now() WHERE id = $1", id).execute(connection).await.map(drop)
}

/// Notes that a refund is about to be asked for, by a new key or by the one of before; none when somebody else has asked for
/// it or ended it since it was read. Answers the number of the key.
pub async fn attempt(connection: &mut PgConnection, row: &Row, is_renewed: bool) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        "UPDATE refunds SET attempted_at = clock_timestamp(), updated_at = now(), attempt = attempt + $4::boolean::integer
         WHERE id = $1 AND status = 'requested' AND provider_id IS NULL AND attempt = $2
           AND attempted_at IS NOT DISTINCT FROM $3
         RETURNING attempt",
        row.id,
        row.attempt,
        row.attempted_at,
        is_renewed
    )
    .fetch_optional(connection)
    .await
}

/// The next try needs a new key: the provider has refused this one for good.
pub async fn renew_key(connection: &mut PgConnection, id: Uuid, attempt: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE refunds SET attempt = attempt + 1, attempted_at = NULL WHERE id = $1 AND status = 'requested' AND attempt = $2",
        id,
        attempt
    )
    .execute(connection)
    .await
    .map(drop)
}
