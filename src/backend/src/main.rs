//! The production program: one binary, a subcommand for each process that it can be.

use std::process::ExitCode;

use clap::Parser;
use devopsify::command::Command;

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

fn main() -> ExitCode {
    Cli::parse().command.start()
}
