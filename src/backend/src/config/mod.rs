//! Everything that can be configured, read from the environment once, at start, and validated there.

use std::{net::IpAddr, path::PathBuf};

use anyhow::ensure;
use clap::Args;
use ipnet::IpNet;
use lettre::message::Mailbox;
use url::Url;

use crate::{capability::Secrets, transport};

mod load;

pub use load::LoadConfig;

/// Where pictures are kept if nothing else is said.
pub const MEDIA_URL: &str = "file:///var/lib/devopsify/media";

/// Stripe's own API.
pub const STRIPE_API_URL: &str = "https://api.stripe.com";

/// Where the truth is kept.
#[derive(Clone, Args)]
pub struct DatabaseConfig {
    /// PostgreSQL 18 or newer, as `postgres://user:password@host:port/name`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, hide = true)]
    pub database_url: Option<String>,

    /// Lets the database be elsewhere without TLS: for a network that no one else can read.
    #[arg(long, env = "DATABASE_ALLOW_PLAINTEXT", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, default_value = "false", default_missing_value = "true")]
    pub database_allow_plaintext: bool,

    /// Connections that the pool of one process opens at the most; one more asks whether the database is there.
    #[arg(long, env = "DATABASE_MAX_CONNECTIONS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub database_max_connections: u32,
}

/// The database for what the owner of its schema does: `migrate` and `backup`.
#[derive(Clone, Args)]
pub struct OwnerConfig {
    /// The database as the role that owns the schema; without it, DATABASE_URL.
    #[arg(long, env = "DATABASE_OWNER_URL", hide_env_values = true)]
    pub database_owner_url: Option<String>,

    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,
}

impl OwnerConfig {
    /// The database's address as the role that owns the schema.
    ///
    /// # Errors
    /// When none is given, or it would be sent through a network as it is.
    pub fn required_url(&self) -> anyhow::Result<&str> {
        let Some(url) = self.database_owner_url.as_deref().filter(|url| !url.is_empty()) else {
            return self.database.required_url();
        };
        transport::expect_encrypted_database(url, self.database.database_allow_plaintext)?;
        Ok(url)
    }
}

/// The database for who creates its roles.
#[derive(Clone, Args)]
pub struct RolesConfig {
    /// The store's database as an administrator of the server, who may create roles.
    #[arg(long, env = "DATABASE_ADMIN_URL", hide_env_values = true)]
    pub database_admin_url: String,

    /// The database as `devopsify_owner`, with the password that it gets.
    #[arg(long, env = "DATABASE_OWNER_URL", hide_env_values = true)]
    pub database_owner_url: String,

    /// The database as `devopsify_application`, with the password that it gets.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: String,

    /// The database as `devopsify_monitoring`, with the password that it gets.
    #[arg(long, env = "DATABASE_MONITORING_URL", hide_env_values = true)]
    pub database_monitoring_url: String,

    /// Lets the database be elsewhere without TLS: for a network that no one else can read.
    #[arg(long, env = "DATABASE_ALLOW_PLAINTEXT", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, default_value = "false", default_missing_value = "true")]
    pub database_allow_plaintext: bool,
}

/// What `serve` and `worker` share.
#[derive(Clone, Args)]
pub struct CommonConfig {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Where the pictures are: a folder (`file:`), or a bucket of S3 (`s3://bucket`, with AWS's own variables).
    #[arg(long, env = "MEDIA_URL", default_value = MEDIA_URL)]
    pub media_url: Url,

    /// The address that visitors know the store by; links are made from it, never from the Host header.
    #[arg(long, env = "PUBLIC_URL", default_value = "http://localhost:8080", value_parser = origin)]
    pub public_url: Url,

    /// Addresses to listen on, separated by commas.
    #[arg(long, env = "HOST", value_delimiter = ',', default_value = "0.0.0.0")]
    pub host: Vec<IpAddr>,

    /// Derives the tokens of carts and orders; at least 32 characters; several separated by commas: the first derives, all
    /// are accepted.
    #[arg(long, env = "SECRET_KEY", hide_env_values = true)]
    pub secret_key: Option<String>,

    /// The payment provider.
    #[command(flatten)]
    pub payment: PaymentConfig,

    /// Lets the payment provider be elsewhere without TLS: for a demo provider on a network that no one else can read.
    #[arg(long, env = "STRIPE_ALLOW_PLAINTEXT", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, default_value = "false", default_missing_value = "true")]
    pub stripe_allow_plaintext: bool,
}

/// The payment provider: Stripe, or what speaks its API.
#[derive(Clone, Args)]
pub struct PaymentConfig {
    /// The provider's secret key, `sk_…`.
    #[arg(long, env = "STRIPE_SECRET_KEY", hide_env_values = true)]
    pub stripe_secret_key: Option<String>,

    /// The key that browsers confirm payments with, `pk_…`.
    #[arg(long, env = "STRIPE_PUBLISHABLE_KEY", hide_env_values = true)]
    pub stripe_publishable_key: Option<String>,

    /// The secret that the provider signs its webhooks with, `whsec_…`.
    #[arg(long, env = "STRIPE_WEBHOOK_SECRET", hide_env_values = true)]
    pub stripe_webhook_secret: Option<String>,

    /// Where the provider's API is.
    #[arg(long, env = "STRIPE_API_URL", default_value = STRIPE_API_URL, value_parser = origin)]
    pub stripe_api_url: Url,

    /// Where browsers reach the provider's API, if that is another address.
    #[arg(long, env = "STRIPE_BROWSER_URL", value_parser = origin)]
    pub stripe_browser_url: Option<Url>,
}

/// The keys of the payment provider, all there.
#[derive(Clone, Copy)]
pub struct PaymentKeys<'a> {
    /// Authorises everything.
    pub secret: &'a str,
    /// Lets browsers confirm a payment whose client secret they have.
    pub publishable: &'a str,
    /// Signs webhooks.
    pub webhook_secret: &'a str,
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

    /// Where the storefront's files of every release are kept, for pages of another release than the one that runs: a folder
    /// (`file:`), or a bucket of S3 (`s3://bucket`), with each file of `/_next/static/` below `static/`.
    #[arg(long, env = "STATIC_URL")]
    pub static_url: Option<Url>,

    /// Networks of the proxies in front, such as `10.0.0.0/8`, separated by commas: only they say where a request comes from.
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,

    /// Orders from one network (an IPv4 address, or the /64 of an IPv6 address) that may wait for their payment at the same time.
    /// All people of an office or a mobile carrier may share one, so it is far more than one person places.
    #[arg(long, env = "MAX_UNPAID_ORDERS_PER_ADDRESS", default_value_t = 200, value_parser = clap::value_parser!(i64).range(1..))]
    pub max_unpaid_orders_per_address: i64,

    /// What is done at the same time.
    #[command(flatten)]
    pub load: LoadConfig,

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
    /// The mail server: `smtps://user:password@host:465`, `smtp://user:password@host:587?tls=required` for STARTTLS.
    #[arg(long, env = "SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// Lets the mail server be elsewhere without TLS: for a network that no one else can read.
    #[arg(long, env = "SMTP_ALLOW_PLAINTEXT", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, default_value = "false", default_missing_value = "true")]
    pub smtp_allow_plaintext: bool,

    /// Whom mails come from, as `Name <address>`; if not set, the store's contact address.
    #[arg(long, env = "MAIL_FROM")]
    pub mail_from: Option<Mailbox>,

    /// The folder that mails are written to as files, instead of sent, without SMTP_URL.
    #[arg(long, env = "MAIL_FOLDER")]
    pub mail_folder: Option<PathBuf>,
}

/// A process of this machine that is asked whether it is ready.
#[derive(Clone, Copy, Args)]
pub struct ProbeConfig {
    /// Its operations port: that of `serve`, unless it is told.
    #[arg(long, env = "OPERATIONS_PORT", default_value_t = 8081)]
    pub port: u16,
}

impl DatabaseConfig {
    /// The database's address.
    ///
    /// # Errors
    /// When none is given, or it leads elsewhere without TLS; the message says how to give one.
    pub fn required_url(&self) -> anyhow::Result<&str> {
        let url = self.database_url.as_deref().ok_or_else(|| {
            anyhow::anyhow!(
                "DATABASE_URL is not set: give it as postgres://user:password@host:port/name, or start a whole store with `make up`"
            )
        })?;
        transport::expect_encrypted_database(url, self.database_allow_plaintext)?;
        Ok(url)
    }
}

impl CommonConfig {
    /// Makes sure that all is given that has no default which could be right.
    ///
    /// # Errors
    /// When something is missing, too short, or would send secrets elsewhere without TLS; the message says how to give it.
    pub fn expect_complete(&self) -> anyhow::Result<()> {
        self.secrets()?;
        self.payment.required()?;
        let allow = ("STRIPE_ALLOW_PLAINTEXT", self.stripe_allow_plaintext);
        transport::expect_https("STRIPE_API_URL", &self.payment.stripe_api_url, allow)
    }

    /// What tokens are derived with.
    ///
    /// # Errors
    /// When there is no key or one is too short; the message says how to give it.
    pub fn secrets(&self) -> anyhow::Result<Secrets> {
        let keys = self.secret_key.as_deref().unwrap_or_default();
        ensure!(
            !keys.is_empty(),
            "SECRET_KEY is not set: give it as 32 random characters or more, such as `openssl rand -hex 32` prints, or start a \
             whole store with `make up`, which makes one"
        );
        Secrets::new(keys)
    }
}

impl PaymentConfig {
    /// The provider's keys.
    ///
    /// # Errors
    /// When one is missing; the message names it and says how to give it.
    pub fn required(&self) -> anyhow::Result<PaymentKeys<'_>> {
        Ok(PaymentKeys {
            secret: given(self.stripe_secret_key.as_ref(), "STRIPE_SECRET_KEY")?,
            publishable: given(self.stripe_publishable_key.as_ref(), "STRIPE_PUBLISHABLE_KEY")?,
            webhook_secret: given(self.stripe_webhook_secret.as_ref(), "STRIPE_WEBHOOK_SECRET")?,
        })
    }

    /// Whether the provider is Stripe itself, as against something that speaks its API.
    pub fn is_stripe(&self) -> bool {
        self.stripe_api_url.host_str() == Some("api.stripe.com")
    }

    /// Where browsers reach what speaks Stripe's API; none for Stripe itself, whose own script knows.
    pub fn browser_url(&self) -> Option<&Url> {
        (!self.is_stripe()).then(|| self.stripe_browser_url.as_ref().unwrap_or(&self.stripe_api_url))
    }
}

fn given<'a>(value: Option<&'a String>, variable: &str) -> anyhow::Result<&'a str> {
    value.map(String::as_str).filter(|value| !value.is_empty()).ok_or_else(|| {
        anyhow::anyhow!(
            "{variable} is not set: give the one that the payment provider gave you, or start a whole store with \
             `make up` without STRIPE_SECRET_KEY, which brings a demo provider"
        )
    })
}

/// Reads a value that is an origin.
///
/// # Errors
/// When it is no web address, or has more than a host and a port.
pub fn origin(text: &str) -> Result<Url, String> {
    let url = web_address(text)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("give the origin alone, without a path".into());
    }
    Ok(url)
}

/// Reads a value that is an address of HTTP or HTTPS.
///
/// # Errors
/// When it is none.
pub fn web_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("give it as http://host:port or https://host".into());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::{CommonConfig, origin};

    /// Read from a command line; each variable is given, so that the environment decides nothing.
    fn common(secret_key: &str, secret: &str, api: &str) -> CommonConfig {
        let line = ["x", "--secret-key", secret_key, "--stripe-secret-key", secret, "--stripe-publishable-key", "pk_1"];
        let rest = ["--stripe-webhook-secret", "", "--stripe-api-url", api];
        let matches = CommonConfig::augment_args(Command::new("x")).get_matches_from(line.iter().chain(&rest));
        CommonConfig::from_arg_matches(&matches).unwrap()
    }

    #[test]
    fn secret_keys_are_long_and_may_be_several() {
        let (first, second) = ("a".repeat(32), "b".repeat(40));
        let keys = |text: &str| common(text, "sk_1", "http://localhost").secrets().map(drop);
        assert!(keys(&first).is_ok() && keys(&format!("{first}, {second}")).is_ok());
        assert!(keys("").unwrap_err().to_string().contains("SECRET_KEY is not set"));
        for short in ["short", &format!("{first},short"), &format!("{first},"), &format!("{first},,{second}")] {
            assert!(keys(short).unwrap_err().to_string().contains("SECRET_KEY is shorter"), "{short}");
        }
    }

    #[test]
    fn a_missing_key_of_the_provider_is_named() {
        let missing = |secret| common("", secret, "http://localhost").payment.required().err().unwrap().to_string();
        assert!(missing("").contains("STRIPE_SECRET_KEY is not set"));
        assert!(missing("sk_1").contains("STRIPE_WEBHOOK_SECRET is not set"));
    }

    #[test]
    fn the_providers_key_goes_elsewhere_by_tls() {
        let key = "a".repeat(32);
        let mut config = common(&key, "sk_1", "http://provider:8083");
        config.payment.stripe_webhook_secret = Some("whsec_1".into());
        assert!(config.expect_complete().unwrap_err().to_string().contains("STRIPE_ALLOW_PLAINTEXT=true"));
        config.stripe_allow_plaintext = true;
        assert!(config.expect_complete().is_ok());
    }

    #[test]
    fn stripe_is_known_by_its_host() {
        let payment = |api| common("", "", api).payment;
        assert!(payment("https://api.stripe.com").is_stripe());
        assert_eq!(payment("https://api.stripe.com").browser_url(), None);
        assert!(!payment("https://api.stripe.com.example").is_stripe());
        assert_eq!(payment("http://localhost:8083").browser_url().unwrap().as_str(), "http://localhost:8083/");
    }

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
