//! What the reconciler takes to itself, one row at a time: the longest waiting one, which goes to the end of its queue in the
//! same statement. So whatever becomes of it, the others have their turn, and two workers never have the same one.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// The moment so many seconds ago, by the database's clock.
pub async fn moment_ago(connection: &mut PgConnection, seconds: f64) -> sqlx::Result<DateTime<Utc>> {
    sqlx::query_scalar!(r#"SELECT now() - make_interval(secs => $1) AS "moment!""#, seconds).fetch_one(connection).await
}

/// A payment that is open at the provider and was not looked at since `before`, with the provider's id of it. Those of orders
/// that should have expired are left to [`overdue_order`].
pub async fn payment(connection: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<Option<(Uuid, String)>> {
    let row = sqlx::query!(
        r#"UPDATE payments SET checked_at = clock_timestamp()
           WHERE id = (SELECT p.id FROM payments p JOIN orders o ON o.id = p.order_id
                       WHERE p.status IN ('open', 'processing') AND p.provider_id IS NOT NULL AND p.checked_at < $1
                         AND (p.status = 'processing' OR o.status <> 'pending' OR o.expires_at >= $1)
                       ORDER BY p.checked_at LIMIT 1 FOR NO KEY UPDATE OF p SKIP LOCKED)
           RETURNING id, provider_id AS "provider_id!""#,
        before
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.id, row.provider_id)))
}

/// A refund that the provider has not finished and that was not looked at since `before`, unless a dispute holds it.
pub async fn refund(connection: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "UPDATE refunds SET updated_at = clock_timestamp()
         WHERE id = (SELECT r.id FROM refunds r
                     WHERE r.status IN ('requested', 'pending') AND r.updated_at < $1
                       AND (r.provider_id IS NOT NULL
                            OR NOT EXISTS (SELECT FROM disputes d
                                           WHERE d.payment_id = r.payment_id AND d.open AND NOT d.refundable))
                     ORDER BY r.updated_at LIMIT 1 FOR NO KEY UPDATE OF r SKIP LOCKED)
         RETURNING id",
        before
    )
    .fetch_optional(connection)
    .await
}

/// An order that should have expired before `before`, waits all the same, and was not looked at since then.
pub async fn overdue_order(connection: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "UPDATE payments SET checked_at = clock_timestamp()
         WHERE id = (SELECT p.id FROM orders o JOIN payments p ON p.order_id = o.id
                     WHERE o.status = 'pending' AND o.expires_at < $1 AND p.status <> 'processing' AND p.checked_at < $1
                     ORDER BY p.checked_at LIMIT 1 FOR NO KEY UPDATE OF p SKIP LOCKED)
         RETURNING order_id",
        before
    )
    .fetch_optional(connection)
    .await
}

/// A dispute that is open and was not looked at since `before`: its payment, and the provider's id of it.
pub async fn dispute(connection: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<Option<(Uuid, String)>> {
    let row = sqlx::query!(
        "UPDATE disputes SET checked_at = clock_timestamp()
         WHERE id = (SELECT id FROM disputes WHERE open AND checked_at < $1
                     ORDER BY checked_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
         RETURNING payment_id, provider_id",
        before
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.payment_id, row.provider_id)))
}
