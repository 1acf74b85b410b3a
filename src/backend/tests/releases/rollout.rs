//! What Kubernetes does with a new release: the migration, then one replica after the other, as the chart says.

use std::{
    env,
    net::SocketAddr,
    path::PathBuf,
    process::Output,
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::PgPool;
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::Command,
    time::{sleep, timeout},
};
use url::Url;
use uuid::Uuid;

use super::{
    balancer::{Backend, Balancer},
    journal::Journal,
    lasting::Lasting,
    load::BUYERS,
    support::{
        builders::{category, product, variant},
        guest::variant_of,
        program::{Program, admin_url},
        provider::Provider,
        unused_port,
    },
};

/// Of `serve`, and workers: the fewest that survive the loss of one, as the chart has it.
const REPLICAS: usize = 2;
/// The chart's, where its times stand.
const HELPERS: &str = "../../infrastructure/kubernetes/charts/devopsify/templates/_helpers.tpl";
/// How much shorter a replica waits before it is told, if nobody asks for the chart's time.
const HURRY: u32 = 5;
/// A replica leaves the rotation as late as it may: so long before it is told to stop.
const LEARNT: Duration = Duration::from_millis(500);
/// A process that was told has heard by then.
const TOLD_WITHIN: Duration = Duration::from_secs(10);
/// Of everything that is sold; more than is bought.
pub const STOCK: i32 = 1_000_000;
/// More than sockets hold.
pub const PICTURE_BYTES: usize = 16 << 20;
pub const LARGE_PICTURE: &str = "/media/abc/large.webp";

/// A release of the program.
pub struct Release {
    /// Its place in their order, from 0.
    pub place: usize,
    pub name: String,
    program: PathBuf,
}

impl Release {
    /// Those of `RELEASES`, or the present program three times.
    pub fn all() -> Vec<Self> {
        let present = env!("CARGO_BIN_EXE_devopsify");
        let programs = env::var("RELEASES").unwrap_or_else(|_| [present; 3].join(":"));
        let releases: Vec<_> = programs.split(':').map(PathBuf::from).enumerate().map(Self::new).collect();
        assert!(releases.len() > 1, "RELEASES names two programs or more, separated by colons");
        releases
    }

    fn new((place, program): (usize, PathBuf)) -> Self {
        let name = program.file_name().unwrap_or_else(|| panic!("RELEASES: {} is no program", program.display()));
        Self { place, name: format!("{} {}", place + 1, name.display()), program }
    }

    /// Runs one of its commands that end by themselves.
    pub async fn run(&self, command: &str, db: &PgPool) -> Output {
        let mut process = Command::new(&self.program);
        process.arg(command).env("DATABASE_URL", admin_url(db)).kill_on_drop(true).output().await.unwrap()
    }
}

/// A `serve` and what the balancer knows of it.
pub struct Replica {
    pub backend: Arc<Backend>,
    program: Program,
}

/// The store while releases follow each other; dropped, its processes are killed.
pub struct Rollout {
    pub db: PgPool,
    pub journal: Arc<Journal>,
    pub balancer: Balancer,
    pub provider: Provider,
    /// What each buyer buys.
    pub cups: Vec<Uuid>,
    /// What those buy whose order takes long.
    pub mug: Uuid,
    replicas: Vec<Replica>,
    workers: Vec<Program>,
    times: Times,
    /// Pictures and mails.
    folder: TempDir,
}

/// How a replica goes.
struct Times {
    /// From when it is to go until it is told to stop.
    pre_stop: Duration,
    /// From when it is to go until it is killed.
    grace: Duration,
}

impl Times {
    fn of_the_chart() -> Self {
        let helpers = std::fs::read_to_string(HELPERS).unwrap();
        let seconds = |name: &str| {
            let (_, rest) = helpers.split_once(&format!("define \"devopsify.{name}\" -}}}}")).unwrap();
            Duration::from_secs(rest.split_once('{').unwrap().0.parse().unwrap())
        };
        let hurry = if env::var_os("RELEASES").is_some() { 1 } else { HURRY };
        Self { pre_stop: seconds("preStopSeconds") / hurry, grace: seconds("terminationGracePeriodSeconds") }
    }
}

impl Rollout {
    /// A store of the first release that nobody visits yet.
    pub async fn begin(db: PgPool, release: &Release) -> Self {
        let folder = TempDir::new().unwrap();
        migrate(release, &db).await;
        let (mug, cups) = fill(&db).await;
        let pictures = folder.path().join("media/abc");
        std::fs::create_dir_all(&pictures).unwrap();
        std::fs::write(pictures.join("small.webp"), "picture").unwrap();
        std::fs::write(pictures.join("large.webp"), vec![7; PICTURE_BYTES]).unwrap();
        let journal = Arc::new(Journal::default());
        let balancer = Balancer::open(journal.clone()).await;
        let provider = Provider::start(balancer.url.join("/api/webhooks/stripe").unwrap()).await;
        let (replicas, workers, times) = (Vec::new(), Vec::new(), Times::of_the_chart());
        let mut rollout = Self { db, journal, balancer, provider, cups, mug, replicas, workers, times, folder };
        for _ in 0..REPLICAS {
            let replica = rollout.start_replica(release).await;
            rollout.balancer.enter(&replica.backend);
            rollout.replicas.push(replica);
            let worker = rollout.start_worker(release).await;
            rollout.workers.push(worker);
        }
        rollout
    }

    /// Lets a release follow the one that runs. Replicas and workers take turns, so that old and new ones work with each other.
    pub async fn follow(&mut self, release: &Release) {
        migrate(release, &self.db).await;
        for place in 0..REPLICAS {
            let new = self.start_replica(release).await;
            self.journal.is_followed();
            self.balancer.enter(&new.backend);
            let old = std::mem::replace(&mut self.replicas[place], new);
            self.retire(old).await;
            let new = self.start_worker(release).await;
            let mut old = std::mem::replace(&mut self.workers[place], new);
            old.terminate();
            self.expect_end(&mut old, "worker", self.times.grace).await;
        }
        self.journal.is_replaced();
    }

    /// Takes a replica out of the rotation as late as the chart allows, and tells it to stop while it is at work.
    async fn retire(&self, mut old: Replica) {
        sleep(self.times.pre_stop.saturating_sub(LEARNT)).await;
        let lasting = Lasting::begin(self, &old).await;
        self.balancer.leave(&old.backend);
        sleep(LEARNT).await;
        old.program.terminate();
        let told = Instant::now();
        while TcpStream::connect(old.backend.address).await.is_ok() && told.elapsed() < TOLD_WITHIN {
            sleep(Duration::from_millis(5)).await;
        }
        if let Some(lasting) = lasting {
            lasting.end(self).await;
        }
        self.expect_end(&mut old.program, "serve", self.times.grace - self.times.pre_stop).await;
    }

    /// Notes it unless a process that was told to stop ends in order, and in time.
    async fn expect_end(&self, program: &mut Program, name: &str, patience: Duration) {
        match timeout(patience, program.ended()).await {
            Ok(status) if status.success() => {}
            Ok(status) => self.journal.fail(&format!("{name} was told to stop, and ended with {status}")),
            Err(_) => self.journal.fail(&format!("{name} was told to stop, and had to be killed after {patience:?}")),
        }
    }

    async fn start_replica(&self, release: &Release) -> Replica {
        let (port, operations) = (unused_port(), unused_port());
        let mut program = Program::of(&release.program, "serve", operations, &self.variables());
        program.set("PORT", &port.to_string());
        program.set("OPERATIONS_PORT", &operations.to_string());
        program.start();
        program.answers("/readyz").await;
        let backend = Backend::new(SocketAddr::from(([127, 0, 0, 1], port)), release.place);
        Replica { backend, program }
    }

    async fn start_worker(&self, release: &Release) -> Program {
        let port = unused_port();
        let mut program = Program::of(&release.program, "worker", port, &self.variables());
        program.set("WORKER_PORT", &port.to_string());
        program.set("MAIL_FOLDER", self.folder.path().join("mail").to_str().unwrap());
        program.start();
        program.answers("/readyz").await;
        program
    }

    /// What every process is given; loopback is trusted, because visitors and the balancer are there.
    fn variables(&self) -> [(&'static str, String); 6] {
        let media = Url::from_directory_path(self.folder.path().join("media")).unwrap();
        [
            // Releases from before there were roles run as one that may do everything.
            ("DATABASE_URL", admin_url(&self.db)),
            ("PUBLIC_URL", "http://shop.example".to_owned()),
            ("STOREFRONT_URL", self.provider.url.origin().ascii_serialization()),
            ("STRIPE_API_URL", self.provider.url.origin().ascii_serialization()),
            ("TRUSTED_PROXIES", "127.0.0.0/8".to_owned()),
            ("MEDIA_URL", media.to_string()),
        ]
    }
}

/// Brings the schema up to what a release needs, while whatever runs goes on.
async fn migrate(release: &Release, db: &PgPool) {
    let output = release.run("migrate", db).await;
    assert!(output.status.success(), "{} cannot migrate: {}", release.name, String::from_utf8_lossy(&output.stderr));
}

/// Enough of everything that is bought.
async fn fill(db: &PgPool) -> (Uuid, Vec<Uuid>) {
    let mugs = category(db, None, "mugs", "Mugs").await;
    product("mug").category(mugs).variant(variant(&[], 1400, STOCK)).create(db).await;
    let mut cups = Vec::new();
    for number in 0..BUYERS {
        let slug = format!("cup-{number}");
        product(&slug).category(mugs).variant(variant(&[], 900, STOCK)).create(db).await;
        cups.push(variant_of(db, &slug).await);
    }
    (variant_of(db, "mug").await, cups)
}
