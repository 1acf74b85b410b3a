//! A store with the demo payment provider beside it, and the browser's part in paying.

use devopsify::{config::DemoProviderConfig, demo_provider};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use super::payment_at;

/// Cards as the demo provider knows them.
pub const GOOD_CARD: &str = "4242424242424242";
pub const DECLINED_CARD: &str = "4000000000000002";
pub const CONFIRMED_CARD: &str = "4000002500003155";
pub const PROCESSING_CARD: &str = "4000000000004236";

/// The demo provider on a port of its own, until it is dropped.
pub struct Provider {
    pub url: Url,
    client: Client,
    _running: Option<(TempDir, DropGuard)>,
}

impl Provider {
    /// A provider that sends its webhooks to `webhook_url`.
    pub async fn start(webhook_url: Url) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url: Url = format!("http://{address}").parse().unwrap();
        let folder = TempDir::new().unwrap();
        let stop = CancellationToken::new();
        let config = DemoProviderConfig {
            port: address.port(),
            host: vec![address.ip()],
            ledger: folder.path().join("payments.jsonl"),
            public_url: url.clone(),
            webhook_url,
            payment: payment_at(&url),
        };
        let (router, _) = demo_provider::start(&config, stop.clone()).unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { _running: Some((folder, stop.drop_guard())), ..Self::outside(url) }
    }

    /// A provider that runs elsewhere.
    pub fn outside(url: Url) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { url, client, _running: None }
    }

    /// All payments of the provider's ledger.
    pub async fn intents(&self) -> Value {
        let request = self.client.get(self.url.join("v1/payment_intents?limit=100").unwrap()).bearer_auth("sk_test");
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Confirms a payment as a browser does; the provider's answer, refusals included.
    pub async fn confirm(&self, start: &Value, card: &str) -> (StatusCode, Value) {
        self.try_confirm(start, card).await.unwrap()
    }

    /// The same, of a provider that may be away.
    pub async fn try_confirm(&self, start: &Value, card: &str) -> Option<(StatusCode, Value)> {
        let intent = start["payment_intent"].as_str()?;
        let form = [
            ("key", "pk_test"),
            ("client_secret", start["client_secret"].as_str()?),
            ("return_url", "http://shop.example/orders/1"),
            ("payment_method_data[type]", "card"),
            ("payment_method_data[card][number]", card),
            ("payment_method_data[card][exp_month]", "12"),
            ("payment_method_data[card][exp_year]", "2040"),
            ("payment_method_data[card][cvc]", "123"),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let path = format!("v1/payment_intents/{intent}/confirm");
        let request = self.client.post(self.url.join(&path).ok()?);
        let answer =
            request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await.ok()?;
        Some((answer.status(), answer.json().await.ok()?))
    }

    /// A payment as the provider's ledger has it.
    pub async fn intent(&self, id: &str) -> Value {
        let request = self.client.get(self.url.join(&format!("v1/payment_intents/{id}")).unwrap());
        request.bearer_auth("sk_test").send().await.unwrap().json().await.unwrap()
    }

    /// Gives a part back as a merchant does at the provider, past the store.
    pub async fn refund_by_hand(&self, intent: &str, amount: i64) {
        let request = self.client.post(self.url.join("v1/refunds").unwrap()).bearer_auth("sk_test");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(format!("payment_intent={intent}&amount={amount}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
}
