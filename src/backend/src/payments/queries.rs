//! The payments' SQL. Locks are taken in the order order → payment → stock, as everywhere.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// What paying, settling and closing look at.
#[derive(Debug)]
pub struct OrderPayment {
    /// The order.
    pub order_id: Uuid,
    /// Its number.
    pub number: i64,
    /// pending, confirmed, completed or cancelled.
    pub order_status: String,
    /// Where mails about it go.
    pub email: String,
    /// When it is given up.
    pub expires_at: DateTime<Utc>,
    /// Whether that time has come, by the database's clock.
    pub expired: bool,
    /// What the order costs, in minor units.
    pub total: i64,
    /// The order's currency (ISO 4217).
    pub order_currency: String,
    /// The payment.
    pub payment_id: Uuid,
    /// What the payment is of, in minor units: the order's total.
    pub amount: i64,
    /// The payment's currency (ISO 4217): the order's.
    pub currency: String,
    /// open, processing, captured or cancelled.
    pub status: String,
    /// Counts the provider's objects.
    pub attempt: i32,
    /// The provider's object; none when none was made yet.
    pub provider_id: Option<String>,
    /// The last try that is known to have failed.
    pub error_of: Option<String>,
}

/// Why a try to pay failed.
#[derive(Debug)]
pub struct Failure<'a> {
    /// Such as `card_declined`.
    pub code: &'a str,
    /// For people.
    pub message: &'a str,
    /// The try, by the provider's id of it.
    pub of: &'a str,
}

/// The payment of an order, as it is; none for an order that costs nothing.
pub async fn of_order(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<Option<OrderPayment>> {
    sqlx::query_as!(
        OrderPayment,
        r#"SELECT o.id AS order_id, o.number, o.status AS order_status, o.email, o.expires_at,
                  o.expires_at <= now() AS "expired!", o.total, o.currency AS order_currency, p.id AS payment_id, p.amount, p.currency, p.status, p.attempt, p.provider_id,
                  p.error_of
           FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.id = $1"#,
        order_id
    )
    .fetch_optional(connection)
    .await
}

/// Locks an order, then its payment, until the transaction ends, and reads both.
pub async fn lock(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<Option<OrderPayment>> {
    sqlx::query!("SELECT id FROM orders WHERE id = $1 FOR NO KEY UPDATE", order_id)
        .fetch_optional(&mut *connection)
        .await?;
    sqlx::query!("SELECT id FROM payments WHERE order_id = $1 FOR NO KEY UPDATE", order_id)
        .fetch_optional(&mut *connection)
        .await?;
    of_order(connection, order_id).await
}

/// The order that a payment is for.
pub async fn order_of(connection: &mut PgConnection, payment_id: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("SELECT order_id FROM payments WHERE id = $1", payment_id).fetch_optional(connection).await
}

/// The payment that the provider knows by this id.
pub async fn by_provider_id(connection: &mut PgConnection, provider_id: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("SELECT id FROM payments WHERE provider_id = $1", provider_id).fetch_optional(connection).await
}

/// Notes which object of the provider's stands for a payment.
pub async fn set_provider_id(
    connection: &mut PgConnection,
    payment_id: Uuid,
    provider_id: &str,
    attempt: i32,
    traceparent: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE payments SET provider_id = $2, attempt = $3, traceparent = $4, checked_at = now() WHERE id = $1",
        payment_id,
        provider_id,
        attempt,
        traceparent
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Notes that the idempotency keys of a payment's attempts before `attempt` are used up, unless the payment at the provider is
/// another one meanwhile.
pub async fn spend_keys(connection: &mut PgConnection, payment: &OrderPayment, attempt: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE payments SET attempt = $3 WHERE id = $1 AND provider_id IS NOT DISTINCT FROM $2 AND attempt < $3",
        payment.payment_id,
        payment.provider_id,
        attempt
    )
    .execute(connection)
    .await
    .map(drop)
}

/// The trace in which a payment was begun.
pub async fn traceparent(connection: &mut PgConnection, payment_id: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT traceparent FROM payments WHERE id = $1", payment_id)
        .fetch_optional(connection)
        .await
        .map(Option::flatten)
}

/// Writes down that the money is there.
pub async fn capture(
    connection: &mut PgConnection,
    payment_id: Uuid,
    provider_id: &str,
    amount: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE payments SET status = 'captured', captured = $3, provider_id = $2, error_code = NULL, error_message = NULL,
                             checked_at = now()
         WHERE id = $1",
        payment_id,
        provider_id,
        amount
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Writes down where a payment stands while no money is there, and why the last try failed.
pub async fn set_status(
    connection: &mut PgConnection,
    payment_id: Uuid,
    status: &str,
    failure: Option<&Failure<'_>>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE payments SET status = $2, error_code = $3, error_message = $4, error_of = coalesce($5, error_of),
                             checked_at = now()
         WHERE id = $1",
        payment_id,
        status,
        failure.map(|failure| failure.code),
        failure.map(|failure| failure.message),
        failure.map(|failure| failure.of)
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Makes a paid order one that is to be shipped.
pub async fn confirm_order(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("UPDATE orders SET status = 'confirmed', confirmed_at = now() WHERE id = $1", order_id)
        .execute(connection)
        .await
        .map(drop)
}

/// Cancels an order and gives back what it holds of the stock.
pub async fn cancel_order(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("UPDATE orders SET status = 'cancelled', cancelled_at = now() WHERE id = $1", order_id)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("UPDATE stock_reservations SET held = 0 WHERE order_id = $1 AND held > 0", order_id)
        .execute(connection)
        .await
        .map(drop)
}

/// How many of an order were shipped.
pub async fn shipped(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT coalesce(sum(shipped), 0)::bigint AS "shipped!" FROM stock_reservations WHERE order_id = $1"#,
        order_id
    )
    .fetch_one(connection)
    .await
}

/// Remembers an event of the provider's; false when it is known already.
pub async fn remember_event(
    connection: &mut PgConnection,
    id: &str,
    kind: &str,
    payment_id: Uuid,
) -> sqlx::Result<bool> {
    sqlx::query!(
        "INSERT INTO provider_events (id, kind, payment_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        id,
        kind,
        payment_id
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Whether an event of the provider's is known.
pub async fn knows_event(connection: &mut PgConnection, id: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM provider_events WHERE id = $1) AS "known!""#, id)
        .fetch_one(connection)
        .await
}

/// The id by which the store tells its payments from others of the same account.
pub async fn store_id(connection: &mut PgConnection) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!("SELECT store_id FROM settings").fetch_one(connection).await
}

/// Notes that the provider was asked about a payment.
pub async fn checked(connection: &mut PgConnection, payment_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("UPDATE payments SET checked_at = now() WHERE id = $1", payment_id).execute(connection).await.map(drop)
}

/// Where an order stands.
pub async fn order_status(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<String> {
    sqlx::query_scalar!("SELECT status FROM orders WHERE id = $1", order_id).fetch_one(connection).await
}
