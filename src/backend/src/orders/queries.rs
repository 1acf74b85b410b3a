//! The orders' SQL.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    cancellations, fulfilments,
    model::{FulfilmentStatus, Order, OrderEvent, OrderLine, OrderStatus, PaymentError, PaymentStatus, Shipping, Tax},
};
use crate::{
    address::Address,
    catalog::model::Picture,
    money::{Money, percent},
    stripe::amounts::chargeable,
};

/// The order with this number, and whose it is; nobody's when a guest placed it.
pub async fn find(connection: &mut PgConnection, number: i64) -> sqlx::Result<Option<(Uuid, Option<Uuid>)>> {
    let row = sqlx::query!("SELECT id, account_id FROM orders WHERE number = $1", number);
    Ok(row.fetch_optional(connection).await?.map(|row| (row.id, row.account_id)))
}

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

/// The row of an order, with what its payment, its refunds and its reservations come to.
pub(super) struct Head {
    pub id: Uuid,
    pub number: i64,
    status: String,
    email: String,
    pub currency: String,
    prices_include_tax: bool,
    subtotal: i64,
    shipping_total: i64,
    discount_total: i64,
    tax_total: i64,
    pub total: i64,
    shipping_name: String,
    shipping_min_days: i16,
    shipping_max_days: i16,
    pub placed_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    expired: bool,
    payment: Option<String>,
    captured: i64,
    error_code: Option<String>,
    error_message: Option<String>,
    refunded: i64,
    disputed: bool,
    holds_refunds: bool,
    charged_back: i64,
    held: i64,
    shipped: i64,
}

/// An order as its buyer sees it.
pub async fn read(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Order> {
    let head = head(connection, id).await?;
    let lines = lines(connection, id, &head.currency).await?;
    let taxes = taxes(connection, id, &head.currency).await?;
    let [shipping_address, billing_address] = addresses(connection, id).await?;
    // Nothing is shipped or cancelled in part before it is paid, and placing an order reads it under locks.
    let (fulfilments, cancellations) = if head.status == "pending" {
        (Vec::new(), Vec::new())
    } else {
        (
            fulfilments::of_order(connection, id).await?,
            cancellations::of_order(connection, id, &head.currency, false).await?,
        )
    };
    let events = events(connection, id).await?;
    let money = |amount| Money { amount, currency: head.currency.clone() };
    Ok(Order {
        status: head.status(),
        payment_status: head.payment_status(),
        fulfilment_status: head.fulfilment_status(),
        payment_error: head.payment_error(),
        can_pay: head.can_pay(),
        can_cancel: head.can_cancel(),
        lines,
        subtotal: money(head.subtotal),
        shipping: Shipping {
            price: money(head.shipping_total),
            name: head.shipping_name,
            min_days: head.shipping_min_days,
            max_days: head.shipping_max_days,
        },
        discount: money(head.discount_total),
        taxes,
        tax: money(head.tax_total),
        prices_include_tax: head.prices_include_tax,
        total: money(head.total),
        provider_amount: chargeable(head.total, &head.currency).ok(),
        refunded: money(head.refunded),
        shipping_address,
        billing_address,
        number: head.number,
        placed_at: head.placed_at,
        expires_at: head.expires_at,
        email: head.email,
        currency: head.currency,
        fulfilments,
        cancellations,
        events,
    })
}

async fn head(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Head> {
    heads(connection, &[id]).await?.into_iter().next().map(|(_, head)| head).ok_or(sqlx::Error::RowNotFound)
}

/// The heads of some orders by their ids, in no order.
pub(super) async fn heads(connection: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Head)>> {
    let heads = sqlx::query_as!(
        Head,
        r#"SELECT o.id AS "id!", o.number AS "number!", o.status AS "status!", o.email AS "email!", o.currency AS "currency!",
                  o.prices_include_tax AS "prices_include_tax!", o.subtotal AS "subtotal!",
                  o.shipping_total AS "shipping_total!", o.discount_total AS "discount_total!",
                  o.tax_total AS "tax_total!", o.total AS "total!", o.shipping_name AS "shipping_name!",
                  o.shipping_min_days AS "shipping_min_days!", o.shipping_max_days AS "shipping_max_days!",
                  o.placed_at AS "placed_at!", o.expires_at AS "expires_at!", o.expires_at <= now() AS "expired!",
                  p.status AS "payment?", coalesce(p.captured, 0) AS "captured!", p.error_code, p.error_message,
                  coalesce((SELECT sum(r.amount) FROM refunds r
                            WHERE r.payment_id = p.id AND r.status = 'succeeded'), 0)::bigint AS "refunded!",
                  coalesce(d.disputed, false) AS "disputed!", coalesce(d.holds_refunds, false) AS "holds_refunds!",
                  coalesce(d.lost, 0)::bigint AS "charged_back!",
                  coalesce(h.held, 0)::bigint AS "held!", coalesce(h.shipped, 0)::bigint AS "shipped!"
           FROM orders o
           LEFT JOIN payments p ON p.order_id = o.id
           LEFT JOIN LATERAL (SELECT sum(held) AS held, sum(shipped) AS shipped
                              FROM stock_reservations WHERE order_id = o.id) h ON true
           LEFT JOIN LATERAL (SELECT bool_or(open) AS disputed, bool_or(open AND NOT refundable) AS holds_refunds,
                                     sum(lost) AS lost
                              FROM disputes WHERE payment_id = p.id) d ON true
           WHERE o.id = ANY ($1)"#,
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(heads.into_iter().map(|head| (head.id, head)).collect())
}

impl Head {
    pub fn status(&self) -> OrderStatus {
        match self.status.as_str() {
            "pending" => OrderStatus::Pending,
            "confirmed" => OrderStatus::Confirmed,
            "completed" => OrderStatus::Completed,
            _ => OrderStatus::Cancelled,
        }
    }

    /// An order without a payment cost nothing.
    pub fn payment_status(&self) -> PaymentStatus {
        match self.payment.as_deref() {
            Some("open") => PaymentStatus::Unpaid,
            Some("processing") => PaymentStatus::Processing,
            Some("cancelled") => PaymentStatus::Cancelled,
            _ if self.disputed => PaymentStatus::Disputed,
            _ if self.charged_back > 0 => PaymentStatus::ChargedBack,
            _ if self.refunded == 0 => PaymentStatus::Paid,
            _ if self.refunded < self.captured => PaymentStatus::PartiallyRefunded,
            _ => PaymentStatus::Refunded,
        }
    }

    pub fn fulfilment_status(&self) -> FulfilmentStatus {
        match (self.held, self.shipped) {
            (_, 0) => FulfilmentStatus::Unfulfilled,
            (0, _) => FulfilmentStatus::Fulfilled,
            _ => FulfilmentStatus::PartiallyFulfilled,
        }
    }

    fn payment_error(&self) -> Option<PaymentError> {
        let code = self.error_code.clone().filter(|_| self.payment_status() == PaymentStatus::Unpaid)?;
        Some(PaymentError { code, message: self.error_message.clone().unwrap_or_default() })
    }

    fn can_pay(&self) -> bool {
        self.status() == OrderStatus::Pending && self.payment_status() == PaymentStatus::Unpaid && !self.expired
    }

    fn can_cancel(&self) -> bool {
        match self.status() {
            OrderStatus::Pending => self.payment_status() != PaymentStatus::Processing,
            OrderStatus::Confirmed => self.shipped == 0 && !self.holds_refunds,
            OrderStatus::Completed | OrderStatus::Cancelled => false,
        }
    }
}

async fn lines(connection: &mut PgConnection, order_id: Uuid, currency: &str) -> sqlx::Result<Vec<OrderLine>> {
    let rows = sqlx::query!(
        r#"SELECT variant_id, product_slug, title, option_names, option_values, sku, quantity, unit_amount, total_amount,
                  variant_picture(variant_id) AS "picture: Json<Picture>",
                  (SELECT coalesce(sum(c.quantity), 0)::integer FROM order_cancellation_lines c
                   WHERE c.order_id = l.order_id AND c.variant_id = l.variant_id) AS "cancelled!"
           FROM order_lines l WHERE order_id = $1 ORDER BY position"#,
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
            cancelled_quantity: row.cancelled,
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
