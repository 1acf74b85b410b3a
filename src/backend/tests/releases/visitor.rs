//! A visitor with an address and a connection of their own, who expects every answer to be right, and notes each that is not.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use url::Url;
use uuid::Uuid;

use super::{
    balancer::{RELEASE, REPLICA},
    journal::{Journal, Order},
    rollout::Rollout,
    support::provider::{GOOD_CARD, Provider},
};

/// How long an order may wait for the provider's word that it is paid.
const PAID_WITHIN: Duration = Duration::from_secs(15);
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// Who they are; see [`Visitor::new`].
pub struct Visitor {
    client: Client,
    store: Url,
    provider: Provider,
    journal: Arc<Journal>,
    address: String,
    replica: Option<String>,
}

/// What is asked.
struct Question<'a> {
    method: Method,
    path: &'a str,
    token: Option<(&'a str, &'a str)>,
    key: Option<&'a str>,
    body: Option<&'a Value>,
}

/// An answer with the status that was expected.
struct Answer {
    release: usize,
    /// The token of the cart or the order that was made.
    token: String,
    json: Value,
}

/// A cart that is ready to be ordered.
pub struct Cart {
    token: String,
    variant: Uuid,
    order: Value,
}

/// An order whose buyer was told that it is placed.
pub struct Placed {
    number: i64,
    token: String,
}

impl<'a> Question<'a> {
    fn get(path: &'a str) -> Self {
        Self { method: Method::GET, path, token: None, key: None, body: None }
    }

    fn post(path: &'a str, body: &'a Value) -> Self {
        Self { method: Method::POST, body: Some(body), ..Self::get(path) }
    }

    fn with(self, name: &'a str, token: &'a str) -> Self {
        Self { token: Some((name, token)), ..self }
    }
}

impl Visitor {
    /// The visitor of this number, whose address nobody else has (RFC 5737).
    pub fn new(rollout: &Rollout, number: usize) -> Self {
        Self {
            client: Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap(),
            store: rollout.balancer.url.clone(),
            provider: Provider::outside(rollout.provider.url.clone()),
            journal: rollout.journal.clone(),
            address: format!("203.0.113.{number}"),
            replica: None,
        }
    }

    /// The same, whom the replica at this address alone serves.
    pub fn served_by(self, replica: String) -> Self {
        Self { replica: Some(replica), ..self }
    }

    /// Looks at something, to its end.
    pub async fn look(&self, path: &str) -> Option<Vec<u8>> {
        let answer = self.open(path).await?;
        self.rest(path, answer).await
    }

    /// Begins to look at something.
    pub async fn open(&self, path: &str) -> Option<Response> {
        self.send(&Question::get(path), StatusCode::OK).await
    }

    /// The rest of what they began to look at.
    pub async fn rest(&self, path: &str, answer: Response) -> Option<Vec<u8>> {
        let release = release_of(&answer);
        let body = answer.bytes().await;
        self.note(&format!("the answer to {path}"), release, body.map(Vec::from).map_err(describe))
    }

    async fn ask(&self, question: Question<'_>, expected: StatusCode) -> Option<Answer> {
        let answer = self.send(&question, expected).await?;
        let token = ["cart-token", "order-token"].iter().find_map(|name| answer.headers().get(*name)?.to_str().ok());
        let (token, release) = (token.unwrap_or_default().to_owned(), release_of(&answer)?);
        let body = self.rest(question.path, answer).await?;
        Some(Answer { release, token, json: serde_json::from_slice(&body).unwrap_or_default() })
    }

    async fn send(&self, question: &Question<'_>, expected: StatusCode) -> Option<Response> {
        let request = self.client.request(question.method.clone(), self.store.join(question.path).unwrap());
        let headers = [("x-forwarded-for", self.address.as_str())].into_iter();
        let headers = headers.chain(self.replica.iter().map(|replica| (REPLICA, replica.as_str())));
        let headers = headers.chain(question.token).chain(question.key.map(|key| ("idempotency-key", key)));
        let request = headers.fold(request, |request, (name, value)| request.header(name, value));
        let request = question.body.into_iter().fold(request, |request, body| request.json(body));
        let (release, answer) = match request.send().await {
            Ok(answer) if answer.status() == expected => (release_of(&answer), Ok(answer)),
            Ok(answer) => {
                let (release, status) = (release_of(&answer), answer.status());
                (release, Err(format!("{status} {}", answer.text().await.unwrap_or_default())))
            }
            Err(error) => (None, Err(describe(error))),
        };
        self.note(&format!("{} {}", question.method, question.path), release, answer)
    }

    fn note<T>(&self, what: &str, release: Option<usize>, outcome: Result<T, String>) -> Option<T> {
        let who = release.map_or_else(|| "nobody".to_owned(), |release| format!("release {}", release + 1));
        outcome.map_err(|why| self.journal.fail(&format!("{what}, by {who}: {why}"))).ok()
    }
}

impl Visitor {
    /// From the cart to the paid order.
    pub async fn buy(&self, variant: Uuid) -> Option<()> {
        let cart = self.fill_cart(variant).await?;
        let placed = self.place(&cart).await?;
        self.pay(&placed).await
    }

    /// One of a variant in a cart.
    pub async fn fill_cart(&self, variant: Uuid) -> Option<Cart> {
        let cart = self.ask(Question::post("/api/carts", &json!({})), StatusCode::CREATED).await?;
        let id = cart.json["id"].as_str().unwrap();
        let (items, quotes) =
            (format!("/api/carts/{id}/items"), format!("/api/carts/{id}/shipping-methods?country=DE"));
        let item = json!({ "variant_id": variant, "quantity": 1 });
        self.ask(Question::post(&items, &item).with("cart-token", &cart.token), StatusCode::OK).await?;
        let quotes = self.ask(Question::get(&quotes).with("cart-token", &cart.token), StatusCode::OK).await?;
        let quote = &quotes.json["items"][0];
        let order = json!({
            "cart_id": id,
            "email": format!("{}@example.com", Uuid::new_v4()),
            "shipping_address": {
                "name": "Ada Lovelace", "line1": "Hauptstr. 1", "postal_code": "10115", "city": "Berlin", "country": "DE",
            },
            "shipping_method_id": quote["id"],
            "expected_total": quote["total"],
        });
        Some(Cart { token: cart.token, variant, order })
    }

    /// Orders what is in a cart.
    pub async fn place(&self, cart: &Cart) -> Option<Placed> {
        let key = Uuid::new_v4().to_string();
        let question = Question { key: Some(&key), ..Question::post("/api/orders", &cart.order) };
        let placed = self.ask(question.with("cart-token", &cart.token), StatusCode::CREATED).await?;
        let number = placed.json["number"].as_i64().unwrap();
        let total = placed.json["total"]["amount"].as_i64().unwrap();
        self.journal.order(placed.release, Order { number, variant: cart.variant, total, intent: None });
        Some(Placed { number, token: placed.token })
    }

    /// Pays an order, and waits until the store knows.
    pub async fn pay(&self, placed: &Placed) -> Option<()> {
        let order = format!("/api/orders/{}", placed.number);
        let payment = format!("{order}/payment");
        let start = self
            .ask(
                Question { method: Method::POST, ..Question::get(&payment) }.with("order-token", &placed.token),
                StatusCode::OK,
            )
            .await?;
        self.journal.payment(placed.number, start.json["payment_intent"].as_str().unwrap());
        let (status, answer) = self.provider.confirm(&start.json, GOOD_CARD).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let deadline = Instant::now() + PAID_WITHIN;
        loop {
            let seen = self.ask(Question::get(&order).with("order-token", &placed.token), StatusCode::OK).await?;
            if seen.json["status"] == "confirmed" {
                return Some(());
            }
            if Instant::now() > deadline {
                return self.note(
                    &order,
                    Some(seen.release),
                    Err(format!("not paid after {PAID_WITHIN:?}: {}", seen.json)),
                );
            }
            sleep(ASK_AGAIN).await;
        }
    }
}

/// Which release an answer is from; none if the balancer gave it itself.
fn release_of(answer: &Response) -> Option<usize> {
    answer.headers().get(RELEASE)?.to_str().ok()?.parse().ok()
}

/// An error with what caused it.
fn describe(error: reqwest::Error) -> String {
    format!("{:#}", anyhow::Error::from(error))
}
