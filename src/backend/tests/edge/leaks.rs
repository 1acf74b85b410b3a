//! Two customers and a guest at once, through the whole of the public origin: nothing of one is in an answer to another.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{
    Router,
    extract::Request,
    http::header,
    response::{Html, IntoResponse},
};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{Reply, Shop, builders::product, customer::Browser, guest::variant_of};

const SHARED: [&str; 12] = [
    "/",
    "/products",
    "/products/mug",
    "/categories/mugs",
    "/search",
    "/cart",
    "/checkout",
    "/orders/1001",
    "/account",
    "/account/sign-in",
    "/account/orders",
    "/account/security",
];

/// The worst renderer that there could be: it puts all that it is told of a visitor into the page, and sets a cookie.
async fn careless(request: Request) -> impl IntoResponse {
    let told: String = request.headers().iter().map(|(name, value)| format!("{name}: {value:?}\n")).collect();
    ([(header::SET_COOKIE, "session=of-the-renderer")], Html(format!("<p>{}</p><pre>{told}</pre>", request.uri())))
}

/// What only one visitor knows: nobody else may see it.
struct Visitor<'a> {
    browser: Browser<'a>,
    secrets: Vec<String>,
}

impl<'a> Visitor<'a> {
    async fn new(shop: &'a Shop, db: &PgPool, email: Option<&str>, name: &str) -> Self {
        let browser = match email {
            Some(email) => Browser::of(shop, email).await,
            None => Browser::new(shop),
        };
        let mug = variant_of(db, "mug").await;
        let items = json!({ "items": [{ "variant_id": mug, "quantity": 1 }] });
        let cart = browser.post("/api/carts", &items).await.json()["id"].as_str().unwrap().to_owned();
        let quote = browser.get("/api/carts/current/shipping-methods?country=DE").await.json()["items"][0].clone();
        let order = json!({
            "cart_id": cart, "email": email.unwrap_or("guest@example.com"), "shipping_method_id": quote["id"],
            "expected_total": quote["total"],
            "shipping_address": { "name": name, "line1": "Hauptstr. 1", "postal_code": "10115", "city": "Berlin", "country": "DE" },
        });
        browser.send_with(Method::POST, "/api/orders", &[("idempotency-key", "one")], Some(&order)).await;
        let mut secrets = vec![cart, name.to_owned(), email.unwrap_or("guest@example.com").to_owned()];
        secrets.extend(["session", "cart"].into_iter().filter_map(|cookie| browser.cookie(cookie)));
        Self { browser, secrets }
    }
}

fn expect_shared(path: &str, page: &Reply) {
    assert_eq!(page.header("set-cookie"), "", "{path} is shared and sets a cookie");
    assert!(!page.text.contains("cookie: \"") && !page.text.contains("authorization"), "{path}: {}", page.text);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nothing_of_one_visitor_is_in_an_answer_to_another(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let (shop, _provider) = Shop::selling_in_front_of(db.clone(), Router::new().fallback(careless)).await;
    let visitors = [
        Visitor::new(&shop, &db, Some("ada@example.com"), "Ada Lovelace").await,
        Visitor::new(&shop, &db, Some("grace@example.com"), "Grace Hopper").await,
        Visitor::new(&shop, &db, None, "Somebody Unknown").await,
    ];
    let own = [
        "/api/account",
        "/api/account/orders",
        "/api/account/addresses",
        "/api/account/sessions",
        "/api/carts/current",
    ];
    let numbers: Vec<i64> =
        sqlx::query_scalar("SELECT number FROM orders ORDER BY number").fetch_all(&db).await.unwrap();
    assert_eq!(numbers.len(), 3);
    let paths: Vec<String> = SHARED
        .iter()
        .chain(&own)
        .map(|path| (*path).to_owned())
        .chain(numbers.iter().map(|number| format!("/api/orders/{number}")))
        .collect();
    let answers = AtomicUsize::new(0);
    // Everybody asks for everything at once, three times over, in orders of their own.
    join_all(visitors.iter().enumerate().flat_map(|(me, visitor)| {
        let (paths, visitors, answers) = (&paths, &visitors, &answers);
        (0..3 * paths.len()).map(move |turn| async move {
            let path = &paths[(turn * (2 * me + 1) + me) % paths.len()];
            let reply = visitor.browser.get(path).await;
            for other in visitors.iter().enumerate().filter(|(other, _)| *other != me).map(|(_, other)| other) {
                for secret in &other.secrets {
                    assert!(
                        !reply.text.contains(secret.as_str()),
                        "{path}: {secret} of somebody else is in {}",
                        reply.text
                    );
                    let headers = format!("{:?}", reply.headers);
                    assert!(!headers.contains(secret.as_str()), "{path}: {secret} of somebody else is in {headers}");
                }
            }
            if SHARED.contains(&path.as_str()) {
                expect_shared(path, &reply);
            } else {
                assert_eq!(reply.header("cache-control"), "no-store", "{path}");
            }
            answers.fetch_add(1, Ordering::Relaxed);
        })
    }))
    .await;
    assert_eq!(answers.into_inner(), 3 * 3 * paths.len());
}
