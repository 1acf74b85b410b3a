//! Connections to PostgreSQL, migrations, and whether the schema is new enough.

use std::{path::Path, str::FromStr, time::Duration};

use anyhow::{Context, ensure};
use sqlx::{
    Connection, PgConnection,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{config::DatabaseConfig, queue};

mod pool;
pub mod roles;

pub use pool::Pool;

/// The schema, compiled into the binary. Later migrations than these are fine: a rolled-back binary still starts.
pub static MIGRATIONS: Migrator = Migrator { ignore_missing: true, ..sqlx::migrate!("../database/migrations") };

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
const OLDEST_POSTGRES: i32 = 180_000;

/// A pool for answering requests: a statement that takes longer than any visitor waits is cancelled.
///
/// It opens its first connection when it is first used, so that a process starts while the database is away.
///
/// # Errors
/// When the address is not a PostgreSQL address.
pub fn pool(config: &DatabaseConfig) -> anyhow::Result<Pool> {
    // A wait for a lock must end before its statement does, to be told from a slow one.
    let limits =
        [("statement_timeout", "4s"), ("lock_timeout", "3500ms"), ("idle_in_transaction_session_timeout", "60s")];
    let options = options(config.required_url()?)?.application_name("devopsify").options(limits);
    Ok(PgPoolOptions::new()
        .max_connections(config.database_max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(Duration::from_secs(300))
        .connect_lazy_with(options)
        .into())
}

fn options(url: &str) -> anyhow::Result<PgConnectOptions> {
    PgConnectOptions::from_str(url).context("DATABASE_URL is not an address of PostgreSQL")
}

/// Brings the schema up to what this binary needs, and tells how many migrations that took.
///
/// # Errors
/// When the database cannot be reached, is older than PostgreSQL 18, or a migration fails (it is then rolled back).
pub async fn migrate(url: &str) -> anyhow::Result<usize> {
    migrate_by(&MIGRATIONS, url).await
}

/// Brings the schema up to what a folder of migrations says, which may be newer than this binary.
///
/// # Errors
/// As [`migrate`], and when the folder cannot be read.
pub async fn migrate_from(folder: &Path, url: &str) -> anyhow::Result<usize> {
    migrate_by(&Migrator::new(folder).await.context("the migrations cannot be read")?, url).await
}

async fn migrate_by(migrations: &Migrator, url: &str) -> anyhow::Result<usize> {
    // A migration that waits for a lock makes everybody behind it wait too: better to fail and be repeated.
    let options = options(url)?.application_name("devopsify migrate").options([("lock_timeout", "5s")]);
    let mut connection = PgConnection::connect_with(&options).await.context("the database cannot be reached")?;
    expect_version(&mut connection).await?;
    let before = applied(&mut connection).await?;
    migrations.run_direct(None, &mut connection, false).await.context("a migration failed and was rolled back")?;
    let after = applied(&mut connection).await?;
    connection.close().await?;
    queue::migrate(&PgPoolOptions::new().max_connections(1).connect_lazy_with(options)).await?;
    Ok(after.saturating_sub(before))
}

async fn expect_version(connection: &mut PgConnection) -> anyhow::Result<()> {
    let version: i32 =
        sqlx::query_scalar("SELECT current_setting('server_version_num')::int4").fetch_one(connection).await?;
    ensure!(
        version >= OLDEST_POSTGRES,
        "this is PostgreSQL {}, and DevOpsify needs 18 or newer: upgrade it with pg_upgrade, or give another DATABASE_URL",
        version / 10_000
    );
    Ok(())
}

async fn applied(connection: &mut PgConnection) -> sqlx::Result<usize> {
    let known: Option<String> =
        sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations')::text").fetch_one(&mut *connection).await?;
    if known.is_none() {
        return Ok(0);
    }
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success").fetch_one(connection).await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Whether the schema has every migration that this binary needs.
///
/// # Errors
/// When the database cannot be asked.
pub async fn schema_is_new_enough(db: &Pool) -> sqlx::Result<bool> {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    let mut connection = db.acquire().await?;
    if applied(&mut connection).await? == 0 {
        return Ok(false);
    }
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM _sqlx_migrations WHERE version >= $1 AND success)")
        .bind(newest)
        .fetch_one(&mut *connection)
        .await
}
