//! The SQL of counting attempts.

use sqlx::PgConnection;

use crate::accounts::counters::{Page, Pages};

/// Reads pages without locking them; one that was never written is missing.
pub async fn read(connection: &mut PgConnection, keys: &[Vec<u8>]) -> sqlx::Result<Pages> {
    let rows = sqlx::query!(
        r#"SELECT bucket, levels AS "levels!", extract(epoch FROM clock_timestamp() - last_at)::float8 AS "seconds!"
           FROM attempts WHERE bucket = ANY ($1) AND levels IS NOT NULL"#,
        keys
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.bucket, Page { levels: row.levels, seconds: row.seconds })).collect())
}

/// Locks pages until the transaction ends, in the order of their keys, and makes those that are missing.
pub async fn lock(connection: &mut PgConnection, keys: &[Vec<u8>]) -> sqlx::Result<Pages> {
    sqlx::query!(
        "INSERT INTO attempts (bucket, count, levels)
         SELECT key, 0, array_fill(0::real, ARRAY[256]) FROM (SELECT DISTINCT key FROM unnest($1::bytea[]) AS key) k ORDER BY key
         ON CONFLICT (bucket) DO NOTHING",
        keys
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "SELECT bucket FROM attempts WHERE bucket = ANY ($1) AND levels IS NOT NULL ORDER BY bucket FOR NO KEY UPDATE",
        keys
    )
    .fetch_all(&mut *connection)
    .await?;
    // The time that has passed is taken once the rows are ours.
    read(connection, keys).await
}

/// Writes pages that are locked.
pub async fn write(connection: &mut PgConnection, pages: &Pages) -> sqlx::Result<()> {
    for (key, page) in pages {
        sqlx::query!(
            "UPDATE attempts SET levels = $2, last_at = greatest(last_at, clock_timestamp()) WHERE bucket = $1",
            key,
            &page.levels
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
