//! `devopsify backup create`: a copy of the running database, and the log that makes it whole.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use super::{
    CreateOptions,
    archive::{Archive, sync_folder},
    base::Base,
    files::{Writer, Written},
    history::History,
    prune,
    server::{About, Server},
};

const AGAIN_AFTER: Duration = Duration::from_secs(300);

/// Makes a backup, or one again and again until `stop`.
///
/// # Errors
/// When the one cannot be made; of many, a failure is logged and tried again.
pub async fn run(url: &str, options: &CreateOptions, stop: &CancellationToken) -> anyhow::Result<()> {
    let archive = Archive::make(&options.folder.backup_directory)?;
    let Some(every) = options.every else { return one(url, &archive, options, stop).await };
    while !stop.is_cancelled() {
        let newest = archive.history()?.bases.last().map(|base| base.ended_at);
        let age = newest.map_or(every, |newest| (Utc::now() - newest).to_std().unwrap_or_default());
        let wait = every.saturating_sub(age);
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            break;
        }
        if let Err(error) = one(url, &archive, options, stop).await
            && !stop.is_cancelled()
        {
            eprintln!("devopsify: {error:#}; again in {} s", AGAIN_AFTER.as_secs());
            stop.run_until_cancelled(tokio::time::sleep(AGAIN_AFTER)).await;
        }
    }
    Ok(())
}

/// Makes a backup, tells of it, and deletes what is too old: before it too, or a disk that is full would stay so.
async fn one(url: &str, archive: &Archive, options: &CreateOptions, stop: &CancellationToken) -> anyhow::Result<()> {
    let mut server = Server::connect(url).await?;
    let prune = || options.keep.map_or(Ok(()), |keep| prune::prune(archive, Utc::now() - keep));
    prune()?;
    let base = create(&mut server, archive, options, stop).await?;
    println!("{} of {} in {}", base.file().display(), super::size(base.bytes), seconds(&base));
    if let Some(path) = &options.metrics_file {
        tell(path, base.ended_at).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    prune()
}

fn seconds(base: &Base) -> String {
    format!("{:.1} s", (base.ended_at - base.started_at).as_seconds_f64())
}

/// Copies the database. Until all of it, and the log that it needs, is on the disk and was read back, nothing looks like a copy.
async fn create(
    server: &mut Server,
    archive: &Archive,
    options: &CreateOptions,
    stop: &CancellationToken,
) -> anyhow::Result<Base> {
    expect_same_server(&archive.history()?, &server.about, archive)?;
    let data = server.data_folder(options.data_directory.as_deref())?;
    let started_at = server.begin().await?;
    let half = archive.begin(&Base::named(started_at))?;
    let (file, stopped) = (Base::file_in(half.folder()), stop.clone());
    let mut writer = in_background(move || {
        let mut writer =
            Writer::create(&file, stopped).with_context(|| format!("{} cannot be made", file.display()))?;
        writer.data_folder(&data)?;
        Ok(writer)
    })
    .await?;
    let ended = server.end().await?;
    let Written { data_bytes, bytes, sha256 } = in_background(move || {
        writer.text("backup_label", &ended.label)?;
        writer.finish().context("the backup cannot be written")
    })
    .await?;
    let base = Base {
        folder: half.folder().to_owned(),
        started_at,
        ended_at: ended.at,
        postgresql: server.about.version.clone(),
        system_identifier: server.about.system_identifier.clone(),
        start_wal: ended.start_wal,
        stop_wal: ended.stop_wal,
        stop_lsn: ended.lsn,
        wal_segment_bytes: server.about.segment_bytes.unsigned_abs(),
        data_bytes,
        bytes,
        sha256,
    };
    base.write()?;
    server.expect_archived(archive, &base, options.archive_within, stop).await?;
    let base = in_background(move || base.verify().map(|()| base)).await?;
    archive.keep(half, base)
}

/// The log of another server would be taken for this one's.
fn expect_same_server(history: &History, about: &About, archive: &Archive) -> anyhow::Result<()> {
    let other = history.bases.iter().find(|base| base.system_identifier != about.system_identifier);
    ensure!(
        other.is_none(),
        "{} has backups of another PostgreSQL: give this one a folder of its own by BACKUP_DIRECTORY",
        archive.folder().display()
    );
    Ok(())
}

/// Reading and writing files waits for disks, which must not hold up the connection.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.context("the work was interrupted")?
}

/// Tells Prometheus of it by node_exporter's textfile collector, which reads files whole: it must never see half of one.
fn tell(path: &Path, at: DateTime<Utc>) -> io::Result<()> {
    let mut half: PathBuf = path.to_owned();
    half.as_mut_os_string().push(".new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&half)?;
    write!(
        file,
        "# HELP backup_last_success_timestamp_seconds When the last backup ended that is where it belongs and was read back.\n\
         # TYPE backup_last_success_timestamp_seconds gauge\n\
         backup_last_success_timestamp_seconds {}\n",
        at.timestamp()
    )?;
    file.sync_all()?;
    std::fs::rename(&half, path)?;
    // A name without a folder is in this one.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_folder(folder)
}
