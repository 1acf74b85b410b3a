//! The SQL of changing pictures.

use sqlx::PgConnection;
use uuid::Uuid;

/// The product that a picture is of.
pub async fn product_of(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("SELECT product_id FROM media WHERE id = $1", id).fetch_optional(connection).await
}

/// Adds a picture that has no sizes yet.
pub async fn insert(connection: &mut PgConnection, product_id: Uuid, alt: &str, source: &str) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!(
        "INSERT INTO media (product_id, position, alt, source)
         SELECT $1, coalesce(max(position), 0) + 1, $2, $3 FROM media WHERE product_id = $1 RETURNING id",
        product_id,
        alt,
        source
    )
    .fetch_one(connection)
    .await
}

/// Writes what is said of a picture.
pub async fn set_alt(connection: &mut PgConnection, id: Uuid, alt: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE media SET alt = $2 WHERE id = $1", id, alt).execute(connection).await.map(drop)
}

/// Puts a picture at a place among those of its product, from 1; the others make room.
pub async fn place(connection: &mut PgConnection, product_id: Uuid, id: Uuid, place: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH others AS (SELECT id, row_number() OVER (ORDER BY position, id) AS place
                         FROM media WHERE product_id = $1 AND id <> $2)
         UPDATE media m
         SET position = coalesce((SELECT o.place + (o.place >= $3)::int FROM others o WHERE o.id = m.id),
                                 least($3, (SELECT count(*) + 1 FROM others)))
         WHERE m.product_id = $1",
        product_id,
        id,
        i64::from(place)
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Takes a picture away. Its files stay: others may show the same.
pub async fn delete(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM media WHERE id = $1", id).execute(connection).await.map(drop)
}
