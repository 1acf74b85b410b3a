//! A store with the demo payment provider beside it, and the browser's part in paying.

use std::collections::BTreeMap;

use devopsify_local::{config::DemoProviderConfig, demo_provider};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use super::payment_at;

/// Cards as the demo provider knows them.
pub const GOOD_CARD: &str = "4242424242424242";
pub const DECLINED_CARD: &str = "4000000000000002";
pub const CONFIRMED_CARD: &str = "4000002500003155";
pub const DISPUTED_CARD: &str = "4000000000000259";
pub const INQUIRED_CARD: &str = "4000000000001976";
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
    pub async fn refund_by_hand(&self, intent: &str, amount: i64) -> Value {
        let (status, refund) = self.try_refund_by_hand(intent, amount).await;
        assert_eq!(status, StatusCode::OK, "{refund}");
        refund
    }

    /// The same, where the store may have been quicker.
    pub async fn try_refund_by_hand(&self, intent: &str, amount: i64) -> (StatusCode, Value) {
        let request = self.client.post(self.url.join("v1/refunds").unwrap()).bearer_auth("sk_test");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(format!("payment_intent={intent}&amount={amount}")).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// The refunds of a payment as the provider's ledger has them, the newest first.
    pub async fn refunds(&self, intent: &str) -> Vec<Value> {
        let path = format!("v1/refunds?limit=100&payment_intent={intent}");
        let request = self.client.get(self.url.join(&path).unwrap()).bearer_auth("sk_test");
        let mut list: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(list["has_more"], false);
        serde_json::from_value(list["data"].take()).unwrap()
    }
}

/// How a refund is, whoever says so: its amount and its status.
type RefundWord = (i64, String);

impl Provider {
    /// Sends a form as the merchant.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.client.post(self.url.join(path).unwrap()).bearer_auth("sk_test");
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// Lets requests go wrong: see the demo provider's faults.
    pub async fn fail(&self, path: &str, how: &[(&str, &str)]) {
        let form: Vec<_> = [("path", path)].into_iter().chain(how.iter().copied()).collect();
        let (status, body) = self.post("demo/faults", &form).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }

    /// The latest dispute.
    pub async fn dispute(&self) -> Value {
        self.listed("v1/disputes?limit=1").await.remove(0)
    }

    /// The merchant's evidence decides a dispute.
    pub async fn decide(&self, dispute: &Value, evidence: &str) -> Value {
        let path = format!("v1/disputes/{}", dispute["id"].as_str().unwrap());
        let (status, decided) = self.post(&path, &[("evidence[uncategorized_text]", evidence)]).await;
        assert_eq!(status, StatusCode::OK, "{decided}");
        decided
    }

    async fn listed(&self, path: &str) -> Vec<Value> {
        let request = self.client.get(self.url.join(path).unwrap()).bearer_auth("sk_test");
        let mut list: Value = request.send().await.unwrap().json().await.unwrap();
        serde_json::from_value(list["data"].take()).unwrap_or_else(|_| panic!("{list}"))
    }

    /// Whatever the store's books and the provider's ledger do not say alike, a line each: payments, refunds, and what is left
    /// of the money. The store's currency is one that both count alike.
    pub async fn disagreements(&self, db: &PgPool) -> Vec<String> {
        let payments: Vec<(String, String, i64, i64)> = sqlx::query_as(
            "SELECT p.provider_id, p.status, p.captured, o.paid FROM payments p JOIN orders o ON o.id = p.order_id
             WHERE p.provider_id IS NOT NULL ORDER BY o.number",
        )
        .fetch_all(db)
        .await
        .unwrap();
        let mut found = Vec::new();
        for (id, status, captured, paid) in &payments {
            let intent = self.intent(id).await;
            let received = intent["amount_received"].as_i64().unwrap();
            let expected = match status.as_str() {
                "captured" => "succeeded",
                "cancelled" => "canceled",
                "processing" => "processing",
                _ => "requires_payment_method",
            };
            if (intent["status"].as_str(), received) != (Some(expected), *captured) {
                found.push(format!(
                    "{id} is {status} with {captured} here, and {} with {received} there",
                    intent["status"]
                ));
            }
            let (ours, theirs) = (self.known_refunds(db, id).await, self.made_refunds(id).await);
            for refund in ours.keys().chain(theirs.keys().filter(|refund| !ours.contains_key(*refund))) {
                if ours.get(refund) != theirs.get(refund) {
                    let (ours, theirs) = (ours.get(refund), theirs.get(refund));
                    found.push(format!("refund {refund} of {id} is {ours:?} here and {theirs:?} there"));
                }
            }
            let given: i64 =
                theirs.values().filter(|(_, status)| status == "succeeded").map(|(amount, _)| amount).sum();
            let left = (received - given - self.lost(id).await).max(0);
            if left != *paid {
                found.push(format!("of {id} {paid} are left here, and {left} there"));
            }
        }
        let there = self.listed("v1/payment_intents?limit=100").await.len();
        if there != payments.len() {
            found.push(format!("{} payments are known here, and {there} there", payments.len()));
        }
        found
    }

    /// By the provider's ids; one that the provider does not know yet has ours.
    async fn known_refunds(&self, db: &PgPool, intent: &str) -> BTreeMap<String, RefundWord> {
        let rows: Vec<(String, i64, String)> = sqlx::query_as(
            "SELECT coalesce(r.provider_id, r.id::text), r.amount, r.status FROM refunds r JOIN payments p ON p.id = r.payment_id
             WHERE p.provider_id = $1 AND (r.provider_id IS NOT NULL OR r.status IN ('requested', 'pending'))",
        )
        .bind(intent)
        .fetch_all(db)
        .await
        .unwrap();
        rows.into_iter().map(|(id, amount, status)| (id, (amount, status))).collect()
    }

    async fn made_refunds(&self, intent: &str) -> BTreeMap<String, RefundWord> {
        let made = self.listed(&format!("v1/refunds?limit=100&payment_intent={intent}")).await;
        let text = |refund: &Value, field: &str| refund[field].as_str().unwrap().to_owned();
        let word = |refund: &Value| (refund["amount"].as_i64().unwrap(), text(refund, "status"));
        made.iter().map(|refund| (text(refund, "id"), word(refund))).collect()
    }

    /// What disputes took of a payment.
    async fn lost(&self, intent: &str) -> i64 {
        let disputes = self.listed("v1/disputes?limit=100").await;
        let of_it =
            disputes.iter().filter(|dispute| dispute["payment_intent"] == intent && dispute["status"] == "lost");
        of_it.map(|dispute| dispute["amount"].as_i64().unwrap()).sum()
    }
}
