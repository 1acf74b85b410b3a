//! The command line: one binary, a subcommand for each thing that it can be.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use devopsify::{
    accounts::command::{self as admin, AdminCommand},
    audit::{self, AuditCommand},
    backup::{self, BackupCommand},
    catalog::import::{self, ImportCommand},
    config::{
        CommonConfig, DatabaseConfig, DemoProviderConfig, MonitorConfig, ProbeConfig, ServeConfig, UpConfig,
        WithPostgresConfig, WorkerConfig,
    },
    dashboard::{self, DashboardCommand},
    database, demo_provider,
    jobs::renderer::RenderPicture,
    operations, registry, router, serve,
    slo::{self, SloCommand},
    telemetry, up, worker,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Gives memory that an attack or an import took back to the system within seconds (`.cargo/config.toml` says how); glibc's
/// allocator keeps it.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// An e-commerce system: never sell what is not there, never charge twice, never lose a paid order.
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one of it in a process")]
enum Command {
    /// Start the whole store on this machine, with a database and a catalogue to look at, until Ctrl-C.
    // Loopback under both names; what `up` decides itself is no choice.
    #[command(
        mut_arg("host", |argument| argument.default_value("127.0.0.1,::1")),
        mut_arg("media_url", |argument| argument.hide(true)),
        mut_arg("storefront_url", |argument| argument.hide(true)),
        mut_arg("database_url", |argument| argument.hide(false).help("A PostgreSQL 18 of yours, instead of the embedded one"))
    )]
    Up(UpConfig),
    /// Serve the store: pages, files and the API on the public port, probes and metrics on the operations port.
    Serve {
        #[command(flatten)]
        common: CommonConfig,
        #[command(flatten)]
        config: ServeConfig,
    },
    /// Run the queue's jobs.
    Worker {
        #[command(flatten)]
        common: CommonConfig,
        #[command(flatten)]
        config: WorkerConfig,
    },
    /// Be the payment provider of a store that is tried out: Stripe's API with test cards; nothing is charged.
    #[command(
        mut_arg("stripe_api_url", |argument| argument.hide(true)),
        mut_arg("stripe_browser_url", |argument| argument.hide(true))
    )]
    DemoProvider(DemoProviderConfig),
    /// Bring the database's schema up to what this binary needs.
    Migrate {
        #[command(flatten)]
        database: DatabaseConfig,
    },
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
    /// Watch the store that runs on this machine, with Prometheus and its exporters, until Ctrl-C.
    Monitor(MonitorConfig),
    /// Run a command beside a PostgreSQL of its own, which is deleted afterwards.
    WithPostgres(WithPostgresConfig),
    /// Print the OpenAPI document.
    Openapi,
    /// Print Prometheus's rules for a file of objectives.
    Slo(SloCommand),
    /// Print Grafana's JSON for a description of a dashboard.
    Dashboard(DashboardCommand),
    /// Print the list of metrics, as a page.
    Metrics,
    /// Make the sizes of one picture: what a worker starts for each.
    #[command(hide = true)]
    RenderPicture(RenderPicture),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Its memory is limited: threads that it has no use for would take some of it.
    if let Command::RenderPicture(command) = &cli.command {
        return command.run();
    }
    start(cli.command).unwrap_or_else(|error| {
        eprintln!("devopsify: {error:#}");
        ExitCode::FAILURE
    })
}

#[tokio::main]
async fn start(command: Command) -> anyhow::Result<ExitCode> {
    let _traces = telemetry::start(command.service())?;
    telemetry::log_panics();
    run(command).await
}

impl Command {
    /// What its spans are told as.
    fn service(&self) -> &'static str {
        match self {
            Self::Up(_) | Self::Serve { .. } => "devopsify-api",
            Self::Worker { .. } => "devopsify-worker",
            _ => "devopsify",
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Up(config) => up::run(config, registry::start_metrics()?).await?,
        Command::Serve { common, config } => {
            serve::run(common, config, registry::start_metrics()?, on_signal()?).await?;
        }
        Command::Worker { common, config } => {
            worker::run(common, config, registry::start_metrics()?, on_signal()?).await?;
        }
        Command::DemoProvider(config) => demo_provider::run(config, on_signal()?).await?,
        Command::Migrate { database } => {
            let applied = database::migrate(database.required_url()?).await?;
            println!("{applied} migrations applied");
        }
        Command::Import(command) => import::run(command).await?,
        Command::Audit(command) => return audit::run(command).await,
        Command::Backup(command) => backup::run(command, on_signal()?).await?,
        Command::Admin(command) => admin::run(command).await?,
        Command::Probe(config) => operations::probe(config).await?,
        Command::Monitor(config) => up::monitor::run(config).await?,
        Command::WithPostgres(config) => return up::with_postgres::run(config).await,
        Command::Openapi => println!("{}", router::openapi().to_pretty_json()?),
        Command::Slo(command) => slo::run(&command)?,
        Command::Dashboard(command) => dashboard::run(&command)?,
        Command::Metrics => print!("{}", registry::page()),
        Command::RenderPicture(command) => return Ok(command.run()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Cancelled by SIGINT (Ctrl-C) or SIGTERM.
fn on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        told.cancel();
    });
    Ok(stop)
}
