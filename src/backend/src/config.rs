//! Everything that can be configured, read from the environment once, at start, and validated there.

use std::{ffi::OsString, net::IpAddr, path::PathBuf};

use clap::Args;
use lettre::message::Mailbox;
use url::Url;

/// Where pictures are kept if nothing else is said.
pub const MEDIA_URL: &str = "file:///var/lib/devopsify/media";

/// Where the truth is kept.
#[derive(Clone, Args)]
pub struct DatabaseConfig {
    /// PostgreSQL 18 or newer, as `postgres://user:password@host:port/name`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, hide = true)]
    pub database_url: Option<String>,

    /// Connections that one process opens at the most.
    #[arg(long, env = "DATABASE_MAX_CONNECTIONS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub database_max_connections: u32,
}

/// What `serve` and `worker` share.
#[derive(Clone, Args)]
pub struct CommonConfig {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// The folder that holds the pictures, as a `file:` address.
    #[arg(long, env = "MEDIA_URL", default_value = MEDIA_URL)]
    pub media_url: Url,

    /// The address that visitors know the store by; links are made from it, never from the Host header.
    #[arg(long, env = "PUBLIC_URL", default_value = "http://localhost:8080", value_parser = origin)]
    pub public_url: Url,

    /// Addresses to listen on, separated by commas.
    #[arg(long, env = "HOST", value_delimiter = ',', default_value = "0.0.0.0")]
    pub host: Vec<IpAddr>,
}

/// The public origin.
#[derive(Clone, Args)]
pub struct ServeConfig {
    /// The port that visitors talk to.
    #[arg(long, env = "PORT", default_value_t = 8080)]
    pub port: u16,

    /// The port for probes and metrics; never expose it.
    #[arg(long, env = "OPERATIONS_PORT", default_value_t = 8081)]
    pub operations_port: u16,

    /// Where Next.js renders pages; reachable from inside only.
    #[arg(long, env = "STOREFRONT_URL", default_value = "http://127.0.0.1:3000", value_parser = origin)]
    pub storefront_url: Url,

    /// Development: nothing is cached and the storefront may evaluate code, as its hot reload does.
    #[arg(long, env = "DEV", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, default_value = "false", default_missing_value = "true")]
    pub dev: bool,
}

/// The queue's worker.
#[derive(Clone, Args)]
pub struct WorkerConfig {
    /// The worker's port for probes and metrics.
    #[arg(long, env = "WORKER_PORT", default_value_t = 8082)]
    pub worker_port: u16,

    /// Seconds between two audits of what must always hold; their result is a metric.
    #[arg(long, env = "AUDIT_INTERVAL", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86400))]
    pub audit_interval: u64,

    /// How customers are written to.
    #[command(flatten)]
    pub mail: MailConfig,
}

/// How customers are written to: by a server, or into a folder to look at.
#[derive(Clone, Args)]
pub struct MailConfig {
    /// The mail server: `smtps://user:password@host:465`, `smtp://host:587?tls=required` for STARTTLS.
    #[arg(long, env = "SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// Whom mails come from, as `Name <address>`; if not set, the store's contact address.
    #[arg(long, env = "MAIL_FROM")]
    pub mail_from: Option<Mailbox>,

    /// The folder that mails are written to as files, instead of sent, without SMTP_URL.
    #[arg(long, env = "MAIL_FOLDER")]
    pub mail_folder: Option<PathBuf>,
}

/// The one command that does everything on one machine.
#[derive(Clone, Args)]
pub struct UpConfig {
    /// The folder that the database, the pictures and the logs are kept in.
    #[arg(long, env = "DEVOPSIFY_HOME", default_value = ".devopsify")]
    pub home: PathBuf,

    /// The port that Next.js listens on, on loopback.
    #[arg(long, env = "STOREFRONT_PORT", default_value_t = 3000)]
    pub storefront_port: u16,

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

impl DatabaseConfig {
    /// The database's address.
    ///
    /// # Errors
    /// When none is given; the message says how to give one.
    pub fn required_url(&self) -> anyhow::Result<&str> {
        self.database_url.as_deref().ok_or_else(|| {
            anyhow::anyhow!(
                "DATABASE_URL is not set: give it as postgres://user:password@host:port/name, or run `devopsify up`"
            )
        })
    }
}

fn origin(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("give it as http://host:port or https://host".into());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("give the origin alone, without a path".into());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_has_a_host_and_no_path() {
        assert!(origin("https://shop.example").is_ok());
        for bad in
            ["shop.example", "ftp://shop.example", "https://shop.example/a", "https://shop.example?x=1", "mailto:a@b"]
        {
            assert!(origin(bad).is_err(), "{bad} was taken");
        }
    }
}
