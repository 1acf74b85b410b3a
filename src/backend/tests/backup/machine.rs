//! A machine: a PostgreSQL whose log goes to a folder of backups, and others that are restored from there.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::{DateTime, SecondsFormat, Utc};
use devopsify::database::roles::{self, Addresses, Passwords};
use devopsify_local::up::postgres::{Options, Server};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{AssertSqlSafe, PgPool};
use tempfile::TempDir;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// What a command said, and whether it did what it was asked for.
#[derive(Debug)]
pub struct Said {
    pub well: bool,
    pub text: String,
}

impl Said {
    /// What it said, if it did what it was asked for.
    #[track_caller]
    pub fn done(self) -> String {
        assert!(self.well, "{}", self.text);
        self.text
    }

    /// Why it did not.
    #[track_caller]
    pub fn refused(self, why: &str) {
        assert!(!self.well && self.text.contains(why), "{} instead of {why}", self.text);
    }
}

/// A PostgreSQL on this machine.
pub struct Machine {
    backups: PathBuf,
    pub server: Server,
    pub db: PgPool,
    pub addresses: Addresses,
}

impl Machine {
    /// A PostgreSQL with the store's schema, which archives by the settings that the program prints.
    pub async fn archiving(folder: &TempDir) -> Self {
        let mut machine = Self::start(&folder.path().join("home"), &folder.path().join("backups")).await;
        machine.archive(&[]).await;
        machine
    }

    /// Gives it the settings that the program prints, and others after them, and starts it again.
    pub async fn archive(&mut self, others: &[&str]) {
        let settings = self.backup(&["settings"]).await.done();
        for setting in settings.lines().chain(others.iter().copied()) {
            self.set(setting).await;
        }
        self.restart().await;
    }

    /// A PostgreSQL with the store's schema that archives nothing.
    pub async fn start(home: &Path, backups: &Path) -> Self {
        let machine = Self::on(home, backups).await;
        roles::create(&machine.server.url(), &Passwords::same(machine.server.password())).await.unwrap();
        devopsify::database::migrate(&machine.addresses.owner).await.unwrap();
        machine
    }

    /// A PostgreSQL on what is in its home.
    async fn on(home: &Path, backups: &Path) -> Self {
        let database = Path::new(env!("CARGO_MANIFEST_DIR")).join("../database").canonicalize().unwrap();
        let server = Server::start(home, &Options { database, throw_away: false }).await.unwrap();
        let db = PgPool::connect(&server.url()).await.unwrap();
        let passwords = Passwords::same(server.password());
        let addresses = Addresses::of(&server.url(), &passwords).unwrap();
        Self { backups: backups.to_owned(), server, db, addresses }
    }

    /// Changes a setting, given as in `postgresql.conf`.
    pub async fn set(&self, setting: &str) {
        for sql in [format!("ALTER SYSTEM SET {setting}"), "SELECT pg_reload_conf()".into()] {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&self.db).await.unwrap();
        }
    }

    pub async fn restart(&mut self) {
        self.db.close().await;
        kill_process(Pid::from_raw(self.server.id()).unwrap(), Signal::INT).unwrap();
        self.server.ended().await.unwrap();
        self.server.restart().await.unwrap();
        self.db = PgPool::connect(&self.server.url()).await.unwrap();
    }

    /// Stops the server, which archives what it has.
    pub async fn stop(mut self) {
        self.db.close().await;
        self.server.stop(&CancellationToken::new()).await;
    }

    pub fn data(&self) -> PathBuf {
        self.server.folder().join("data")
    }

    /// `devopsify backup …` on this machine's database and backups.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = backup(&self.backups, words);
        command.env("DATABASE_OWNER_URL", &self.addresses.owner);
        command
    }

    pub async fn backup(&self, words: &[&str]) -> Said {
        said(self.command(words)).await
    }

    /// The server's clock.
    pub async fn now(&self) -> DateTime<Utc> {
        sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&self.db).await.unwrap()
    }

    /// Waits until the log of everything that was committed is in the archive.
    pub async fn archived(&self) {
        let sql = "SELECT pg_walfile_name(pg_switch_wal())";
        let segment: String = sqlx::query_scalar(sql).fetch_one(&self.db).await.unwrap();
        let file = self.backups.join("wal").join(format!("{segment}.gz"));
        until(&format!("{segment} in the archive"), async || file.exists()).await;
    }

    /// A PostgreSQL on an empty home, restored to a moment, once it takes changes, and what the restore said. It has the password
    /// of the home that was backed up.
    pub async fn restored(backups: &Path, old: &Path, home: &Path, at: DateTime<Utc>) -> (Self, String) {
        let said = said(restore(backups, &emptied(old, home), Some(at))).await.done();
        (Self::recovered(home, backups).await, said)
    }

    /// A PostgreSQL on a restored folder, once it takes changes.
    pub async fn recovered(home: &Path, backups: &Path) -> Self {
        let machine = Self::on(home, backups).await;
        until("the end of the recovery", async || {
            let sql = "SELECT NOT pg_is_in_recovery()";
            sqlx::query_scalar(sql).fetch_one(&machine.db).await.unwrap()
        })
        .await;
        machine
    }

    /// What `devopsify audit` says.
    pub async fn audit(&self) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_devopsify"));
        command.arg("audit").env("DATABASE_URL", &self.addresses.application);
        said(command).await
    }
}

/// Where the data folder of another home will be, which gets the password of the old one.
pub fn emptied(old: &Path, home: &Path) -> PathBuf {
    std::fs::create_dir_all(home.join("postgres")).unwrap();
    std::fs::copy(old.join("postgres/password"), home.join("postgres/password")).unwrap();
    home.join("postgres/data")
}

/// `devopsify backup …` on a folder of backups.
pub fn backup(backups: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devopsify"));
    command.arg("backup").args(words).env("BACKUP_DIRECTORY", backups).kill_on_drop(true);
    command
}

pub fn restore(backups: &Path, into: &Path, at: Option<DateTime<Utc>>) -> Command {
    let mut command = backup(backups, &["restore", "--into", into.to_str().unwrap()]);
    if let Some(at) = at {
        command.args(["--at", &at.to_rfc3339_opts(SecondsFormat::Micros, true)]);
    }
    command
}

pub async fn said(mut command: Command) -> Said {
    let output = command.output().await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    Said { well: output.status.success(), text: String::from_utf8(text).unwrap() }
}

/// Waits for something, a minute at most.
pub async fn until(what: &str, happened: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !happened().await {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
