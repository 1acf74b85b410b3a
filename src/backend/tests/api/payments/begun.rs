//! Payments that several requests begin at once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, body::Bytes, http};
use devopsify::{router, stripe::Stripe};
use futures_util::future::join_all;
use reqwest::{Client, StatusCode};
use sqlx::PgPool;
use url::Url;

use super::{begin, mug};
use crate::support::{Shop, checkpoint::Checkpoint, guest::Guest, payment_at, serve};

/// Passes on what comes to the provider without its `Idempotency-Key`: a provider that makes a payment for every request.
/// Counts the payments that were asked for.
async fn forgetful(provider: Url, asked: Arc<AtomicUsize>) -> Url {
    let client = Client::builder().no_proxy().build().unwrap();
    let pass = move |method: http::Method, uri: http::Uri, mut headers: http::HeaderMap, body: Bytes| {
        headers.remove("idempotency-key");
        headers.remove(http::header::HOST);
        if method == http::Method::POST && uri.path() == "/v1/payment_intents" {
            asked.fetch_add(1, Ordering::SeqCst);
        }
        let request = client.request(method, provider.join(uri.path()).unwrap()).headers(headers).body(body);
        async move {
            let answer = request.send().await.unwrap();
            (answer.status(), answer.bytes().await.unwrap())
        }
    };
    serve(Router::new().fallback(pass)).await
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn payments_that_are_begun_at_once_are_one(db: PgPool) {
    let mug = mug(&db).await;
    let (mut shop, provider) = Shop::deaf(db).await;

    // The idempotency key makes them one at the provider.
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let starts = join_all((0..4).map(|_| begin(&bought))).await;
    assert!(starts.iter().all(|start| *start == starts[0]), "{starts:?}");
    assert_eq!(provider.intents().await["data"].as_array().unwrap().len(), 1);

    // The row's lock makes them one here, also where every request gets a payment of its own from the provider: all four have
    // theirs, and wait for one that is about to store its own.
    let asked = Arc::new(AtomicUsize::new(0));
    let url = forgetful(provider.url.clone(), asked.clone()).await;
    shop.app.stripe = Stripe::new(&payment_at(&url), std::time::Duration::from_secs(4)).unwrap();
    shop.origin = serve(router::router(shop.app.clone())).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let mut checkpoint = Checkpoint::before(&shop.db, "UPDATE OF provider_id ON payments").await;
    let (replies, ()) = tokio::join!(join_all((0..4).map(|_| bought.pay())), async {
        checkpoint.queued(4).await;
        assert_eq!(asked.load(Ordering::SeqCst), 4);
        checkpoint.open().await;
    });
    let stored: String = sqlx::query_scalar(
        "SELECT p.provider_id FROM payments p JOIN orders o ON o.id = p.order_id WHERE o.number = $1",
    )
    .bind(bought.number)
    .fetch_one(&shop.db)
    .await
    .unwrap();
    let (begun, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == StatusCode::OK);
    assert!(!begun.is_empty());
    for reply in begun {
        assert_eq!(reply.json()["payment_intent"], stored, "a payment was handed out that is not the order's");
    }
    for reply in refused {
        assert_eq!(reply.refusal(), (409, "request_in_progress".into()));
    }
    // Whoever asks again goes on with the one that is stored.
    assert_eq!(begin(&bought).await["payment_intent"], stored);
}
