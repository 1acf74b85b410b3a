//! The subcommand: its arguments, its progress and its report.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::bail;
use clap::Args;
use url::Url;

use super::{Options, import};
use crate::{
    config::{self, DatabaseConfig},
    database,
    files::FileStore,
    running_store,
};

const BETWEEN_PROGRESS: Duration = Duration::from_millis(100);

/// What to import, and how.
#[derive(Clone, Args)]
pub struct ImportCommand {
    /// A product export in Shopify's CSV format.
    pub file: PathBuf,

    /// Leave out the products that have a bad row, instead of writing nothing.
    #[arg(long)]
    pub skip_bad: bool,

    /// Do everything and undo it, to see what would happen.
    #[arg(long)]
    pub dry_run: bool,

    /// Take the quantities as a stock-take: they become what is on hand, for variants that are known, too.
    #[arg(long)]
    pub stock: bool,

    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// The folder that holds the pictures, as a `file:` address.
    #[arg(long, env = "MEDIA_URL")]
    pub media_url: Option<Url>,

    /// The folder of the `up` to import into, if one runs there and DATABASE_URL is not set.
    #[arg(long, env = "DEVOPSIFY_HOME", default_value = ".devopsify")]
    pub home: PathBuf,
}

impl ImportCommand {
    /// The database and the pictures that were named, or those of the `up` that runs.
    fn store(&self) -> anyhow::Result<(DatabaseConfig, Url)> {
        let mut database = self.database.clone();
        let attached = database.database_url.is_none().then(|| running_store::database_url(&self.home)).flatten();
        let media = match (&self.media_url, &attached) {
            (Some(url), _) => url.clone(),
            (None, Some(_)) => running_store::media_url(&self.home)?,
            (None, None) => Url::parse(config::MEDIA_URL)?,
        };
        database.database_url = database.database_url.or(attached);
        Ok((database, media))
    }
}

/// Imports the file and prints the report.
///
/// # Errors
/// When nothing was written although it should have been.
pub async fn run(command: ImportCommand) -> anyhow::Result<()> {
    let (database, media_url) = command.store()?;
    let db = database::pool(&database)?;
    let media = FileStore::open(&media_url, "MEDIA_URL")?;
    let ImportCommand { file, skip_bad, dry_run, stock, .. } = command;
    let options = Options { skip_bad, dry_run, stock };
    let report = import(&db, &media, &file, &options, progress()).await;
    if std::io::stderr().is_terminal() {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    let report = report?;
    println!("{report}");
    if !report.bad_rows.is_empty() && !skip_bad {
        bail!(
            "{} rows cannot be used: correct them, or give --skip-bad to leave their products out",
            report.bad_rows.count
        );
    }
    Ok(())
}

/// One line that is written anew; nothing if nobody watches.
fn progress() -> impl FnMut(u64, u64) {
    let mut last: Option<Instant> = None;
    let is_watched = std::io::stderr().is_terminal();
    move |done, all| {
        if is_watched && last.is_none_or(|last| last.elapsed() >= BETWEEN_PROGRESS) {
            last = Some(Instant::now());
            let percent = done.saturating_mul(100) / all.max(1);
            let _ = write!(std::io::stderr(), "\rimporting {percent:>3} % of {} KiB", all / 1024);
        }
    }
}
