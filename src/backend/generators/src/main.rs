//! Prints what is generated from the sources: `make generate` writes it where it is committed.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use devopsify::router;

mod dashboard;
mod metrics;
mod slo;

use dashboard::DashboardCommand;
use slo::SloCommand;

/// Print what is generated from the sources.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The OpenAPI document.
    Openapi,
    /// The list of metrics, as a page.
    Metrics,
    /// Prometheus's rules for a file of objectives.
    Slo(SloCommand),
    /// Grafana's JSON for a description of a dashboard.
    Dashboard(DashboardCommand),
}

fn main() -> ExitCode {
    let printed = run(Cli::parse().command);
    printed.map_or_else(
        |error| {
            eprintln!("devopsify-generators: {error:#}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Openapi => println!("{}", router::openapi().to_pretty_json()?),
        Command::Metrics => print!("{}", metrics::page()),
        Command::Slo(command) => slo::run(&command)?,
        Command::Dashboard(command) => dashboard::run(&command)?,
    }
    Ok(())
}
