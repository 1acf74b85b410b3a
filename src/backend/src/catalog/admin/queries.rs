//! The SQL of the staff's view of the catalogue, and of changing products as a whole.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::model::{
    EditablePicture, EditableProduct, EditableVariant, FindProducts, FoundProduct, ProductFields, ProductStatus,
};
use crate::catalog::model::{Picture, ProductOption};

/// The products that were asked for, the newest first.
pub async fn find(
    connection: &mut PgConnection,
    input: &FindProducts,
    before: Option<Uuid>,
    limit: i64,
) -> sqlx::Result<Vec<FoundProduct>> {
    let rows = sqlx::query!(
        r#"SELECT p.id, p.slug, p.title, p.vendor, p.status, p.updated_at,
                  product_pictures(p.id, 1) AS "pictures!: Json<Vec<Picture>>", v.count AS "variant_count!",
                  v.on_hand AS "on_hand!", v.reserved AS "reserved!"
           FROM products p
           CROSS JOIN LATERAL (SELECT count(*) AS count, coalesce(sum(s.on_hand), 0) AS on_hand,
                                      coalesce(sum(s.reserved), 0) AS reserved
                               FROM variants v JOIN stock s ON s.variant_id = v.id WHERE v.product_id = p.id) v
           WHERE ($1::text IS NULL OR p.status = $1)
             AND ($2::text IS NULL OR strpos(lower(p.title), $2) > 0 OR strpos(p.slug, $2) > 0
                  OR strpos(lower(p.vendor), $2) > 0
                  OR EXISTS (SELECT FROM variants v WHERE v.product_id = p.id AND strpos(lower(v.sku), $2) > 0))
             AND ($3::uuid IS NULL OR p.id < $3)
           ORDER BY p.id DESC LIMIT $4"#,
        input.status.map(ProductStatus::as_str),
        input.q.as_deref().map(|q| q.trim().to_lowercase()),
        before,
        limit
    )
    .fetch_all(connection)
    .await?;
    let found = rows.into_iter().map(|row| {
        Ok(FoundProduct {
            id: row.id,
            slug: row.slug,
            title: row.title,
            vendor: row.vendor,
            status: named(row.status)?,
            picture: row.pictures.0.into_iter().next(),
            variant_count: row.variant_count,
            on_hand: row.on_hand,
            reserved: row.reserved,
            updated_at: row.updated_at,
        })
    });
    found.collect()
}

fn named<T: DeserializeOwned>(name: String) -> sqlx::Result<T> {
    serde_json::from_value(Value::String(name)).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// A product with all that may be changed of it.
pub async fn read(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<EditableProduct>> {
    let row = sqlx::query!(
        r#"SELECT p.slug, p.title, p.description_html, p.vendor, p.tags, p.status, p.published_at, p.seo_title,
                  p.seo_description, p.tax_category, p.created_at, p.updated_at,
                  ARRAY(SELECT category_id FROM product_categories WHERE product_id = p.id ORDER BY position) AS "categories!",
                  coalesce((SELECT jsonb_agg(jsonb_build_object('name', o.name, 'values', o.values) ORDER BY o.position)
                            FROM product_options o WHERE o.product_id = p.id), '[]') AS "options!: Json<Vec<ProductOption>>"
           FROM products p WHERE p.id = $1"#,
        id
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(EditableProduct {
        id,
        fields: ProductFields {
            slug: row.slug,
            title: row.title,
            description_html: row.description_html,
            vendor: row.vendor,
            tags: row.tags,
            status: named(row.status)?,
            published_at: row.published_at,
            seo_title: row.seo_title,
            seo_description: row.seo_description,
            tax_category: named(row.tax_category)?,
            categories: row.categories,
            options: row.options.0,
        },
        variants: variants(connection, id).await?,
        pictures: pictures(connection, id).await?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}

async fn variants(connection: &mut PgConnection, product_id: Uuid) -> sqlx::Result<Vec<EditableVariant>> {
    let rows = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object(
                      'id', v.id, 'option_values', v.option_values, 'sku', v.sku, 'barcode', v.barcode,
                      'weight_grams', v.weight_grams, 'picture_id', v.media_id, 'backorderable', s.backorderable,
                      'on_hand', s.on_hand, 'reserved', s.reserved, 'prices',
                      coalesce((SELECT jsonb_agg(jsonb_build_object('currency', r.currency, 'amount', r.amount,
                                                                    'compare_at', r.compare_at, 'cost', r.cost)
                                                 ORDER BY r.currency)
                                FROM prices r WHERE r.variant_id = v.id), '[]')) AS "variant!: Json<EditableVariant>"
           FROM variants v JOIN stock s ON s.variant_id = v.id
           WHERE v.product_id = $1 ORDER BY v.position, v.id"#,
        product_id
    );
    Ok(rows.fetch_all(connection).await?.into_iter().map(|row| row.0).collect())
}

async fn pictures(connection: &mut PgConnection, product_id: Uuid) -> sqlx::Result<Vec<EditablePicture>> {
    let rows = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object(
                      'id', m.id, 'alt', m.alt, 'position', row_number() OVER (ORDER BY m.position, m.id), 'source', m.source,
                      'status', m.status, 'failure', m.failure, 'renditions',
                      coalesce((SELECT jsonb_agg(jsonb_build_object('url', '/media/' || r.path, 'type', r.type,
                                                                    'width', r.width, 'height', r.height)
                                                 ORDER BY r.type, r.width)
                                FROM media_renditions r WHERE r.media_id = m.id), '[]')) AS "picture!: Json<EditablePicture>"
           FROM media m WHERE m.product_id = $1 ORDER BY m.position, m.id"#,
        product_id
    );
    Ok(rows.fetch_all(connection).await?.into_iter().map(|row| row.0).collect())
}

/// Locks a product until the transaction ends, and tells when it last changed.
pub async fn lock(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("SELECT updated_at FROM products WHERE id = $1 FOR NO KEY UPDATE", id)
        .fetch_optional(connection)
        .await
}

/// Notes that a product changed. Each change has a time of its own, since the `ETag` is made of it.
pub async fn touch(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE products SET updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond') WHERE id = $1",
        id
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("SELECT refresh_product_listings($1)", &[id]).execute(connection).await.map(drop)
}

/// A slug that no product has: this one, or with a number behind it.
pub async fn free_slug(connection: &mut PgConnection, slug: &str) -> sqlx::Result<String> {
    let short: String = slug.chars().take(240).collect();
    let taken = sqlx::query_scalar!(
        r"SELECT slug FROM products
          WHERE slug IN ($1, $2) OR (starts_with(slug, $1 || '-') AND substr(slug, length($1) + 2) ~ '^[0-9]{1,9}$')",
        short,
        slug
    )
    .fetch_all(connection)
    .await?;
    let numbered = (2..).map(|number: u32| format!("{short}-{number}"));
    Ok(std::iter::once(slug.to_owned()).chain(numbered).find(|slug| !taken.contains(slug)).unwrap_or(short))
}

/// Makes a product that has nothing but its slug and its title, to be written by [`write`].
pub async fn insert(connection: &mut PgConnection, fields: &ProductFields) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!("INSERT INTO products (slug, title) VALUES ($1, $2) RETURNING id", fields.slug, fields.title)
        .fetch_one(connection)
        .await
}

/// Writes what is said of a product as a whole.
pub async fn write(connection: &mut PgConnection, id: Uuid, fields: &ProductFields) -> sqlx::Result<()> {
    let tax_category = serde_json::to_value(fields.tax_category).unwrap_or_default();
    sqlx::query!(
        "UPDATE products SET slug = $2, title = $3, description_html = $4, vendor = $5, tags = $6, status = $7,
                             published_at = $8, seo_title = $9, seo_description = $10, tax_category = $11
         WHERE id = $1",
        id,
        fields.slug,
        fields.title,
        fields.description_html,
        fields.vendor,
        &fields.tags,
        fields.status.as_str(),
        fields.published_at,
        fields.seo_title,
        fields.seo_description,
        tax_category.as_str()
    )
    .execute(&mut *connection)
    .await?;
    write_categories(connection, id, &fields.categories).await?;
    write_options(connection, id, &fields.options).await
}

async fn write_categories(connection: &mut PgConnection, id: Uuid, categories: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM product_categories WHERE product_id = $1", id).execute(&mut *connection).await?;
    sqlx::query!(
        "INSERT INTO product_categories (product_id, category_id, position)
         SELECT $1, category_id, place - 1 FROM unnest($2::uuid[]) WITH ORDINALITY AS c (category_id, place)",
        id,
        categories
    )
    .execute(connection)
    .await
    .map(drop)
}

async fn write_options(connection: &mut PgConnection, id: Uuid, options: &[ProductOption]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM product_options WHERE product_id = $1", id).execute(&mut *connection).await?;
    for (place, option) in (1_i16..).zip(options) {
        sqlx::query!(
            "INSERT INTO product_options (product_id, position, name, values) VALUES ($1, $2, $3, $4)",
            id,
            place,
            option.name,
            &option.values
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// The categories of these that there are not.
pub async fn missing_categories(connection: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM unnest($1::uuid[]) AS w (id) WHERE NOT EXISTS (SELECT FROM categories c WHERE c.id = w.id)"#,
        ids
    )
    .fetch_all(connection)
    .await
}
