//! The SQL of cancelling. Locks are taken in the order order → payment → stock, as everywhere.

use sqlx::PgConnection;
use uuid::Uuid;

use super::rules::{Sold, Sums, Worth};
use crate::{orders::cancellations::CancellationLine, stripe::amounts};

/// A cancellation to write down.
pub struct New<'a> {
    /// Of which order.
    pub order_id: Uuid,
    /// For the staff.
    pub reason: &'a str,
    /// What is cancelled.
    pub lines: &'a [CancellationLine],
    /// What that was worth.
    pub worth: &'a Worth,
    /// Whether its money goes back, or went.
    pub is_refunded: bool,
    /// What was requested to be given back for it, in minor units.
    pub refund_amount: i64,
}

/// What was sold of an order that is locked and what became of it, with the stock of its variants locked too.
pub async fn lock_sold(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<Vec<Sold>> {
    sqlx::query!(
        "SELECT variant_id FROM stock WHERE variant_id IN (SELECT variant_id FROM stock_reservations WHERE order_id = $1)
         ORDER BY variant_id FOR NO KEY UPDATE",
        order_id
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query_as!(
        Sold,
        r#"SELECT l.variant_id, l.quantity, l.total_amount AS total, l.tax_parts_per_million, r.held, r.shipped,
                  (SELECT coalesce(sum(c.quantity), 0)::integer FROM order_cancellation_lines c
                   WHERE c.order_id = l.order_id AND c.variant_id = l.variant_id) AS "cancelled!"
           FROM order_lines l JOIN stock_reservations r USING (order_id, variant_id)
           WHERE l.order_id = $1 ORDER BY l.position"#,
        order_id
    )
    .fetch_all(connection)
    .await
}

/// The sums of an order.
pub async fn sums(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<Sums> {
    let row = sqlx::query!(
        "SELECT prices_include_tax, shipping_total, tax_total, total, currency FROM orders WHERE id = $1",
        order_id
    )
    .fetch_one(connection)
    .await?;
    Ok(Sums {
        prices_include_tax: row.prices_include_tax,
        shipping: row.shipping_total,
        tax: row.tax_total,
        total: row.total,
        step: amounts::step(&row.currency),
    })
}

/// Writes a cancellation down; the stock follows by the database's triggers.
pub async fn insert(connection: &mut PgConnection, new: &New<'_>) -> sqlx::Result<Uuid> {
    let id = sqlx::query_scalar!(
        "INSERT INTO order_cancellations (order_id, reason, amount, is_refunded, refund_amount)
         VALUES ($1, $2, $3, $4, $5) RETURNING id",
        new.order_id,
        new.reason,
        new.worth.amount(),
        new.is_refunded,
        new.refund_amount
    )
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO order_cancellation_lines (cancellation_id, order_id, variant_id, quantity, amount)
         SELECT $1, $2, l.variant_id, l.quantity, l.amount
         FROM unnest($3::uuid[], $4::integer[], $5::bigint[]) AS l (variant_id, quantity, amount)",
        id,
        new.order_id,
        &new.lines.iter().map(|line| line.variant_id).collect::<Vec<_>>(),
        &new.lines.iter().map(|line| line.quantity).collect::<Vec<_>>(),
        &new.worth.lines
    )
    .execute(connection)
    .await?;
    Ok(id)
}
