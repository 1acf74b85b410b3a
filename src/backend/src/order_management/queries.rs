//! The SQL of the staff's view of orders.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::{FindOrders, FoundOrder, InspectedOrder, OrderAccount, OrderAction, ProviderPayment, Unshipped},
    refund,
};
use crate::{email, money::Money, orders};

/// The orders that were asked for, the newest first. What is derived of payments and reservations is what
/// [`orders::queries::read`] derives.
pub async fn find(
    connection: &mut PgConnection,
    input: &FindOrders,
    before: Option<Uuid>,
    limit: i64,
) -> sqlx::Result<Vec<FoundOrder>> {
    let number = input.q.as_deref().and_then(|q| q.trim().trim_start_matches('#').parse::<i64>().ok());
    let pattern = input.q.as_deref().filter(|_| number.is_none()).map(beginning);
    let rows = sqlx::query!(
        r#"SELECT o.id, o.number, o.status, o.placed_at, o.email, o.account_id, o.currency, o.total, a.name, a.country,
                  d.payment_status AS "payment_status!", d.fulfilment_status AS "fulfilment_status!",
                  (SELECT sum(quantity) FROM order_lines l WHERE l.order_id = o.id) AS "item_count!"
           FROM orders o
           JOIN order_addresses a ON a.order_id = o.id AND a.kind = 'shipping'
           LEFT JOIN payments p ON p.order_id = o.id
           CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS refunded FROM refunds
                               WHERE payment_id = p.id AND status = 'succeeded') r
           CROSS JOIN LATERAL (SELECT bool_or(open) AS open, sum(lost) AS lost FROM disputes WHERE payment_id = p.id) b
           CROSS JOIN LATERAL (SELECT coalesce(sum(held), 0) AS held, coalesce(sum(shipped), 0) AS shipped
                               FROM stock_reservations WHERE order_id = o.id) s
           CROSS JOIN LATERAL (
               SELECT CASE WHEN p.status = 'open' THEN 'unpaid' WHEN p.status IN ('processing', 'cancelled') THEN p.status
                           WHEN b.open THEN 'disputed' WHEN b.lost > 0 THEN 'charged_back'
                           WHEN r.refunded = 0 THEN 'paid' WHEN r.refunded < p.captured THEN 'partially_refunded'
                           ELSE 'refunded' END AS payment_status,
                      CASE WHEN s.shipped = 0 THEN 'unfulfilled' WHEN s.held = 0 THEN 'fulfilled'
                           ELSE 'partially_fulfilled' END AS fulfilment_status) d
           WHERE ($1::text IS NULL OR o.status = $1)
             AND ($2::text IS NULL OR d.payment_status = $2)
             AND ($3::text IS NULL OR d.fulfilment_status = $3)
             AND ($4::bigint IS NULL OR o.number = $4)
             AND ($5::text IS NULL OR canonical_email(o.email) LIKE $5)
             AND ($6::uuid IS NULL OR o.account_id = $6)
             AND ($7::uuid IS NULL OR o.id < $7)
           ORDER BY o.id DESC LIMIT $8"#,
        name(input.status)?,
        name(input.payment_status)?,
        name(input.fulfilment_status)?,
        number,
        pattern,
        input.account_id,
        before,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(FoundOrder {
                id: row.id,
                number: row.number,
                status: named(row.status)?,
                payment_status: named(row.payment_status)?,
                fulfilment_status: named(row.fulfilment_status)?,
                placed_at: row.placed_at,
                email: row.email,
                name: row.name,
                country: row.country,
                account_id: row.account_id,
                item_count: row.item_count,
                total: Money { amount: row.total, currency: row.currency },
            })
        })
        .collect()
}

/// The pattern of `LIKE` for the canonical email addresses that begin so.
pub fn beginning(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for c in email::canonical(text.trim()).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A status as the database has it.
fn name(status: Option<impl Serialize>) -> sqlx::Result<Option<String>> {
    let Some(status) = status else { return Ok(None) };
    let name = serde_json::to_value(status).map_err(|error| sqlx::Error::Encode(error.into()))?;
    Ok(name.as_str().map(str::to_owned))
}

fn named<T: DeserializeOwned>(name: String) -> sqlx::Result<T> {
    serde_json::from_value(Value::String(name)).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// One order with all that the staff needs to know of it.
pub async fn inspect(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<InspectedOrder> {
    let mut order = orders::queries::read(connection, id).await?;
    order.cancellations = orders::cancellations::of_order(connection, id, &order.currency, true).await?;
    let account = sqlx::query_as!(
        OrderAccount,
        "SELECT a.id, a.email, a.name FROM accounts a JOIN orders o ON o.account_id = a.id WHERE o.id = $1",
        id
    )
    .fetch_optional(&mut *connection)
    .await?;
    let payment = sqlx::query!(
        "SELECT provider_id, status, captured, currency FROM payments WHERE order_id = $1 ORDER BY id DESC LIMIT 1",
        id
    )
    .fetch_optional(&mut *connection)
    .await?
    .map(|row| ProviderPayment {
        provider_id: row.provider_id,
        status: row.status,
        captured: Money { amount: row.captured, currency: row.currency },
    });
    let unshipped = sqlx::query_as!(
        Unshipped,
        "SELECT r.variant_id, r.held AS quantity, s.on_hand
         FROM stock_reservations r JOIN stock s USING (variant_id)
              JOIN order_lines l ON l.order_id = r.order_id AND l.variant_id = r.variant_id
         WHERE r.order_id = $1 AND r.held > 0 ORDER BY l.position",
        id
    )
    .fetch_all(&mut *connection)
    .await?;
    let balance = balance(connection, id).await?;
    let refunds = refund::queries::of_order(connection, id, balance.left).await?;
    let held = unshipped.iter().map(|line| i64::from(line.quantity)).sum();
    let actions = OrderAction::possible(order.status, order.payment_status, held, balance.captured, balance.left);
    let money = |amount| Money { amount, currency: order.currency.clone() };
    let (refundable, owed) = (money(balance.left.max(0)), money(balance.owed));
    Ok(InspectedOrder { order, account, payment, unshipped, refunds, refundable, owed, actions })
}

/// The money of an order, in minor units.
struct Balance {
    captured: i64,
    left: i64,
    owed: i64,
}

async fn balance(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Balance> {
    sqlx::query_as!(
        Balance,
        r#"SELECT captured AS "captured!", captured - refunded - refunding AS "left!", owed::bigint AS "owed!"
           FROM order_balances WHERE order_id = $1"#,
        id
    )
    .fetch_one(connection)
    .await
}
