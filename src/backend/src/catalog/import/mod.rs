//! `devopsify import`: reads Shopify's product CSV into the catalogue, in one transaction.
//!
//! The rows are read and checked one by one (`lines`, `columns`, `row`, `text`) and set aside in the database
//! (`staging`), where the rows of a product meet however far apart they stand. Then the products are made (`product`),
//! compared with those of the store (`matching`, `stock`, `gallery`) and written some hundred at a time (`write`).

mod categories;
mod columns;
mod command;
mod gallery;
mod lines;
mod matching;
mod pictures;
mod product;
mod queries;
mod report;
mod row;
mod staging;
mod stock;
mod stock_queries;
mod write;

use std::path::Path;

use anyhow::{Context, ensure};
use sqlx::{Acquire, PgConnection, PgPool, Postgres, Transaction};

pub use self::{
    command::{ImportCommand, run},
    report::{BadRow, Report, Told, Warning},
};
use self::{
    pictures::Pictures,
    staging::Staged,
    write::{Attempt, Outcome},
};
use crate::{error, files::FileStore, store};

/// How to import.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Leave out the products that have a bad row, instead of writing nothing.
    pub skip_bad: bool,
    /// Do everything and undo it.
    pub dry_run: bool,
    /// Take the quantities as a stock-take of the variants that are known, too.
    pub stock: bool,
}

/// Imports a file. `progress` is told the bytes done and the bytes in all; a row counts half when it is read and half
/// when it is written.
///
/// # Errors
/// With one sentence when the file cannot be read, another import is running, or the database or the media store fails.
/// Nothing is written then. Rows that cannot be used are no error: they are in the report.
pub async fn import(
    db: &PgPool,
    media: &FileStore,
    file: &Path,
    options: &Options,
    progress: impl FnMut(u64, u64),
) -> anyhow::Result<Report> {
    let mut transaction = db.begin().await.context("the database cannot be reached")?;
    let report = fill(&mut transaction, media, file, options, progress).await.map_err(explain);
    if report.as_ref().is_ok_and(|report| report.written) {
        let lost = "the database was lost at the last step: import the file again, it changes nothing that is there";
        transaction.commit().await.context(lost)?;
    } else {
        // Now, and not when the connection is used next: another import may begin at once. One that is lost is undone.
        let _ = transaction.rollback().await;
    }
    report
}

async fn fill(
    transaction: &mut Transaction<'_, Postgres>,
    media: &FileStore,
    file: &Path,
    options: &Options,
    mut progress: impl FnMut(u64, u64),
) -> anyhow::Result<Report> {
    prepare(transaction).await?;
    let currency = store::settings(transaction).await?.currency;
    let mut report = Report::default();
    let reading = |read, all| progress(read / 2, all);
    let staged = staging::fill(transaction, file, &currency, &mut report.bad_rows, reading).await?;
    let outcome = loop {
        let writes = !options.dry_run && (options.skip_bad || report.bad_rows.is_empty());
        let pictures = Pictures::beside(file, media, writes).await?;
        let mut savepoint = transaction.begin().await?;
        let attempt = Attempt::new(&mut savepoint, &staged, options, &currency, pictures, &mut report.bad_rows).await?;
        let outcome = attempt.run(|rows| progress(share(&staged, rows), staged.bytes)).await?;
        if !(outcome.is_tainted && options.skip_bad) {
            savepoint.commit().await?;
            staging::leave_out(transaction, &outcome.refused).await?;
            break outcome;
        }
        savepoint.rollback().await?;
        staging::leave_out(transaction, &outcome.refused).await?;
    };
    progress(staged.bytes, staged.bytes);
    report.written = !options.dry_run && (options.skip_bad || report.bad_rows.is_empty());
    if report.bad_rows.is_empty() || options.skip_bad {
        sqlx::raw_sql("SET CONSTRAINTS ALL IMMEDIATE").execute(&mut **transaction).await?;
    }
    report.skipped = staging::left_out(transaction).await?;
    Ok(told(report, staged, outcome))
}

/// Half of the bytes for having read everything, the rest by the rows that are written.
fn share(staged: &Staged, rows: u64) -> u64 {
    let half = staged.bytes / 2;
    half + (staged.bytes - half) * rows.min(staged.rows) / staged.rows.max(1)
}

async fn prepare(connection: &mut PgConnection) -> anyhow::Result<()> {
    sqlx::raw_sql(
        "SET LOCAL statement_timeout = 0;
         SET LOCAL lock_timeout = '60s';
         SET LOCAL idle_in_transaction_session_timeout = '10min';
         SET CONSTRAINTS variants_options_are_unique, variants_sku_is_unique DEFERRED;",
    )
    .execute(&mut *connection)
    .await?;
    let is_alone: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock(hashtext('devopsify import'))")
        .fetch_one(connection)
        .await?;
    ensure!(is_alone, "another import is running: wait until it is done");
    Ok(())
}

fn told(mut report: Report, staged: Staged, outcome: Outcome) -> Report {
    let is_updated = |id: &&_| !outcome.created.contains(*id);
    report.created = outcome.created.len() as u64;
    report.updated = outcome.changed.union(&outcome.restocked).filter(is_updated).count() as u64;
    report.unchanged = outcome.products - report.created - report.updated;
    (report.variants, report.pictures) = (outcome.variants, outcome.pictures);
    report.ignored_columns = staged.ignored_columns;
    report.warnings = outcome.warnings;
    report.bad_rows.first.sort_by_key(|bad| bad.line);
    report.warnings.first.sort_by_key(|warning| warning.line);
    report
}

/// Says what a failure of the database means for whoever imports.
fn explain(failure: anyhow::Error) -> anyhow::Error {
    let sentence = match failure.downcast_ref::<sqlx::Error>() {
        // Its memory or its disk is full (PostgreSQL's error class 53): it is there, and says so itself.
        Some(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code.starts_with("53")) => {
            "the database has no room for the import; nothing was written"
        }
        Some(error) if error::is_outage(error) => "the database went away during the import; nothing was written",
        Some(_) => "the database refused the import; nothing was written",
        None => return failure,
    };
    failure.context(sentence)
}
