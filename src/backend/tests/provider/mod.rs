//! The demo payment provider, asked by the store's own client and by browsers.

mod api;
mod authentication;
mod bad_days;
mod client;
mod restarts;
mod webhooks;

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use chrono::Utc;
use devopsify::{
    config::PaymentConfig,
    payments::webhook::{self, Event},
    stripe::{Intent, IntentStatus, NewIntent, Stripe},
};
use devopsify_local::{config::DemoProviderConfig, demo_provider};
use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::support;

const SECRET: &str = "sk_demo_secret";
const PUBLISHABLE: &str = "pk_demo_publishable";
const WEBHOOK_SECRET: &str = "whsec_secret";
const PATIENCE: Duration = Duration::from_secs(30);

fn payment_config(origin: &Url) -> PaymentConfig {
    PaymentConfig {
        stripe_secret_key: Some(SECRET.into()),
        stripe_publishable_key: Some(PUBLISHABLE.into()),
        stripe_webhook_secret: Some(WEBHOOK_SECRET.into()),
        stripe_api_url: origin.clone(),
        stripe_browser_url: None,
    }
}

fn stripe(origin: &Url) -> Stripe {
    Stripe::new(&payment_config(origin), Duration::from_secs(20)).unwrap()
}

/// A payment of 14290 cents for order 1001.
fn new_intent(idempotency_key: &str) -> NewIntent<'_> {
    NewIntent {
        idempotency_key,
        amount: 14290,
        currency: "EUR",
        payment_id: Uuid::from_u128(1),
        store_id: Uuid::from_u128(2),
        order_number: 1001,
        receipt_email: Some("ada@example.com"),
        description: "Order 1001 <b>& more</b>",
    }
}

/// A store as far as webhooks go: it takes them, or answers otherwise.
struct Hooks {
    url: Url,
    status: Arc<AtomicU16>,
    events: UnboundedReceiver<Event>,
    refused: UnboundedReceiver<Event>,
}

type Senders = (Arc<AtomicU16>, UnboundedSender<Event>, UnboundedSender<Event>);

impl Hooks {
    async fn listen() -> Self {
        let status = Arc::new(AtomicU16::new(200));
        let ((taken, events), (not_taken, refused)) = (unbounded_channel(), unbounded_channel());
        let router = Router::new().route("/hooks", post(take)).with_state((status.clone(), taken, not_taken));
        Self { url: support::serve(router).await.join("/hooks").unwrap(), status, events, refused }
    }

    /// Answers with this status from now on.
    fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// The next event of a kind.
    async fn next(&mut self, kind: &str) -> Event {
        next(&mut self.events, kind).await
    }
}

async fn take(State((status, taken, refused)): State<Senders>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let event =
        webhook::verify(WEBHOOK_SECRET, headers["stripe-signature"].to_str().unwrap(), &body, Utc::now()).unwrap();
    let status = StatusCode::from_u16(status.load(Ordering::SeqCst)).unwrap();
    let _ = if status.is_success() { taken.send(event) } else { refused.send(event) };
    status
}

async fn next(events: &mut UnboundedReceiver<Event>, kind: &str) -> Event {
    let found = async {
        loop {
            let event = events.recv().await.unwrap();
            if event.kind == kind {
                return event;
            }
        }
    };
    timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("{kind} never came"))
}

/// A provider in this process, with a ledger of its own.
struct Provider {
    origin: Url,
    stripe: Stripe,
    client: Client,
    hooks: Hooks,
    folder: TempDir,
}

impl Provider {
    async fn start() -> Self {
        let (folder, hooks) = (TempDir::new().unwrap(), Hooks::listen().await);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let config = DemoProviderConfig {
            port: 0,
            host: Vec::new(),
            ledger: folder.path().join("ledger.jsonl"),
            public_url: origin.clone(),
            webhook_url: hooks.url.clone(),
            payment: payment_config(&origin),
        };
        let (router, _) = demo_provider::start(&config, CancellationToken::new()).unwrap();
        tokio::spawn(
            async move { axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await },
        );
        Self { stripe: stripe(&origin), client: client(), origin, hooks, folder }
    }

    async fn create(&self) -> Intent {
        self.stripe.create_payment_intent(&new_intent("key")).await.unwrap()
    }

    /// Pays by this card as a browser does, and tells the status and the body.
    async fn confirm(&self, intent: &Intent, number: &str) -> (u16, Value) {
        confirm(&self.client, &self.origin, intent, &card(number)).await
    }

    async fn paid_by(&self, number: &str) -> Intent {
        let intent = self.create().await;
        let (status, body) = self.confirm(&intent, number).await;
        assert_eq!((status, &body["status"]), (200, &"succeeded".into()), "{body}");
        self.stripe.payment_intent(&intent.id).await.unwrap()
    }

    async fn expect_status(&self, intent: &Intent, status: IntentStatus) -> Intent {
        let now = self.stripe.payment_intent(&intent.id).await.unwrap();
        assert_eq!(now.status, status);
        now
    }

    fn ledger(&self) -> String {
        read(&self.folder.path().join("ledger.jsonl"))
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// The fields of a card that is good for years.
fn card(number: &str) -> Vec<(&'static str, String)> {
    vec![
        ("payment_method_data[type]", "card".into()),
        ("payment_method_data[card][number]", number.into()),
        ("payment_method_data[card][exp_month]", "12".into()),
        ("payment_method_data[card][exp_year]", "2060".into()),
        ("payment_method_data[card][cvc]", if number.starts_with("37") { "1234" } else { "123" }.into()),
        ("payment_method_data[billing_details][name]", "Ada Lovelace".into()),
        ("return_url", "https://shop.example/orders/1001?from=provider".into()),
    ]
}

async fn confirm(client: &Client, origin: &Url, intent: &Intent, card: &[(&str, String)]) -> (u16, Value) {
    let mut form = card.to_vec();
    form.push(("client_secret", intent.client_secret.clone().unwrap()));
    let response = client
        .post(origin.join(&format!("/v1/payment_intents/{}/confirm", intent.id)).unwrap())
        .bearer_auth(PUBLISHABLE)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://shop.example")
        .body(serde_html_form::to_string(&form).unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    (response.status().as_u16(), response.json().await.unwrap())
}
