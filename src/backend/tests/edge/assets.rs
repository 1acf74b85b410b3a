//! `/_next/static`: fetched once, compressed once, never stale.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::header, response::IntoResponse, routing::get};
use reqwest::StatusCode;
use sqlx::PgPool;
use tempfile::TempDir;
use url::Url;

use crate::support::{self, Shop};

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

/// A page of the release before asks for its files while, and after, another one is rolled out.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn files_of_other_releases_are_found(db: PgPool) {
    let releases = TempDir::new().unwrap();
    for (file, content) in
        [("static/chunks/before.js", "let release = 1;"), ("static/media/a.woff2", "font"), ("list", "x")]
    {
        let file = releases.path().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
    let storefront = support::serve(Router::new().route("/_next/static/chunks/now.js", get(|| async { "now" }))).await;
    let shop = Shop::with(db, |config| {
        config.storefront_url = storefront;
        config.static_url = Some(Url::from_directory_path(releases.path()).unwrap());
    })
    .await;
    assert_eq!(shop.get("/_next/static/chunks/now.js").await.text, "now");
    for (path, kind) in [("chunks/before.js", "text/javascript"), ("media/a.woff2", "font/woff2")] {
        let reply = shop.get(&format!("/_next/static/{path}")).await;
        assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, kind));
        assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
    }
    for path in ["chunks/none.js", "../list", "..%2Flist", "%2e%2e/list"] {
        let reply = shop.get(&format!("/_next/static/{path}")).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}: {}", reply.text);
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn files_of_releases_outlive_the_storefront(db: PgPool) {
    let releases = TempDir::new().unwrap();
    std::fs::create_dir(releases.path().join("static")).unwrap();
    std::fs::write(releases.path().join("static/main.css"), "a{}").unwrap();
    let shop = Shop::with(db, |config| {
        config.static_url = Some(Url::from_directory_path(releases.path()).unwrap());
    })
    .await;
    assert_eq!(shop.get("/_next/static/main.css").await.text, "a{}");
    assert_eq!(shop.get("/_next/static/none.css").await.status, StatusCode::SERVICE_UNAVAILABLE);
}
