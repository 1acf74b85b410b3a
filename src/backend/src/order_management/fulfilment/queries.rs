//! The SQL of shipping. Locks are taken in the order order → payment → stock, as everywhere.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{Open, ShipOrder};
use crate::orders::fulfilments::FulfilmentLine;

/// What is still to be shipped of an order that is locked, with the stock of its variants locked too.
pub async fn lock_open(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<Vec<Open>> {
    sqlx::query!(
        "SELECT variant_id FROM stock WHERE variant_id IN (SELECT variant_id FROM stock_reservations WHERE order_id = $1)
         ORDER BY variant_id FOR NO KEY UPDATE",
        order_id
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query_as!(
        Open,
        "SELECT r.variant_id, r.held, s.on_hand
         FROM stock_reservations r JOIN stock s USING (variant_id)
              JOIN order_lines l ON l.order_id = r.order_id AND l.variant_id = r.variant_id
         WHERE r.order_id = $1 ORDER BY l.position",
        order_id
    )
    .fetch_all(connection)
    .await
}

/// Whether nothing is left of what was captured for an order, once the refunds that are under way are made.
pub async fn is_paid_back(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM payments p
               WHERE p.order_id = $1 AND p.status = 'captured'
                 AND p.captured <= (SELECT coalesce(sum(r.amount), 0) FROM refunds r
                                    WHERE r.payment_id = p.id AND r.status <> 'failed')
                               + (SELECT coalesce(sum(d.lost), 0) FROM disputes d WHERE d.payment_id = p.id)) AS "paid_back!""#,
        order_id
    )
    .fetch_one(connection)
    .await
}

/// Writes down what leaves; the stock follows by the database's triggers.
pub async fn insert(
    connection: &mut PgConnection,
    order_id: Uuid,
    parcel: &ShipOrder,
    lines: &[FulfilmentLine],
) -> sqlx::Result<Uuid> {
    let id = sqlx::query_scalar!(
        "INSERT INTO fulfilments (order_id, carrier, tracking_number, tracking_url) VALUES ($1, $2, $3, $4) RETURNING id",
        order_id,
        parcel.carrier,
        parcel.tracking_number,
        parcel.tracking_url
    )
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO fulfilment_lines (fulfilment_id, order_id, variant_id, quantity)
         SELECT $1, $2, l.variant_id, l.quantity FROM unnest($3::uuid[], $4::integer[]) AS l (variant_id, quantity)",
        id,
        order_id,
        &lines.iter().map(|line| line.variant_id).collect::<Vec<_>>(),
        &lines.iter().map(|line| line.quantity).collect::<Vec<_>>()
    )
    .execute(connection)
    .await?;
    Ok(id)
}

/// Completes an order of which nothing is left to be shipped, and tells whether it did.
pub async fn complete_if_shipped(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<bool> {
    sqlx::query!(
        "UPDATE orders SET status = 'completed'
         WHERE id = $1 AND NOT EXISTS (SELECT FROM stock_reservations WHERE order_id = $1 AND held > 0)",
        order_id
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected() == 1)
}
