//! What mails about an order tell, read in one go.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::store::{self, Store};

/// An order, with everything that a mail about it may tell.
#[derive(Debug)]
pub struct OrderToTell {
    /// The store as it is now.
    pub store: Store,
    /// The order itself.
    pub order: Order,
    /// What was sold, in its order.
    pub lines: Vec<Line>,
    /// An amount a rate.
    pub taxes: Vec<Tax>,
    /// Where it goes, and who pays, in this order; one if they are the same.
    pub addresses: Vec<Address>,
    /// The parcel that a mail about one is about.
    pub parcel: Option<Parcel>,
    /// The cancellation or the refund that a mail about one is about.
    pub adjustment: Option<Adjustment>,
}

/// What of an order a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The row of `fulfilments`.
    Parcel(Uuid),
    /// The row of `order_cancellations`.
    Cancellation(Uuid),
    /// The row of `refunds`.
    Refund(Uuid),
}

impl Part {
    /// Its name in the history of the order.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole | Self::Parcel(_) => "fulfilment_id",
            Self::Cancellation(_) => "cancellation_id",
            Self::Refund(_) => "refund_id",
        }
    }

    /// Its row.
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::Whole => None,
            Self::Parcel(id) | Self::Cancellation(id) | Self::Refund(id) => Some(id),
        }
    }
}

/// What was cancelled of an order, or what goes back for it.
#[derive(Debug)]
pub struct Adjustment {
    /// Its id.
    pub id: Uuid,
    /// What was cancelled; none for a refund alone.
    pub cancelled: Vec<Piece>,
    /// What goes back for it, in minor units.
    pub refund: i64,
    /// Whether the provider gives it back, or it was paid back by other means.
    pub is_by_provider: bool,
}

/// So many of a line of an order.
#[derive(Debug)]
pub struct Piece {
    /// The product's, when it was bought.
    pub title: String,
    /// What was chosen.
    pub option_values: Vec<String>,
    /// How many.
    pub quantity: i32,
}

/// What left in one parcel, and what is still to come.
#[derive(Debug)]
pub struct Parcel {
    /// Its id.
    pub id: Uuid,
    /// Who carries it.
    pub carrier: Option<String>,
    /// What the carrier knows it by.
    pub tracking_number: Option<String>,
    /// Where it can be followed; `https`.
    pub tracking_url: Option<String>,
    /// What the order has, with how many are in this parcel and how many were still to come when it left.
    pub contents: Vec<Content>,
}

/// A line of an order, as far as a parcel goes.
#[derive(Debug)]
pub struct Content {
    /// The product's, when it was bought.
    pub title: String,
    /// What was chosen.
    pub option_values: Vec<String>,
    /// How many are in the parcel.
    pub shipped: i64,
    /// How many come later.
    pub to_come: i64,
}

/// The row of `orders`, as far as mails tell it; amounts are minor units.
#[derive(Debug)]
pub struct Order {
    /// Its id.
    pub id: Uuid,
    /// For people.
    pub number: i64,
    /// `pending`, `confirmed`, `completed` or `cancelled`.
    pub status: String,
    /// The customer's.
    pub email: String,
    /// ISO 4217.
    pub currency: String,
    /// Whether the taxes are part of the prices.
    pub prices_include_tax: bool,
    /// The sum of the lines.
    pub subtotal: i64,
    /// The price of shipping.
    pub shipping_total: i64,
    /// What was taken off.
    pub discount_total: i64,
    /// What was charged.
    pub total: i64,
    /// The way of shipping.
    pub shipping_name: String,
    /// Days until it is there.
    pub shipping_min_days: i16,
    /// Days until it is there.
    pub shipping_max_days: i16,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// What the provider gives back or gave, refunds that failed left out.
    pub refunded: i64,
    /// What was paid back by other means.
    pub paid_back: i64,
}

/// A line of an order.
#[derive(Debug)]
pub struct Line {
    /// The product's, when it was bought.
    pub title: String,
    /// What was chosen.
    pub option_values: Vec<String>,
    /// How many.
    pub quantity: i32,
    /// The price of one.
    pub unit_amount: i64,
    /// The price of all.
    pub total_amount: i64,
}

/// A tax of an order.
#[derive(Debug)]
pub struct Tax {
    /// As its country calls it.
    pub name: String,
    /// Its rate.
    pub parts_per_million: i32,
    /// Its amount.
    pub amount: i64,
}

/// An address of an order.
#[derive(Debug, PartialEq, Eq)]
pub struct Address {
    /// A person.
    pub name: String,
    /// Where the person works.
    pub company: Option<String>,
    /// Street and number.
    pub line1: String,
    /// More of it.
    pub line2: Option<String>,
    /// Not every country has them.
    pub postal_code: Option<String>,
    /// The city.
    pub city: String,
    /// A state or province.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

impl Address {
    /// As it stands on a parcel.
    pub fn lines(&self) -> Vec<String> {
        let place = [self.postal_code.as_deref(), Some(&*self.city), self.region.as_deref()];
        let place = place.into_iter().flatten().collect::<Vec<_>>().join(" ");
        [
            Some(&self.name),
            self.company.as_ref(),
            Some(&self.line1),
            self.line2.as_ref(),
            Some(&place),
            Some(&self.country),
        ]
        .into_iter()
        .flatten()
        // A line stays one line, whatever a customer put into it.
        .map(|line| line.replace(char::is_control, " "))
        .collect()
    }
}

/// Reads an order in one snapshot; `None` if there is none.
///
/// # Errors
/// When the database refuses.
pub async fn read(connection: &mut PgConnection, id: Uuid, part: Part) -> sqlx::Result<Option<OrderToTell>> {
    let mut tx = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let order = sqlx::query_as!(
        Order,
        r#"SELECT id, number, status, email, currency, prices_include_tax, subtotal, shipping_total, discount_total, total,
                  shipping_name, shipping_min_days, shipping_max_days, placed_at,
                  (SELECT coalesce(sum(r.amount), 0)::bigint FROM refunds r JOIN payments p ON p.id = r.payment_id
                   WHERE p.order_id = orders.id AND r.status <> 'failed' AND r.method = 'provider') AS "refunded!",
                  (SELECT coalesce(sum(r.amount), 0)::bigint FROM refunds r JOIN payments p ON p.id = r.payment_id
                   WHERE p.order_id = orders.id AND r.status <> 'failed' AND r.method = 'other') AS "paid_back!"
           FROM orders WHERE id = $1"#,
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(order) = order else { return Ok(None) };
    let lines = sqlx::query_as!(
        Line,
        "SELECT title, option_values, quantity, unit_amount, total_amount FROM order_lines WHERE order_id = $1 ORDER BY position",
        id
    )
    .fetch_all(&mut *tx)
    .await?;
    let taxes = sqlx::query_as!(
        Tax,
        "SELECT name, parts_per_million, amount FROM order_taxes WHERE order_id = $1 ORDER BY parts_per_million DESC, name",
        id
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut addresses = sqlx::query_as!(
        Address,
        "SELECT name, company, line1, line2, postal_code, city, region, country FROM order_addresses
         WHERE order_id = $1 ORDER BY kind = 'billing'",
        id
    )
    .fetch_all(&mut *tx)
    .await?;
    addresses.dedup();
    let (parcel, adjustment) = match part {
        Part::Whole => (None, None),
        Part::Parcel(part) => (parcel(&mut tx, id, part).await?, None),
        Part::Cancellation(part) => (None, cancellation(&mut tx, id, part).await?),
        Part::Refund(part) => (None, refund(&mut tx, id, part).await?),
    };
    let store = store::settings(&mut tx).await?;
    tx.commit().await?;
    Ok(Some(OrderToTell { store, order, lines, taxes, addresses, parcel, adjustment }))
}

/// Parcels that left later do not count: their own mails tell them.
async fn parcel(connection: &mut PgConnection, order_id: Uuid, id: Uuid) -> sqlx::Result<Option<Parcel>> {
    let contents = sqlx::query_as!(
        Content,
        r#"SELECT o.title, o.option_values, coalesce(sum(l.quantity) FILTER (WHERE f.id = $2), 0) AS "shipped!",
                  o.quantity - coalesce(sum(l.quantity), 0)
                  - (SELECT coalesce(sum(c.quantity), 0) FROM order_cancellation_lines c
                     WHERE c.order_id = o.order_id AND c.variant_id = o.variant_id) AS "to_come!"
           FROM order_lines o
           LEFT JOIN (fulfilment_lines l
                      JOIN fulfilments f ON f.id = l.fulfilment_id
                      JOIN fulfilments this ON this.id = $2 AND (f.shipped_at, f.id) <= (this.shipped_at, this.id))
                  ON l.order_id = o.order_id AND l.variant_id = o.variant_id
           WHERE o.order_id = $1
           GROUP BY o.order_id, o.position ORDER BY o.position"#,
        order_id,
        id
    )
    .fetch_all(&mut *connection)
    .await?;
    let row = sqlx::query!(
        "SELECT carrier, tracking_number, tracking_url FROM fulfilments WHERE id = $1 AND order_id = $2",
        id,
        order_id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Parcel {
        id,
        carrier: row.carrier,
        tracking_number: row.tracking_number,
        tracking_url: row.tracking_url,
        contents,
    }))
}

async fn cancellation(connection: &mut PgConnection, order_id: Uuid, id: Uuid) -> sqlx::Result<Option<Adjustment>> {
    let refund = sqlx::query_scalar!(
        "SELECT refund_amount FROM order_cancellations WHERE id = $1 AND order_id = $2",
        id,
        order_id
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(refund) = refund else { return Ok(None) };
    let cancelled = sqlx::query_as!(
        Piece,
        "SELECT o.title, o.option_values, c.quantity
         FROM order_cancellation_lines c JOIN order_lines o USING (order_id, variant_id)
         WHERE c.cancellation_id = $1 ORDER BY o.position",
        id
    )
    .fetch_all(connection)
    .await?;
    Ok(Some(Adjustment { id, cancelled, refund, is_by_provider: true }))
}

async fn refund(connection: &mut PgConnection, order_id: Uuid, id: Uuid) -> sqlx::Result<Option<Adjustment>> {
    let row = sqlx::query!(
        r#"SELECT r.amount, r.method = 'provider' AS "is_by_provider!"
           FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.id = $1 AND p.order_id = $2"#,
        id,
        order_id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Adjustment { id, cancelled: Vec::new(), refund: row.amount, is_by_provider: row.is_by_provider }))
}
