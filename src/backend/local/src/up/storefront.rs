//! Next.js, which renders the pages and is reachable from this machine alone.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::ensure;
use tokio::process::Command;

use super::service::{Service, child};

const NEXT: &str = "node_modules/next/dist/bin/next";
/// It talks to the API alone, and what it renders is public.
const SECRETS: [&str; 5] = ["DATABASE_URL", "SECRET_KEY", "SMTP_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"];

/// How to run it.
pub struct Options {
    /// `src/frontend`.
    pub folder: PathBuf,
    /// The port on loopback.
    pub port: u16,
    /// The port on loopback that its metrics are on.
    pub metrics_port: u16,
    /// The API's address.
    pub api_url: String,
    /// The address that visitors know.
    pub public_url: String,
    /// Development: pages are built as they are asked for.
    pub dev: bool,
}

/// Starts it without waiting for it.
///
/// # Errors
/// When Node.js is missing or the storefront is not installed or built.
pub async fn launch(logs: &Path, options: Options) -> anyhow::Result<Service> {
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
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    Service::launch(logs, "storefront", "Storefront", address, Box::new(move || command(&options))).await
}

fn command(options: &Options) -> anyhow::Result<Command> {
    let places = std::env::var_os("PATH").unwrap_or_default();
    ensure!(
        std::env::split_paths(&places).any(|place| place.join("node").is_file()),
        "Node.js is missing: install version 20.19 or newer, so that `node --version` works"
    );
    let mut command = child("node".as_ref());
    command
        .args([NEXT, if options.dev { "dev" } else { "start" }, "-H", "127.0.0.1", "-p", &options.port.to_string()])
        .current_dir(&options.folder)
        .env("NODE_ENV", if options.dev { "development" } else { "production" })
        .env("API_URL", &options.api_url)
        .env("STOREFRONT_METRICS_PORT", options.metrics_port.to_string())
        .env("PUBLIC_URL", &options.public_url)
        .env("NEXT_TELEMETRY_DISABLED", "1");
    for secret in SECRETS {
        command.env_remove(secret);
    }
    Ok(command)
}
