//! The demonstration store that the first `up` of a home fills an empty database with.

use std::path::Path;

use anyhow::ensure;
use sqlx::PgPool;

use devopsify::{
    catalog::import::{Options, import},
    files::FileStore,
};

const NAME: &str = "Mainline Supply";
const LEGAL_NAME: &str = "Mainline Supply is a demonstration of DevOpsify and no company";
const LEGAL_ADDRESS: &str =
    "This is a demonstration store: nothing can be bought here, nothing is charged and nothing is shipped.";

/// Whether nothing was ever sold or shown here.
///
/// # Errors
/// When the database cannot be asked.
pub async fn is_wanted(db: &PgPool) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT NOT EXISTS (SELECT FROM products)").fetch_one(db).await
}

/// Imports the demo catalogue, names the store, and tells how many products there are then.
///
/// # Errors
/// When the catalogue cannot be read or the database cannot be written.
pub async fn fill(
    db: &PgPool,
    media: &FileStore,
    catalogue: &Path,
    progress: impl FnMut(u64, u64),
) -> anyhow::Result<i64> {
    let report = import(db, media, catalogue, &Options::default(), progress).await?;
    ensure!(report.written, "{report}");
    name_the_store(db).await?;
    Ok(sqlx::query_scalar("SELECT count(*) FROM products").fetch_one(db).await?)
}

/// A merchant who named the store already keeps that name.
async fn name_the_store(db: &PgPool) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE settings SET name = $1, legal_name = $2, legal_address = $3, updated_at = now() WHERE name = 'New store'",
    )
    .bind(NAME)
    .bind(LEGAL_NAME)
    .bind(LEGAL_ADDRESS)
    .execute(db)
    .await
    .map(drop)
}
