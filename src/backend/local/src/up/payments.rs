//! The demo payment provider beside the store: in a process of its own, as a provider is, with keys that the home keeps.

use url::Url;

use super::{
    home::Home,
    joined, local_address, local_origin,
    service::{Service, Subcommand},
};
use crate::config::UpConfig;
use devopsify::config::PaymentConfig;

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
    let variables = vec![
        ("DEMO_PROVIDER_PORT", config.demo_provider_port.to_string().into()),
        ("DEMO_PROVIDER_URL", origin(payment).into()),
        ("DEMO_WEBHOOK_URL", webhooks.into()),
        ("DEMO_LEDGER", home.folder().join(LEDGER).into()),
        ("HOST", joined(&config.common.host).into()),
        ("STRIPE_SECRET_KEY", keys.secret.into()),
        ("STRIPE_PUBLISHABLE_KEY", keys.publishable.into()),
        ("STRIPE_WEBHOOK_SECRET", keys.webhook_secret.into()),
    ];
    let address = local_address(&config.common.host, config.demo_provider_port);
    let demo = Subcommand { name: "demo-provider", variables, withheld: &SECRETS };
    demo.launch(&home.logs(), "Demo payments", address).await
}

/// The address that people know it by.
pub fn origin(payment: &PaymentConfig) -> String {
    payment.browser_url().map_or("", Url::as_str).trim_end_matches('/').to_owned()
}
