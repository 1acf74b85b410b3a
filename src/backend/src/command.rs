//! The subcommands of the production program, and how a process runs one.

use std::process::ExitCode;

use clap::Subcommand;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use crate::{
    accounts::command::{self as admin, AdminCommand},
    audit::{self, AuditCommand},
    backup::{self, BackupCommand},
    catalog::import::{self, ImportCommand},
    config::{CommonConfig, OwnerConfig, ProbeConfig, RolesConfig, ServeConfig, WorkerConfig},
    database::{self, roles},
    jobs::renderer::RenderPicture,
    operations, registry, serve, telemetry, worker,
};

/// What the program does.
#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one of it in a process")]
pub enum Command {
    /// Serve the store: pages, files and the API on the public port, probes and metrics on the operations port.
    Serve {
        /// What `serve` and `worker` share.
        #[command(flatten)]
        common: CommonConfig,
        /// What only `serve` needs.
        #[command(flatten)]
        config: ServeConfig,
    },
    /// Run the queue's jobs.
    Worker {
        /// What `serve` and `worker` share.
        #[command(flatten)]
        common: CommonConfig,
        /// What only `worker` needs.
        #[command(flatten)]
        config: WorkerConfig,
    },
    /// Bring the database's schema up to what this program needs.
    Migrate(OwnerConfig),
    /// Create the database's roles, or give them other passwords; safe to repeat.
    Roles(RolesConfig),
    /// Read products from Shopify's CSV into the catalogue; safe to repeat.
    Import(ImportCommand),
    /// Check what must always hold of stock, orders and money, on any database, at any moment.
    Audit(AuditCommand),
    /// Back up the database, and restore any moment of the last days.
    Backup(BackupCommand),
    /// Make accounts of staff, and let in again who was locked out.
    Admin(AdminCommand),
    /// Ask a `serve` or `worker` of this machine whether it is ready, as a container's health check does.
    Probe(ProbeConfig),
    /// Make the sizes of one picture: what a worker starts for each.
    #[command(hide = true)]
    RenderPicture(RenderPicture),
}

impl Command {
    /// Runs it to its end, and prints its error.
    pub fn start(self) -> ExitCode {
        match self {
            // Its memory is limited: threads that it has no use for would take some of it.
            Self::RenderPicture(command) => command.run(),
            command => start(command.service(), command.run()),
        }
    }

    /// The service that its spans belong to.
    fn service(&self) -> &'static str {
        match self {
            Self::Serve { .. } => "devopsify-api",
            Self::Worker { .. } => "devopsify-worker",
            _ => "devopsify",
        }
    }

    async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Serve { common, config } => {
                serve::run(common, config, registry::start_metrics()?, on_signal()?).await?;
            }
            Self::Worker { common, config } => {
                worker::run(common, config, registry::start_metrics()?, on_signal()?).await?;
            }
            Self::Migrate(config) => {
                let applied = database::migrate(config.required_url()?).await?;
                println!("{applied} migrations applied");
            }
            Self::Roles(config) => roles::run(config).await?,
            Self::Import(command) => import::run(command).await?,
            Self::Audit(command) => return audit::run(command).await,
            Self::Backup(command) => backup::run(command, on_signal()?).await?,
            Self::Admin(command) => admin::run(command).await?,
            Self::Probe(config) => operations::probe(config).await?,
            Self::RenderPicture(command) => return Ok(command.run()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Runs the work of a process to its end with its traces and logs, and prints its error.
pub fn start(service: &'static str, work: impl Future<Output = anyhow::Result<ExitCode>>) -> ExitCode {
    let outcome = Runtime::new().map_err(anyhow::Error::from).and_then(|runtime| {
        runtime.block_on(async {
            let _traces = telemetry::start(service)?;
            telemetry::log_panics();
            work.await
        })
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("devopsify: {error:#}");
        ExitCode::FAILURE
    })
}

/// Cancelled by SIGINT (Ctrl-C) or SIGTERM.
///
/// # Errors
/// When the system refuses to report signals.
pub fn on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stopped = stop.clone();
    tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        stopped.cancel();
    });
    Ok(stop)
}
