//! The program itself, as processes that a test can kill and start again.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use devopsify::database::roles::{Addresses, Passwords};
use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{ConnectOptions, PgPool};
use tempfile::TempDir;

use super::unused_address;

/// The local program, which a `cargo build` of the workspace puts beside the production program.
pub fn local_program() -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_devopsify")).with_file_name("devopsify-local");
    assert!(path.is_file(), "{} is not built: run `cargo build`", path.display());
    path
}

/// A `devopsify …` in a process of its own.
pub struct Program {
    command: Command,
    child: Option<Child>,
    /// Where it says that it is ready, and its metrics.
    operations: String,
    _folder: TempDir,
}

impl Program {
    /// A program that is not started yet, with the keys and the addresses of tests.
    pub fn new(name: &str, operations_port: u16, variables: &[(&str, String)]) -> Self {
        Self::of(Path::new(env!("CARGO_BIN_EXE_devopsify")), name, operations_port, variables)
    }

    /// The same, of the local program.
    pub fn local(name: &str, operations_port: u16, variables: &[(&str, String)]) -> Self {
        Self::of(&local_program(), name, operations_port, variables)
    }

    /// The same, of another release.
    pub fn of(program: &Path, name: &str, operations_port: u16, variables: &[(&str, String)]) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new(program);
        command
            .arg(name)
            .env("HOST", "127.0.0.1")
            .env("SECRET_KEY", "a key for tests of at least 32 characters")
            .env("STRIPE_SECRET_KEY", "sk_test")
            .env("STRIPE_PUBLISHABLE_KEY", "pk_test")
            .env("STRIPE_WEBHOOK_SECRET", "whsec_test")
            .env("MEDIA_URL", url::Url::from_directory_path(folder.path()).unwrap().as_str())
            .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "error".into()))
            .stdin(Stdio::null());
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        Self { command, child: None, operations: format!("http://127.0.0.1:{operations_port}"), _folder: folder }
    }

    /// A worker on a database, writing mails to `smtp_url`, and auditing every second.
    pub async fn worker(database_url: &str, smtp_url: &str) -> Self {
        let port = unused_address().await.port();
        let variables = [
            ("DATABASE_URL", database_url.to_owned()),
            ("SMTP_URL", smtp_url.to_owned()),
            ("WORKER_PORT", port.to_string()),
            ("AUDIT_INTERVAL", "1".to_owned()),
        ];
        let mut worker = Self::new("worker", port, &variables);
        worker.start();
        worker
    }

    /// A folder of its own, which outlives its processes.
    pub fn folder(&self) -> PathBuf {
        self._folder.path().to_owned()
    }

    pub fn set(&mut self, variable: &str, value: &str) {
        self.command.env(variable, value);
    }

    /// Writes what it logs into a file, as the JSON that a collector of logs reads.
    pub fn log_to_file(&mut self) -> PathBuf {
        let path = self._folder.path().join("log");
        let file = File::options().create(true).append(true).open(&path).unwrap();
        self.command.stderr(file);
        path
    }

    pub fn start(&mut self) {
        self.child = Some(self.command.spawn().unwrap());
    }

    /// The process, which runs.
    #[allow(dead_code, reason = "the tests of limits need it")]
    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    #[allow(dead_code, reason = "the tests of limits need it")]
    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().unwrap().try_wait().unwrap().is_none()
    }

    /// Ends it as a machine that loses its power does.
    pub fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Lets it do nothing any more, while its connections stay open.
    pub fn freeze(&self) {
        kill_process(Pid::from_child(self.child.as_ref().unwrap()), Signal::STOP).unwrap();
    }

    /// Tells it to stop, as Kubernetes does.
    #[allow(dead_code, reason = "the tests of releases need it")]
    pub fn terminate(&self) {
        let child = self.child.as_ref().unwrap();
        kill_process(Pid::from_child(child), Signal::TERM).unwrap();
    }

    /// Waits until it has ended by itself.
    #[allow(dead_code, reason = "the tests of releases need it")]
    pub async fn ended(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until it answers at `path`.
    pub async fn answers(&self, path: &str) {
        self.ask(path, |_| Some(()), "that it is there").await;
    }

    /// Waits until its metrics have this line.
    pub async fn says(&self, line: &str) {
        self.metric(|metrics| metrics.contains(line).then_some(()), line).await;
    }

    /// Waits until `find` finds something in its metrics.
    pub async fn metric<T>(&self, find: impl Fn(&str) -> Option<T>, what: &str) -> T {
        self.ask("/metrics", find, what).await
    }

    async fn ask<T>(&self, path: &str, find: impl Fn(&str) -> Option<T>, what: &str) -> T {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        let asked = tokio::time::timeout(Duration::from_secs(60), async {
            loop {
                if let Ok(answer) = client.get(format!("{}{path}", self.operations)).send().await
                    && answer.status().is_success()
                    && let Some(found) = find(&answer.text().await.unwrap_or_default())
                {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        asked.await.unwrap_or_else(|_| panic!("it never said {what}"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // After a failed assertion nothing is to stay.
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The address of a test's database as the application, whose role may do less than the tests'.
pub fn database_url(db: &PgPool) -> String {
    addresses(db).1.application
}

/// The addresses of a test's database for each role, all with the password of the tests' role, and their passwords.
pub fn addresses(db: &PgPool) -> (Passwords, Addresses) {
    let admin = db.connect_options().to_url_lossy();
    let password = admin.password().expect("DATABASE_URL has a password");
    let passwords = Passwords::same(&percent_encoding::percent_decode_str(password).decode_utf8().unwrap());
    let addresses = Addresses::of(admin.as_str(), &passwords).unwrap();
    (passwords, addresses)
}

/// The same as an administrator of the server.
#[allow(dead_code, reason = "not every binary of tests needs it")]
pub fn admin_url(db: &PgPool) -> String {
    db.connect_options().to_url_lossy().to_string()
}
