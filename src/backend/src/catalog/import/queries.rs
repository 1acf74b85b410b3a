//! The import's SQL: what the store has, and what is written. Rows that are as they should be are not touched.

use serde::Serialize;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    matching::{Existing, ExistingPicture, ExistingVariant},
    pictures::Rendition,
    product::Choice,
};

/// The products with these slugs, locked until the import ends.
///
/// # Errors
/// When the database fails.
pub async fn existing(connection: &mut PgConnection, slugs: &[String]) -> sqlx::Result<Vec<(String, Existing)>> {
    let rows = sqlx::query!(
        r#"SELECT p.slug, p.id,
                  coalesce((SELECT jsonb_agg(jsonb_build_object('name', o.name, 'values', o.values) ORDER BY o.position)
                            FROM product_options o WHERE o.product_id = p.id), '[]') AS "options!: Json<Vec<Choice>>",
                  coalesce((SELECT jsonb_agg(jsonb_build_object('id', v.id, 'values', v.option_values, 'sku', v.sku)
                                             ORDER BY v.position, v.id)
                            FROM variants v WHERE v.product_id = p.id), '[]') AS "variants!: Json<Vec<ExistingVariant>>",
                  coalesce((SELECT jsonb_agg(jsonb_build_object('id', m.id, 'source', m.source))
                            FROM media m WHERE m.product_id = p.id), '[]') AS "pictures!: Json<Vec<ExistingPicture>>"
           FROM products p WHERE p.slug = ANY ($1) ORDER BY p.id FOR NO KEY UPDATE OF p"#,
        slugs
    )
    .fetch_all(connection)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let (options, variants, pictures) = (row.options.0, row.variants.0, row.pictures.0);
        (row.slug, Existing { id: row.id, options, variants, pictures })
    });
    Ok(rows.collect())
}

/// A product to write. Here and below, a missing value leaves what is there and an empty text removes it.
#[derive(Serialize)]
pub struct ProductRow<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its place in the file.
    pub rank: i64,
    /// Its slug.
    pub slug: &'a str,
    /// What is said of it.
    #[serde(flatten)]
    pub lead: &'a super::row::Lead,
}

/// Writes products and answers those that are new or changed. One that becomes active for the first time was
/// published now, a microsecond later than the next one of the file.
///
/// # Errors
/// When the database fails.
pub async fn write_products(connection: &mut PgConnection, rows: &[ProductRow<'_>]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"MERGE INTO products p
           USING (SELECT d.id, d.slug, d.title,
                         coalesce(d.description_html, q.description_html, '') AS description_html,
                         nullif(coalesce(d.vendor, q.vendor), '') AS vendor,
                         coalesce(d.tags, q.tags, '{}') AS tags,
                         coalesce(d.status, q.status, 'active') AS status,
                         nullif(coalesce(d.seo_title, q.seo_title), '') AS seo_title,
                         nullif(coalesce(d.seo_description, q.seo_description), '') AS seo_description,
                         coalesce(q.published_at, CASE WHEN coalesce(d.status, q.status, 'active') = 'active'
                                                       THEN now() - d.rank * interval '1 microsecond' END) AS published_at
                  FROM jsonb_to_recordset($1) AS d (id uuid, rank int8, slug text, title text, description_html text,
                                                    vendor text, tags text[], status text, seo_title text,
                                                    seo_description text)
                  LEFT JOIN products q ON q.id = d.id) d ON p.id = d.id
           WHEN NOT MATCHED THEN
               INSERT (id, slug, title, description_html, vendor, tags, status, seo_title, seo_description, published_at)
               VALUES (d.id, d.slug, d.title, d.description_html, d.vendor, d.tags, d.status, d.seo_title,
                       d.seo_description, d.published_at)
           WHEN MATCHED AND (p.title, p.description_html, p.vendor, p.tags, p.status, p.seo_title, p.seo_description)
                            IS DISTINCT FROM
                            (d.title, d.description_html, d.vendor, d.tags, d.status, d.seo_title, d.seo_description)
           THEN UPDATE SET title = d.title, description_html = d.description_html, vendor = d.vendor, tags = d.tags,
                           status = d.status, seo_title = d.seo_title, seo_description = d.seo_description,
                           published_at = d.published_at
           RETURNING p.id AS "id!""#,
        Json(rows) as _
    )
    .fetch_all(connection)
    .await
}

/// Marks products of which anything was changed.
///
/// # Errors
/// When the database fails.
pub async fn touch(connection: &mut PgConnection, products: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("UPDATE products SET updated_at = now() WHERE id = ANY ($1) AND updated_at <> now()", products)
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts each product into its category, in the first place, and answers those that moved.
///
/// # Errors
/// When the database fails.
pub async fn write_categories(
    connection: &mut PgConnection,
    products: &[Uuid],
    categories: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    let moved = sqlx::query!(
        r#"SELECT d.product_id AS "product_id!", d.category_id AS "category_id!"
           FROM unnest($1::uuid[], $2::uuid[]) AS d (product_id, category_id)
           WHERE NOT EXISTS (SELECT FROM product_categories c WHERE c.product_id = d.product_id
                                                                AND c.category_id = d.category_id AND c.position = 0)"#,
        products,
        categories
    )
    .fetch_all(&mut *connection)
    .await?;
    let (products, categories): (Vec<_>, Vec<_>) =
        moved.into_iter().map(|row| (row.product_id, row.category_id)).unzip();
    sqlx::query!(
        "DELETE FROM product_categories c USING unnest($1::uuid[], $2::uuid[]) AS d (product_id, category_id)
         WHERE c.product_id = d.product_id AND (c.position = 0 OR c.category_id = d.category_id)",
        &products,
        &categories
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO product_categories (product_id, category_id)
         SELECT * FROM unnest($1::uuid[], $2::uuid[])",
        &products,
        &categories
    )
    .execute(connection)
    .await?;
    Ok(products)
}

/// An option to write.
#[derive(Serialize)]
pub struct OptionRow<'a> {
    /// Its product.
    pub product_id: Uuid,
    /// From 1.
    pub position: usize,
    /// Its name and values.
    #[serde(flatten)]
    pub choice: &'a Choice,
}

/// Writes options, after removing those of the products in `replaced`, and answers the products that changed.
///
/// # Errors
/// When the database fails.
pub async fn write_options(
    connection: &mut PgConnection,
    replaced: &[Uuid],
    rows: &[OptionRow<'_>],
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query!("DELETE FROM product_options WHERE product_id = ANY ($1)", replaced).execute(&mut *connection).await?;
    sqlx::query_scalar!(
        r#"MERGE INTO product_options o
           USING jsonb_to_recordset($1) AS d (product_id uuid, position int2, name text, values text[])
           ON o.product_id = d.product_id AND o.position = d.position
           WHEN NOT MATCHED THEN INSERT (product_id, position, name, values)
                                 VALUES (d.product_id, d.position, d.name, d.values)
           WHEN MATCHED AND (o.name, o.values) IS DISTINCT FROM (d.name, d.values)
           THEN UPDATE SET name = d.name, values = d.values
           RETURNING o.product_id AS "id!""#,
        Json(rows) as _
    )
    .fetch_all(connection)
    .await
}

/// A picture to write.
#[derive(Serialize)]
pub struct PictureRow<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// Its place.
    pub position: i32,
    /// The picture in words.
    pub alt: Option<&'a str>,
    /// Its address or digest.
    pub source: String,
    /// Whether its sizes are there already.
    pub is_ready: bool,
}

/// Writes pictures and answers those that are new or changed: the product, the picture, and whether a job is to make
/// its sizes.
///
/// # Errors
/// When the database fails.
pub async fn write_pictures(
    connection: &mut PgConnection,
    rows: &[PictureRow<'_>],
) -> sqlx::Result<Vec<(Uuid, Uuid, bool)>> {
    let rows = sqlx::query!(
        r#"MERGE INTO media m
           USING jsonb_to_recordset($1) AS d (id uuid, product_id uuid, position int4, alt text, source text, is_ready bool)
           ON m.id = d.id
           WHEN NOT MATCHED THEN
               INSERT (id, product_id, position, alt, source, status)
               VALUES (d.id, d.product_id, d.position, coalesce(d.alt, ''), d.source,
                       CASE WHEN d.is_ready THEN 'ready' ELSE 'pending' END)
           WHEN MATCHED AND (m.position, m.alt) IS DISTINCT FROM (d.position, coalesce(d.alt, m.alt))
           THEN UPDATE SET position = d.position, alt = coalesce(d.alt, m.alt)
           RETURNING m.product_id AS "product_id!", m.id AS "id!",
                     (merge_action() = 'INSERT' AND m.status = 'pending') AS "is_pending!""#,
        Json(rows) as _
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.id, row.is_pending)).collect())
}

/// A rendered size to write.
#[derive(Serialize)]
pub struct RenditionRow {
    /// The picture.
    pub media_id: Uuid,
    /// The size and where it lies.
    #[serde(flatten)]
    pub rendition: Rendition,
}

/// Writes the rendered sizes of new pictures.
///
/// # Errors
/// When the database fails.
pub async fn write_renditions(connection: &mut PgConnection, rows: &[RenditionRow]) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO media_renditions (media_id, type, width, height, path)
         SELECT * FROM jsonb_to_recordset($1) AS d (media_id uuid, type text, width int4, height int4, path text)
         ON CONFLICT DO NOTHING",
        Json(rows) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A variant to write.
#[derive(Serialize)]
pub struct VariantRow<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// Its place, from 1.
    pub position: usize,
    /// One value of each option.
    pub option_values: &'a [String],
    /// The picture that shows it.
    pub media_id: Option<Uuid>,
    /// Whether the file says which picture shows it.
    pub has_picture: bool,
    /// What else is said of it.
    #[serde(flatten)]
    pub offer: &'a super::row::Offer,
}

/// Writes variants and answers the products that changed.
///
/// # Errors
/// When the database fails.
pub async fn write_variants(connection: &mut PgConnection, rows: &[VariantRow<'_>]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"MERGE INTO variants v
           USING (SELECT d.id, d.product_id, d.position, d.option_values,
                         nullif(coalesce(d.sku, w.sku), '') AS sku,
                         nullif(coalesce(d.barcode, w.barcode), '') AS barcode,
                         coalesce(d.weight_grams, w.weight_grams, 0) AS weight_grams,
                         coalesce(d.weight_unit, w.weight_unit, 'kg') AS weight_unit,
                         CASE WHEN d.has_picture THEN d.media_id ELSE w.media_id END AS media_id
                  FROM jsonb_to_recordset($1) AS d (id uuid, product_id uuid, position int4, option_values text[],
                                                    sku text, barcode text, weight_grams int4, weight_unit text,
                                                    media_id uuid, has_picture bool)
                  LEFT JOIN variants w ON w.id = d.id) d ON v.id = d.id
           WHEN NOT MATCHED THEN
               INSERT (id, product_id, position, option_values, sku, barcode, weight_grams, weight_unit, media_id)
               VALUES (d.id, d.product_id, d.position, d.option_values, d.sku, d.barcode, d.weight_grams, d.weight_unit,
                       d.media_id)
           WHEN MATCHED AND (v.position, v.option_values, v.sku, v.barcode, v.weight_grams, v.weight_unit, v.media_id)
                            IS DISTINCT FROM
                            (d.position, d.option_values, d.sku, d.barcode, d.weight_grams, d.weight_unit, d.media_id)
           THEN UPDATE SET position = d.position, option_values = d.option_values, sku = d.sku, barcode = d.barcode,
                           weight_grams = d.weight_grams, weight_unit = d.weight_unit, media_id = d.media_id,
                           updated_at = now()
           RETURNING v.product_id AS "id!""#,
        Json(rows) as _
    )
    .fetch_all(connection)
    .await
}

/// Writes the variants' prices and answers the products that changed.
///
/// # Errors
/// When the database fails.
pub async fn write_prices(
    connection: &mut PgConnection,
    rows: &[VariantRow<'_>],
    currency: &str,
    has_compare_at: bool,
    has_cost: bool,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"MERGE INTO prices r
           USING (SELECT d.id, d.product_id, d.amount,
                         CASE WHEN $3 THEN d.compare_at ELSE q.compare_at END AS compare_at,
                         CASE WHEN $4 THEN d.cost ELSE q.cost END AS cost
                  FROM jsonb_to_recordset($1) AS d (id uuid, product_id uuid, amount int8, compare_at int8, cost int8)
                  LEFT JOIN prices q ON q.variant_id = d.id AND q.currency = $2) d
           ON r.variant_id = d.id AND r.currency = $2
           WHEN NOT MATCHED THEN INSERT (variant_id, currency, amount, compare_at, cost)
                                 VALUES (d.id, $2, d.amount, d.compare_at, d.cost)
           WHEN MATCHED AND (r.amount, r.compare_at, r.cost) IS DISTINCT FROM (d.amount, d.compare_at, d.cost)
           THEN UPDATE SET amount = d.amount, compare_at = d.compare_at, cost = d.cost
           RETURNING d.product_id AS "id!""#,
        Json(rows) as _,
        currency,
        has_compare_at,
        has_cost
    )
    .fetch_all(connection)
    .await
}

/// Counts anew what the tables hold, as far as this transaction sees it: planned by what they held before an import of
/// thousands of products, deriving their listings takes hours.
///
/// # Errors
/// When the database fails.
pub async fn analyze(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql("ANALYZE products, product_categories, categories, product_options, variants, prices, media")
        .execute(connection)
        .await?;
    Ok(())
}

/// Derives anew what lists and search read of these products.
///
/// # Errors
/// When the database fails.
pub async fn refresh_listings(connection: &mut PgConnection, products: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("SELECT refresh_product_listings($1)", products).execute(connection).await?;
    Ok(())
}
