//! The queue's jobs, and the process that runs them.

mod accounts;
mod bombs;
mod housekeeping;
mod logs;
mod mail_servers;
mod mails;
mod pictures;
mod process;

use std::{sync::Arc, time::Duration};

use devopsify::{
    capability::Secrets,
    config::MailConfig,
    files::FileStore,
    jobs::{JobContext, download::Downloader},
    mail::Mailer,
    queue,
};
use graphile_worker::WorkerOptions;
use sqlx::PgPool;
use tempfile::TempDir;
use url::Url;

use crate::support::application;

const KEY: &str = "a key for tests of at least 32 characters";

/// A worker's surroundings: its tables, its pictures in a folder, and its mails in one or at a server.
struct Bench {
    db: PgPool,
    context: JobContext,
    folder: TempDir,
}

impl Bench {
    async fn new(db: PgPool) -> Self {
        Self::writing_to(db, None).await
    }

    async fn writing_to(db: PgPool, smtp_url: Option<&str>) -> Self {
        queue::migrate(&db).await.unwrap();
        let folder = TempDir::new().unwrap();
        let public_url: Url = "https://shop.example".parse().unwrap();
        let mail = MailConfig {
            smtp_url: smtp_url.map(ToOwned::to_owned),
            smtp_allow_plaintext: false,
            mail_from: None,
            mail_folder: Some(folder.path().join("mail")),
        };
        let context = JobContext {
            stripe: crate::support::provider_nowhere(),
            db: application(&db).into(),
            media: FileStore::open(&Url::from_directory_path(folder.path()).unwrap(), "MEDIA_URL").unwrap(),
            // The tests' servers are on loopback, which the real downloader refuses.
            downloader: Arc::new(Downloader::new(|_| true).unwrap()),
            mailer: Mailer::new(&mail, &public_url).unwrap(),
            secrets: Secrets::new(KEY).unwrap(),
            public_url,
        };
        Self { db, context, folder }
    }

    /// Runs what is due of these tasks, once.
    async fn run(&self, tasks: impl FnOnce(WorkerOptions) -> WorkerOptions) {
        let options = WorkerOptions::default()
            .pg_pool(application(&self.db))
            .schema(queue::SCHEMA)
            .listen_os_shutdown_signals(false);
        let worker = tasks(options.add_extension(self.context.clone())).init().await.unwrap();
        tokio::time::timeout(Duration::from_secs(60), worker.run_once()).await.unwrap().unwrap();
    }

    async fn queued(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM graphile_worker._private_jobs").fetch_one(&self.db).await.unwrap()
    }
}
