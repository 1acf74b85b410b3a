//! `devopsify demo-provider`: a payment provider for trying the store out. It speaks the part of Stripe's API that a store
//! needs, in a process and with a memory of its own, and charges no one.

mod api;
mod book;
mod cards;
mod disputes;
mod faults;
mod follow_ups;
mod idempotency;
mod ledger;
mod objects;
mod pages;
mod params;
mod rules;

use std::sync::Arc;

use anyhow::bail;
use axum::{Router, middleware};
use chrono::Utc;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use book::Book;
use faults::Faults;
use follow_ups::Follower;
use idempotency::KeysInUse;
use ledger::{Failure, Ledger};
use rules::Desk;

use crate::config::DemoProviderConfig;
use devopsify::serve;

/// What every handler shares; cheap to clone.
#[derive(Clone)]
pub struct Provider {
    ledger: Arc<Ledger>,
    keys: Arc<KeysInUse>,
    faults: Arc<Faults>,
    secret_key: Arc<str>,
    publishable_key: Arc<str>,
    /// The origin that browsers know, without a slash at its end.
    pages: Arc<str>,
}

/// Serves until `stop`, then finishes what runs; webhooks that were not taken are sent after the next start.
///
/// # Errors
/// When the port or the ledger cannot be used, or the ledger cannot be written any more.
pub async fn run(config: DemoProviderConfig, stop: CancellationToken) -> anyhow::Result<()> {
    let ended = stop.child_token();
    let (router, failure) = start(&config, ended.clone())?;
    // Last of all: whoever can connect gets answers.
    let listeners = serve::listen(&config.host, config.port, "DEMO_PROVIDER_PORT").await?;
    tracing::info!(port = config.port, ledger = %config.ledger.display(), "the demo provider is ready; nothing is charged");
    let _ended = ended.drop_guard();
    tokio::select! {
        () = serve::accept(listeners, router, stop) => Ok(()),
        Ok(error) = failure => bail!("the ledger {} cannot be written: {error}", config.ledger.display()),
    }
}

/// Opens the ledger and begins to send webhooks, until `stop`.
///
/// # Errors
/// When a key is missing or the ledger cannot be used.
pub fn start(config: &DemoProviderConfig, stop: CancellationToken) -> anyhow::Result<(Router, Failure)> {
    let keys = config.payment.required()?;
    let (sender, todo) = unbounded_channel();
    let (ledger, failure) = Ledger::open(&config.ledger, sender)?;
    let provider = Provider {
        ledger: Arc::new(ledger),
        keys: Arc::default(),
        faults: Arc::default(),
        secret_key: keys.secret.into(),
        publishable_key: keys.publishable.into(),
        pages: config.public_url.as_str().trim_end_matches('/').into(),
    };
    let follower = Follower::new(
        provider.ledger.clone(),
        config.webhook_url.clone(),
        keys.webhook_secret.to_owned(),
        provider.pages.to_string(),
    )?;
    tokio::spawn(follower.run(todo, stop));
    Ok((router(provider), failure))
}

fn router(provider: Provider) -> Router {
    Router::new()
        .merge(api::router(&provider))
        .merge(pages::router())
        .layer(middleware::map_response(pages::secure))
        .with_state(provider)
}

impl Provider {
    fn desk<'a>(&'a self, book: &'a Book) -> Desk<'a> {
        Desk { book, pages: &self.pages, now: Utc::now() }
    }
}
