//! The vocabulary of the catalogue: which words it knows, and which one was meant.

use sqlx::PgConnection;

use crate::catalog::model::CategoryLink;

/// Each word as it is indexed, in the order of `words`: without accents. What comes of a letter may be several, and no letters
/// at all: `ŉ` is `'n`.
pub async fn unaccented(connection: &mut PgConnection, words: &[String]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"SELECT unaccent(word) AS "plain!" FROM unnest($1::text[]) WITH ORDINALITY AS w (word, place) ORDER BY place"#,
        words
    )
    .fetch_all(connection)
    .await
}

/// For each word that no product has, the nearest one that some product has: `(unknown, nearest)`. The words are plain ones.
pub async fn neighbours(connection: &mut PgConnection, terms: &[String]) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"SELECT t AS "unknown!", near AS "nearest!"
           FROM unnest($1::text[]) t CROSS JOIN LATERAL nearest_word(t) near
           WHERE near IS NOT NULL"#,
        terms
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.unknown, row.nearest)).collect())
}

/// The categories whose name has a word that begins with one of `terms`, which are plain words.
pub async fn categories(
    connection: &mut PgConnection,
    terms: &[String],
    limit: i64,
) -> sqlx::Result<Vec<CategoryLink>> {
    sqlx::query_as!(
        CategoryLink,
        r#"SELECT c.slug, c.name FROM categories c
           WHERE EXISTS (SELECT FROM unnest($1::text[]) term
                         WHERE lower(unaccent(c.name)) LIKE term || '%'
                            OR lower(unaccent(c.name)) LIKE '% ' || term || '%')
             AND EXISTS (SELECT FROM product_listings l WHERE l.category_ids @> ARRAY[c.id])
           ORDER BY c.parent_id NULLS FIRST, c.position, c.name
           LIMIT $2"#,
        terms,
        limit
    )
    .fetch_all(connection)
    .await
}
