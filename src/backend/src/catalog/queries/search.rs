//! The vocabulary of the catalogue: which words it knows, and which one was meant.

use sqlx::PgConnection;

use crate::catalog::model::CategoryLink;

/// For each word that no product has, the nearest one that some product has: `(unknown, nearest)`.
///
/// Near means at most two letters away (one for three letters), or two for what may be the beginning of a longer word;
/// trigrams find the candidates.
pub async fn neighbours(connection: &mut PgConnection, terms: &[String]) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"SELECT wanted.original AS "original!", near.word
           FROM (SELECT t AS original, unaccent(t) AS term FROM unnest($1::text[]) t) wanted
           CROSS JOIN LATERAL (
               SELECT w.word, least(levenshtein(w.word, wanted.term),
                                    1 + levenshtein(left(w.word, length(wanted.term) + 1), wanted.term)) AS distance
               FROM search_words w
               WHERE w.word % wanted.term
               ORDER BY distance, similarity(w.word, wanted.term) DESC, w.word
               LIMIT 1) near
           WHERE length(wanted.term) BETWEEN 3 AND 40
             AND near.distance <= CASE WHEN length(wanted.term) = 3 THEN 1 ELSE 2 END
             AND NOT EXISTS (SELECT FROM search_words w WHERE w.word LIKE wanted.term || '%')
             AND NOT EXISTS (SELECT FROM search_words w WHERE w.stem = (ts_lexize('english_stem', wanted.term))[1])"#,
        terms
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.original, row.word)).collect())
}

/// The categories whose name has a word that begins with one of `terms`.
pub async fn categories(
    connection: &mut PgConnection,
    terms: &[String],
    limit: i64,
) -> sqlx::Result<Vec<CategoryLink>> {
    sqlx::query_as!(
        CategoryLink,
        r#"SELECT c.slug, c.name FROM categories c
           WHERE EXISTS (SELECT FROM unnest($1::text[]) term
                         WHERE lower(unaccent(c.name)) LIKE unaccent(term) || '%'
                            OR lower(unaccent(c.name)) LIKE '% ' || unaccent(term) || '%')
             AND EXISTS (SELECT FROM product_listings l WHERE l.category_ids @> ARRAY[c.id])
           ORDER BY c.parent_id NULLS FIRST, c.position, c.name
           LIMIT $2"#,
        terms,
        limit
    )
    .fetch_all(connection)
    .await
}
