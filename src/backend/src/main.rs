//! The command line: one binary, a subcommand for each thing that it can be.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use devopsify::{
    catalog::import::{self, ImportCommand},
    config::{CommonConfig, DatabaseConfig, ServeConfig},
    database, router, serve, telemetry,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// An e-commerce system: never sell what is not there, never charge twice, never lose a paid order.
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the store: pages, files and the API on the public port, probes and metrics on the operations port.
    Serve {
        #[command(flatten)]
        common: CommonConfig,
        #[command(flatten)]
        config: ServeConfig,
    },
    /// Bring the database's schema up to what this binary needs.
    Migrate {
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// Read products from Shopify's CSV into the catalogue; safe to repeat.
    Import(ImportCommand),
    /// Print the OpenAPI document.
    Openapi,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start_logging();
    match run(cli.command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("devopsify: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve { common, config } => {
            serve::run(common, config, telemetry::start_metrics()?, on_signal()?).await
        }
        Command::Migrate { database } => {
            let applied = database::migrate(database.required_url()?).await?;
            println!("{applied} migrations applied");
            Ok(())
        }
        Command::Import(command) => import::run(command).await,
        Command::Openapi => {
            println!("{}", router::openapi().to_pretty_json()?);
            Ok(())
        }
    }
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
