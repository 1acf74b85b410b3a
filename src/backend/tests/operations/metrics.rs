//! What the running processes count, told by their `/metrics`.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use axum::{Router, response::Html, routing::get};
use reqwest::{Method, StatusCode};
use sqlx::PgPool;

use crate::{
    buying::Street,
    support::{
        self, Shop,
        builders::product,
        customer::{Browser, PASSWORD},
        guest::{Bought, Guest, variant_of},
        program::Program,
        provider::{DECLINED_CARD, GOOD_CARD},
        smtp::{MailServer, Manner},
        wire::Wire,
    },
};

/// Everything that a process tells: series and their values.
struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    async fn of(program: &Program) -> Self {
        program.metric(|text| Some(Self::parse(text)), "anything").await
    }

    fn parse(text: &str) -> Self {
        let series = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
        Self(series.map(|(series, value)| (series.to_owned(), value.parse().unwrap())).collect())
    }

    fn get(&self, series: &str) -> f64 {
        *self.0.get(series).unwrap_or_else(|| panic!("{series} is not among {:#?}", self.0.keys()))
    }

    fn expect(&self, expected: &[(&str, f64)]) {
        for (series, value) in expected {
            assert_eq!(self.get(series), *value, "{series}");
        }
    }

    fn series(&self, wanted: impl Fn(&str) -> bool) -> BTreeSet<&str> {
        self.0.keys().map(String::as_str).filter(|series| wanted(series)).collect()
    }
}

/// Metrics whose series come with what happens.
fn is_open(series: &str) -> bool {
    ["http_", "storefront_render_", "database_query_duration_", "order_revenue_"]
        .iter()
        .any(|prefix| series.starts_with(prefix))
}

async fn start(bought: &Bought<'_>) -> serde_json::Value {
    bought.pay().await.expect(StatusCode::OK).json()
}

/// Somebody browses, wants more than there is, is declined, and pays; somebody else comes too late; a third one cancels.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn buying_is_counted_to_the_piece(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let mut street = Street::open(db.clone()).await;
    let at_start = Metrics::of(&street.serve).await;
    let shop = &street.shop;
    for _ in 0..3 {
        shop.json("/api/products").await;
    }
    let (first, late) = (Guest::with(shop, mug, 2).await, Guest::with(shop, mug, 9).await);
    assert_eq!(first.add(mug, 9).await.refusal(), (409, "out_of_stock".into()));
    let order = late.order().await;
    let bought = first.buy().await;
    assert_eq!(late.place("key", &order).await.refusal(), (409, "out_of_stock".into()));
    let payment = start(&bought).await;
    assert_eq!(street.provider.confirm(&payment, DECLINED_CARD).await.0, StatusCode::PAYMENT_REQUIRED);
    street.serve.says(r#"payments_total{provider="stripe",outcome="failed"} 1"#).await;
    assert_eq!(street.provider.confirm(&payment, GOOD_CARD).await.0, StatusCode::OK);
    street.serve.says(r#"payments_total{provider="stripe",outcome="succeeded"} 1"#).await;
    let total = bought.read().await["total"]["amount"].as_f64().unwrap();
    let third = Guest::with(shop, mug, 1).await.buy().await;
    start(&third).await;
    third.cancel().await.expect(StatusCode::OK);
    assert_eq!(shop.send(Method::POST, "/api/webhooks/stripe", &[], None).await.status, StatusCode::BAD_REQUEST);
    blocked(shop).await;
    left(shop, &street.serve).await;
    street.serve.says("http_requests_in_flight 0").await;

    let told = Metrics::of(&street.serve).await;
    told.expect(&[
        (r#"http_requests_total{method="GET",route="/api/products",status="200"}"#, 3.0),
        (r#"http_requests_total{method="POST",route="/api/account/email",status="500"}"#, 0.0),
        (r#"http_requests_total{method="GET",route="/products/*",status="502"}"#, 0.0),
        (r#"http_request_duration_seconds_count{method="GET",route="/api/products"}"#, 3.0),
        (r#"http_response_body_bytes_count{route="/api/products"}"#, 3.0),
        (r#"http_request_body_bytes_count{route="/api/orders"}"#, 3.0),
        (r#"http_problems_total{code="out_of_stock"}"#, 2.0),
        (r#"http_problems_total{code="invalid_request"}"#, 1.0),
        (r#"http_problems_total{code="database_unavailable"}"#, 1.0),
        ("http_requests_in_flight", 0.0),
        ("carts_created_total", 3.0),
        ("cart_items_added_total", 3.0),
        (r#"out_of_stock_refusals_total{at="cart"}"#, 1.0),
        (r#"out_of_stock_refusals_total{at="order"}"#, 1.0),
        (r#"orders_total{event="placed"}"#, 2.0),
        (r#"orders_total{event="confirmed"}"#, 1.0),
        (r#"orders_total{event="cancelled"}"#, 1.0),
        (r#"orders_total{event="expired"}"#, 0.0),
        (r#"order_revenue_minor_units_total{currency="EUR"}"#, total),
        (r#"payments_total{provider="stripe",outcome="canceled"}"#, 1.0),
        (r#"payment_provider_requests_total{operation="create_payment",outcome="ok"}"#, 2.0),
        (r#"payment_provider_requests_total{operation="cancel_payment",outcome="ok"}"#, 1.0),
        (r#"webhooks_total{outcome="refused"}"#, 1.0),
        ("webhook_lag_seconds_count", told.get(r#"webhooks_total{outcome="settled"}"#)),
        (r#"database_query_duration_seconds_count{query="INSERT orders"}"#, 2.0),
        (r#"database_query_errors_total{kind="timeout"}"#, 1.0),
        (r#"database_query_errors_total{kind="other"}"#, 0.0),
        ("database_pool_waiting", 0.0),
        ("database_pool_timeouts_total", 0.0),
        ("database_up", 1.0),
        ("database_pool_max_connections", told.get("database_pool_max_connections").max(1.0)),
    ]);
    assert!(told.get("database_pool_acquire_duration_seconds_count") > 20.0);
    assert!(told.get(r#"http_response_body_bytes_sum{route="/api/products"}"#) > 300.0);
    assert!(told.get("process_resident_memory_bytes") > 1e6);
    let known = |series: &str| !is_open(series);
    assert_eq!(at_start.series(known), told.series(known), "every series that can be known was there from the start");
    assert!(told.0.len() < 2500, "{} series", told.0.len());
    worked(&mut street, &db).await;
}

/// Waits for a lock longer than anybody may.
async fn blocked(shop: &Shop) {
    let mut tx = shop.db.begin().await.unwrap();
    sqlx::query("LOCK TABLE categories").execute(&mut *tx).await.unwrap();
    assert_eq!(shop.get("/api/categories").await.refusal(), (503, "database_unavailable".into()));
    tx.rollback().await.unwrap();
}

/// Waits for a lock and leaves before there is an answer.
async fn left(shop: &Shop, serve: &Program) {
    let mut tx = shop.db.begin().await.unwrap();
    sqlx::query("LOCK TABLE categories").execute(&mut *tx).await.unwrap();
    let asked = shop.client.get(shop.at("/api/categories")).timeout(Duration::from_millis(300)).send().await;
    assert!(asked.unwrap_err().is_timeout());
    serve.says(r#"http_requests_total{method="GET",route="/api/categories",status="499"} 1"#).await;
    tx.rollback().await.unwrap();
}

/// What the worker makes of it, and what it reads when it is started once more.
async fn worked(street: &mut Street, db: &PgPool) {
    street.worker.says(r#"mails_total{mail="confirmation",outcome="sent"} 1"#).await;
    street.worker.says(r#"jobs_total{task="send_confirmation",outcome="completed"} 1"#).await;
    let told = Metrics::of(&street.worker).await;
    told.expect(&[
        (r#"job_delay_seconds_count{task="send_confirmation"}"#, 1.0),
        (r#"job_duration_seconds_count{task="send_confirmation"}"#, 1.0),
        (r#"jobs_total{task="send_confirmation",outcome="dead"}"#, 0.0),
    ]);
    street.worker.kill();
    let late = Guest::with(&street.shop, variant_of(db, "mug").await, 1).await.buy().await;
    start(&late).await;
    // Each webhook is a check of its payment, so none may still be on its way.
    const TOLD: &str = "SELECT count(*) = 3 FROM provider_events WHERE kind = 'payment_intent.created'";
    street.shop.until("the webhook of the last payment", TOLD).await;
    for change in [
        "UPDATE payments SET checked_at = now() - interval '1 hour'",
        "UPDATE orders SET expires_at = now() - interval '1 hour'",
        // The bank sent it back, and nothing has taken its place.
        "INSERT INTO refunds (payment_id, amount, reason, status, failure, updated_at)
         SELECT id, 100, 'test', 'failed', 'expired_or_canceled_card', now() - interval '1 hour' FROM payments WHERE captured > 0 LIMIT 1",
        "UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE id = (SELECT min(id) FROM graphile_worker._private_jobs WHERE max_attempts > 1)",
        "UPDATE graphile_worker._private_jobs SET run_at = now() + interval '1 hour' WHERE attempts < max_attempts",
        // The reconciler, due with each minute, would find what is left undone before it is counted.
        "UPDATE graphile_worker._private_known_crontabs SET last_execution = now() + interval '1 hour'",
    ] {
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(db).await.unwrap();
    }
    street.worker.start();
    street.worker.says("\nproducts_sellable 1").await;
    Metrics::of(&street.worker).await.expect(&[
        ("payments_unsettled", 1.0),
        ("refunds_unfinished", 1.0),
        ("orders_overdue", 1.0),
        (r#"jobs{state="dead"}"#, 1.0),
        (r#"jobs{state="ready"}"#, 0.0),
        ("jobs_oldest_ready_age_seconds", 0.0),
        ("carts_active", 4.0),
        ("variants_out_of_stock", 0.0),
        (r#"best_seller_available_units{sku="MUG-1"}"#, 7.0),
        ("best_sellers_out_of_stock", 0.0),
    ]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn sign_ins_are_counted_by_how_they_end(db: PgPool) {
    let mut street = Street::open(db).await;
    // The tests derive the links of mails with a key of theirs.
    street.serve.kill();
    street.serve.set("SECRET_KEY", "the secret key that all tests share");
    street.serve.start();
    street.are_there().await;
    let browser = Browser::of(&street.shop, "ada@example.com").await;
    let codes = browser.enrol().await;
    browser.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    browser.login_code("000000").await.expect(StatusCode::UNAUTHORIZED);
    browser.login_code(&codes[0]).await.expect(StatusCode::OK);
    let mut refused = 1.0;
    while browser.login("grace@example.com", "a wrong password").await.status == StatusCode::UNAUTHORIZED {
        refused += 1.0;
    }
    Metrics::of(&street.serve).await.expect(&[
        ("registrations_total", 1.0),
        (r#"sign_ins_total{outcome="succeeded"}"#, 2.0),
        (r#"sign_ins_total{outcome="second_factor"}"#, 1.0),
        (r#"sign_ins_total{outcome="refused"}"#, refused),
        (r#"sign_ins_total{outcome="locked"}"#, 1.0),
    ]);
}

/// Processes in front of a storefront that has one file, one broken page, and every other page.
async fn with_storefront(db: PgPool) -> Street {
    let missing = get(|| async { StatusCode::NOT_FOUND });
    let broken = get(|| async { StatusCode::INTERNAL_SERVER_ERROR });
    let storefront = Router::new()
        .route("/_next/static/main.js", get(|| async { "let answer;" }))
        .route("/_next/static/{name}", missing)
        .route("/categories/broken", broken)
        .fallback(get(|| async { Html("<p>A page.</p>") }));
    let storefront = support::serve(storefront).await;
    let mut street = Street::open(db).await;
    street.serve.kill();
    street.serve.set("STOREFRONT_URL", storefront.as_str());
    street.serve.start();
    street.are_there().await;
    street
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_edge_is_counted_by_its_table(db: PgPool) {
    let street = with_storefront(db).await;
    for path in ["/_next/static/main.js", "/products/mug", "/products/cup", "/admin/orders"] {
        for _ in 0..3 {
            street.shop.get(path).await.expect(StatusCode::OK);
        }
    }
    street.shop.get("/_next/static/none.js").await.expect(StatusCode::NOT_FOUND);
    street.shop.get("/categories/broken").await.expect(StatusCode::INTERNAL_SERVER_ERROR);
    Metrics::of(&street.serve).await.expect(&[
        (r#"http_requests_total{method="GET",route="/_next/static/{*path}",status="200"}"#, 3.0),
        (r#"http_requests_total{method="GET",route="/products/*",status="200"}"#, 6.0),
        (r#"http_requests_total{method="GET",route="storefront",status="200"}"#, 3.0),
        (r#"storefront_render_duration_seconds_count{route="/products/*"}"#, 6.0),
        (r#"storefront_render_duration_seconds_count{route="storefront"}"#, 3.0),
        (r#"storefront_failures_total{reason="render"}"#, 1.0),
        (r#"storefront_failures_total{reason="unreachable"}"#, 0.0),
        (r#"cache_requests_total{cache="assets",outcome="miss"}"#, 2.0),
        (r#"cache_requests_total{cache="assets",outcome="hit"}"#, 2.0),
        (r#"cache_entries{cache="assets"}"#, 1.0),
        (r#"cache_bytes{cache="assets"}"#, "/_next/static/main.jslet answer;".len() as f64),
    ]);
}

/// Paths, methods and parameters that nobody has thought of make no new series.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn strangers_make_no_series(db: PgPool) {
    let street = with_storefront(db).await;
    let wave = async |name: &str| {
        for path in [
            "/",
            "/products/",
            "/orders/",
            "/a/b/c/",
            "/api/",
            "/api/products/",
            "/api/carts/",
            "/_next/static/",
            "/media/",
        ] {
            for method in ["GET", "POST", name] {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let request =
                    street.shop.client.request(method, street.shop.at(&format!("{path}{name}?{name}={name}")));
                request.header(name, name).body(name.to_owned()).send().await.unwrap();
            }
        }
        Metrics::of(&street.serve).await
    };
    let (first, second) = (wave("MARY").await, wave("SHELLEY").await);
    assert_eq!(first.series(|_| true), second.series(|_| true));
    assert!(first.series(|series| series.contains("MARY")).is_empty());
    assert!(first.get(r#"http_requests_total{method="other",route="storefront",status="405"}"#) > 0.0);
    first.get(r#"http_request_duration_seconds_count{method="GET",route="/products/*"}"#);
}

/// An old number would say something that may no longer be true.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_cannot_be_read_is_not_told(db: PgPool) {
    devopsify::queue::migrate(&db).await.unwrap();
    let wire = Wire::to(&db).await;
    let server = MailServer::open(Manner::Takes).await;
    let worker = Program::worker(wire.url(), &server.url).await;
    let is_told = |text: &str, series: &str| text.lines().any(|line| line.starts_with(series));
    worker.says("\njobs{").await;
    wire.cut();
    worker.metric(|text| (!is_told(text, "jobs{") && !is_told(text, "carts_active")).then_some(()), "nothing").await;
    worker.says("database_up 0").await;
    wire.mend();
    worker.says("\njobs{").await;
}
