//! The real thing: the store's processes, the storefront, Prometheus and its exporters, on a database of their own.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use devopsify::database::{
    self,
    roles::{self, Passwords},
};
use devopsify_local::up::{
    monitor::{programs::Programs, scrape},
    postgres::{Options, Server},
    service::{Service, Start},
    storefront,
};
use reqwest::StatusCode;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tempfile::TempDir;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    files,
    prometheus::Prometheus,
    shortening::Shortening,
    support::{
        Shop,
        builders::{category, product, variant},
        guest::variant_of,
        program::Program,
        provider::Provider,
        unused_address,
        wire::Wire,
    },
    traffic::BUYERS,
};

/// How much shorter the rules' times are; `MONITORING_FACTOR` says otherwise.
const FACTOR: u32 = 120;
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(10);
/// The connections of a process at the most: enough for the visitors, few enough to be used up.
const CONNECTIONS: &str = "30";

/// What runs; dropped, it is killed.
pub struct Stack {
    pub serve: Program,
    pub worker: Program,
    pub demo: Program,
    /// The store, from outside.
    pub shop: Shop,
    /// The provider, from outside.
    pub provider: Provider,
    pub prometheus: Prometheus,
    /// The way of serve to the database.
    pub wire: Wire,
    /// Where each of the store's processes shows its metrics, by the name of its job.
    pub metrics: BTreeMap<String, String>,
    /// There is enough of it.
    pub mug: Uuid,
    /// What each buyer buys, one of their own: they are not to wait for each other. There is enough of them too.
    pub cups: Vec<Uuid>,
    services: Vec<Service>,
    postgres: Server,
    monitoring_url: String,
    folder: TempDir,
}

/// Where each process listens.
struct Addresses {
    store: SocketAddr,
    operations: SocketAddr,
    worker: SocketAddr,
    demo: SocketAddr,
    storefront: SocketAddr,
    storefront_metrics: SocketAddr,
    prometheus: SocketAddr,
    postgres: SocketAddr,
    node: SocketAddr,
}

impl Addresses {
    /// Free ones, and nobody else is given them.
    async fn choose() -> Self {
        Self {
            store: unused_address().await,
            operations: unused_address().await,
            worker: unused_address().await,
            demo: unused_address().await,
            storefront: unused_address().await,
            storefront_metrics: unused_address().await,
            prometheus: unused_address().await,
            postgres: unused_address().await,
            node: unused_address().await,
        }
    }
}

impl Stack {
    pub async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let options = Options { database: files::root().join("src/database"), throw_away: true };
        let postgres = Server::start(folder.path(), &options).await.unwrap();
        let passwords = Passwords::same(postgres.password());
        roles::create(&postgres.url(), &passwords).await.unwrap();
        let roles = roles::Addresses::of(&postgres.url(), &passwords).unwrap();
        database::migrate(&roles.owner).await.unwrap();
        let db = PgPoolOptions::new().max_connections(10).connect(&postgres.url()).await.unwrap();
        let (mug, cups) = fill(&db).await;
        let addresses = Addresses::choose().await;
        let wire = Wire::to(&db).await;
        let [serve, worker, demo] = programs(&addresses, wire.url(), &roles.application);
        let (store, provider) = (format!("http://{}", addresses.store), format!("http://{}", addresses.demo));
        let metrics = [
            ("api", addresses.operations),
            ("worker", addresses.worker),
            ("storefront", addresses.storefront_metrics),
            ("prometheus", addresses.prometheus),
            ("postgres", addresses.postgres),
            ("node-exporter", addresses.node),
        ];
        let mut stack = Self {
            serve,
            worker,
            demo,
            shop: Shop::outside(db, store.parse().unwrap()).await,
            provider: Provider::outside(provider.parse().unwrap()),
            prometheus: Prometheus::at(format!("http://{}", addresses.prometheus).parse().unwrap()),
            wire,
            metrics: metrics.map(|(job, address)| (job.to_owned(), address.to_string())).into(),
            mug,
            cups,
            services: Vec::new(),
            monitoring_url: roles.monitoring,
            postgres,
            folder,
        };
        stack.start(&addresses).await;
        stack
    }

    async fn start(&mut self, addresses: &Addresses) {
        self.demo.start();
        self.serve.start();
        self.worker.start();
        let options = storefront::Options {
            folder: files::root().join("src/frontend"),
            port: addresses.storefront.port(),
            metrics_port: addresses.storefront_metrics.port(),
            api_url: format!("http://{}", addresses.store),
            public_url: format!("http://{}", addresses.store),
            dev: false,
        };
        self.services.push(storefront::launch(self.folder.path(), options).await.unwrap());
        self.watch(addresses).await;
        for service in &mut self.services {
            service.ready().await.unwrap();
        }
        self.demo.answers("/").await;
        self.serve.answers("/readyz").await;
        self.worker.answers("/readyz").await;
        until(Duration::from_secs(60), "Prometheus", async || self.prometheus.is_ready().await).await;
        // The storefront takes connections before it can render, and its first page takes longest.
        let is_rendered = async || self.shop.get("/").await.status == StatusCode::OK;
        until(Duration::from_secs(60), "the first page", is_rendered).await;
    }

    /// Starts Prometheus and the exporters as `devopsify monitor` does, on rules with shorter times.
    async fn watch(&mut self, addresses: &Addresses) {
        let (programs, folder) = (Programs::find(&files::root()).unwrap(), self.folder.path().to_owned());
        let (rules, file, data) = (folder.join("rules"), folder.join("prometheus.yml"), folder.join("data"));
        std::fs::create_dir(&rules).unwrap();
        shortening().write_rules(&rules);
        let mut configuration = scrape::configuration(&files::monitoring("prometheus"), &self.metrics).unwrap();
        hurry(&mut configuration, &rules);
        scrape::write(&file, &configuration).unwrap();
        let (prometheus, postgres, node) = (addresses.prometheus, addresses.postgres, addresses.node);
        let url = self.monitoring_url.clone();
        let of = programs.clone();
        self.launch("postgres-exporter", postgres, move || of.postgres_exporter(postgres, &url)).await;
        let of = programs.clone();
        self.launch("node-exporter", node, move || of.node_exporter(node)).await;
        self.launch("prometheus", prometheus, move || programs.prometheus(prometheus, &file, &data)).await;
    }

    async fn launch(
        &mut self,
        name: &'static str,
        address: SocketAddr,
        command: impl Fn() -> Command + Send + Sync + 'static,
    ) {
        let start: Start = Box::new(move || Ok(command()));
        self.services.push(Service::launch(self.folder.path(), name, name, address, start).await.unwrap());
    }
}

impl Stack {
    /// Stops PostgreSQL in order, as a restart for an upgrade does, and waits until it is gone.
    pub async fn stop_postgres(&mut self) {
        kill_process(Pid::from_raw(self.postgres.id()).unwrap(), Signal::INT).unwrap();
        self.postgres.ended().await.unwrap();
        self.wire.refuse();
    }

    /// Starts it again, where it was and with what it had.
    pub async fn start_postgres(&mut self) {
        self.postgres.restart().await.unwrap();
        self.wire.mend();
    }

    /// How many webhooks the demo provider has sent in vain so far, or not yet.
    pub fn webhooks_owed(&self) -> usize {
        let text = std::fs::read_to_string(ledger(&self.demo)).unwrap();
        // The last line may be half written.
        let changes: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let delivered: BTreeSet<&str> = changes.iter().filter_map(|change| change["delivered"].as_str()).collect();
        let events = changes.iter().flat_map(|change| change["events"].as_array()).flatten();
        events.filter(|event| !event["id"].as_str().is_some_and(|id| delivered.contains(id))).count()
    }

    /// Ends everything, the database last.
    pub async fn close(mut self) {
        let hurry = CancellationToken::new();
        for program in [&mut self.serve, &mut self.worker, &mut self.demo] {
            program.kill();
        }
        for service in &mut self.services {
            service.stop(&hurry).await;
        }
        self.postgres.stop(&hurry).await;
    }
}

/// How the rules' times are shortened.
pub fn shortening() -> Shortening {
    let factor =
        env::var("MONITORING_FACTOR").map_or(FACTOR, |factor| factor.parse().expect("MONITORING_FACTOR is a number"));
    Shortening { factor, shortest: SHORTEST, longest: LONGEST }
}

/// Something to sell, enough of it, and something of which there is one.
async fn fill(db: &PgPool) -> (Uuid, Vec<Uuid>) {
    let mugs = category(db, None, "mugs", "Mugs").await;
    product("mug").category(mugs).variant(variant(&[], 1400, 1_000_000)).create(db).await;
    product("last-mug").category(mugs).variant(variant(&[], 1900, 1)).create(db).await;
    // A table that is worth looking at: the share of dead rows says nothing of a small one.
    let carts = "INSERT INTO carts (currency) SELECT 'EUR' FROM generate_series(1, 1500)";
    for sql in [carts, "DELETE FROM carts", carts] {
        sqlx::query(sql).execute(db).await.unwrap();
    }
    let mut cups = Vec::new();
    for number in 0..BUYERS {
        let slug = format!("cup-{number}");
        product(&slug).variant(variant(&[], 900, 1_000_000)).create(db).await;
        cups.push(variant_of(db, &slug).await);
    }
    (variant_of(db, "mug").await, cups)
}

/// Where the demo provider writes down what it did.
fn ledger(demo: &Program) -> PathBuf {
    demo.folder().join("payments.jsonl")
}

/// Serve, the worker and the demo provider, not started yet.
fn programs(addresses: &Addresses, wire: &str, database: &str) -> [Program; 3] {
    let (store, provider) = (format!("http://{}", addresses.store), format!("http://{}", addresses.demo));
    let common = |url: &str| {
        [
            ("DATABASE_URL", url.to_owned()),
            ("DATABASE_MAX_CONNECTIONS", CONNECTIONS.to_owned()),
            ("PUBLIC_URL", store.clone()),
            ("STRIPE_API_URL", provider.clone()),
            ("STOREFRONT_URL", format!("http://{}", addresses.storefront)),
            ("PORT", addresses.store.port().to_string()),
            ("OPERATIONS_PORT", addresses.operations.port().to_string()),
            ("WORKER_PORT", addresses.worker.port().to_string()),
            ("MAX_UNPAID_ORDERS_PER_ADDRESS", "100000".to_owned()),
            ("AUDIT_INTERVAL", "2".to_owned()),
        ]
    };
    let serve = Program::new("serve", addresses.operations.port(), &common(wire));
    let mut worker = Program::new("worker", addresses.worker.port(), &common(database));
    worker.set("MAIL_FOLDER", worker.folder().join("mail").to_str().unwrap());
    let mut demo = Program::local(
        "demo-provider",
        addresses.demo.port(),
        &[("DEMO_PROVIDER_PORT", addresses.demo.port().to_string())],
    );
    demo.set("DEMO_LEDGER", ledger(&demo).to_str().unwrap());
    demo.set("DEMO_PROVIDER_URL", &provider);
    demo.set("DEMO_WEBHOOK_URL", &format!("{store}/api/webhooks/stripe"));
    let mut all = [serve, worker, demo];
    for program in &mut all {
        program.set("SECRET_KEY", "the secret key that all tests share");
        // Faults are made here, and they are not to bury what the tests say.
        program.set("RUST_LOG", &env::var("RUST_LOG").unwrap_or_else(|_| "off".to_owned()));
    }
    all
}

/// Everything is scraped and evaluated every second.
fn hurry(configuration: &mut Value, rules: &Path) {
    configuration["rule_files"] = json!([rules.join("*")]);
    let global = configuration["global"].as_object_mut().unwrap();
    global.insert("scrape_interval".into(), json!("1s"));
    global.insert("evaluation_interval".into(), json!("1s"));
    global.remove("scrape_timeout");
    for job in configuration["scrape_configs"].as_array_mut().unwrap() {
        let job = job.as_object_mut().unwrap();
        job.remove("scrape_interval");
        job.remove("scrape_timeout");
        // Its exporter tries for a second to reach a database that is away.
        if job["job_name"] == "postgres" {
            job.insert("scrape_interval".into(), json!("2s"));
            job.insert("scrape_timeout".into(), json!("2s"));
        }
    }
}

/// Waits until something holds.
pub async fn until(patience: Duration, what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waited = tokio::time::timeout(patience, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("waited in vain for {what}"));
}
