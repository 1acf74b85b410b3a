//! The queue's worker beside the store: in a process of its own, so that each counts what it does itself, and survives the
//! other's end.

use std::ffi::OsString;

use super::{
    home::Home,
    joined, local_address,
    service::{Service, Subcommand},
};
use crate::config::UpConfig;
use devopsify::config::CommonConfig;

/// Starts it without waiting for it.
///
/// # Errors
/// When something that it needs is not configured, or it cannot be started.
pub async fn launch(home: &Home, config: &UpConfig, common: &CommonConfig) -> anyhow::Result<Service> {
    let address = local_address(&common.host, config.worker.worker_port);
    let worker = Subcommand { name: "worker", variables: variables(config, common)?, withheld: &[] };
    worker.launch(&home.logs(), "Worker", address).await
}

/// What `up` was told on its command line or decided itself counts as much as what the environment says.
fn variables(config: &UpConfig, common: &CommonConfig) -> anyhow::Result<Vec<(&'static str, OsString)>> {
    let (keys, mail) = (common.payment.required()?, &config.worker.mail);
    let mut variables: Vec<(&str, OsString)> = vec![
        ("WORKER_PORT", config.worker.worker_port.to_string().into()),
        ("AUDIT_INTERVAL", config.worker.audit_interval.to_string().into()),
        ("HOST", joined(&common.host).into()),
        ("PUBLIC_URL", common.public_url.as_str().into()),
        ("MEDIA_URL", common.media_url.as_str().into()),
        ("DATABASE_URL", common.database.required_url()?.into()),
        ("DATABASE_ALLOW_PLAINTEXT", common.database.database_allow_plaintext.to_string().into()),
        ("STRIPE_ALLOW_PLAINTEXT", common.stripe_allow_plaintext.to_string().into()),
        ("SMTP_ALLOW_PLAINTEXT", mail.smtp_allow_plaintext.to_string().into()),
        ("DATABASE_MAX_CONNECTIONS", common.database.database_max_connections.to_string().into()),
        ("SECRET_KEY", common.secret_key.as_deref().unwrap_or_default().into()),
        ("STRIPE_SECRET_KEY", keys.secret.into()),
        ("STRIPE_PUBLISHABLE_KEY", keys.publishable.into()),
        ("STRIPE_WEBHOOK_SECRET", keys.webhook_secret.into()),
        ("STRIPE_API_URL", common.payment.stripe_api_url.as_str().into()),
        // An empty one is no server, as for `up` itself.
        ("SMTP_URL", mail.smtp_url.as_deref().unwrap_or_default().into()),
    ];
    variables.extend(common.payment.stripe_browser_url.as_ref().map(|url| ("STRIPE_BROWSER_URL", url.as_str().into())));
    variables.extend(mail.mail_from.as_ref().map(|from| ("MAIL_FROM", from.to_string().into())));
    variables.extend(mail.mail_folder.as_ref().map(|folder| ("MAIL_FOLDER", folder.into())));
    Ok(variables)
}
