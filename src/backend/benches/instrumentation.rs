//! What logs, metrics and traces cost: the same requests of the catalogue, answered with and without them, in pairs.
//!
//! `make bench` runs it beside a PostgreSQL of its own. Only the ratio says anything: both sides, the database and this
//! program share the machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot go on has failed"
)]

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use devopsify::{
    app::App,
    capability::Secrets,
    config::{DatabaseConfig, LoadConfig, PaymentConfig, ServeConfig},
    database,
    files::FileStore,
    passwords::Passwords,
    policy::Policy,
    router,
    stripe::Stripe,
    telemetry,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use url::Url;

/// Many and short, because a machine that others use too is quick and slow by turns.
const PAIRS: usize = 60;
const SLICE: Duration = Duration::from_secs(1);
const CONNECTIONS: usize = 8;
const REQUEST: &[u8] = b"GET /api/products?limit=20 HTTP/1.1\r\nhost: localhost\r\n\r\n";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match arguments.iter().position(|argument| argument == "--serve") {
        Some(position) => runtime.block_on(serve(&arguments[position + 1], &arguments[position + 2])),
        None => runtime.block_on(compare()),
    }
}

/// Measures both, one after the other, the order turned round each time.
async fn compare() {
    let csv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../database/catalogue");
    let csv = fs::read_dir(csv)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "csv"));
    let import =
        Command::new(env!("CARGO_BIN_EXE_devopsify")).arg("import").arg(csv.unwrap()).stdout(Stdio::null()).status();
    assert!(import.unwrap().success(), "the catalogue cannot be imported");
    let (plain, instrumented) = (Server::start("plain").await, Server::start("instrumented").await);
    for server in [&plain, &instrumented] {
        server.measure().await;
    }
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let (bare, full) = if pair % 2 == 0 {
            let bare = plain.measure().await;
            (bare, instrumented.measure().await)
        } else {
            let full = instrumented.measure().await;
            (plain.measure().await, full)
        };
        println!(
            "pair {:2}: {:6.0} requests/s without, {:6.0} with; {:5.1} and {:5.1} µs of processor a request",
            pair + 1,
            bare.rate,
            full.rate,
            bare.processor * 1e6,
            full.processor * 1e6
        );
        rates.push(full.rate / bare.rate);
        costs.push(full.processor / bare.processor);
    }
    println!("request rate with / without:   median {:.3}", median(rates));
    println!("processor time with / without: median {:.3}", median(costs));
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// A store in a process of its own, since a process has one registry of metrics and one log.
struct Server {
    process: Child,
    address: SocketAddr,
}

/// Requests a second, and seconds of processor time a request.
struct Measured {
    rate: f64,
    processor: f64,
}

impl Server {
    async fn start(kind: &str) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let itself = std::env::current_exe().unwrap();
        let log = fs::File::create(std::env::temp_dir().join(format!("bench-{kind}.log"))).unwrap();
        let process = Command::new(itself).args(["--serve", kind, &address.to_string()]).stderr(log).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(address).await.is_err() {
            assert!(Instant::now() < deadline, "the {kind} store does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { process, address }
    }

    async fn measure(&self) -> Measured {
        let (began, used) = (Instant::now(), self.processor_time());
        let mut connections = JoinSet::new();
        for _ in 0..CONNECTIONS {
            connections.spawn(ask(self.address, began + SLICE));
        }
        let requests: u32 = connections.join_all().await.into_iter().sum();
        let requests = f64::from(requests);
        Measured {
            rate: requests / began.elapsed().as_secs_f64(),
            processor: (self.processor_time() - used) / requests,
        }
    }

    /// In seconds (proc(5): fields 14 and 15 of stat, in ticks of 10 ms).
    fn processor_time(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Asks the same again and again on one connection; how often it was answered with 200.
async fn ask(address: SocketAddr, until: Instant) -> u32 {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.set_nodelay(true).unwrap();
    let (mut answers, mut buffer) = (0, vec![0; 1 << 18]);
    while Instant::now() < until {
        connection.write_all(REQUEST).await.unwrap();
        let mut read = 0;
        while !is_whole(&buffer[..read]) {
            let more = connection.read(&mut buffer[read..]).await.unwrap();
            assert!(more > 0, "the store hung up");
            read += more;
        }
        answers += 1;
    }
    answers
}

/// Whether an answer of 200 with its length has come to its end.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = std::str::from_utf8(&answer[..end]).unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    answer.len() >= end + 4 + length.parse::<usize>().unwrap()
}

/// The store's own side.
async fn serve(kind: &str, address: &str) {
    let url = std::env::var("DATABASE_URL").unwrap();
    let folder = Url::from_directory_path(std::env::temp_dir()).unwrap();
    let nowhere: Url = "http://127.0.0.1:9".parse().unwrap();
    let payment = PaymentConfig {
        stripe_secret_key: Some("sk_test".into()),
        stripe_publishable_key: Some("pk_test".into()),
        stripe_webhook_secret: Some("whsec_test".into()),
        stripe_api_url: nowhere.clone(),
        stripe_browser_url: None,
    };
    let config = ServeConfig {
        port: 0,
        operations_port: 0,
        storefront_url: nowhere.clone(),
        static_url: None,
        trusted_proxies: Vec::new(),
        max_unpaid_orders_per_address: 1,
        load: LoadConfig::default(),
        dev: false,
    };
    let app = App {
        policy: Policy::default(),
        passwords: Passwords::new().unwrap(),
        db: database::pool(&DatabaseConfig {
            database_url: Some(url),
            database_allow_plaintext: false,
            database_max_connections: 20,
        })
        .unwrap(),
        media: FileStore::open(&folder, "MEDIA_URL").unwrap(),
        static_files: None,
        public_url: nowhere,
        stripe: Stripe::new(&payment, Duration::from_secs(1)).unwrap(),
        payment: Arc::new(payment),
        secrets: Secrets::new("the secret key that a measurement has").unwrap(),
        config: Arc::new(config),
    };
    let started = (kind == "instrumented")
        .then(|| (telemetry::start("bench").unwrap(), devopsify::registry::start_metrics().unwrap()));
    let router = if started.is_some() { router::router(app) } else { router::bare(app) };
    let listener = TcpListener::bind(address).await.unwrap();
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
}
