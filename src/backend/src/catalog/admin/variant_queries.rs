//! The SQL of changing variants and their prices.

use serde::Serialize;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::model::{VariantFields, VariantPrice};

#[derive(Serialize)]
struct Row<'a> {
    id: Uuid,
    place: usize,
    #[serde(flatten)]
    fields: &'a VariantFields,
    prices: &'a [VariantPrice],
}

/// Adds variants behind those that there are, each with its prices, and answers their ids.
pub async fn insert(
    connection: &mut PgConnection,
    product_id: Uuid,
    variants: &[(VariantFields, Vec<VariantPrice>)],
) -> sqlx::Result<Vec<Uuid>> {
    let rows: Vec<_> = (1..)
        .zip(variants)
        .map(|(place, (fields, prices))| Row { id: Uuid::now_v7(), place, fields, prices })
        .collect();
    sqlx::query!(
        "INSERT INTO variants (id, product_id, position, option_values, sku, barcode, weight_grams, media_id)
         SELECT d.id, $1, d.place + (SELECT coalesce(max(position), 0) FROM variants WHERE product_id = $1),
                d.option_values, d.sku, d.barcode, d.weight_grams, d.picture_id
         FROM jsonb_to_recordset($2) AS d (id uuid, place int4, option_values text[], sku text, barcode text,
                                           weight_grams int4, picture_id uuid)",
        product_id,
        Json(&rows) as _
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE stock s SET backorderable = true
         FROM jsonb_to_recordset($1) AS d (id uuid, backorderable bool) WHERE s.variant_id = d.id AND d.backorderable",
        Json(&rows) as _
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO prices (variant_id, currency, amount, compare_at, cost)
         SELECT d.id, r.currency, r.amount, r.compare_at, r.cost
         FROM jsonb_to_recordset($1) AS d (id uuid, prices jsonb),
              jsonb_to_recordset(d.prices) AS r (currency text, amount int8, compare_at int8, cost int8)",
        Json(&rows) as _
    )
    .execute(connection)
    .await?;
    Ok(rows.iter().map(|row| row.id).collect())
}

/// The product that a variant is of.
pub async fn product_of(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("SELECT product_id FROM variants WHERE id = $1", id).fetch_optional(connection).await
}

/// Writes what is said of a variant.
pub async fn write(connection: &mut PgConnection, id: Uuid, fields: &VariantFields) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE variants SET option_values = $2, sku = $3, barcode = $4, weight_grams = $5, media_id = $6, updated_at = now()
         WHERE id = $1",
        id,
        &fields.option_values,
        fields.sku,
        fields.barcode,
        fields.weight_grams,
        fields.picture_id
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE stock SET backorderable = $2 WHERE variant_id = $1 AND backorderable <> $2",
        id,
        fields.backorderable
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Writes the values of several variants at once, so that two may swap theirs.
pub async fn set_values(connection: &mut PgConnection, values: &[(Uuid, Vec<String>)]) -> sqlx::Result<()> {
    #[derive(Serialize)]
    struct Values<'a> {
        id: Uuid,
        option_values: &'a [String],
    }
    let rows: Vec<_> = values.iter().map(|(id, option_values)| Values { id: *id, option_values }).collect();
    sqlx::query!(
        "UPDATE variants v SET option_values = d.option_values, updated_at = now()
         FROM jsonb_to_recordset($1) AS d (id uuid, option_values text[]) WHERE v.id = d.id",
        Json(&rows) as _
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Writes what a variant costs in a currency.
pub async fn set_price(connection: &mut PgConnection, id: Uuid, price: &VariantPrice) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO prices (variant_id, currency, amount, compare_at, cost) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (variant_id, currency)
         DO UPDATE SET amount = EXCLUDED.amount, compare_at = EXCLUDED.compare_at, cost = EXCLUDED.cost",
        id,
        price.currency as _,
        price.amount,
        price.compare_at,
        price.cost
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Takes away what a variant costs in a currency: it is not sold there any more.
pub async fn remove_price(connection: &mut PgConnection, id: Uuid, currency: &str) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM prices WHERE variant_id = $1 AND currency = $2", id, currency as _)
        .execute(connection)
        .await
        .map(drop)
}
