//! What the staff cancelled of an order.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::money::Money;

/// What the staff cancelled of an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Cancellation {
    /// UUIDv7.
    pub id: Uuid,
    /// What was cancelled, in the order of the order's lines.
    pub lines: Vec<CancellationLine>,
    /// What was paid for it, tax included; with the shipping when nothing of the order is shipped.
    pub amount: Money,
    /// What was requested to be given back for it.
    pub refund: Money,
    /// When.
    pub cancelled_at: DateTime<Utc>,
    /// Why; left out of what customers see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How many of a variant are cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancellationLine {
    /// The variant.
    pub variant_id: Uuid,
    /// How many.
    #[schema(minimum = 1)]
    pub quantity: i32,
}

/// What was cancelled of an order, the first cancellation first; their reasons are for the staff alone.
pub async fn of_order(
    connection: &mut PgConnection,
    order_id: Uuid,
    currency: &str,
    is_for_staff: bool,
) -> sqlx::Result<Vec<Cancellation>> {
    let rows = sqlx::query!(
        r#"SELECT c.id, c.reason, c.amount, c.refund_amount, c.cancelled_at,
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('variant_id', l.variant_id, 'quantity', l.quantity)
                                             ORDER BY o.position), '[]')
                   FROM order_cancellation_lines l JOIN order_lines o USING (order_id, variant_id)
                   WHERE l.cancellation_id = c.id) AS "lines!: Json<Vec<CancellationLine>>"
           FROM order_cancellations c WHERE c.order_id = $1 ORDER BY c.cancelled_at, c.id"#,
        order_id
    )
    .fetch_all(connection)
    .await?;
    let money = |amount| Money { amount, currency: currency.to_owned() };
    Ok(rows
        .into_iter()
        .map(|row| Cancellation {
            id: row.id,
            lines: row.lines.0,
            amount: money(row.amount),
            refund: money(row.refund_amount),
            cancelled_at: row.cancelled_at,
            reason: is_for_staff.then_some(row.reason),
        })
        .collect())
}
