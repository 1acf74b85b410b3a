//! Odd input to everything that is not the API: no byte that a visitor sends makes a fault of ours, or reaches Next.js unspelled.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::future::join_all;
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use sqlx::PgPool;

use crate::support::{
    Shop,
    raw::{Raw, Raws},
};

/// A renderer that has a fault for whatever Next.js has one for, and remembers what it was asked.
#[derive(Clone, Default)]
struct Fragile(Arc<Mutex<Vec<String>>>);

impl Fragile {
    fn router(&self) -> Router {
        let fragile = self.clone();
        Router::new().fallback(move |request: Request| {
            let fragile = fragile.clone();
            async move { fragile.render(&request) }
        })
    }

    fn render(&self, request: &Request) -> Response {
        let path = request.uri().path();
        self.0.lock().unwrap().push(request.uri().to_string());
        let is_odd = path.contains("//")
            || path.contains('\\')
            || path.split('/').any(|segment| matches!(segment, "." | ".."))
            || !is_text(path)
            || (path.starts_with("/_next") && !path.starts_with("/_next/static/"));
        let navigates = ["rsc", "next-router-state-tree", "next-url", "next-router-prefetch"]
            .iter()
            .any(|name| request.headers().contains_key(*name));
        if is_odd
            || (navigates && request.headers().get("next-router-state-tree").is_none_or(|tree| tree != r#"["",{}]"#))
        {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], "<p>page</p>").into_response()
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn is_text(path: &str) -> bool {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8();
    let escapes =
        path.split('%').skip(1).all(|rest| rest.get(..2).is_some_and(|hex| u8::from_str_radix(hex, 16).is_ok()));
    escapes && decoded.is_ok_and(|text| !text.chars().any(char::is_control))
}

async fn ask(shop: &Shop, target: &[u8], headers: &[u8]) -> Raws {
    let mut socket = Raw::to(&shop.origin).await;
    let request =
        [b"GET ", target, b" HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n", headers, b"\r\n"].concat();
    socket.send(&request).await;
    socket.end().await
}

fn expect_no_fault(answer: &Raws, what: &str) {
    let status = answer.status();
    assert!(
        (200..500).contains(&status) || (status == 503 && !answer.header("retry-after").is_empty()),
        "{what}: {}",
        answer.text()
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}: {}", answer.text());
}

/// What stands before a parameter of every kind.
const PARENTS: [&str; 7] = ["", "/products", "/orders", "/admin", "/media", "/_next/static", "/sitemaps"];

/// One of every kind of page and file.
const PLACES: [&str; 16] = [
    "/",
    "/products",
    "/products/mug",
    "/categories/mugs",
    "/search",
    "/cart",
    "/orders/1001",
    "/account",
    "/account/orders",
    "/admin",
    "/admin/orders",
    "/nowhere",
    "/media/abc/400.webp",
    "/_next/static/chunks/main.js",
    "/sitemaps/pages.xml",
    "/robots.txt",
];

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn every_encoding_on_every_kind_of_page(db: PgPool) {
    let fragile = Fragile::default();
    let shop = Shop::in_front_of(db, fragile.router()).await;
    let long = "a".repeat(300);
    let mut tails: Vec<String> = (0..=255u8).map(|byte| format!("%{byte:02x}")).collect();
    tails.extend(
        ["%", "%f", "%zz", "%u0041", "%c3%28", "%ed%a0%80", "%f0%9f%98%80", "..", "%2e%2e", ".%2E", "//", "\\", &long]
            .map(String::from),
    );
    for (number, tail) in tails.iter().enumerate() {
        let place = PLACES[number % PLACES.len()];
        let query = [format!("{place}?q={tail}&cursor={tail}&{tail}=1")];
        let targets =
            PARENTS.iter().map(|parent| format!("{parent}/{tail}")).chain([format!("{place}{tail}")]).chain(query);
        join_all(targets.map(async |target: String| {
            let answer = ask(&shop, target.as_bytes(), b"").await;
            expect_no_fault(&answer, &target);
        }))
        .await;
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_names_nothing_is_not_asked_for(db: PgPool) {
    let fragile = Fragile::default();
    let shop = Shop::in_front_of(db, fragile.router()).await;
    for path in [
        "/products/%",
        "/products/%ff",
        "/products/%00",
        "/products/a%2fb",
        "/products/..%2fadmin",
        "//evil.example/%2e%2e",
        "/products/../admin",
        "/products/%2e%2e/admin",
        "/./products",
        "/products//mug",
        "/products/a\\b",
        "/%5cevil.example",
        "/_next/static/../../products",
        "/_next/static/%2e%2e/%2e%2e/products",
        "/_next/static/..%2f..%2fproducts",
        "/_next/static/chunks/..%5c..%5cproducts",
        "/_next/static//products",
        "/_next/static/%2e/products",
        "/_next/static/",
        "/_next/static",
        "/_next/image?url=/\\host",
        "/_next/image?url=%2Ficon.svg&w=64&q=75",
        "/_next/image",
        "/_next/data/x.json",
        "/_next/",
        "/_next",
        "/_next/webpack-hmr",
        "/%5fnext/image",
        "/_error",
        "/_global-error",
        "/_not-found",
        "/__nextjs_font",
    ] {
        let answer = ask(&shop, path.as_bytes(), b"").await;
        assert_eq!(answer.status(), 404, "{path}: {}", answer.text());
        assert_ne!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        assert_eq!(fragile.asked(), Vec::<String>::new(), "{path}");
    }
    // People see a page, programs a problem.
    assert!(ask(&shop, b"/products/%ff", b"").await.header("content-type").starts_with("text/html"));
    for path in ["/api/products/%ff", "/api//products", "/api/../products", "/api/products/%2e%2e"] {
        let answer = ask(&shop, path.as_bytes(), b"").await;
        assert_eq!(
            (answer.status(), answer.header("content-type").as_str()),
            (404, "application/problem+json"),
            "{path}"
        );
    }
    // What can be spelled in several ways is one page.
    for path in ["/products/caf%c3%a9", "/%70roducts/caf%C3%A9", "/products/caf\u{e9}"] {
        assert_eq!(ask(&shop, path.as_bytes(), b"").await.status(), 200, "{path}");
        assert_eq!(fragile.asked(), ["/products/caf%C3%A9"], "{path}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_page_never_becomes_a_file_of_the_build(db: PgPool) {
    let fragile = Fragile::default();
    let shop = Shop::in_front_of(db, fragile.router()).await;
    // Next.js answers a page here, by whatever fault.
    for _ in 0..2 {
        let answer = ask(&shop, b"/_next/static/chunks/main.js", b"").await;
        assert_eq!(answer.status(), 404);
        assert_eq!(fragile.asked(), ["/_next/static/chunks/main.js"], "it was remembered");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_next_js_cannot_read_of_a_browser_is_not_passed_on(db: PgPool) {
    let fragile = Fragile::default();
    let shop = Shop::in_front_of(db, fragile.router()).await;
    for place in PLACES {
        for headers in [
            "rsc: 1\r\nnext-router-state-tree: x\r\n",
            "rsc: 1\r\nnext-router-state-tree: %\r\n",
            "rsc: 1\r\nnext-router-state-tree: []\r\n",
            "rsc: 1\r\nnext-router-state-tree: [\"\",{}]\r\nnext-router-state-tree: [\"\",{}]\r\n",
            "RSC: 1\r\nNext-Router-State-Tree: \u{e9}\r\nNext-Url: //\r\n",
        ] {
            let answer = ask(&shop, place.as_bytes(), headers.as_bytes()).await;
            expect_no_fault(&answer, &format!("{place} {headers}"));
        }
    }
    // The back office navigates, and nothing else does.
    let readable = b"rsc: 1\r\nnext-router-state-tree: [\"\",{}]\r\n";
    assert_eq!(ask(&shop, b"/admin/orders", readable).await.status(), 200);
}

/// Bytes of all kinds, and those that separate and encode more often.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let telling = prop::sample::select(b"%/\\.?#&=:;@+~[]{}\"'<>^`|,-_ \t0aFz\xc3\xa9\xff\x00\x7f".to_vec());
    vec(prop_oneof![3 => telling, 1 => any::<u8>()], 0..40)
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn arbitrary_bytes_make_no_fault(db: PgPool) {
    let fragile = Fragile::default();
    let shop = Shop::in_front_of(db, fragile.router()).await;
    let names = prop::sample::select(vec![
        "rsc",
        "next-router-state-tree",
        "next-url",
        "next-action",
        "x-nextjs-data",
        "x-middleware-subrequest",
        "accept",
        "accept-encoding",
        "accept-language",
        "cookie",
        "range",
        "if-none-match",
        "if-modified-since",
        "content-type",
        "x-forwarded-for",
        "x-forwarded-host",
        "traceparent",
        "expect",
        "upgrade",
        "te",
        "origin",
        "host",
        "transfer-encoding",
    ]);
    let inputs = (prop::sample::select(PLACES.to_vec()), bytes(), bytes(), names, bytes());
    // The same bytes in every run: what is found can be found again.
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    for _ in 0..1000 {
        let (place, path, query, name, value) = inputs.new_tree(&mut runner).unwrap().current();
        let is_of_line = |byte: &u8| !matches!(byte, b' ' | b'\r' | b'\n');
        let target: Vec<u8> = [place.as_bytes(), &path, b"?", &query].concat().into_iter().filter(is_of_line).collect();
        let value: Vec<u8> = value.into_iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        let answer = ask(&shop, &target, &[name.as_bytes(), b": ", &value, b"\r\n"].concat()).await;
        expect_no_fault(&answer, &format!("{} {name}: {}", target.escape_ascii(), value.escape_ascii()));
    }
}
