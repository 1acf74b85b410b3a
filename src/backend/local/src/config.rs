//! What runs on one machine alone: the whole store, its monitoring, the demo payment provider, a PostgreSQL for one command.

use std::{ffi::OsString, net::IpAddr, path::PathBuf};

use clap::Args;
use url::Url;

use devopsify::config::{CommonConfig, PaymentConfig, ServeConfig, WorkerConfig, origin, web_address};

/// The one command that does everything on one machine.
#[derive(Clone, Args)]
pub struct UpConfig {
    /// The folder that the database, the pictures and the logs are kept in.
    #[arg(long, env = "DEVOPSIFY_HOME", default_value = ".devopsify")]
    pub home: PathBuf,

    /// The port that Next.js listens on, on loopback.
    #[arg(long, env = "STOREFRONT_PORT", default_value_t = 3000)]
    pub storefront_port: u16,

    /// The port that Next.js shows its metrics on, on loopback.
    #[arg(long, env = "STOREFRONT_METRICS_PORT", default_value_t = 3001)]
    pub storefront_metrics_port: u16,

    /// The port of the demo payment provider, which is started unless STRIPE_SECRET_KEY is set.
    #[arg(long, env = "DEMO_PROVIDER_PORT", default_value_t = 8083)]
    pub demo_provider_port: u16,

    /// The address that browsers know the demo payment provider by, unless it is its port on the store's host.
    #[arg(long, env = "DEMO_PROVIDER_URL", value_parser = origin)]
    pub demo_provider_url: Option<Url>,

    /// Whether the demo payment provider is started, which `up` finds out.
    #[arg(skip)]
    pub demo_provider: bool,

    /// The database of DATABASE_URL as the role that owns its schema, which migrates it; without it, DATABASE_URL.
    #[arg(long, env = "DATABASE_OWNER_URL", hide_env_values = true)]
    pub database_owner_url: Option<String>,

    /// The database of DATABASE_URL as the role that reads its statistics, for `monitor`; without it, DATABASE_URL.
    #[arg(long, env = "DATABASE_MONITORING_URL", hide_env_values = true)]
    pub database_monitoring_url: Option<String>,

    /// The database, the pictures and the addresses to listen on; the pictures are in the home.
    #[command(flatten)]
    pub common: CommonConfig,

    /// The public origin; the storefront's address follows its port.
    #[command(flatten)]
    pub serve: ServeConfig,

    /// The queue's worker.
    #[command(flatten)]
    pub worker: WorkerConfig,
}

/// Prometheus and its exporters beside a running `up`.
#[derive(Clone, Args)]
pub struct MonitorConfig {
    /// The folder of the `up` that is watched.
    #[arg(long, env = "DEVOPSIFY_HOME", default_value = ".devopsify")]
    pub home: PathBuf,

    /// The port that Prometheus answers on, on loopback.
    #[arg(long, env = "PROMETHEUS_PORT", default_value_t = 9090)]
    pub prometheus_port: u16,

    /// The port of PostgreSQL's exporter, on loopback.
    #[arg(long, env = "POSTGRES_EXPORTER_PORT", default_value_t = 9187)]
    pub postgres_exporter_port: u16,

    /// The port of the machine's exporter, on loopback.
    #[arg(long, env = "NODE_EXPORTER_PORT", default_value_t = 9100)]
    pub node_exporter_port: u16,
}

/// The payment provider for trying the store out.
#[derive(Clone, Args)]
pub struct DemoProviderConfig {
    /// The port that it answers on, browsers included.
    #[arg(long, env = "DEMO_PROVIDER_PORT", default_value_t = 8083)]
    pub port: u16,

    /// Addresses to listen on, separated by commas.
    #[arg(long, env = "HOST", value_delimiter = ',', default_value = "127.0.0.1,::1")]
    pub host: Vec<IpAddr>,

    /// The file that every payment is kept in.
    #[arg(long, env = "DEMO_LEDGER", default_value = ".devopsify/payments.jsonl")]
    pub ledger: PathBuf,

    /// The address that browsers know it by.
    #[arg(long, env = "DEMO_PROVIDER_URL", default_value = "http://localhost:8083", value_parser = origin)]
    pub public_url: Url,

    /// Where webhooks are sent.
    #[arg(long, env = "DEMO_WEBHOOK_URL", default_value = "http://127.0.0.1:8080/api/webhooks/stripe", value_parser = web_address)]
    pub webhook_url: Url,

    /// The keys that it knows; the addresses are not used.
    #[command(flatten)]
    pub payment: PaymentConfig,
}

/// A command that needs a database for a moment.
#[derive(Clone, Args)]
pub struct WithPostgresConfig {
    /// Apply the repository's migrations before the command runs.
    #[arg(long)]
    pub migrate: bool,

    /// The command and its arguments; it finds the database's address in DATABASE_URL.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}
