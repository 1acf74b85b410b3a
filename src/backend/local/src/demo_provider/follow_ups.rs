//! What happens by itself: webhooks are sent until they are taken, and what takes its time comes to an end.

use std::{sync::Arc, time::Duration};

use chrono::Utc;
use reqwest::{Client, header::CONTENT_TYPE, redirect::Policy};
use tokio::{
    sync::{Semaphore, mpsc::UnboundedReceiver},
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    book::{Change, Event, FollowUp},
    ledger::{Gone, Ledger},
    objects,
    rules::Desk,
};
use devopsify::payments::webhook;

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// An answer that takes longer is none, as at Stripe.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const AT_ONCE: usize = 32;

/// Sends webhooks and settles what is due.
pub struct Follower {
    client: Client,
    url: Url,
    secret: String,
    pages: String,
    ledger: Arc<Ledger>,
    places: Semaphore,
}

impl Follower {
    /// Sends to `url`, signed with `secret`.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(ledger: Arc<Ledger>, url: Url, secret: String, pages: String) -> anyhow::Result<Self> {
        // Another part of the process may have chosen a provider already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(ANSWER_WITHIN).redirect(Policy::none()).no_proxy().build()?;
        Ok(Self { client, url, secret, pages, ledger, places: Semaphore::new(AT_ONCE) })
    }

    /// Works until `stop`; what is not done then is done after the next start.
    pub async fn run(self, mut todo: UnboundedReceiver<FollowUp>, stop: CancellationToken) {
        let follower = Arc::new(self);
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(_) = tasks.join_next() => {}
                follow_up = todo.recv() => match follow_up {
                    Some(follow_up) => drop(tasks.spawn(follow(follower.clone(), follow_up))),
                    None => return,
                },
            }
        }
    }

    /// Whether the store took it. Each attempt is signed anew, because a signature is believed for minutes only.
    async fn send(&self, event: &Event) -> Result<(), String> {
        let Ok(_place) = self.places.acquire().await else { return Err("the demo provider is stopping".into()) };
        let body = objects::event(event).to_string();
        let signature = webhook::sign(&self.secret, Utc::now().timestamp(), body.as_bytes());
        let request = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json");
        match request.header("stripe-signature", signature).body(body).send().await {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(format!("it answered {}", response.status())),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn deliver(&self, event: Event) -> Result<(), Gone> {
        let mut wait = FIRST_WAIT;
        while let Err(reason) = self.send(&event).await {
            tracing::warn!(event = event.id, kind = event.kind, reason, "a webhook was not taken and is sent again");
            sleep(wait).await;
            wait = LONGEST_WAIT.min(wait * 2);
        }
        let delivered = Change { delivered: Some(event.id), ..Change::default() };
        self.ledger.change(|_| ((), delivered)).await
    }

    async fn settle(&self, id: &str) -> Result<(), Gone> {
        self.ledger.change(|book| ((), Desk { book, pages: &self.pages, now: Utc::now() }.settle(id))).await
    }
}

async fn follow(follower: Arc<Follower>, follow_up: FollowUp) {
    let outcome = match follow_up {
        FollowUp::Deliver(event) => follower.deliver(event).await,
        FollowUp::Settle(id, at) => {
            sleep((at - Utc::now()).to_std().unwrap_or_default()).await;
            follower.settle(&id).await
        }
    };
    if let Err(error) = outcome {
        tracing::error!("{error}");
    }
}
