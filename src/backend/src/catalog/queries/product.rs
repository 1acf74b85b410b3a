//! One product with all that its page shows.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    catalog::{
        model::{Availability, CategoryLink, Picture, Product, ProductCard, ProductOption, Seo, Variant},
        rules::availability,
    },
    money::Money,
    store::Store,
};

/// The product at `slug`, if the store shows it.
pub async fn by_slug(connection: &mut PgConnection, store: &Store, slug: &str) -> sqlx::Result<Option<Product>> {
    let row = sqlx::query!(
        r#"SELECT p.id, p.slug, p.title, p.vendor, p.description_html, p.tags, p.seo_title, p.seo_description,
                  l.published_at, p.updated_at,
                  product_pictures(p.id, 250) AS "pictures!: Json<Vec<Picture>>",
                  coalesce((SELECT jsonb_agg(jsonb_build_object('name', o.name, 'values', o.values) ORDER BY o.position)
                            FROM product_options o WHERE o.product_id = p.id), '[]') AS "options!: Json<Vec<ProductOption>>",
                  coalesce((SELECT jsonb_agg(jsonb_build_object('slug', a.slug, 'name', a.name) ORDER BY a.distance DESC)
                            FROM product_categories pc, category_ancestors(pc.category_id) a
                            WHERE pc.product_id = p.id AND pc.position = 0), '[]') AS "categories!: Json<Vec<CategoryLink>>"
           FROM product_listings l JOIN products p ON p.id = l.product_id
           WHERE p.slug = $1 AND l.currency = $2"#,
        slug,
        store.currency
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let variants = variants(connection, store, row.id).await?;
    let Some(cheapest) = variants.iter().min_by_key(|variant| variant.price.amount) else { return Ok(None) };
    let card = ProductCard {
        id: row.id,
        slug: row.slug,
        title: row.title,
        vendor: row.vendor,
        price: cheapest.price.clone(),
        price_varies: variants.iter().any(|variant| variant.price.amount > cheapest.price.amount),
        compare_at_price: cheapest.compare_at_price.clone(),
        availability: best(&variants),
        pictures: row.pictures.0,
    };
    Ok(Some(Product {
        card,
        description_html: row.description_html,
        tags: row.tags,
        categories: row.categories.0,
        options: row.options.0,
        variants,
        seo: Seo { title: row.seo_title, description: row.seo_description },
        published_at: row.published_at,
        updated_at: row.updated_at,
    }))
}

async fn variants(connection: &mut PgConnection, store: &Store, product: Uuid) -> sqlx::Result<Vec<Variant>> {
    let rows = sqlx::query!(
        r#"SELECT v.id, v.sku, v.barcode, v.option_values, v.media_id, v.weight_grams, r.amount,
                  CASE WHEN r.compare_at > r.amount THEN r.compare_at END AS compare_at,
                  s.on_hand - s.reserved AS "left!", s.backorderable
           FROM variants v
           JOIN prices r ON r.variant_id = v.id AND r.currency = $2
           JOIN stock s ON s.variant_id = v.id
           WHERE v.product_id = $1
           ORDER BY v.position, v.id"#,
        product,
        store.currency
    )
    .fetch_all(connection)
    .await?;
    let money = |amount| Money { amount, currency: store.currency.clone() };
    Ok(rows
        .into_iter()
        .map(|row| {
            let availability = availability(row.left, row.backorderable, store.low_stock_threshold);
            Variant {
                id: row.id,
                sku: row.sku,
                barcode: row.barcode,
                option_values: row.option_values,
                price: money(row.amount),
                compare_at_price: row.compare_at.map(money),
                availability,
                quantity_left: (availability == Availability::LowStock).then_some(row.left),
                picture_id: row.media_id,
                weight_grams: row.weight_grams,
            }
        })
        .collect())
}

fn best(variants: &[Variant]) -> Availability {
    use Availability::{Backorder, InStock, LowStock, OutOfStock};
    let any = |state| variants.iter().any(|variant| variant.availability == state);
    [InStock, LowStock, Backorder].into_iter().find(|state| any(*state)).unwrap_or(OutOfStock)
}
