//! The checkout's SQL.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::NewOrder,
    rules::{Item, Line, Rate, Rates},
};
use crate::{address::Address, catalog::model::TaxCategory};

/// A line of a cart as it is bought: locked, priced at home, and counted.
#[derive(Debug)]
pub struct Wanted {
    /// What is bought.
    pub item: Item,
    /// How many could be.
    pub available: i32,
    /// How many are on hand and not reserved by other orders.
    pub free: i32,
    /// Whether it can be ordered without stock.
    pub backorderable: bool,
    /// Of one.
    pub weight_grams: i32,
}

/// A way of shipping with its price for one parcel.
#[derive(Debug)]
pub struct Method {
    /// The method.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// More about it.
    pub description: String,
    /// Working days.
    pub min_days: i16,
    /// Working days.
    pub max_days: i16,
    /// In minor units.
    pub amount: i64,
    /// From which subtotal on it costs nothing, in minor units.
    pub free_from: Option<i64>,
}

/// The lines of a cart, for buying.
///
/// With `lock` the stock is locked in the order of the variants' ids until the transaction ends, so that what is available
/// stays so.
pub async fn wanted(
    connection: &mut PgConnection,
    cart_id: Uuid,
    currency: &str,
    lock: bool,
) -> sqlx::Result<Vec<Wanted>> {
    if lock {
        sqlx::query!(
            "SELECT variant_id FROM stock
             WHERE variant_id IN (SELECT variant_id FROM cart_items WHERE cart_id = $1)
             ORDER BY variant_id FOR NO KEY UPDATE",
            cart_id
        )
        .fetch_all(&mut *connection)
        .await?;
    }
    let rows = sqlx::query!(
        r#"SELECT i.variant_id, i.quantity, p.tax_category, v.weight_grams, r.amount AS "amount?",
                  p.status = 'active' AND p.published_at <= now() AND r.amount IS NOT NULL AS "sold!",
                  (s.on_hand - s.reserved + coalesce((
                      SELECT h.held FROM stock_reservations h JOIN orders o ON o.id = h.order_id
                      WHERE o.cart_id = i.cart_id AND o.status = 'pending' AND h.variant_id = i.variant_id), 0))::int AS "left!",
                  s.backorderable
           FROM cart_items i
           JOIN variants v ON v.id = i.variant_id
           JOIN products p ON p.id = v.product_id
           JOIN stock s ON s.variant_id = v.id
           LEFT JOIN prices r ON r.variant_id = v.id AND r.currency = $2
           WHERE i.cart_id = $1
           ORDER BY i.added_at, i.variant_id"#,
        cart_id,
        currency
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Wanted {
            available: crate::cart::rules::available(row.sold, row.left, row.backorderable),
            free: row.left,
            backorderable: row.backorderable,
            weight_grams: row.weight_grams,
            item: Item {
                variant_id: row.variant_id,
                unit_amount: row.amount.unwrap_or_default(),
                quantity: row.quantity,
                tax_category: match row.tax_category.as_str() {
                    "reduced" => TaxCategory::Reduced,
                    "zero" => TaxCategory::Zero,
                    _ => TaxCategory::Standard,
                },
            },
        })
        .collect())
}

/// A country's tax rates.
pub async fn rates(connection: &mut PgConnection, country: &str) -> sqlx::Result<Rates> {
    let rows = sqlx::query!("SELECT category, name, parts_per_million FROM tax_rates WHERE country = $1", country as _)
        .fetch_all(connection)
        .await?;
    let mut rates = Rates::default();
    for row in rows {
        let rate = Some(Rate { name: row.name, parts_per_million: row.parts_per_million });
        match row.category.as_str() {
            "standard" => rates.standard = rate,
            _ => rates.reduced = rate,
        }
    }
    Ok(rates)
}

/// The ways of shipping a parcel of this weight to a country. A method's own rows for the country count before its rows for
/// everywhere, and of those the smallest parcel that holds the weight.
pub async fn methods(
    connection: &mut PgConnection,
    country: &str,
    currency: &str,
    weight_grams: i64,
) -> sqlx::Result<Vec<Method>> {
    sqlx::query_as!(
        Method,
        "SELECT m.id, m.name, m.description, m.min_days, m.max_days, r.amount, r.free_from
         FROM shipping_methods m
         CROSS JOIN LATERAL (
             SELECT r.amount, r.free_from
             FROM shipping_rates r
             WHERE r.method_id = m.id AND r.currency = $2 AND r.up_to_grams >= $3::bigint
               AND (r.country = $1 OR r.country IS NULL AND NOT EXISTS (
                        SELECT FROM shipping_rates own
                        WHERE own.method_id = m.id AND own.currency = $2 AND own.country = $1))
             ORDER BY r.up_to_grams
             LIMIT 1) r
         WHERE m.active
         ORDER BY m.position, m.id",
        country as _,
        currency as _,
        weight_grams
    )
    .fetch_all(connection)
    .await
}

/// The countries that some method has a price for; none stands for every other one.
pub async fn destinations(connection: &mut PgConnection, currency: &str) -> sqlx::Result<Vec<Option<String>>> {
    sqlx::query_scalar!(
        "SELECT DISTINCT r.country::text FROM shipping_rates r JOIN shipping_methods m ON m.id = r.method_id
         WHERE m.active AND r.currency = $1",
        currency as _
    )
    .fetch_all(connection)
    .await
}

/// Writes an order with its taxes and its lines, and reserves the stock.
pub async fn insert(connection: &mut PgConnection, order: &NewOrder<'_>, lines: &[Line]) -> sqlx::Result<(Uuid, i64)> {
    let written = sqlx::query!(
        "INSERT INTO orders (cart_id, email, currency, prices_include_tax, subtotal, shipping_total, tax_total, total,
                             shipping_method_id, shipping_name, shipping_min_days, shipping_max_days, client_address, expires_at,
                             account_id, device_id, large_hold_units)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text::inet, $14, $15, $16, $17)
         RETURNING id, number",
        order.cart_id,
        order.email,
        order.currency as _,
        order.prices_include_tax,
        order.totals.subtotal,
        order.totals.shipping,
        order.totals.tax,
        order.totals.total,
        order.method.id,
        order.method.name,
        order.method.min_days,
        order.method.max_days,
        order.origin.network.map(|network| network.to_string()),
        order.expires_at,
        order.account_id,
        order.origin.device,
        order.large_hold_units
    )
    .fetch_one(&mut *connection)
    .await?;
    insert_taxes(connection, written.id, order).await?;
    insert_lines(connection, written.id, lines).await?;
    reserve(connection, written.id, lines).await?;
    Ok((written.id, written.number))
}

async fn insert_taxes(connection: &mut PgConnection, order_id: Uuid, order: &NewOrder<'_>) -> sqlx::Result<()> {
    for (rate, amount) in &order.totals.taxes {
        sqlx::query!(
            "INSERT INTO order_taxes (order_id, name, parts_per_million, amount) VALUES ($1, $2, $3, $4)",
            order_id,
            rate.name,
            rate.parts_per_million,
            amount
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// In one statement, which is held against the order's subtotal.
async fn insert_lines(connection: &mut PgConnection, order_id: Uuid, lines: &[Line]) -> sqlx::Result<()> {
    let variants: Vec<Uuid> = lines.iter().map(|line| line.variant_id).collect();
    let quantities: Vec<i32> = lines.iter().map(|line| line.quantity).collect();
    let amounts: Vec<i64> = lines.iter().map(|line| line.unit_amount).collect();
    let rates: Vec<i32> =
        lines.iter().map(|line| line.rate.as_ref().map_or(0, |rate| rate.parts_per_million)).collect();
    sqlx::query!(
        "INSERT INTO order_lines (order_id, position, variant_id, product_slug, title, option_names, option_values, sku,
                                  quantity, unit_amount, total_amount, tax_parts_per_million, weight_grams)
         SELECT $1, l.position, v.id, p.slug, p.title,
                coalesce((SELECT array_agg(o.name ORDER BY o.position) FROM product_options o WHERE o.product_id = p.id), '{}'),
                v.option_values, v.sku, l.quantity, l.amount, l.amount * l.quantity, l.rate, v.weight_grams
         FROM unnest($2::uuid[], $3::int[], $4::bigint[], $5::int[])
              WITH ORDINALITY AS l (variant_id, quantity, amount, rate, position)
         JOIN variants v ON v.id = l.variant_id
         JOIN products p ON p.id = v.product_id",
        order_id,
        &variants,
        &quantities,
        &amounts,
        &rates
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Holds the stock of an order's lines; the ledger and the stock follow.
async fn reserve(connection: &mut PgConnection, order_id: Uuid, lines: &[Line]) -> sqlx::Result<()> {
    let variants: Vec<Uuid> = lines.iter().map(|line| line.variant_id).collect();
    let quantities: Vec<i32> = lines.iter().map(|line| line.quantity).collect();
    sqlx::query!(
        "INSERT INTO stock_reservations (order_id, variant_id, held)
         SELECT $1, l.variant_id, l.quantity FROM unnest($2::uuid[], $3::int[]) AS l (variant_id, quantity)
         ORDER BY l.variant_id",
        order_id,
        &variants,
        &quantities
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Writes where an order goes, or whom it is billed to.
pub async fn insert_address(
    connection: &mut PgConnection,
    order_id: Uuid,
    kind: &str,
    address: &Address,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO order_addresses (order_id, kind, name, company, line1, line2, postal_code, city, region, country, phone)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        order_id,
        kind,
        address.name,
        address.company,
        address.line1,
        address.line2,
        address.postal_code,
        address.city,
        address.region,
        address.country as _,
        address.phone
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Writes what is to be paid for an order.
pub async fn insert_payment(
    connection: &mut PgConnection,
    order_id: Uuid,
    amount: i64,
    currency: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO payments (order_id, amount, currency) VALUES ($1, $2, $3)",
        order_id,
        amount,
        currency as _
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Confirms an order that costs nothing.
pub async fn confirm_free(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("UPDATE orders SET status = 'confirmed', confirmed_at = now() WHERE id = $1", order_id)
        .execute(connection)
        .await
        .map(drop)
}
