//! An embedded PostgreSQL server: made when it is missing, started, started again, stopped.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

use anyhow::{Context, bail};
use rustix::process::Signal;
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    cluster::{self, NAME},
    place::Place,
    process::{Log, Process, Step},
    programs::Programs,
};

const READY_WITHIN: Duration = Duration::from_secs(60);
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// Fast shutdown, then immediate shutdown (the next start recovers), then the end.
const STOP: [Step; 3] = [
    (Signal::INT, Duration::from_secs(30)),
    (Signal::QUIT, Duration::from_secs(5)),
    (Signal::KILL, Duration::from_secs(5)),
];

const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "timezone=UTC",
    "log_timezone=UTC",
    // What an error is about may be a row with an address: the log has the error alone.
    "log_error_verbosity=terse",
];
const LASTING: &[&str] = &["max_connections=100"];
/// Data that nobody will miss is never waited for.
const THROW_AWAY: &[&str] =
    &["max_connections=200", "fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_wal_size=4GB"];

/// What a server is for.
pub struct Options {
    /// `src/database`, where the programs are installed.
    pub database: PathBuf,
    /// Whether the data is worthless afterwards: it is then never synced, and deleted at the stop.
    pub throw_away: bool,
}

/// A server; dropped without a stop, it is killed.
pub struct Server {
    place: Place,
    log: Log,
    seen: u64,
    throw_away: bool,
    password: String,
    port: u16,
    announced: bool,
    version: String,
    process: Process,
}

enum Answer {
    Ready(String),
    NotYet(String),
}

impl Server {
    /// Starts a server on `<home>/postgres` and waits until it accepts connections.
    ///
    /// # Errors
    /// When it cannot be started; the message says what to do, or how its log ends.
    pub async fn start(home: &Path, options: &Options) -> anyhow::Result<Self> {
        let mut server = Self::launch(home, options).await?;
        match server.ready().await {
            Ok(()) => Ok(server),
            Err(error) => {
                server.stop(&CancellationToken::new()).await;
                Err(error)
            }
        }
    }

    /// Starts a server without waiting for it; `ready` waits.
    ///
    /// # Errors
    /// As `start`.
    pub async fn launch(home: &Path, options: &Options) -> anyhow::Result<Self> {
        let programs = Programs::find(&options.database)?;
        let log = Log::begin(&home.join("logs"), "postgres").context("the log of PostgreSQL cannot be written")?;
        let place = Place::find(home, &programs, options.throw_away)?;
        cluster::prepare(&place, &log, options.throw_away).await?;
        let (password, port, seen) = (place.password()?, free_port()?, log.length());
        let process = spawn(&place, &log, port, options.throw_away).await?;
        let throw_away = options.throw_away;
        Ok(Self { place, log, seen, throw_away, password, port, announced: false, version: String::new(), process })
    }

    /// Waits until the server accepts connections, 60 s at most; a server that gives up for a passing reason is started again.
    ///
    /// # Errors
    /// When it ends or the time is up; the message has the end of its log.
    pub async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        let mut last = String::from("it was never asked");
        while Instant::now() < deadline {
            if let Some(ended) = self.process.has_ended()? {
                self.again_unless_hopeless(ended).await?;
            }
            match timeout(Duration::from_secs(5), self.ask()).await {
                Ok(Ok(Answer::Ready(version))) => {
                    (self.version, self.announced) = (version, true);
                    return Ok(());
                }
                Ok(Ok(Answer::NotYet(reason))) => last = reason,
                Ok(Err(error)) => return Err(error),
                Err(_) => last = "it does not answer".into(),
            }
            sleep(ASK_AGAIN).await;
        }
        bail!("PostgreSQL was not ready within {} s ({last}); {}", READY_WITHIN.as_secs(), self.log_end())
    }

    /// Starts a server that has ended again, on the same port, and waits until it is ready.
    ///
    /// # Errors
    /// As `ready`.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.spawn_again().await?;
        self.ready().await
    }

    async fn spawn_again(&mut self) -> anyhow::Result<()> {
        cluster::prepare(&self.place, &self.log, self.throw_away).await?;
        self.seen = self.log.length();
        self.process = spawn(&self.place, &self.log, self.port, self.throw_away).await?;
        Ok(())
    }

    /// Somebody may take the port before PostgreSQL does, and the workers of a killed server take a moment to notice.
    async fn again_unless_hopeless(&mut self, ended: ExitStatus) -> anyhow::Result<()> {
        // The workers of a killed server may say a lot after the new one said why it ended.
        let said = self.log.after(self.seen);
        if said.contains("could not bind") && !self.announced {
            self.port = free_port()?;
        } else if !said.contains("could not bind") && !said.contains("still in use") {
            bail!("PostgreSQL ended ({ended}); {}", self.log_end());
        }
        sleep(Duration::from_millis(100)).await;
        self.spawn_again().await
    }

    /// Connects as everybody will; the database is made when the first one asks for it.
    async fn ask(&self) -> anyhow::Result<Answer> {
        let refused = match self.connect(NAME).await {
            Ok(connection) => return greet(connection).await,
            Err(refused) => refused,
        };
        match refused.as_database_error().and_then(|error| error.code()).as_deref() {
            Some("3D000") => {
                let mut connection = self.connect("postgres").await?;
                sqlx::query("CREATE DATABASE devopsify").execute(&mut connection).await?;
                greet(connection).await
            }
            Some("28P01") => bail!(
                "the password in {} does not open the database: put the right one back, or delete {} to start anew",
                self.place.password_file().display(),
                self.place.data().display()
            ),
            _ => Ok(Answer::NotYet(refused.to_string())),
        }
    }

    async fn connect(&self, database: &str) -> sqlx::Result<PgConnection> {
        self.url_of(database).parse::<PgConnectOptions>()?.application_name("devopsify up").connect().await
    }

    /// The address of the database.
    pub fn url(&self) -> String {
        self.url_of(NAME)
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://{NAME}:{}@127.0.0.1:{}/{database}?sslmode=disable", self.password, self.port)
    }

    /// The password of its administrator.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// PostgreSQL's version, once it was ready.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder that the data and the password are in.
    pub fn folder(&self) -> &Path {
        self.place.folder()
    }

    /// The process id of the server.
    pub fn id(&self) -> i32 {
        self.process.id()
    }

    /// Waits for the server's end, which nobody asked for.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.process.ended().await
    }

    /// How the log ends, as part of a message.
    pub fn log_end(&self) -> String {
        format!("{} ends with:\n{}", self.log.path().display(), self.log.end(self.seen))
    }

    /// Stops the server, waits until it is gone, and deletes its data if it was to be thrown away.
    pub async fn stop(&mut self, hurry: &CancellationToken) {
        self.process.stop(&STOP, hurry).await;
        if self.throw_away
            && let Err(error) = self.place.remove()
        {
            tracing::warn!(%error, "the throw-away database in {} cannot be deleted", self.place.folder().display());
        }
    }
}

async fn spawn(place: &Place, log: &Log, port: u16, throw_away: bool) -> anyhow::Result<Process> {
    let mut command = place.account.command(place.programs.program("postgres"), Some("INT"));
    command.current_dir(place.folder()).env("LC_ALL", "C").arg("-D").arg(place.data());
    command.args(["-p", &port.to_string()]);
    if place.programs.has_library("pg_stat_statements") {
        command.args(["-c", "shared_preload_libraries=pg_stat_statements"]);
    }
    for setting in SETTINGS.iter().chain(if throw_away { THROW_AWAY } else { LASTING }) {
        command.args(["-c", setting]);
    }
    Process::start(command, log).await.context("PostgreSQL cannot be started")
}

async fn greet(mut connection: PgConnection) -> anyhow::Result<Answer> {
    let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(&mut connection).await?;
    connection.close().await?;
    // Builds add who made them: `18.4 (Debian 18.4-1)`.
    Ok(Answer::Ready(version.split(' ').next().unwrap_or_default().to_owned()))
}

/// A port that nobody listens on, at this moment.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port on 127.0.0.1 is free")?;
    Ok(listener.local_addr()?.port())
}
