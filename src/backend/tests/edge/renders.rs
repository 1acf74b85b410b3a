//! Who waits for Next.js: fairly, so many at once, and what is beyond is refused.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, response::Html, routing::get};
use devopsify::config::LoadConfig;
use futures_util::future::join_all;
use reqwest::StatusCode;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::support::{self, Reply, Shop};

/// A renderer that finishes a page when it is let.
#[derive(Clone)]
struct Renderer {
    finishing: Arc<Semaphore>,
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Renderer {
    fn new() -> Self {
        Self { finishing: Arc::new(Semaphore::new(0)), running: Arc::default(), most: Arc::default() }
    }

    fn router(&self) -> Router {
        let renderer = self.clone();
        Router::new().fallback(get(move || {
            let renderer = renderer.clone();
            async move {
                let running = renderer.running.fetch_add(1, Ordering::SeqCst) + 1;
                renderer.most.fetch_max(running, Ordering::SeqCst);
                renderer.finishing.acquire().await.unwrap().forget();
                renderer.running.fetch_sub(1, Ordering::SeqCst);
                Html("<p>page</p>")
            }
        }))
    }

    async fn until_running(&self, count: usize) {
        let running = async {
            while self.running.load(Ordering::SeqCst) != count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), running).await.expect("the pages are not rendered");
    }
}

async fn shop(db: PgPool, renderer: &Renderer, load: LoadConfig) -> Shop {
    let storefront = support::serve(renderer.router()).await;
    Shop::with(db, |config| {
        config.storefront_url = storefront;
        config.load = load;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await
}

async fn visit(shop: &Shop, client: &str) -> Reply {
    shop.get_with("/products", &[("x-forwarded-for", client)]).await
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn forty_pages_at_once_keep_nobody_else_waiting(db: PgPool) {
    let renderer = Renderer::new();
    let load = LoadConfig { max_renders: 4, max_renders_per_client: 2, ..LoadConfig::default() };
    let shop = shop(db, &renderer, load).await;
    let greedy = join_all((0..40).map(|_| visit(&shop, "198.51.100.1")));
    let others = async {
        renderer.until_running(2).await;
        // Another visitor is rendered at once, and none of the forty has to be finished for that.
        let other = visit(&shop, "198.51.100.2");
        let check = async {
            renderer.until_running(3).await;
            renderer.finishing.add_permits(41);
        };
        tokio::join!(other, check).0
    };
    let (greedy, other) = tokio::join!(greedy, others);
    assert_eq!(other.status, StatusCode::OK);
    for reply in greedy {
        assert_eq!(reply.status, StatusCode::OK);
    }
    assert!(renderer.most.load(Ordering::SeqCst) <= 4);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_beyond_the_queue_is_refused_at_once(db: PgPool) {
    let renderer = Renderer::new();
    let load = LoadConfig {
        max_renders: 2,
        max_renders_per_client: 1,
        max_waiting_renders_per_client: 3,
        ..LoadConfig::default()
    };
    let shop = shop(db, &renderer, load).await;
    // A whole /64 of IPv6 is one client.
    let greedy = join_all((0..20).map(|host| {
        let shop = &shop;
        async move { visit(shop, &format!("2001:db8::{host:x}")).await }
    }));
    let finish = async {
        renderer.until_running(1).await;
        let other = visit(&shop, "2001:db8:0:1::1");
        let check = async {
            renderer.until_running(2).await;
            renderer.finishing.add_permits(20);
        };
        tokio::join!(other, check).0
    };
    let (greedy, other) = tokio::join!(greedy, finish);
    assert_eq!(other.status, StatusCode::OK);
    let (answered, refused): (Vec<_>, Vec<_>) = greedy.into_iter().partition(|reply| reply.status == StatusCode::OK);
    assert_eq!((answered.len(), refused.len()), (4, 16));
    for reply in refused {
        assert_eq!((reply.status, reply.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
        assert!(reply.header("content-type").starts_with("text/html") && reply.header("x-frame-options") == "DENY");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn one_client_has_so_many_requests_at_once(db: PgPool) {
    let renderer = Renderer::new();
    let load = LoadConfig { max_requests_per_client: 5, ..LoadConfig::default() };
    let shop = shop(db, &renderer, load).await;
    let waiting = join_all((0..5).map(|_| visit(&shop, "198.51.100.1")));
    let others = async {
        renderer.until_running(5).await;
        let from = |client| [("x-forwarded-for", client)];
        let refused = shop.get_with("/api/store", &from("198.51.100.1")).await;
        assert_eq!((refused.refusal(), refused.header("retry-after")), ((503, "overloaded".into()), "5"));
        assert_eq!(visit(&shop, "198.51.100.1").await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(shop.get_with("/api/store", &from("198.51.100.2")).await.status, StatusCode::OK);
        renderer.finishing.add_permits(5);
    };
    let (waiting, ()) = tokio::join!(waiting, others);
    assert!(waiting.iter().all(|reply| reply.status == StatusCode::OK));
    assert_eq!(shop.get_with("/api/store", &[("x-forwarded-for", "198.51.100.1")]).await.status, StatusCode::OK);
}
