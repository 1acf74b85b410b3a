//! What tests stand on: a store on a port of its own, builders for what is in it, and the wire to its database.

pub mod builders;
pub mod buyer;
pub mod checkpoint;
pub mod customer;
pub mod guest;
pub mod importer;
pub mod orders;
pub mod program;
pub mod provider;
pub mod raw;
pub mod smtp;
pub mod staff;
pub mod wire;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::{Duration, Instant},
};

use axum::Router;
use devopsify::{
    app::App,
    capability::Secrets,
    config::{LoadConfig, PaymentConfig, ServeConfig},
    database::roles::APPLICATION,
    files::FileStore,
    passwords::Passwords,
    policy::Policy,
    queue, router,
    server::{Limits, Server},
    stripe::Stripe,
    telemetry,
};
use reqwest::{Client, Method, Response, StatusCode, header::HeaderMap};
use serde_json::Value;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

use provider::Provider;

/// A store that answers on a port of its own.
pub struct Shop {
    pub db: PgPool,
    pub origin: Url,
    pub media: FileStore,
    pub stripe: Stripe,
    pub client: Client,
    pub app: App,
    _folder: TempDir,
}

/// An answer, read to its end.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The reply, if it has this status.
    pub fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Why it was refused, by status and code.
    pub fn refusal(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        (self.status.as_u16(), self.json()["code"].as_str().unwrap().to_owned())
    }

    /// The names of the fields that were refused.
    pub fn refused(&self) -> Vec<String> {
        assert_eq!(self.status, StatusCode::BAD_REQUEST, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], "invalid_request");
        problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

/// The database as the application, whose role may do less than the tests'. It closes with the test's.
///
/// `make test` gives the roles one password (`devopsify-local with-postgres`).
pub fn application(db: &PgPool) -> PgPool {
    let options = (*db.connect_options()).clone().username(APPLICATION);
    let application = PgPoolOptions::new().max_connections(10).connect_lazy_with(options);
    let (closing, ours) = (db.close_event(), application.clone());
    tokio::spawn(async move {
        closing.await;
        ours.close().await;
    });
    application
}

impl Shop {
    /// A store whose storefront cannot be reached.
    pub async fn open(db: PgPool) -> Self {
        Self::with(db, |_| {}).await
    }

    /// A store in front of `storefront`.
    pub async fn in_front_of(db: PgPool, storefront: Router) -> Self {
        let origin = serve(storefront).await;
        Self::with(db, |config| config.storefront_url = origin).await
    }

    pub async fn with(db: PgPool, change: impl FnOnce(&mut ServeConfig)) -> Self {
        Self::known_as(db, "http://shop.example", change).await
    }

    /// A store that visitors know by this address.
    pub async fn known_as(db: PgPool, public_url: &str, change: impl FnOnce(&mut ServeConfig)) -> Self {
        let nowhere = payment_at(&format!("http://{}", unused_address().await).parse().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, db, public_url, nowhere, change).await
    }

    /// A store that can be paid, at the demo provider beside it.
    pub async fn selling(db: PgPool) -> (Self, Provider) {
        Self::selling_with(db, |_| {}).await
    }

    pub async fn selling_with(db: PgPool, change: impl FnOnce(&mut ServeConfig)) -> (Self, Provider) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhooks = format!("http://{}/api/webhooks/stripe", listener.local_addr().unwrap());
        let provider = Provider::start(webhooks.parse().unwrap()).await;
        queue::migrate(&db).await.unwrap();
        (Self::on(listener, db, "http://shop.example", payment_at(&provider.url), change).await, provider)
    }

    /// A store that can be paid, in front of `storefront`.
    pub async fn selling_in_front_of(db: PgPool, storefront: Router) -> (Self, Provider) {
        let origin = serve(storefront).await;
        Self::selling_with(db, |config| config.storefront_url = origin).await
    }

    /// A store that can be paid and decides by another policy.
    pub async fn ruled_by(db: PgPool, policy: Policy) -> (Self, Provider) {
        let (mut shop, provider) = Self::selling(db).await;
        shop.app.policy = policy;
        shop.origin = serve(router::router(shop.app.clone())).await;
        (shop, provider)
    }

    /// A store whose provider's webhooks get lost.
    pub async fn deaf(db: PgPool) -> (Self, Provider) {
        let lost = format!("http://{}/lost", unused_address().await);
        let provider = Provider::start(lost.parse().unwrap()).await;
        queue::migrate(&db).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        (Self::on(listener, db, "http://shop.example", payment_at(&provider.url), |_| {}).await, provider)
    }

    /// A store that runs elsewhere.
    pub async fn outside(db: PgPool, origin: Url) -> Self {
        Self { origin, ..Self::open(db).await }
    }

    async fn on(
        listener: TcpListener,
        db: PgPool,
        public_url: &str,
        payment: PaymentConfig,
        change: impl FnOnce(&mut ServeConfig),
    ) -> Self {
        // What the store logs is shown to who asks for it.
        if std::env::var_os("RUST_LOG").is_some() {
            drop(telemetry::start("test"));
        }
        let folder = TempDir::new().unwrap();
        let media = FileStore::open(&Url::from_directory_path(folder.path()).unwrap(), "MEDIA_URL").unwrap();
        let mut config = ServeConfig {
            port: 0,
            operations_port: 0,
            storefront_url: format!("http://{}", unused_address().await).parse().unwrap(),
            static_url: None,
            trusted_proxies: Vec::new(),
            max_unpaid_orders_per_address: 1000,
            load: LoadConfig::default(),
            dev: false,
        };
        change(&mut config);
        let static_files = config.static_url.as_ref().map(|url| FileStore::open(url, "STATIC_URL").unwrap());
        let stripe = Stripe::new(&payment, Duration::from_secs(4)).unwrap();
        let app = App {
            policy: Policy::default(),
            passwords: Passwords::new().unwrap(),
            db: application(&db).into(),
            media: media.clone(),
            static_files,
            public_url: public_url.parse().unwrap(),
            stripe: stripe.clone(),
            payment: Arc::new(payment),
            secrets: secrets(),
            config: Arc::new(config),
        };
        let origin = serve_on(listener, router::router(app.clone()));
        // The server alone sets the provider of TLS; nothing here speaks it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { db, origin, media, stripe, client, app, _folder: folder }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let request =
            headers.iter().fold(self.client.get(self.at(path)), |request, (name, value)| request.header(*name, *value));
        Self::read(request.send().await.unwrap()).await
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin.as_str().trim_end_matches('/'))
    }

    pub async fn read(response: Response) -> Reply {
        let (status, headers) = (response.status(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }
    }

    /// Sends JSON with some headers.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let request = self.client.request(method, self.at(path));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let request = body.into_iter().fold(request, |request, body| request.json(body));
        Self::read(request.send().await.unwrap()).await
    }

    /// Waits until a condition of the store holds.
    pub async fn until(&self, what: &str, sql: &'static str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !sqlx::query_scalar::<_, bool>(sql).fetch_one(&self.db).await.unwrap() {
            assert!(Instant::now() < deadline, "{what} never came about");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the store answers again.
    pub async fn until_answered(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.get("/api/store").await.status != StatusCode::OK {
            assert!(Instant::now() < deadline, "the store never answers again");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The JSON of a successful answer.
    pub async fn json(&self, path: &str) -> Value {
        let reply = self.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text);
        reply.json()
    }

    /// The slugs of a list, in its order.
    pub async fn slugs(&self, path: &str) -> Vec<String> {
        strings(&self.json(path).await["items"], "slug")
    }
}

/// Keys for a provider at `url`.
pub fn payment_at(url: &Url) -> PaymentConfig {
    PaymentConfig {
        stripe_secret_key: Some("sk_test".into()),
        stripe_publishable_key: Some("pk_test".into()),
        stripe_webhook_secret: Some("whsec_test".into()),
        stripe_api_url: url.clone(),
        stripe_browser_url: None,
    }
}

/// A provider that cannot be reached.
pub fn provider_nowhere() -> Stripe {
    Stripe::new(&payment_at(&"http://127.0.0.1:9".parse().unwrap()), Duration::from_secs(1)).unwrap()
}

/// Nothing that must always hold is broken.
pub async fn expect_sound(db: &PgPool) {
    for finding in devopsify::audit::audit(&mut db.acquire().await.unwrap()).await.unwrap() {
        assert_eq!(finding.violations, 0, "{} {:?}", finding.name, finding.examples);
    }
}

/// What tokens are derived with in tests.
pub fn secrets() -> Secrets {
    Secrets::new("the secret key that all tests share").unwrap()
}

/// A field of every element.
pub fn strings(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
}

/// Serves a router on a free port until the test ends.
pub async fn serve(router: Router) -> Url {
    serve_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), router)
}

fn serve_on(listener: TcpListener, router: Router) -> Url {
    serve_within(listener, router, Limits::default())
}

/// Serves a router as the store is served, within limits, until the test ends.
pub fn serve_within(listener: TcpListener, router: Router, limits: Limits) -> Url {
    let origin = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(Server::public(router, limits, false).serve(vec![listener], CancellationToken::new()));
    origin
}

/// An address that nothing listens on.
pub async fn unused_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], unused_port()))
}

/// A port that nothing listens on and that nobody else is given: below those that connections and listeners on port 0 take,
/// and each only once.
pub fn unused_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(20_000);
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
