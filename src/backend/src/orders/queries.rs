//! The orders' SQL.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::model::{
    FulfilmentStatus, Order, OrderEvent, OrderLine, OrderStatus, PaymentError, PaymentStatus, Shipping, Tax,
};
use crate::{catalog::model::Picture, checkout::addresses::Address, checkout::rules::percent, money::Money};

/// The order with this number.
pub async fn id_of(connection: &mut PgConnection, number: i64) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("SELECT id FROM orders WHERE number = $1", number).fetch_optional(connection).await
}

/// Adds to an order's history.
pub async fn record(
    connection: &mut PgConnection,
    order_id: Uuid,
    kind: &str,
    data: serde_json::Value,
) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO order_events (order_id, kind, data) VALUES ($1, $2, $3)", order_id, kind, data)
        .execute(connection)
        .await
        .map(drop)
}

/// An order as its buyer sees it.
pub async fn read(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Order> {
    let row = sqlx::query!(
        r#"SELECT o.number, o.status, o.email, o.currency, o.prices_include_tax, o.subtotal, o.shipping_total,
                  o.discount_total, o.tax_total, o.total, o.shipping_name, o.shipping_min_days, o.shipping_max_days,
                  o.placed_at, o.expires_at, o.expires_at <= now() AS "expired!",
                  p.status AS "payment_status?", p.captured AS "captured?", p.error_code, p.error_message,
                  coalesce((SELECT sum(r.amount) FROM refunds r
                            WHERE r.payment_id = p.id AND r.status = 'succeeded'), 0)::bigint AS "refunded!",
                  coalesce(h.held, 0)::bigint AS "held!", coalesce(h.shipped, 0)::bigint AS "shipped!"
           FROM orders o
           LEFT JOIN payments p ON p.order_id = o.id
           LEFT JOIN LATERAL (SELECT sum(held) AS held, sum(shipped) AS shipped
                              FROM stock_reservations WHERE order_id = o.id) h ON true
           WHERE o.id = $1"#,
        id
    )
    .fetch_one(&mut *connection)
    .await?;
    let lines = lines(connection, id, &row.currency).await?;
    let taxes = taxes(connection, id, &row.currency).await?;
    let [shipping_address, billing_address] = addresses(connection, id).await?;
    let events = events(connection, id).await?;
    let money = |amount| Money { amount, currency: row.currency.clone() };
    let status = order_status(&row.status);
    let open = row.payment_status.as_deref() == Some("open");
    let processing = row.payment_status.as_deref() == Some("processing");
    Ok(Order {
        number: row.number,
        status,
        payment_status: payment_status(row.payment_status.as_deref(), row.captured.unwrap_or_default(), row.refunded),
        fulfilment_status: match (row.held, row.shipped) {
            (_, 0) => FulfilmentStatus::Unfulfilled,
            (0, _) => FulfilmentStatus::Fulfilled,
            _ => FulfilmentStatus::PartiallyFulfilled,
        },
        placed_at: row.placed_at,
        expires_at: row.expires_at,
        email: row.email,
        lines,
        subtotal: money(row.subtotal),
        shipping: Shipping {
            name: row.shipping_name,
            min_days: row.shipping_min_days,
            max_days: row.shipping_max_days,
            price: money(row.shipping_total),
        },
        discount: money(row.discount_total),
        taxes,
        tax: money(row.tax_total),
        prices_include_tax: row.prices_include_tax,
        total: money(row.total),
        refunded: money(row.refunded),
        shipping_address,
        billing_address,
        payment_error: row
            .error_code
            .filter(|_| open)
            .map(|code| PaymentError { code, message: row.error_message.unwrap_or_default() }),
        can_pay: status == OrderStatus::Pending && open && !row.expired,
        can_cancel: match status {
            OrderStatus::Pending => !processing,
            OrderStatus::Confirmed => row.shipped == 0,
            OrderStatus::Completed | OrderStatus::Cancelled => false,
        },
        currency: row.currency,
        events,
    })
}

fn order_status(status: &str) -> OrderStatus {
    match status {
        "pending" => OrderStatus::Pending,
        "confirmed" => OrderStatus::Confirmed,
        "completed" => OrderStatus::Completed,
        _ => OrderStatus::Cancelled,
    }
}

/// An order without a payment cost nothing.
fn payment_status(status: Option<&str>, captured: i64, refunded: i64) -> PaymentStatus {
    match status {
        Some("open") => PaymentStatus::Unpaid,
        Some("processing") => PaymentStatus::Processing,
        Some("cancelled") => PaymentStatus::Cancelled,
        _ if refunded == 0 => PaymentStatus::Paid,
        _ if refunded < captured => PaymentStatus::PartiallyRefunded,
        _ => PaymentStatus::Refunded,
    }
}

async fn lines(connection: &mut PgConnection, order_id: Uuid, currency: &str) -> sqlx::Result<Vec<OrderLine>> {
    let rows = sqlx::query!(
        r#"SELECT variant_id, product_slug, title, option_names, option_values, sku, quantity, unit_amount, total_amount,
                  variant_picture(variant_id) AS "picture: Json<Picture>"
           FROM order_lines WHERE order_id = $1 ORDER BY position"#,
        order_id
    )
    .fetch_all(connection)
    .await?;
    let money = |amount| Money { amount, currency: currency.to_owned() };
    Ok(rows
        .into_iter()
        .map(|row| OrderLine {
            variant_id: row.variant_id,
            product_slug: row.product_slug,
            title: row.title,
            option_names: row.option_names,
            option_values: row.option_values,
            sku: row.sku,
            picture: row.picture.map(|picture| picture.0),
            quantity: row.quantity,
            unit_price: money(row.unit_amount),
            total: money(row.total_amount),
        })
        .collect())
}

async fn taxes(connection: &mut PgConnection, order_id: Uuid, currency: &str) -> sqlx::Result<Vec<Tax>> {
    let rows = sqlx::query!(
        "SELECT name, parts_per_million, amount FROM order_taxes WHERE order_id = $1 ORDER BY parts_per_million DESC, name",
        order_id
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Tax {
            name: row.name,
            percent: percent(row.parts_per_million),
            amount: Money { amount: row.amount, currency: currency.to_owned() },
        })
        .collect())
}

/// Where it goes, and whom it is billed to: the same unless another was given.
async fn addresses(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<[Address; 2]> {
    let mut found = sqlx::query_as!(
        Address,
        "SELECT name, company, line1, line2, postal_code, city, region, country, phone
         FROM order_addresses WHERE order_id = $1 ORDER BY kind DESC",
        order_id
    )
    .fetch_all(connection)
    .await?
    .into_iter();
    let shipping = found.next().ok_or(sqlx::Error::RowNotFound)?;
    let billing = found.next().unwrap_or_else(|| shipping.clone());
    Ok([shipping, billing])
}

async fn events(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<Vec<OrderEvent>> {
    sqlx::query_as!(
        OrderEvent,
        "SELECT kind, created_at AS at, data FROM order_events WHERE order_id = $1 ORDER BY id",
        order_id
    )
    .fetch_all(connection)
    .await
}
