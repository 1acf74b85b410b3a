//! The demo payment provider beside the store: in a process of its own, as a provider is, with keys that the home keeps.

use std::{
    ffi::OsString,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
};

use anyhow::Context;
use tokio::process::Command;
use url::Url;

use super::{home::Home, local_origin, process::ends_with_us, service::Service};
use crate::config::{PaymentConfig, UpConfig};

const LEDGER: &str = "payments.jsonl";
/// What is none of its business.
const SECRETS: [&str; 3] = ["DATABASE_URL", "SECRET_KEY", "SMTP_URL"];

/// Whether there is no real provider.
pub fn is_demo(payment: &PaymentConfig) -> bool {
    payment.stripe_secret_key.as_ref().is_none_or(String::is_empty)
}

/// The store's way to the demo provider.
///
/// # Errors
/// When its keys cannot be kept in the home.
pub fn demo(config: &UpConfig, home: &Home) -> anyhow::Result<PaymentConfig> {
    let key = |name: &str, prefix: &str| home.secret(name).map(|secret| Some(format!("{prefix}{secret}")));
    let mut browser_url = config.common.public_url.clone();
    // A page that came by TLS may not ask without it, so whoever has TLS also has to say where the provider is.
    let _ = browser_url.set_scheme("http");
    let _ = browser_url.set_port(Some(config.demo_provider_port));
    Ok(PaymentConfig {
        stripe_secret_key: key("payment-secret-key", "sk_demo_")?,
        stripe_publishable_key: key("payment-publishable-key", "pk_demo_")?,
        stripe_webhook_secret: key("payment-webhook-secret", "whsec_")?,
        stripe_api_url: Url::parse(&local_origin(&config.common.host, config.demo_provider_port))?,
        stripe_browser_url: Some(config.demo_provider_url.clone().unwrap_or(browser_url)),
    })
}

/// Starts it without waiting for it.
///
/// # Errors
/// When it cannot be started.
pub async fn launch(home: &Home, config: &UpConfig) -> anyhow::Result<Service> {
    let payment = &config.common.payment;
    let keys = payment.required()?;
    let webhooks = format!("{}/api/webhooks/stripe", local_origin(&config.common.host, config.serve.port));
    let hosts: Vec<String> = config.common.host.iter().map(ToString::to_string).collect();
    let variables: Vec<(&str, OsString)> = vec![
        ("DEMO_PROVIDER_PORT", config.demo_provider_port.to_string().into()),
        ("DEMO_PROVIDER_URL", origin(payment).into()),
        ("DEMO_WEBHOOK_URL", webhooks.into()),
        ("DEMO_LEDGER", home.folder().join(LEDGER).into()),
        ("HOST", hosts.join(",").into()),
        ("STRIPE_SECRET_KEY", keys.secret.into()),
        ("STRIPE_PUBLISHABLE_KEY", keys.publishable.into()),
        ("STRIPE_WEBHOOK_SECRET", keys.webhook_secret.into()),
    ];
    let program = std::env::current_exe().context("this program's own file is gone")?;
    let address = address(&config.common.host, config.demo_provider_port);
    let start = move || command(&program, &variables);
    Service::launch(&home.logs(), "demo-provider", "Demo payments", address, Box::new(start)).await
}

/// The address that people know it by.
pub fn origin(payment: &PaymentConfig) -> String {
    payment.browser_url().map_or("", Url::as_str).trim_end_matches('/').to_owned()
}

fn command(program: &Path, variables: &[(&str, OsString)]) -> anyhow::Result<Command> {
    let mut words: Vec<OsString> = ends_with_us("TERM").into_iter().map(OsString::from).collect();
    words.push(program.into());
    let (first, rest) = words.split_first().context("no command")?;
    let mut command = Command::new(first);
    command.args(rest).arg("demo-provider").envs(variables.iter().map(|(name, value)| (name, value)));
    for secret in SECRETS {
        command.env_remove(secret);
    }
    Ok(command)
}

fn address(hosts: &[IpAddr], port: u16) -> SocketAddr {
    let own = local_origin(hosts, port);
    own.trim_start_matches("http://").parse().unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}
