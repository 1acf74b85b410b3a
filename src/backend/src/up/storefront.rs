//! Next.js, which renders the pages and is reachable from this machine alone.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use rustix::process::Signal;
use tokio::{
    net::TcpStream,
    process::Command,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::process::{Log, Process, Step, ends_with_us};

const NEXT: &str = "node_modules/next/dist/bin/next";
const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP: [Step; 2] = [(Signal::TERM, Duration::from_secs(10)), (Signal::KILL, Duration::from_secs(5))];

/// How to run it.
pub struct Options {
    /// `src/frontend`.
    pub folder: PathBuf,
    /// The port on loopback.
    pub port: u16,
    /// The API's address.
    pub api_url: String,
    /// The address that visitors know.
    pub public_url: String,
    /// Development: pages are built as they are asked for.
    pub dev: bool,
}

/// A running Next.js; dropped without a stop, it is killed.
pub struct Storefront {
    options: Options,
    log: Log,
    seen: u64,
    process: Process,
}

impl Storefront {
    /// Starts it without waiting for it.
    ///
    /// # Errors
    /// When Node.js is missing or the storefront is not installed or built.
    pub async fn launch(logs: &Path, options: Options) -> anyhow::Result<Self> {
        ensure!(
            options.folder.join(NEXT).exists(),
            "Next.js is not in {}: run `make up`, which installs it",
            options.folder.display()
        );
        ensure!(
            options.dev || options.folder.join(".next/BUILD_ID").exists(),
            "the storefront in {} is not built: run `make up`, or set DEV=1 to build pages as they are asked for",
            options.folder.display()
        );
        let log = Log::begin(logs, "storefront").context("the log of Next.js cannot be written")?;
        let process = spawn(&options, &log).await?;
        Ok(Self { options, log, seen: 0, process })
    }

    /// Waits until it accepts connections, 60 s at most.
    ///
    /// # Errors
    /// When it ends or the time is up; the message has the end of its log.
    pub async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.options.port)).await.is_err() {
            if let Some(ended) = self.process.has_ended()? {
                bail!("Next.js ended ({ended}); {}", self.log_end());
            }
            if Instant::now() > deadline {
                bail!("Next.js was not ready within {} s; {}", READY_WITHIN.as_secs(), self.log_end());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Starts it again after it ended, on the same port, and waits until it is ready.
    ///
    /// # Errors
    /// As `ready`.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.seen = self.log.length();
        self.process = spawn(&self.options, &self.log).await?;
        self.ready().await
    }

    /// Waits for its end, which nobody asked for.
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

    /// Stops it and waits until it is gone.
    pub async fn stop(&mut self, hurry: &CancellationToken) {
        self.process.stop(&STOP, hurry).await;
    }
}

async fn spawn(options: &Options, log: &Log) -> anyhow::Result<Process> {
    let places = std::env::var_os("PATH").unwrap_or_default();
    ensure!(
        std::env::split_paths(&places).any(|place| place.join("node").is_file()),
        "Node.js is missing: install version 20.19 or newer, so that `node --version` works"
    );
    let mut words = ends_with_us("TERM");
    words.push("node");
    let (first, rest) = words.split_first().context("no command")?;
    let mut command = Command::new(first);
    command
        .args(rest)
        .args([NEXT, if options.dev { "dev" } else { "start" }, "-H", "127.0.0.1", "-p", &options.port.to_string()])
        .current_dir(&options.folder)
        .env("NODE_ENV", if options.dev { "development" } else { "production" })
        .env("API_URL", &options.api_url)
        .env("PUBLIC_URL", &options.public_url)
        .env("NEXT_TELEMETRY_DISABLED", "1")
        // It talks to the API alone.
        .env_remove("DATABASE_URL");
    Process::start(command, log).await.context("Next.js cannot be started")
}
