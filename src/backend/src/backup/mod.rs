//! `devopsify backup`: copies of the running database and its log, from which any moment of the last days can be restored.

use std::{path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::config::OwnerConfig;

mod archive;
mod base;
mod create;
mod files;
mod history;
mod prune;
mod restore;
mod server;
mod settings;
mod wal;

use archive::Archive;
use base::Base;
use history::{History, Reach, Way, shown, shown_after};
use wal::Timeline;

/// What to do.
#[derive(Clone, Args)]
pub struct BackupCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Clone, Subcommand)]
enum Action {
    /// Copy the running database into the folder, without stopping it.
    Create {
        #[command(flatten)]
        database: OwnerConfig,
        #[command(flatten)]
        options: CreateOptions,
    },
    /// Print the backups, and from when to when each can restore any moment.
    List(Folder),
    /// Make an empty folder a data folder of PostgreSQL, which goes on to a chosen moment when it is started.
    Restore(RestoreOptions),
    /// Print the settings by which PostgreSQL archives its log into the folder.
    Settings(Folder),
}

/// The folder that backups are kept in.
#[derive(Clone, Args)]
pub struct Folder {
    /// The folder that backups are kept in; PostgreSQL sees it at the same place.
    #[arg(long, env = "BACKUP_DIRECTORY")]
    pub backup_directory: PathBuf,
}

/// How a backup is made.
#[derive(Clone, Args)]
pub struct CreateOptions {
    /// Where it comes to.
    #[command(flatten)]
    pub folder: Folder,

    /// Where PostgreSQL's data folder is, if it is seen from here at another place than PostgreSQL sees it.
    #[arg(long, env = "BACKUP_DATA_DIRECTORY")]
    pub data_directory: Option<PathBuf>,

    /// Stay, and make one whenever the last one is so old, such as `24h`.
    #[arg(long, env = "BACKUP_EVERY", value_parser = span)]
    pub every: Option<Duration>,

    /// Delete what no moment of this span needs, such as `14d`; the last backup always stays.
    #[arg(long, env = "BACKUP_KEEP", value_parser = span)]
    pub keep: Option<Duration>,

    /// How long PostgreSQL may take to archive the log of the backup.
    #[arg(long, env = "BACKUP_ARCHIVE_WITHIN", default_value = "5m", value_parser = span)]
    pub archive_within: Duration,

    /// A file for node_exporter's textfile collector, which then tells when the last backup was made; its name ends in `.prom`.
    #[arg(long, env = "BACKUP_METRICS_FILE")]
    pub metrics_file: Option<PathBuf>,
}

/// What is restored, and to where.
#[derive(Clone, Args)]
pub struct RestoreOptions {
    /// Where the backups are.
    #[command(flatten)]
    pub folder: Folder,

    /// The moment, as in `2026-01-31T14:05:00Z`: what was committed until then is restored. Without it, all that there is.
    #[arg(long, value_parser = moment)]
    pub at: Option<DateTime<Utc>>,

    /// The folder that becomes the data folder; it is empty or not there.
    #[arg(long)]
    pub into: PathBuf,
}

/// Does it; `stop` ends what takes long.
///
/// # Errors
/// When it cannot be done; the message says what to do.
pub async fn run(command: BackupCommand, stop: CancellationToken) -> anyhow::Result<()> {
    match command.action {
        Action::Create { database, options } => create::run(database.required_url()?, &options, &stop).await,
        Action::List(folder) => {
            let archive = Archive::open(&folder.backup_directory)?;
            list(&archive.history()?);
            Ok(())
        }
        Action::Restore(options) => tokio::task::spawn_blocking(move || restore::run(&options, &stop)).await?,
        Action::Settings(folder) => {
            for (name, value) in settings::archiving(&folder.backup_directory.join("wal"))? {
                println!("{name} = '{}'", value.replace('\'', "''"));
            }
            Ok(())
        }
    }
}

fn list(history: &History) {
    if history.bases.is_empty() {
        println!("there is no backup yet: `devopsify backup create` makes one");
    }
    for base in &history.bases {
        let spans = spans(history, base);
        let spans = if spans.is_empty() { "nothing, because its log is missing".into() } else { spans.join(", ") };
        println!("{}  {:>9} of {:>9}  restores {spans}", base.name(), size(base.bytes), size(base.data_bytes));
    }
}

/// The moments that can be restored from a copy: of its own timeline, and of those that were begun from it since.
fn spans(history: &History, base: &Base) -> Vec<String> {
    let own = history.log.timeline(base.timeline());
    let later = history.log.timelines.iter().filter(|timeline| timeline.id > base.timeline());
    let later = later.filter(|timeline| timeline.goes_back_to(base.timeline(), base.stop_lsn)).cloned();
    let span = |timeline: Timeline| {
        let from = timeline.began_at.max(base.ended_at);
        let Reach { until, missing } = history.reach(&Way { base, timeline });
        let to = until.filter(|until| *until >= from)?;
        let gap = missing.map(|segment| format!(" (then {segment} is missing)")).unwrap_or_default();
        let (from, to) = (shown_after(from), shown(to));
        // Right after the end of a copy no whole second has passed yet.
        Some(if from <= to { format!("{from} to {to}{gap}") } else { format!("its end alone{gap}") })
    };
    std::iter::once(own).chain(later).filter_map(span).collect()
}

/// A size for people, in megabytes.
fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// A span of time: a number and its unit, one of `s`, `m`, `h` and `d`.
fn span(text: &str) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];
    let in_unit = |(unit, seconds): (&str, u64)| text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(seconds);
    // A hundred years keep every sum with a date in bounds.
    let seconds = units.into_iter().find_map(in_unit).unwrap_or_default();
    if !(1..=100 * 366 * 24 * 60 * 60).contains(&seconds) {
        return Err("give a number and its unit, such as 90s, 30m, 24h or 14d".into());
    }
    Ok(Duration::from_secs(seconds))
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let moment = DateTime::parse_from_rfc3339(text);
    moment.map(|moment| moment.to_utc()).map_err(|error| format!("give it as 2026-01-31T14:05:00Z ({error})"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{moment, span};

    #[test]
    fn spans_have_a_unit() {
        assert_eq!(span("24h"), Ok(Duration::from_secs(86_400)));
        assert_eq!(span("14d"), Ok(Duration::from_secs(14 * 86_400)));
        for bad in ["", "14", "d", "0d", "-1d", "1.5h", "14 d", "99999999999999d", "1w", "1é"] {
            assert!(span(bad).is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn a_moment_has_a_zone() {
        assert_eq!(moment("2026-01-31T15:05:00+01:00"), moment("2026-01-31T14:05:00Z"));
        for bad in ["2026-01-31", "2026-01-31T14:05:00", "yesterday"] {
            assert!(moment(bad).is_err(), "{bad} was taken");
        }
    }
}
