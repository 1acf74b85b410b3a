//! The tree of categories.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    catalog::model::{Category, Picture},
    store::Store,
};

/// The id of the category with this slug.
pub async fn id_of(connection: &mut PgConnection, slug: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("SELECT id FROM categories WHERE slug = $1", slug).fetch_optional(connection).await
}

/// The whole tree, flat, depth first, with what the store shows of it.
pub async fn tree(connection: &mut PgConnection, store: &Store) -> sqlx::Result<Vec<Category>> {
    let rows = sqlx::query!(
        r#"WITH RECURSIVE tree AS (
               SELECT c.id, c.slug, c.name, NULL::text AS parent, 0 AS depth, ARRAY[(c.position, c.name)] AS place
               FROM categories c WHERE c.parent_id IS NULL
               UNION ALL
               SELECT c.id, c.slug, c.name, tree.slug, tree.depth + 1, tree.place || (c.position, c.name)
               FROM categories c JOIN tree ON c.parent_id = tree.id)
           SELECT tree.id AS "id!", tree.slug AS "slug!", tree.name AS "name!", tree.parent, tree.depth AS "depth!",
                  (SELECT count(*) FROM product_listings l WHERE l.currency = $1 AND l.category_ids @> ARRAY[tree.id]) AS "count!",
                  (SELECT product_pictures(l.product_id, 1) FROM product_listings l
                   WHERE l.currency = $1 AND l.category_ids @> ARRAY[tree.id]
                     AND EXISTS (SELECT FROM media m WHERE m.product_id = l.product_id AND m.status = 'ready')
                   ORDER BY l.published_at DESC, l.product_id DESC LIMIT 1) AS "pictures: Json<Vec<Picture>>"
           FROM tree ORDER BY tree.place"#,
        store.currency
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Category {
            id: row.id,
            slug: row.slug,
            name: row.name,
            parent: row.parent,
            depth: row.depth,
            product_count: row.count,
            picture: row.pictures.and_then(|pictures| pictures.0.into_iter().next()),
        })
        .collect())
}
