//! `/_next/static`: fetched once, compressed once, never stale.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::header, response::IntoResponse, routing::get};
use reqwest::StatusCode;
use sqlx::PgPool;

use crate::support::Shop;

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_file_is_fetched_once_however_many_ask(db: PgPool) {
    let fetched = Arc::new(AtomicUsize::new(0));
    let counter = fetched.clone();
    let script = "let answer = 42;\n".repeat(200);
    let sent = script.clone();
    let file = get(move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        ([(header::CONTENT_TYPE, "application/javascript; charset=UTF-8")], sent).into_response()
    });
    let shop = Shop::in_front_of(db, Router::new().route("/_next/static/chunks/main.js", file)).await;
    let path = "/_next/static/chunks/main.js";
    let replies =
        futures_util::future::join_all((0..20).map(|_| shop.get_with(path, &[("accept-encoding", "identity")]))).await;
    for reply in replies {
        assert_eq!((reply.status, &reply.text), (StatusCode::OK, &script));
        assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(reply.header("content-type"), "application/javascript; charset=UTF-8");
        assert_eq!(reply.header("vary"), "accept-encoding");
    }
    for (accepted, encoding) in
        [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("zstd", "")]
    {
        let reply = shop.client.get(shop.at(path)).header("accept-encoding", accepted).send().await.unwrap();
        assert_eq!(
            reply.headers().get("content-encoding").map_or("", |value| value.to_str().unwrap()),
            encoding,
            "{accepted}"
        );
        let length = reply.bytes().await.unwrap().len();
        assert!(encoding.is_empty() == (length == script.len()), "{accepted}: {length} bytes");
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_missing_is_not_remembered(db: PgPool) {
    let tries = Arc::new(AtomicUsize::new(0));
    let counter = tries.clone();
    let file = get(move || async move {
        if counter.fetch_add(1, Ordering::SeqCst) == 0 {
            StatusCode::NOT_FOUND.into_response()
        } else {
            "here".into_response()
        }
    });
    let shop = Shop::in_front_of(db, Router::new().route("/_next/static/late.txt", file)).await;
    assert_eq!(shop.get("/_next/static/late.txt").await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.get("/_next/static/late.txt").await.text, "here");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn without_the_storefront_what_is_in_memory_stays(db: PgPool) {
    let shop = Shop::open(db).await;
    assert_eq!(shop.get("/_next/static/main.js").await.status, StatusCode::SERVICE_UNAVAILABLE);
}
