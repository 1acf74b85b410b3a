//! The program itself, as a process that a test can kill.

use std::process::{Child, Command, Stdio};

use sqlx::{ConnectOptions, PgPool};
use tempfile::TempDir;

use super::unused_address;

/// A `devopsify worker` in a process of its own.
pub struct WorkerProcess {
    child: Child,
    metrics: String,
    _media: TempDir,
}

impl WorkerProcess {
    /// Starts it on a database, writing mails to `smtp_url`, and auditing every second.
    pub async fn start(database_url: &str, smtp_url: &str) -> Self {
        let port = unused_address().await.port();
        let media = TempDir::new().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_devopsify"))
            .arg("worker")
            .env("DATABASE_URL", database_url)
            .env("SMTP_URL", smtp_url)
            .env("WORKER_PORT", port.to_string())
            .env("HOST", "127.0.0.1")
            .env("AUDIT_INTERVAL", "1")
            .env("SECRET_KEY", "a key for tests of at least 32 characters")
            .env("MEDIA_URL", url::Url::from_directory_path(media.path()).unwrap().as_str())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, metrics: format!("http://127.0.0.1:{port}/metrics"), _media: media }
    }

    /// Ends it as a machine that loses its power does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until its metrics have this line.
    pub async fn says(&self, line: &str) {
        self.metric(|metrics| metrics.contains(line).then_some(()), line).await;
    }

    /// Waits until `find` finds something in its metrics.
    pub async fn metric<T>(&self, find: impl Fn(&str) -> Option<T>, what: &str) -> T {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let asked = tokio::time::timeout(std::time::Duration::from_secs(60), async {
            loop {
                if let Ok(answer) = client.get(&self.metrics).send().await
                    && let Some(found) = find(&answer.text().await.unwrap_or_default())
                {
                    return found;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        asked.await.unwrap_or_else(|_| panic!("the metrics never said {what}"))
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // After a failed assertion nothing is to stay.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address of a test's database.
pub fn database_url(db: &PgPool) -> String {
    db.connect_options().to_url_lossy().to_string()
}
