//! `devopsify up` as a whole, with a stand-in for Next.js that answers with its process id, or with its environment's names.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use devopsify::{database::migrate, running_store::database_url};
use devopsify_local::up::postgres::{Options, Server};
use rustix::process::Signal;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{database, expect_gone, kill, wait_for};
use crate::support::{program::local_program, unused_port};

const NEXT: &str = "
const port = process.argv[process.argv.indexOf('-p') + 1];
const answer = url => url === '/names' ? Object.keys(process.env).join(' ') : String(process.pid);
require('http').createServer(({ url }, reply) => reply.end(answer(url))).listen(Number(port), '127.0.0.1');
";

/// A checkout as far as `up` looks at it, and its ports.
struct Checkout {
    folder: TempDir,
    ports: [u16; 6],
}

const VARIABLES: [&str; 6] =
    ["PORT", "OPERATIONS_PORT", "WORKER_PORT", "STOREFRONT_PORT", "DEMO_PROVIDER_PORT", "STOREFRONT_METRICS_PORT"];
const SECRETS: [&str; 7] = [
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_MONITORING_URL",
    "SECRET_KEY",
    "SMTP_URL",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
];

impl Checkout {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let frontend = folder.path().join("src/frontend");
        fs::create_dir_all(frontend.join("node_modules/next/dist/bin")).unwrap();
        fs::create_dir_all(frontend.join(".next")).unwrap();
        fs::write(frontend.join("node_modules/next/dist/bin/next"), NEXT).unwrap();
        fs::write(frontend.join(".next/BUILD_ID"), "build").unwrap();
        let source = folder.path().join("src/database");
        fs::create_dir(&source).unwrap();
        for shared in ["package.json", "node_modules"] {
            symlink(database().join(shared), source.join(shared)).unwrap();
        }
        Self { folder, ports: [(); 6].map(|()| unused_port()) }
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join(".devopsify")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(local_program());
        command.arg("up").current_dir(self.folder.path()).stdin(Stdio::null());
        command.envs(VARIABLES.iter().zip(self.ports.map(|port| port.to_string())));
        let theirs = [
            "DEVOPSIFY_HOME",
            "HOST",
            "PUBLIC_URL",
            "DEV",
            "DEMO_PROVIDER_URL",
            "STRIPE_PUBLISHABLE_KEY",
            "MAIL_FOLDER",
        ];
        for variable in theirs.iter().chain(&SECRETS) {
            command.env_remove(variable);
        }
        command
    }

    fn up(&self) -> Up {
        self.up_with(&[])
    }

    fn up_with(&self, variables: &[(&str, &str)]) -> Up {
        let mut command = self.command();
        command.envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut up = Up { output: BufReader::new(child.stdout.take().unwrap()), child };
        up.expect(".devopsify/mail (SMTP_URL sends it instead)");
        up.expect("Ctrl-C stops it");
        up
    }

    fn refusal(&self) -> String {
        let output = self.command().output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    }

    /// A command that finds the database by itself.
    fn attached(&self, subcommand: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_devopsify"));
        command.arg(subcommand).current_dir(self.folder.path()).env_remove("DATABASE_URL").env_remove("DEVOPSIFY_HOME");
        command.output().unwrap()
    }

    fn next(&self) -> i32 {
        get(self.ports[3], "/").unwrap().parse().unwrap()
    }

    /// The process of another subcommand, which is found by the port that it was told; only Linux tells.
    fn process_of(&self, subcommand: &str, variable: &str) -> Option<i32> {
        let number = VARIABLES.iter().position(|name| *name == variable)?;
        let ours = format!("{variable}={}", self.ports[number]);
        let of_process = |folder: PathBuf| {
            let (line, variables) = (fs::read(folder.join("cmdline")).ok()?, fs::read(folder.join("environ")).ok()?);
            let has = |bytes: &[u8], word: &str| bytes.split(|byte| *byte == 0).any(|part| part == word.as_bytes());
            (has(&line, subcommand) && has(&variables, &ours)).then(|| folder.file_name()?.to_str()?.parse().ok())?
        };
        fs::read_dir("/proc").ok()?.flatten().find_map(|entry| of_process(entry.path()))
    }

    fn demo_provider(&self) -> Option<i32> {
        self.process_of("demo-provider", "DEMO_PROVIDER_PORT")
    }

    fn worker(&self) -> Option<i32> {
        self.process_of("worker", "WORKER_PORT")
    }

    /// Each process counts what it does itself: of what the other one does it knows nothing.
    fn expect_metrics_apart(&self) {
        let [api, worker] = [1, 2].map(|number| get(self.ports[number], "/metrics").unwrap());
        assert!(api.contains("http_requests_total") && !api.contains("audit_violations"), "{api}");
        assert!(worker.contains("database_up") && !worker.contains("http_requests_total"), "{worker}");
    }

    fn demo_answers(&self) -> bool {
        get(self.ports[4], "/").is_some_and(|page| page.contains("nothing is charged"))
    }

    fn postgres(&self) -> i32 {
        let note = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        note.lines().next().unwrap().parse().unwrap()
    }

    /// Where root could only change user, the data is elsewhere.
    fn data(&self) -> PathBuf {
        let folder = self.home().join("postgres");
        let moved = fs::read_to_string(folder.join("location"));
        moved.map_or(folder, |path| Path::new(&path).to_path_buf()).join("data")
    }
}

struct Up {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Up {
    /// Reads what it says until a line has this.
    fn expect(&mut self, what: &str) {
        let mut line = String::new();
        while !line.contains(what) {
            line.clear();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "it never said {what:?}");
        }
    }

    fn signal(&self, signal: Signal) {
        kill(self.child.id().try_into().unwrap(), signal);
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // After a failed assertion nothing is to stay.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.contains(" 200 ").then(|| body.to_owned())
}

#[test]
fn everything_starts_heals_and_stops() {
    let checkout = Checkout::new();
    let mut up = checkout.up();
    up.expect("Administrator admin@example.com, password ");
    assert!(get(checkout.ports[0], "/api/store").unwrap().contains("currency"));
    let url = database_url(&checkout.home()).expect("the database is not announced");
    assert!(checkout.attached("audit").status.success());
    let refusal = checkout.refusal();
    assert!(refusal.contains("running already"), "{refusal}");

    kill(checkout.postgres(), Signal::KILL);
    up.expect("PostgreSQL healed");
    wait_for("the store to answer again", || get(checkout.ports[0], "/api/store").is_some());
    assert_eq!(database_url(&checkout.home()), Some(url));
    kill(checkout.next(), Signal::KILL);
    up.expect("Storefront healed");
    assert!(checkout.demo_answers());
    if cfg!(target_os = "linux") {
        kill(checkout.demo_provider().unwrap(), Signal::KILL);
        up.expect("Demo payments healed");
        assert!(checkout.demo_answers());
        let worker = checkout.worker().unwrap();
        let line = fs::read_to_string(format!("/proc/{worker}/cmdline")).unwrap();
        assert!(line.ends_with("\0worker\0"), "secrets are told by variables: {line}");
        kill(worker, Signal::KILL);
        up.expect("Worker healed");
        assert_ne!(checkout.worker(), Some(worker));
    }
    wait_for("the worker's metrics", || {
        get(checkout.ports[2], "/metrics").is_some_and(|metrics| metrics.contains("database_up"))
    });
    checkout.expect_metrics_apart();
    for secret in
        ["secret-key", "payment-secret-key", "payment-publishable-key", "payment-webhook-secret", "payments.jsonl"]
    {
        assert_eq!(checkout.home().join(secret).metadata().unwrap().permissions().mode() & 0o777, 0o600, "{secret}");
    }

    let (postgres, next) = (checkout.postgres(), checkout.next());
    let ours = [checkout.demo_provider(), checkout.worker()];
    up.signal(Signal::TERM);
    assert_eq!(up.child.wait().unwrap().code(), Some(0));
    expect_gone(postgres);
    expect_gone(next);
    ours.into_iter().flatten().for_each(expect_gone);
    assert!(!checkout.demo_answers());
    assert!(!checkout.data().join("postmaster.pid").exists(), "PostgreSQL was not shut down in order");
    assert_eq!(database_url(&checkout.home()), None);
    let nowhere = checkout.attached("audit");
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(String::from_utf8(nowhere.stderr).unwrap().contains("DATABASE_URL is not set"));
}

/// Before there were roles, one superuser did everything.
#[tokio::test]
async fn a_home_from_before_there_were_roles_is_converted() {
    let checkout = Checkout::new();
    let options = Options { database: database(), throw_away: false };
    fs::create_dir(checkout.home()).unwrap();
    let mut server = Server::start(&checkout.home(), &options).await.unwrap();
    migrate(&server.url()).await.unwrap();
    let mut admin = PgConnection::connect(&server.url()).await.unwrap();
    let before = "
        UPDATE settings SET name = 'Kept';
        DROP OWNED BY devopsify_owner, devopsify_application, devopsify_monitoring;
        DROP ROLE devopsify_owner, devopsify_application, devopsify_monitoring;
        DELETE FROM _sqlx_migrations WHERE version = 20261202100000";
    sqlx::raw_sql(before).execute(&mut admin).await.unwrap();
    admin.close().await.unwrap();
    server.stop(&CancellationToken::new()).await;

    let mut up = checkout.up();
    let url = database_url(&checkout.home()).unwrap();
    let mut application = PgConnection::connect(&url).await.unwrap();
    let (role, owner, name): (String, String, String) = sqlx::query_as(
        "SELECT current_user::text, tableowner::text, name FROM pg_tables, settings WHERE tablename = 'stock_movements'",
    )
    .fetch_one(&mut application)
    .await
    .unwrap();
    assert_eq!([&*role, &*owner, &*name], ["devopsify_application", "devopsify_owner", "Kept"]);
    let refused = sqlx::raw_sql("DELETE FROM stock_movements").execute(&mut application).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501");
    application.close().await.unwrap();
    up.signal(Signal::TERM);
    assert_eq!(up.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_killed_up_takes_its_programs_along_and_the_next_one_starts() {
    let checkout = Checkout::new();
    let mut up = checkout.up();
    let (postgres, next) = (checkout.postgres(), checkout.next());
    let ours = [checkout.demo_provider(), checkout.worker()];
    up.signal(Signal::KILL);
    up.child.wait().unwrap();
    assert_eq!(database_url(&checkout.home()), None);
    if cfg!(target_os = "linux") {
        expect_gone(next);
        expect_gone(postgres);
        ours.map(Option::unwrap).into_iter().for_each(expect_gone);
    }
    // A provider of its own, and secrets that the renderer of pages has no use for.
    let mut up = checkout.up_with(&[
        ("STRIPE_SECRET_KEY", "sk_test_1"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_test_1"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_1"),
        ("SECRET_KEY", "0123456789abcdef0123456789abcdef"),
    ]);
    assert_eq!((checkout.demo_provider(), checkout.demo_answers()), (None, false));
    let names = get(checkout.ports[3], "/names").unwrap();
    assert!(names.contains("API_URL"), "{names}");
    assert!(SECRETS.iter().all(|secret| !names.split(' ').any(|name| name == *secret)), "{names}");
    up.signal(Signal::INT);
    assert_eq!(up.child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_is_missing_or_taken_is_named() {
    let mut checkout = Checkout::new();
    for (number, variable) in VARIABLES.iter().enumerate() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let own = std::mem::replace(&mut checkout.ports[number], taken.local_addr().unwrap().port());
        let refusal = checkout.refusal();
        assert!(refusal.contains("is in use") && refusal.contains(&format!("set {variable} to")), "{refusal}");
        checkout.ports[number] = own;
    }
    let refused = checkout.command().env("STRIPE_SECRET_KEY", "sk_test_1").output().unwrap();
    let refusal = String::from_utf8(refused.stderr).unwrap();
    assert!(refusal.contains("STRIPE_PUBLISHABLE_KEY is not set"), "{refusal}");
    fs::remove_file(checkout.folder.path().join("src/database/node_modules")).unwrap();
    let refusal = checkout.refusal();
    assert!(refusal.contains("run `make up`"), "{refusal}");
    fs::remove_file(checkout.folder.path().join("src/database/package.json")).unwrap();
    let refusal = checkout.refusal();
    assert!(refusal.contains("is not DevOpsify's repository"), "{refusal}");
}
