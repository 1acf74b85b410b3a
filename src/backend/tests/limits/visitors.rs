//! Visitors who look at pages and fill carts while somebody else attacks.

use std::{
    fmt,
    future::pending,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use axum::{Router, response::Html};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::{runtime, time::sleep};
use url::Url;

use crate::support;

/// How long Next.js takes for a page, about.
const RENDER: Duration = Duration::from_millis(50);
const PAUSE: Duration = Duration::from_millis(250);
/// A browser shows its own error after about so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts a stand-in for Next.js, in a thread of its own as Next.js is a process of its own, and returns its address.
pub fn storefront() -> Url {
    let router = Router::new().fallback(|| async {
        sleep(RENDER).await;
        Html("<!doctype html><title>DevOpsify</title>")
    });
    let (sender, address) = mpsc::channel();
    thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            sender.send(support::serve(router).await).unwrap();
            pending::<()>().await;
        });
    });
    address.recv().unwrap()
}

/// What visitors were answered.
#[derive(Default)]
pub struct Visits {
    times: Vec<Duration>,
    failures: Vec<String>,
}

impl Visits {
    pub fn served_all(&self) -> bool {
        self.failures.is_empty() && !self.times.is_empty()
    }
}

/// Visits again and again, for so long.
pub async fn keep_visiting(port: u16, duration: Duration) -> Visits {
    let (mut visits, began) = (Visits::default(), Instant::now());
    while began.elapsed() < duration {
        let started = Instant::now();
        match visit(port).await {
            Ok(()) => visits.times.push(started.elapsed()),
            Err(failure) => visits.failures.push(format!("after {} s: {failure}", began.elapsed().as_secs())),
        }
        sleep(PAUSE).await;
    }
    visits
}

/// Looks at two pages and a list, and puts something into a cart, over a connection of its own.
///
/// # Errors
/// With what was answered instead.
pub async fn visit(port: u16) -> Result<(), String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    let origin = format!("http://127.0.0.1:{port}");
    let get = async |path: &str| expect(client.get(format!("{origin}{path}")), StatusCode::OK, path).await;
    get("/").await?;
    let list: Value = serde_json::from_str(&get("/api/products").await?).map_err(|error| error.to_string())?;
    let slug = list["items"][0]["slug"].as_str().unwrap_or_default();
    get(&format!("/products/{slug}")).await?;
    let product: Value =
        serde_json::from_str(&get(&format!("/api/products/{slug}")).await?).map_err(|error| error.to_string())?;
    let items = json!([{ "variant_id": product["variants"][0]["id"], "quantity": 1 }]);
    let cart = client.post(format!("{origin}/api/carts")).json(&json!({ "items": items }));
    expect(cart, StatusCode::CREATED, "POST /api/carts").await.map(drop)
}

async fn expect(request: reqwest::RequestBuilder, status: StatusCode, what: &str) -> Result<String, String> {
    let response = request.send().await.map_err(|error| format!("{what}: {error:?}"))?;
    if response.status() != status {
        return Err(format!("{what}: {}", response.status()));
    }
    response.text().await.map_err(|error| format!("{what}: {error:?}"))
}

impl fmt::Display for Visits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut times = self.times.clone();
        times.sort();
        let at = |percent: usize| times.get(times.len() * percent / 100).map_or(0, Duration::as_millis);
        let (served, failed) = (times.len(), self.failures.len());
        write!(
            formatter,
            "visitors: {served} visits of five requests served (half within {} ms, 95 % within {} ms), {failed} not",
            at(50),
            at(95)
        )?;
        self.failures.iter().take(5).try_for_each(|failure| write!(formatter, "\n  {failure}"))
    }
}
