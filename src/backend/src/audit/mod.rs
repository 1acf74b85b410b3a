//! `devopsify audit`: whether what must always hold of stock, orders and money does hold, in one snapshot.

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant, SystemTime},
};

use clap::Args;
use metrics::gauge;
use sqlx::{Connection, PgConnection};
use tokio_util::sync::CancellationToken;

use crate::{
    config::DatabaseConfig,
    database::{self, Pool},
    running_store,
};

mod invariants;

use invariants::INVARIANTS;
pub use invariants::NAMES;

/// What to audit.
#[derive(Clone, Args)]
pub struct AuditCommand {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// The folder of the `up` to audit, if one runs there and DATABASE_URL is not set.
    #[arg(long, env = "DEVOPSIFY_HOME", default_value = ".devopsify")]
    pub home: PathBuf,
}

/// What an audit found of one invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name, in metrics and alerts.
    pub name: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// How many orders, carts, payments or variants break it.
    pub violations: i64,
    /// Five of them at the most.
    pub examples: Vec<String>,
}

/// Audits and prints each invariant with the number of its violations; a failure if there are any.
///
/// # Errors
/// When the database cannot be asked.
pub async fn run(command: AuditCommand) -> anyhow::Result<ExitCode> {
    let mut database = command.database;
    database.database_url = database.database_url.or_else(|| running_store::database_url(&command.home));
    let findings = audit(&mut *database::pool(&database)?.acquire().await?).await?;
    for finding in &findings {
        println!("{:>6}  {:<45}{}", finding.violations, finding.name, finding.sentence);
        if !finding.examples.is_empty() {
            println!("        for example {}", finding.examples.join(", "));
        }
    }
    let holds = findings.iter().all(|finding| finding.violations == 0);
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks every invariant in one snapshot. It reads only and waits for nobody, so it is safe while the store sells.
///
/// # Errors
/// When the database refuses.
pub async fn audit(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let mut tx = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    // A store with a long history takes longer than a visitor would wait.
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
    let findings = check(&mut tx).await?;
    tx.commit().await?;
    Ok(findings)
}

/// Checks every invariant in the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn check(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let mut findings = Vec::with_capacity(INVARIANTS.len());
    for invariant in INVARIANTS {
        let (violations, examples) = (invariant.check)(connection).await?;
        findings.push(Finding { name: invariant.name, sentence: invariant.sentence, violations, examples });
    }
    Ok(findings)
}

/// Audits again and again until `stop`, as metrics. While the database is away the time of the last audit stays behind.
pub async fn watch(db: &Pool, interval: Duration, stop: &CancellationToken) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let began = Instant::now();
        let audited = async { audit(&mut *db.acquire().await?).await };
        match stop.run_until_cancelled(audited).await {
            Some(Ok(findings)) => publish(&findings, began.elapsed()),
            Some(Err(error)) => tracing::warn!(%error, "the audit could not be made"),
            None => return,
        }
    }
}

fn publish(findings: &[Finding], took: Duration) {
    for Finding { name, sentence, violations, examples } in findings {
        gauge!("audit_violations", "invariant" => *name).set(*violations as f64);
        if *violations > 0 {
            tracing::error!(invariant = name, violations, ?examples, "this does not hold: {sentence}");
        }
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    gauge!("audit_duration_seconds").set(took);
    gauge!("audit_last_success_timestamp_seconds").set(now);
}
