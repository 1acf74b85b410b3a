//! Security headers.

use axum::{Router, extract::Request, http::header, response::Html, routing::get};
use sqlx::PgPool;

use crate::support::Shop;

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn stand_on_every_kind_of_answer(db: PgPool) {
    let shop = Shop::in_front_of(db, Router::new().fallback(get(|| async { Html("<p>page</p>") }))).await;
    for path in [
        "/",
        "/account",
        "/account/sign-in",
        "/admin",
        "/api/account",
        "/api/store",
        "/api/nothing",
        "/api/docs/",
        "/api/openapi.json",
        "/media/none.webp",
        "/robots.txt",
        "/sitemap.xml",
    ] {
        let reply = shop.get(path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(reply.header("referrer-policy"), "strict-origin-when-cross-origin", "{path}");
        assert!(reply.header("permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin", "{path}");
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-eval"), "{path}: {policy}");
        assert_eq!(reply.header("strict-transport-security"), "", "{path}: the store is not served by TLS here");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn hsts_is_sent_where_the_store_is_served_by_tls(db: PgPool) {
    let shop = Shop::known_as(db, "https://shop.example", |_| {}).await;
    assert!(shop.get("/api/store").await.header("strict-transport-security").starts_with("max-age=31536000"));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_page_runs_only_scripts_that_carry_its_own_nonce(db: PgPool) {
    let render = |request: Request| async move {
        let policy = request.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        Html(policy)
    };
    let shop = Shop::in_front_of(db, Router::new().fallback(get(render))).await;
    let (first, second) = (shop.get("/").await, shop.get("/").await);
    assert_eq!(
        first.text,
        first.header("content-security-policy"),
        "the renderer was told another policy than the browser"
    );
    assert_ne!(first.text, second.text, "a nonce was used twice");
    let script = first.text.split("; ").find(|part| part.starts_with("script-src")).unwrap();
    assert!(script.contains("'nonce-") && !script.contains("unsafe"), "{script}");
    let chosen = shop.get_with("/account", &[("content-security-policy", "script-src 'nonce-mine'")]).await;
    assert!(!chosen.text.contains("nonce-mine"), "a visitor chose the nonce");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn only_where_a_payment_is_made_may_the_provider_be_talked_to(db: PgPool) {
    let shop = Shop::in_front_of(db, Router::new().fallback(get(|| async { Html("<p>page</p>") }))).await;
    let provider = shop.json("/api/store").await["payment"]["api_url"].as_str().unwrap().to_owned();
    for path in ["/", "/cart", "/orders/1001", "/checkout/other", "/account"] {
        let policy = shop.get(path).await.header("content-security-policy").to_owned();
        assert!(policy.contains("connect-src 'self';") && !policy.contains("frame-src"), "{path}: {policy}");
    }
    let policy = shop.get("/checkout").await.header("content-security-policy").to_owned();
    assert!(policy.contains(&format!("connect-src 'self' {provider};")), "{policy}");
    assert!(!policy.contains("stripe.com"), "{policy}");
}
