//! What holds for every endpoint: problems, limits, caching, compression, the document.

use devopsify::router;
use reqwest::StatusCode;
use serde_json::Value;
use sqlx::PgPool;

use crate::support::{Shop, builders::product};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_unchanged_answer_is_not_sent_again(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let shop = Shop::open(db).await;
    for path in ["/api/products", "/api/products/mug", "/api/categories", "/api/store", "/api/search/suggestions?q=mug"]
    {
        let first = shop.get(path).await;
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with("W/\""), "{path}: {etag}");
        for known in
            [etag.clone(), format!("\"other\", {etag}"), "*".to_owned(), etag.trim_start_matches("W/").to_owned()]
        {
            let again = shop.get_with(path, &[("if-none-match", &known)]).await;
            assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path} {known}");
            assert_eq!(again.header("etag"), etag);
        }
        assert_eq!(shop.get_with(path, &[("if-none-match", "\"other\"")]).await.status, StatusCode::OK);
    }
    let before = shop.get("/api/products").await.header("etag").to_owned();
    product("pin").priced(500).create(&shop.db).await;
    assert_ne!(shop.get("/api/products").await.header("etag"), before);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn answers_are_compressed_as_the_client_likes(db: PgPool) {
    for number in 0..10 {
        product(&format!("mug-{number}")).priced(1400).create(&db).await;
    }
    let shop = Shop::open(db).await;
    for (accepted, encoding) in [("br, gzip", "br"), ("gzip", "gzip"), ("identity", "")] {
        let reply = shop.get_with("/api/products", &[("accept-encoding", accepted)]).await;
        assert_eq!(reply.header("content-encoding"), encoding);
        assert_eq!(reply.header("vary"), "accept-encoding");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_does_not_exist_is_a_problem_too(db: PgPool) {
    let shop = Shop::open(db).await;
    for path in ["/api/nothing", "/api/products/a/b", "/api/"] {
        let reply = shop.get(path).await;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (StatusCode::NOT_FOUND, "application/problem+json"),
            "{path}"
        );
    }
    let reply = Shop::read(shop.client.post(shop.at("/api/products")).send().await.unwrap()).await;
    assert_eq!((reply.status, reply.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"));
    assert_eq!(reply.json()["code"], "method_not_allowed");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_body_over_the_limit_is_refused(db: PgPool) {
    let shop = Shop::open(db).await;
    let body = vec![b'x'; (1 << 20) + 1];
    let reply = Shop::read(shop.client.post(shop.at("/api/products")).body(body).send().await.unwrap()).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        (reply.header("content-type"), &reply.json()["code"]),
        ("application/problem+json", &Value::from("too_large"))
    );
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn every_answer_carries_an_id_of_ours(db: PgPool) {
    let shop = Shop::open(db).await;
    for path in ["/api/store", "/api/nothing", "/robots.txt", "/", "/media/x"] {
        let reply = shop.get_with(path, &[("x-request-id", "chosen-by-the-client")]).await;
        assert!(reply.header("x-request-id").parse::<uuid::Uuid>().is_ok(), "{path}");
    }
}

#[test]
fn the_committed_document_is_the_programs() {
    let committed: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    let current: Value = serde_json::from_str(&router::openapi().to_json().unwrap()).unwrap();
    assert!(committed == current, "src/backend/openapi.json is stale: run `make generate`");
    assert!(current["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_document_and_its_reader_are_served(db: PgPool) {
    let shop = Shop::open(db).await;
    assert_eq!(shop.json("/api/openapi.json").await["info"]["title"], "DevOpsify");
    let reader = shop.get("/api/docs/").await;
    assert!(reader.text.contains("swagger-ui"));
    assert!(reader.header("content-security-policy").contains("script-src 'self'"));
    assert!(!reader.text.contains("://"), "the reader loads nothing from elsewhere");
}
