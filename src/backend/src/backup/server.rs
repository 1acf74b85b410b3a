//! The running PostgreSQL, as a backup talks to it: one connection that holds the lock, and begins and ends the backup.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use sqlx::{Connection, FromRow, PgConnection, postgres::PgConnectOptions};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{
    archive::Archive,
    base::Base,
    files::CONTROL,
    wal::{Lsn, Segment},
};

/// Any number that nothing else takes: one backup of a server at a time.
const LOCK: i64 = 0x6465_766f_6261_636b;
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// The connection; when it ends, the server forgets the lock and a backup that was begun.
pub struct Server {
    connection: PgConnection,
    /// What it says of itself.
    pub about: About,
}

/// What a server says of itself.
#[derive(Debug, Clone, FromRow)]
pub struct About {
    /// Its version.
    pub version: String,
    /// Where it sees its data folder.
    pub data_directory: String,
    /// The number that tells one PostgreSQL's files from another's.
    pub system_identifier: String,
    /// The size of a segment of its log.
    pub segment_bytes: i64,
    in_recovery: bool,
    archives: bool,
    tablespaces: i64,
}

/// The end of a backup.
pub struct Ended {
    /// When.
    pub at: DateTime<Utc>,
    /// Where in the log.
    pub lsn: Lsn,
    /// The first segment of the log that the copy needs.
    pub start_wal: Segment,
    /// The last one.
    pub stop_wal: Segment,
    /// What belongs into the copy as `backup_label`.
    pub label: String,
}

impl Server {
    /// Connects, takes the lock, and makes sure that a backup can be made.
    ///
    /// # Errors
    /// When it cannot; the message says what to do.
    pub async fn connect(url: &str) -> anyhow::Result<Self> {
        let options: PgConnectOptions = url.parse().context("DATABASE_URL is not an address of PostgreSQL")?;
        let options = options.application_name("devopsify backup").options([("statement_timeout", "0")]);
        let mut connection = PgConnection::connect_with(&options).await.context("the database cannot be reached")?;
        let is_ours: bool =
            sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut connection).await?;
        ensure!(is_ours, "another backup of this database is being made: wait for its end");
        let about: About = sqlx::query_as(
            "SELECT current_setting('server_version') AS version, current_setting('data_directory') AS data_directory,
                    (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
                    pg_size_bytes(current_setting('wal_segment_size')) AS segment_bytes,
                    pg_is_in_recovery() AS in_recovery,
                    current_setting('archive_mode') <> 'off'
                    AND current_setting('archive_command') || current_setting('archive_library') <> '' AS archives,
                    (SELECT count(*) FROM pg_tablespace WHERE pg_tablespace_location(oid) <> '') AS tablespaces",
        )
        .fetch_one(&mut connection)
        .await
        .context("the database's role may not make backups: give DATABASE_OWNER_URL with the owner that `devopsify roles` made")?;
        ensure!(
            !about.in_recovery,
            "this PostgreSQL is still recovering, or a replica: back up the one that it follows"
        );
        ensure!(
            about.archives,
            "this PostgreSQL does not archive its log, without which a copy of its files is none: give it the settings that \
             `devopsify backup settings` prints, and start it again"
        );
        ensure!(
            about.tablespaces == 0,
            "this PostgreSQL has tablespaces outside its data folder, which a backup does not hold: move their tables back"
        );
        Ok(Self { connection, about })
    }

    /// Where its data folder is, which a container may see elsewhere, and makes sure that it is this server's.
    ///
    /// # Errors
    /// When it cannot be read or is another one's.
    pub fn data_folder(&self, given: Option<&Path>) -> anyhow::Result<PathBuf> {
        let folder = given.map_or_else(|| PathBuf::from(&self.about.data_directory), Path::to_owned);
        let identifier = || -> io::Result<u64> {
            let mut bytes = [0; 8];
            File::open(folder.join(CONTROL))?.read_exact(&mut bytes)?;
            Ok(u64::from_ne_bytes(bytes))
        };
        let identifier = identifier().with_context(|| {
            format!(
                "the data folder {} cannot be read: run as the user whom it belongs to, and give its place, if it is another \
                 one here, by BACKUP_DATA_DIRECTORY",
                folder.display()
            )
        })?;
        ensure!(
            identifier.to_string() == self.about.system_identifier,
            "{} is the data folder of another PostgreSQL than the one of DATABASE_URL: give the right one by \
             BACKUP_DATA_DIRECTORY",
            folder.display()
        );
        Ok(folder)
    }

    /// Begins a backup; the server answers once it has written down all that was changed before.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn begin(&mut self) -> anyhow::Result<DateTime<Utc>> {
        let sql = "SELECT clock_timestamp() FROM pg_backup_start('devopsify', fast => true)";
        sqlx::query_scalar(sql)
            .fetch_one(&mut self.connection)
            .await
            .context("the backup cannot be begun: give DATABASE_OWNER_URL with the owner that `devopsify roles` made")
    }

    /// Ends the backup, and has the segment of its end archived.
    ///
    /// # Errors
    /// When the connection was lost meanwhile, which makes the copy worthless.
    pub async fn end(&mut self) -> anyhow::Result<Ended> {
        let (at, lsn, stop_wal, label): (DateTime<Utc>, String, String, String) = sqlx::query_as(
            "SELECT clock_timestamp(), lsn::text, pg_walfile_name(lsn), labelfile FROM pg_backup_stop(wait_for_archive => false)",
        )
        .fetch_one(&mut self.connection)
        .await
        .context("the backup cannot be ended, so it is thrown away")?;
        // START WAL LOCATION: 0/2000028 (file 000000010000000000000002)
        let start = label.split_once("(file ").and_then(|(_, rest)| rest.get(..24)).unwrap_or_default();
        let parsed = || Ok::<_, String>((lsn.parse()?, start.parse()?, stop_wal.parse()?));
        let (lsn, start_wal, stop_wal) = parsed().map_err(anyhow::Error::msg)?;
        Ok(Ended { at, lsn, start_wal, stop_wal, label })
    }

    /// Waits until a copy's log is in the archive, to its end.
    ///
    /// # Errors
    /// When it is not there in time, or `stop` is cancelled.
    pub async fn expect_archived(
        &mut self,
        archive: &Archive,
        base: &Base,
        within: Duration,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let (segment, deadline) = (base.stop_wal, Instant::now() + within);
        let file = archive.wal().join(format!("{segment}.gz"));
        while !(file.exists() && self.has_archived(base).await?) {
            ensure!(!stop.is_cancelled(), "the backup was asked to stop before its log was archived");
            if Instant::now() > deadline {
                let failure = self.failure().await?;
                anyhow::bail!(
                    "the backup is thrown away: its log, {segment}, did not come to {} within {} s. {failure} Give PostgreSQL the \
                     archive_command that `devopsify backup settings` prints, and look at its log, which has the command's words",
                    archive.wal().display(),
                    within.as_secs()
                );
            }
            sleep(ASK_AGAIN).await;
        }
        Ok(())
    }

    /// Whether the server says so too. A file of that name may be of another past, such as that of a machine whose disk was put
    /// back; what archive_command refuses therefore stays ready.
    async fn has_archived(&mut self, base: &Base) -> sqlx::Result<bool> {
        let end = (base.stop_wal.number(base.wal_segment_bytes) + 1) * base.wal_segment_bytes;
        // A segment is ready once it is written to its end.
        sqlx::query_scalar(
            "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') >= $1
                    AND NOT EXISTS (SELECT FROM pg_ls_archive_statusdir()
                                    WHERE name ~ '^[0-9A-F]{24}[.]ready$' AND left(name, 24) COLLATE \"C\" BETWEEN $2 AND $3)",
        )
        .bind(i64::try_from(end).unwrap_or(i64::MAX))
        .bind(base.start_wal.to_string())
        .bind(base.stop_wal.to_string())
        .fetch_one(&mut self.connection)
        .await
    }

    /// What the server says of its archive_command.
    async fn failure(&mut self) -> anyhow::Result<String> {
        let told: Option<String> = sqlx::query_scalar(
            "SELECT 'archive_command failed ' || failed_count || ' times, last for ' || last_failed_wal || '.' FROM pg_stat_archiver
             WHERE last_failed_time > coalesce(last_archived_time, '-infinity')",
        )
        .fetch_optional(&mut self.connection)
        .await?;
        Ok(told.unwrap_or_else(|| "archive_command does not fail, so it is slow or archives elsewhere.".into()))
    }
}
