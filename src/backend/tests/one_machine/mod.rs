//! `compose.yaml` without Docker: its services as processes, told what it tells them, with the `.env` that the documentation
//! makes; and its proxy, where there is one.

mod compose;
mod proxy;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use reqwest::{Client, StatusCode};
use serde_json::Value;
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use compose::{Compose, run_script, script};
use proxy::Proxy;

use crate::support::{
    program::{addresses, admin_url, local_program},
    unused_port,
};

const PAGE: &str = "docs/operations/one-machine.md";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The `.env` for trying the store out that the page makes.
fn demo_env() -> String {
    let folder = TempDir::new().unwrap();
    run_script(&script(PAGE, "COMPOSE_PROFILES=demo"), folder.path());
    let file = folder.path().join(".env");
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "others may read the secrets");
    fs::read_to_string(file).unwrap()
}

/// The machine: processes in the place of containers, each on a port that is free.
struct Machine {
    compose: Compose,
    folder: TempDir,
    place: Vec<(String, String)>,
    ports: BTreeMap<&'static str, u16>,
    running: BTreeMap<String, Child>,
}

impl Machine {
    fn new(db: &PgPool) -> Self {
        let compose = Compose::with(&demo_env());
        let folder = TempDir::new().unwrap();
        let ports: BTreeMap<_, _> =
            ["PORT", "OPERATIONS_PORT", "WORKER_PORT", "DEMO_PROVIDER_PORT"].map(|name| (name, unused_port())).into();
        let origin = |name: &str| format!("http://127.0.0.1:{}", ports[name]);
        let databases = compose.environment("roles", &[]);
        let (admin, addresses) = (admin_url(db), addresses(db).1);
        let place = [
            (databases["DATABASE_ADMIN_URL"].clone(), admin),
            (databases["DATABASE_OWNER_URL"].clone(), addresses.owner),
            (databases["DATABASE_URL"].clone(), addresses.application),
            (databases["DATABASE_MONITORING_URL"].clone(), addresses.monitoring),
            ("http://api:8080".to_owned(), origin("PORT")),
            ("http://demo-provider:8083".to_owned(), origin("DEMO_PROVIDER_PORT")),
            ("http://localhost:8083".to_owned(), origin("DEMO_PROVIDER_PORT")),
            ("/var/lib/devopsify".to_owned(), folder.path().to_str().unwrap().to_owned()),
            // Containers tell each other; here there is one host.
            ("0.0.0.0".to_owned(), "127.0.0.1".to_owned()),
        ];
        Self { compose, folder, place: place.into(), ports, running: BTreeMap::new() }
    }

    /// The program as a container would have it: with nothing of our own environment.
    fn program(&self, service: &str, words: &[String]) -> Command {
        let place: Vec<_> = self.place.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let production = || env!("CARGO_BIN_EXE_devopsify").into();
        let mut command = Command::new(if self.compose.is_local(service) { local_program() } else { production() });
        command.args(words).env_clear().env("RUST_LOG", "error").env("HOST", "127.0.0.1").stdin(Stdio::null());
        command.current_dir(self.folder.path()).envs(self.compose.environment(service, &place));
        command.envs(self.ports.iter().map(|(name, port)| (name, port.to_string())));
        command
    }

    fn run(&self, service: &str) -> Output {
        self.program(service, &self.compose.command(service)).output().unwrap()
    }

    fn start(&mut self, service: &str) {
        let child = self.program(service, &self.compose.command(service)).spawn().unwrap();
        self.running.insert(service.to_owned(), child);
    }

    /// What the container's health check says; its ports are those of the containers, which are others here.
    fn health(&self, service: &str) -> Output {
        let words = self.compose.health_check(service).into_iter().map(|word| match word.as_str() {
            "8082" => self.ports["WORKER_PORT"].to_string(),
            _ => word,
        });
        self.program(service, &words.collect::<Vec<_>>()).output().unwrap()
    }

    async fn healthy(&self, service: &str) {
        let healthy = timeout(Duration::from_secs(60), async {
            while !self.health(service).status.success() {
                sleep(Duration::from_millis(50)).await;
            }
        });
        healthy.await.unwrap_or_else(|_| panic!("{service} was never healthy"));
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        for child in self.running.values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().tls_danger_accept_invalid_certs(true).build().unwrap()
}

#[sqlx::test(migrations = false)]
async fn the_services_of_compose_are_a_store(db: PgPool) {
    let mut machine = Machine::new(&db);
    for service in [("api", "serve"), ("migration", "migrate"), ("roles", "roles"), ("worker", "worker")] {
        assert!(machine.compose.programs().iter().any(|program| (*program.0, *program.1) == service), "{service:?}");
    }
    for service in ["roles", "migration"] {
        let done = machine.run(service);
        assert!(done.status.success(), "{service}: {}", String::from_utf8_lossy(&done.stderr));
    }
    let unhealthy = machine.health("api");
    assert_eq!(unhealthy.status.code(), Some(1), "nobody answers, and that is not healthy");
    assert!(String::from_utf8_lossy(&unhealthy.stderr).contains("/readyz does not answer"));
    for service in ["demo-provider", "api", "worker"] {
        machine.start(service);
    }
    machine.healthy("api").await;
    machine.healthy("worker").await;
    let catalogue = repository().join("src/database/catalogue/products.csv");
    let import = ["import".to_owned(), catalogue.to_str().unwrap().to_owned()];
    let imported = machine.program("worker", &import).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let store = format!("http://127.0.0.1:{}", machine.ports["PORT"]);
    let products = client().get(format!("{store}/api/products")).send().await.unwrap();
    assert_eq!(products.status(), StatusCode::OK);
    assert!(products.json::<Value>().await.unwrap()["total"].as_u64() > Some(0), "the catalogue was imported");
    let provider = format!("http://127.0.0.1:{}", machine.ports["DEMO_PROVIDER_PORT"]);
    assert_eq!(client().get(provider).send().await.unwrap().status(), StatusCode::OK);
    expect_proxy(&machine, &store).await;
}

/// PostgreSQL archives as the program says, and what copies sees the same folders at the same places.
#[test]
fn the_database_of_compose_is_backed_up() {
    let compose = Compose::with("");
    let settings = ["backup", "settings", "--backup-directory", "/backups"];
    let printed = Command::new(env!("CARGO_BIN_EXE_devopsify")).args(settings).output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    let expected = printed.lines().map(|line| line.replacen(" = '", "=", 1).trim_end_matches('\'').to_owned());
    let given: Vec<_> = compose.command("postgres").into_iter().filter(|word| word.contains('=')).collect();
    assert_eq!(given, expected.collect::<Vec<_>>());
    let folders = |service: &str| -> Vec<String> {
        let volumes = compose.volumes(service).into_iter();
        volumes.map(|volume| volume.trim_end_matches(":ro").to_owned()).collect()
    };
    for service in ["backup", "restore"] {
        assert_eq!(folders(service), folders("postgres"), "{service}");
    }
    assert_eq!(compose.environment("backup", &[])["BACKUP_DIRECTORY"], "/backups");
    assert_eq!(compose.command("backup")[..2], ["backup", "create"]);
}

/// What Prometheus asks on the machine's own network is what containers publish there.
#[test]
fn prometheus_finds_the_containers() {
    let compose = Compose::with("");
    let targets = fs::read_to_string(repository().join("monitoring/prometheus/prometheus.yml")).unwrap();
    for (service, port) in [("api", 8081), ("worker", 8082), ("storefront", 3001)] {
        assert_eq!(compose.published(service, port), Some(port), "{service}");
        assert!(targets.contains(&format!("127.0.0.1:{port}")), "nobody asks {service}");
    }
    assert_eq!(compose.published("proxy", 443), Some(443));
    assert_eq!(compose.published("api", 8080), None, "the proxy can be gone round");
}

/// The proxy in front of the store, with a certificate of its own authority.
async fn expect_proxy(machine: &Machine, store: &str) {
    let Some(proxy) = Proxy::start(machine.folder.path(), store) else { return };
    let answer = proxy.get("/api/products", StatusCode::OK, &[]).await;
    assert!(answer.headers().contains_key("strict-transport-security"), "{:?}", answer.headers());
}
