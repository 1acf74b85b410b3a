//! The local program: everything that the production program does, and a whole store on one machine.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use devopsify::{
    command::{self, on_signal},
    registry,
};
use devopsify_local::{
    config::{DemoProviderConfig, MonitorConfig, UpConfig, WithPostgresConfig},
    demo_provider, up,
};

/// An e-commerce system: never sell what is not there, never charge twice, never lose a paid order.
#[derive(Parser)]
#[command(name = "devopsify", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one of it in a process")]
enum Command {
    #[command(flatten)]
    Local(Local),
    /// What the production program does, so that this executable is also the worker of its `up`.
    #[command(flatten)]
    Production(command::Command),
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one of it in a process")]
enum Local {
    /// Start the whole store on this machine, with a database and a catalogue to look at, until Ctrl-C.
    // Loopback under both names; what `up` decides itself is no choice.
    #[command(
        mut_arg("host", |argument| argument.default_value("127.0.0.1,::1")),
        mut_arg("media_url", |argument| argument.hide(true)),
        mut_arg("storefront_url", |argument| argument.hide(true)),
        mut_arg("database_url", |argument| argument.hide(false).help("A PostgreSQL 18 of yours, instead of the embedded one"))
    )]
    Up(UpConfig),
    /// Be the payment provider of a store that is tried out: Stripe's API with test cards; nothing is charged.
    #[command(
        mut_arg("stripe_api_url", |argument| argument.hide(true)),
        mut_arg("stripe_browser_url", |argument| argument.hide(true))
    )]
    DemoProvider(DemoProviderConfig),
    /// Watch the store that runs on this machine, with Prometheus and its exporters, until Ctrl-C.
    Monitor(MonitorConfig),
    /// Run a command beside a PostgreSQL of its own, which is deleted afterwards.
    WithPostgres(WithPostgresConfig),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Production(command) => command.start(),
        Command::Local(command) => {
            let service = if matches!(command, Local::Up(_)) { "devopsify-api" } else { "devopsify" };
            command::start(service, run(command))
        }
    }
}

async fn run(command: Local) -> anyhow::Result<ExitCode> {
    match command {
        Local::Up(config) => up::run(config, registry::start_metrics()?).await?,
        Local::DemoProvider(config) => demo_provider::run(config, on_signal()?).await?,
        Local::Monitor(config) => up::monitor::run(config).await?,
        Local::WithPostgres(config) => return up::with_postgres::run(config).await,
    }
    Ok(ExitCode::SUCCESS)
}
