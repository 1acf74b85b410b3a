//! `/media`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::get,
};
use devopsify::files::FileStore;
use reqwest::StatusCode;
use sqlx::PgPool;
use url::Url;

use crate::support::{self, Shop};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_picture_never_changes(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.media.put("abc/400.webp", "picture".as_bytes().to_vec()).await.unwrap();
    let reply = shop.get("/media/abc/400.webp").await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, "picture"));
    assert_eq!(reply.header("content-type"), "image/webp");
    assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(reply.header("content-length"), "7");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nothing_but_pictures_leaves_the_store(db: PgPool) {
    let shop = Shop::open(db).await;
    for path in ["originals/abc", "abc/page.html", "abc/script.svg"] {
        shop.media.put(path, "<script>".as_bytes().to_vec()).await.unwrap();
        assert_eq!(shop.get(&format!("/media/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/media/..%2F..%2Fetc%2Fpasswd.webp", "/media//x.webp", "/media/a%00.webp", "/media/none.avif"] {
        assert_eq!(shop.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// S3 as far as pictures need it: it believes only who signs (AWS Signature Version 4), and counts what is written.
#[derive(Clone, Default)]
struct Bucket(Arc<Mutex<(HashMap<String, Bytes>, usize)>>);

impl Bucket {
    fn router(&self) -> Router {
        Router::new().route("/pictures/{*key}", get(Self::get).put(Self::put)).with_state(self.clone())
    }

    fn is_signed(headers: &HeaderMap) -> bool {
        let signature = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        signature.starts_with("AWS4-HMAC-SHA256 Credential=key/") && signature.contains("/eu-central-1/s3/aws4_request")
    }

    async fn get(State(bucket): State<Self>, Path(key): Path<String>, headers: HeaderMap) -> Response {
        if !Self::is_signed(&headers) {
            return StatusCode::FORBIDDEN.into_response();
        }
        let about = [("etag", "\"1\""), ("last-modified", "Mon, 23 Nov 2026 12:00:00 GMT")];
        match bucket.0.lock().unwrap().0.get(&key) {
            Some(content) => (about, content.clone()).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    async fn put(State(bucket): State<Self>, Path(key): Path<String>, headers: HeaderMap, content: Bytes) -> Response {
        if !Self::is_signed(&headers) {
            return StatusCode::FORBIDDEN.into_response();
        }
        let mut held = bucket.0.lock().unwrap();
        held.0.insert(key, content);
        held.1 += 1;
        [("etag", "\"1\"")].into_response()
    }
}

fn open(endpoint: &Url) -> FileStore {
    let endpoint = endpoint.as_str().trim_end_matches('/');
    let variables = [
        ("AWS_ENDPOINT", endpoint),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("PATH", "/bin"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    FileStore::bucket(&"s3://pictures".parse().unwrap(), "MEDIA_URL", variables.into_iter()).unwrap()
}

#[tokio::test]
async fn pictures_are_kept_in_a_bucket() {
    let bucket = Bucket::default();
    let store = open(&support::serve(bucket.router()).await);
    for _ in 0..2 {
        store.put("abc/400.webp", "picture".as_bytes().to_vec()).await.unwrap();
    }
    assert_eq!(bucket.0.lock().unwrap().1, 1, "what is there is not written again");
    assert_eq!(store.read("abc/400.webp").await.unwrap(), "picture");
    let missing = store.read("abc/800.webp").await.unwrap_err();
    assert!(matches!(missing, object_store::Error::NotFound { .. }), "{missing}");
}

#[tokio::test]
async fn a_bucket_that_is_away_is_no_long_wait() {
    let nowhere = format!("http://{}", support::unused_address().await).parse().unwrap();
    let (store, began) = (open(&nowhere), Instant::now());
    store.read("abc/400.webp").await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn what_is_no_place_for_pictures_is_refused() {
    for (address, reason) in [
        ("https://example.com/pictures", "s3://bucket"),
        ("s3://pictures/folder", "whole bucket"),
        ("file://elsewhere/pictures", "MEDIA_URL must name a folder of this machine"),
    ] {
        let error = FileStore::open(&address.parse().unwrap(), "MEDIA_URL").unwrap_err().to_string();
        assert!(error.contains(reason), "{address}: {error}");
    }
}
