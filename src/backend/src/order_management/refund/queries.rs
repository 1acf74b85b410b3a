//! The SQL of the staff's view of refunds.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::{RefundMethod, RefundStatus, StaffRefund},
    rules,
};
use crate::money::Money;

/// A refund that something is to be done about.
pub struct Refund {
    /// The number of its order.
    pub number: i64,
    /// Its order.
    pub order_id: Uuid,
    /// How far it is.
    pub status: RefundStatus,
    /// What of one that failed has not been given back another way since.
    pub outstanding: i64,
    /// How much.
    pub amount: i64,
    /// Why.
    pub reason: String,
    /// Whether the provider may be at work on it at this moment.
    pub is_being_made: bool,
}

/// All refunds of an order, the first one first; `left` is what can still be given back.
pub async fn of_order(connection: &mut PgConnection, order_id: Uuid, left: i64) -> sqlx::Result<Vec<StaffRefund>> {
    let rows = sqlx::query!(
        r#"SELECT r.id, r.amount, p.currency, r.status, r.method, r.reason, r.reference, r.failure, r.provider_id, r.replaces,
                  r.created_at, r.updated_at, r.superseded_at IS NOT NULL AS "is_superseded!",
                  CASE WHEN r.status = 'failed' THEN r.amount - r.settled ELSE 0 END AS "outstanding!"
           FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE p.order_id = $1 ORDER BY r.created_at, r.id"#,
        order_id
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let status = status(&row.status, row.is_superseded);
            let money = |amount| Money { amount, currency: row.currency.clone() };
            StaffRefund {
                id: row.id,
                amount: money(row.amount),
                status,
                method: if row.method == "other" { RefundMethod::Other } else { RefundMethod::Provider },
                reason: row.reason,
                reference: row.reference,
                failure: row.failure,
                outstanding: money(row.outstanding),
                provider_id: row.provider_id,
                replaces: row.replaces,
                created_at: row.created_at,
                updated_at: row.updated_at,
                actions: rules::actions(status, row.outstanding, left),
            }
        })
        .collect())
}

fn status(status: &str, is_superseded: bool) -> RefundStatus {
    match status {
        "requested" => RefundStatus::Requested,
        "pending" => RefundStatus::Pending,
        "succeeded" => RefundStatus::Succeeded,
        _ if is_superseded => RefundStatus::Superseded,
        _ => RefundStatus::Failed,
    }
}

/// One refund.
pub async fn find(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Refund>> {
    let row = sqlx::query!(
        r#"SELECT o.number, o.id AS order_id, r.status, r.amount, r.reason, r.superseded_at IS NOT NULL AS "is_superseded!",
                  CASE WHEN r.status = 'failed' THEN r.amount - r.settled ELSE 0 END AS "outstanding!",
                  coalesce(r.attempted_at > now() - interval '1 minute', false) AS "is_being_made!"
           FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = p.order_id WHERE r.id = $1"#,
        id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Refund {
        number: row.number,
        order_id: row.order_id,
        status: status(&row.status, row.is_superseded),
        outstanding: row.outstanding,
        amount: row.amount,
        reason: row.reason,
        is_being_made: row.is_being_made,
    }))
}
