//! What `up` has started: started again when it ends by itself, stopped in the reverse order.

use std::{
    future::pending,
    io,
    path::Path,
    process::ExitStatus,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{
    home::Home,
    local_origin, payments,
    postgres::{self, Server},
    repository::Repository,
    service::Service,
    steps::{Restarts, Steps},
    storefront, worker,
};
use crate::config::UpConfig;
use devopsify::{config::CommonConfig, serve};

const READY_WITHIN: Duration = Duration::from_secs(30);

/// Everything, as far as it was started.
#[derive(Default)]
pub struct Running {
    postgres: Option<Server>,
    payments: Option<Service>,
    storefront: Option<Service>,
    worker: Option<Service>,
    store: JoinSet<anyhow::Result<()>>,
    stop_store: CancellationToken,
    restarts: Restarts,
}

impl Running {
    /// Starts the embedded PostgreSQL and waits until it is ready.
    pub async fn start_postgres(&mut self, home: &Home, repository: &Repository) -> anyhow::Result<&Server> {
        let options = postgres::Options { database: repository.database(), throw_away: false };
        let server = self.postgres.insert(Server::launch(home.folder(), &options).await?);
        server.ready().await?;
        Ok(server)
    }

    /// The folder of the embedded database, if there is one.
    pub fn database_folder(&self) -> Option<&Path> {
        self.postgres.as_ref().map(Server::folder)
    }

    /// Starts the demo payment provider and waits until it is ready.
    pub async fn start_payments(&mut self, home: &Home, config: &UpConfig) -> anyhow::Result<()> {
        self.payments.insert(payments::launch(home, config).await?).ready().await
    }

    /// Starts Next.js and waits until it is ready.
    pub async fn start_storefront(
        &mut self,
        home: &Home,
        repository: &Repository,
        config: &UpConfig,
    ) -> anyhow::Result<()> {
        let options = storefront::Options {
            folder: repository.frontend(),
            port: config.storefront_port,
            metrics_port: config.storefront_metrics_port,
            api_url: local_origin(&config.common.host, config.serve.port),
            public_url: config.common.public_url.as_str().trim_end_matches('/').to_owned(),
            dev: config.serve.dev,
        };
        self.storefront.insert(storefront::launch(&home.logs(), options).await?).ready().await
    }

    /// Starts the worker and waits until it is ready.
    pub async fn start_worker(&mut self, home: &Home, config: &UpConfig, common: &CommonConfig) -> anyhow::Result<()> {
        self.worker.insert(worker::launch(home, config, common).await?).ready().await
    }

    /// Starts the public origin in this process, and waits until it is ready.
    pub async fn start_store(
        &mut self,
        config: &UpConfig,
        common: &CommonConfig,
        metrics: PrometheusHandle,
    ) -> anyhow::Result<()> {
        let stop = &self.stop_store;
        self.store.spawn(serve::run(common.clone(), config.serve.clone(), metrics, stop.clone()));
        let origin = local_origin(&common.host, config.serve.operations_port);
        tokio::select! {
            ready = answers(&origin) => ready,
            ended = ended_by_itself(&mut self.store) => ended,
        }
    }

    /// Starts again what ends by itself; comes back when that does not help or the store itself fails.
    pub async fn keep(&mut self) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                ended = end_of_postgres(self.postgres.as_mut()) => self.heal_postgres(ended?).await?,
                ended = end_of(self.payments.as_mut()) => heal(self.payments.as_mut(), ended?).await?,
                ended = end_of(self.storefront.as_mut()) => heal(self.storefront.as_mut(), ended?).await?,
                ended = end_of(self.worker.as_mut()) => heal(self.worker.as_mut(), ended?).await?,
                ended = ended_by_itself(&mut self.store) => return ended,
            }
        }
    }

    async fn heal_postgres(&mut self, ended: ExitStatus) -> anyhow::Result<()> {
        let Some(server) = self.postgres.as_mut() else { return Ok(()) };
        if !self.restarts.allow(Instant::now()) {
            bail!("PostgreSQL ends again and again ({ended}); {}", server.log_end());
        }
        let mut steps = Steps::begin();
        server.restart().await?;
        steps.done(&format!("PostgreSQL healed (it ended: {ended})"));
        Ok(())
    }

    /// Requests and jobs finish first, PostgreSQL goes last; `hurry` waits for nobody.
    pub async fn stop(&mut self, hurry: &CancellationToken) {
        self.stop_store.cancel();
        let drained = async {
            while let Some(ended) = self.store.join_next().await {
                if let Ok(Err(error)) = ended {
                    tracing::error!("{error:#}");
                }
            }
        };
        let worker = async {
            if let Some(worker) = &mut self.worker {
                worker.stop(hurry).await;
            }
        };
        let (drained, ()) = tokio::join!(hurry.run_until_cancelled(drained), worker);
        if drained.is_none() {
            self.store.shutdown().await;
        }
        for service in [&mut self.storefront, &mut self.payments].into_iter().flatten() {
            service.stop(hurry).await;
        }
        if let Some(server) = &mut self.postgres {
            server.stop(hurry).await;
        }
    }
}

async fn end_of_postgres(server: Option<&mut Server>) -> io::Result<ExitStatus> {
    match server {
        Some(server) => server.ended().await,
        None => pending().await,
    }
}

async fn end_of(service: Option<&mut Service>) -> io::Result<ExitStatus> {
    match service {
        Some(service) => service.ended().await,
        None => pending().await,
    }
}

async fn heal(service: Option<&mut Service>, ended: ExitStatus) -> anyhow::Result<()> {
    match service {
        Some(service) => service.heal(ended).await,
        None => Ok(()),
    }
}

/// The store's tasks end when they are told to; before that, an end is a failure.
async fn ended_by_itself(store: &mut JoinSet<anyhow::Result<()>>) -> anyhow::Result<()> {
    match store.join_next().await {
        Some(ended) => ended.context("the store panicked")?.and_then(|()| bail!("the store ended by itself")),
        None => pending().await,
    }
}

/// Waits until `/readyz` says so.
async fn answers(origin: &str) -> anyhow::Result<()> {
    let address = origin.trim_start_matches("http://");
    let deadline = Instant::now() + READY_WITHIN;
    while !matches!(is_ready(address).await, Ok(true)) {
        if Instant::now() > deadline {
            bail!("the store was not ready within {} s: {origin}/readyz says why", READY_WITHIN.as_secs());
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn is_ready(address: &str) -> io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer.windows(5).take(16).any(|status| status == b" 200 "))
}
