//! Visitors: some who do everything once, and some who never stop, whatever the store answers.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::{sync::RwLock, task::JoinSet, time::sleep};
use url::Url;
use uuid::Uuid;

use super::{
    stack::{Stack, until},
    support::{
        Shop,
        customer::{Browser, PASSWORD},
        guest::{Guest, variant_of},
        provider::{DECLINED_CARD, GOOD_CARD, Provider},
    },
};

/// What visitors look at, over and over: pages and what pages ask for.
const PATHS: [&str; 13] = [
    "/",
    "/api/products",
    "/api/products/mug",
    "/products/mug",
    "/api/categories",
    "/api/products?sort=price_asc",
    "/categories/mugs",
    "/api/search/suggestions?q=mu",
    "/api/search/suggestions?q=las",
    "/api/products/last-mug",
    "/search",
    "/api/products?category=mugs",
    "/api/countries",
];
/// Between two looks of one visitor.
const PAUSE: Duration = Duration::from_millis(80);
/// Between two purchases of one buyer.
const PAUSE_OF_BUYER: Duration = Duration::from_millis(3500);
const VISITORS: usize = 4;
/// At once, each of something else.
pub const BUYERS: usize = 8;

/// Visitors who never stop, until it is dropped.
pub struct Traffic {
    /// Held by every purchase; whoever takes it alone has no buyer in between.
    pub purchases: Arc<RwLock<()>>,
    _visitors: JoinSet<()>,
}

impl Traffic {
    pub fn begin(stack: &Stack, asset: &str) -> Self {
        let (mut visitors, purchases) = (JoinSet::new(), Arc::new(RwLock::new(())));
        for number in 0..VISITORS {
            let (visitor, asset) = (Visitor::of(stack), asset.to_owned());
            visitors.spawn(async move {
                let paths = PATHS.iter().copied().chain([asset.as_str()]).cycle();
                for path in paths.skip(number * PATHS.len() / VISITORS) {
                    let _ = visitor.send(Method::GET, path, &[], None).await;
                    sleep(PAUSE).await;
                }
            });
        }
        for (number, cup) in (1..).zip(stack.cups.iter().copied()) {
            let (visitor, provider) = (Visitor::of(stack), Provider::outside(stack.provider.url.clone()));
            let purchases = Arc::clone(&purchases);
            visitors.spawn(async move {
                // One after the other, also after they were all kept from buying.
                let turn = PAUSE_OF_BUYER / (2 * u32::try_from(BUYERS).unwrap()) * number;
                loop {
                    sleep(turn).await;
                    if let Ok(_purchase) = purchases.try_read() {
                        let _ = visitor.buy(&provider, cup).await;
                    }
                    sleep(PAUSE_OF_BUYER - turn).await;
                }
            });
        }
        Self { purchases, _visitors: visitors }
    }
}

/// Somebody whom nothing surprises.
pub struct Visitor {
    client: Client,
    store: Url,
}

impl Visitor {
    pub fn of(stack: &Stack) -> Self {
        Self { client: stack.shop.client.clone(), store: stack.shop.origin.clone() }
    }

    /// A successful answer's JSON, with the token that it gave.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Option<(Value, String)> {
        let request = self.client.request(method, self.store.join(path).ok()?);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = body.into_iter().fold(request, |request, body| request.json(body)).send().await.ok()?;
        let token = ["cart-token", "order-token"].iter().find_map(|name| answer.headers().get(*name));
        let (token, status) =
            (token.and_then(|token| token.to_str().ok()).unwrap_or_default().to_owned(), answer.status());
        let json = serde_json::from_slice(&answer.bytes().await.ok()?).unwrap_or_default();
        status.is_success().then_some((json, token))
    }

    /// From the cart to the paid order, as far as the store lets them.
    async fn buy(&self, provider: &Provider, cup: Uuid) -> Option<()> {
        let (cart, token) = self.send(Method::POST, "/api/carts", &[], Some(&json!({}))).await?;
        let (id, key) = (cart["id"].as_str()?.to_owned(), Uuid::new_v4().to_string());
        let headers = [("cart-token", token.as_str()), ("idempotency-key", key.as_str())];
        let add = json!({ "variant_id": cup, "quantity": 1 });
        self.send(Method::POST, &format!("/api/carts/{id}/items"), &headers[..1], Some(&add)).await?;
        for _ in 0..4 {
            self.send(Method::GET, &format!("/api/carts/{id}"), &headers[..1], None).await?;
        }
        let (quotes, _) = self
            .send(Method::GET, &format!("/api/carts/{id}/shipping-methods?country=DE"), &headers[..1], None)
            .await?;
        let order = json!({
            "cart_id": id,
            "email": format!("{key}@example.com"),
            "shipping_address": {
                "name": "Ada Lovelace", "line1": "Hauptstr. 1", "postal_code": "10115", "city": "Berlin", "country": "DE",
            },
            "shipping_method_id": quotes["items"][0]["id"],
            "expected_total": quotes["items"][0]["total"],
        });
        let (placed, token) = self.send(Method::POST, "/api/orders", &headers, Some(&order)).await?;
        let (number, token) = (placed["number"].as_i64()?, [("order-token", token.as_str())]);
        let (start, _) = self.send(Method::POST, &format!("/api/orders/{number}/payment"), &token, None).await?;
        provider.try_confirm(&start, GOOD_CARD).await?;
        self.send(Method::GET, &format!("/api/orders/{number}"), &token, None).await.map(drop)
    }
}

/// Everything that a metric is about happens at least once. The file that pages bring is returned.
pub async fn everything_happens(stack: &Stack) -> String {
    let shop = &stack.shop;
    let asset = look_around(shop).await;
    buy_and_fail(stack).await;
    sign_in(shop).await;
    // PostgreSQL is looked at every two seconds, and no wait may last much longer.
    let is_seen = async || {
        wait_for_a_lock(shop, stack.mug).await;
        stack.prometheus.has(r#"pg_stat_activity_count{wait_event_type="Lock"}"#).await
    };
    until(Duration::from_secs(60), "a wait for a lock that Prometheus saw", is_seen).await;
    // The payload is none: it fails, and fails again after some seconds.
    let job = "SELECT FROM graphile_worker.add_job('send_confirmation', payload => '{}'::json, max_attempts => 2)";
    sqlx::query(job).execute(&shop.db).await.unwrap();
    let forged =
        shop.send(Method::POST, "/api/webhooks/stripe", &[("stripe-signature", "t=1,v1=00")], Some(&json!({}))).await;
    forged.expect(StatusCode::BAD_REQUEST);
    break_search(shop).await;
    for _ in 0..3 {
        shop.get("/api/products?q=xyzzy").await.expect(StatusCode::INTERNAL_SERVER_ERROR);
        shop.get("/search?q=xyzzy").await;
    }
    mend_search(shop).await;
    asset
}

async fn look_around(shop: &Shop) -> String {
    let home = shop.get("/").await.expect(StatusCode::OK);
    let asset = home
        .text
        .split('"')
        .find(|text| text.starts_with("/_next/static/") && text.contains(".js"))
        .expect("no script");
    shop.get("/search?q=mug").await.expect(StatusCode::OK);
    shop.send(Method::HEAD, "/api/products", &[], None).await.expect(StatusCode::OK);
    for _ in 0..2 {
        shop.get(asset).await.expect(StatusCode::OK);
        for path in PATHS {
            shop.get(path).await.expect(StatusCode::OK);
        }
    }
    shop.get("/api/products/no-such-mug").await.expect(StatusCode::NOT_FOUND);
    shop.get("/no-such-page").await.expect(StatusCode::NOT_FOUND);
    shop.get("/api/products?limit=many").await.expect(StatusCode::BAD_REQUEST);
    asset.to_owned()
}

/// An order that is paid, one whose card is declined, one that is given back, and one that comes too late.
async fn buy_and_fail(stack: &Stack) {
    let (shop, provider) = (&stack.shop, &stack.provider);
    let paid = Guest::with(shop, stack.mug, 1).await.buy().await;
    let start = paid.pay().await.expect(StatusCode::OK).json();
    assert_eq!(provider.confirm(&start, GOOD_CARD).await.0, StatusCode::OK);
    shop.until("the payment", "SELECT bool_or(status = 'confirmed') FROM orders").await;
    paid.cancel().await.expect(StatusCode::OK);
    let declined = Guest::with(shop, stack.mug, 1).await.buy().await;
    let start = declined.pay().await.expect(StatusCode::OK).json();
    assert_eq!(provider.confirm(&start, DECLINED_CARD).await.0, StatusCode::PAYMENT_REQUIRED);
    let last = variant_of(&shop.db, "last-mug").await;
    let (quick, slow) = (Guest::with(shop, last, 1).await, Guest::with(shop, last, 1).await);
    let order = slow.order().await;
    quick.buy().await;
    slow.place("key", &order).await.expect(StatusCode::CONFLICT);
    shop.until("the refund", "SELECT bool_or(status = 'succeeded') FROM refunds").await;
}

async fn sign_in(shop: &Shop) {
    let browser = Browser::of(shop, "ada@example.com").await;
    assert_ne!(browser.login("ada@example.com", "not her password").await.status, StatusCode::OK);
    browser.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
}

/// A change of a cart that waits two seconds for somebody else's.
async fn wait_for_a_lock(shop: &Shop, mug: Uuid) {
    let guest = Guest::with(shop, mug, 1).await;
    let mut tx = shop.db.begin().await.unwrap();
    sqlx::query("SELECT FROM carts WHERE id = $1::uuid FOR UPDATE").bind(&guest.cart).execute(&mut *tx).await.unwrap();
    let release = async {
        sleep(Duration::from_millis(2200)).await;
        tx.rollback().await.unwrap();
    };
    // On a busy machine it may have been refused by then.
    tokio::join!(guest.change(mug, 2), release);
}

/// Makes suggestions fail, and every search with words.
pub async fn break_search(shop: &Shop) {
    sqlx::query("ALTER TABLE search_words RENAME TO search_words_elsewhere").execute(&shop.db).await.unwrap();
}

pub async fn mend_search(shop: &Shop) {
    sqlx::query("ALTER TABLE search_words_elsewhere RENAME TO search_words").execute(&shop.db).await.unwrap();
}
