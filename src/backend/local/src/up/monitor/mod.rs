//! `devopsify monitor`: Prometheus and its exporters beside a running `up`, until Ctrl-C.

pub mod programs;
pub mod scrape;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use anyhow::{Context, anyhow};
use futures_util::future::select_all;
use sqlx::{Connection, PgConnection};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::{
    repository::Repository,
    service::Service,
    signals::Signals,
    steps::{Steps, say},
};
use crate::config::MonitorConfig;
use devopsify::{
    files,
    running_store::{Announcement, announced},
    serve,
};
use programs::Programs;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The scrape jobs of what is started here, as `monitoring/prometheus/prometheus.yml` names them.
const JOBS: [&str; 3] = ["prometheus", "postgres", "node-exporter"];

/// Watches the store that runs with the home, and the next one that does, until a signal.
///
/// # Errors
/// When no store runs, a program is missing, or one cannot be started or ends too often; the message says what to do.
pub async fn run(config: MonitorConfig) -> anyhow::Result<()> {
    let signals = Signals::listen()?;
    let repository = Repository::here()?;
    let programs = Programs::find(repository.root())?;
    let mut store = announced(&config.home).ok_or_else(|| {
        anyhow!(
            "no store runs with the folder {}: start one by `make up`, or give its folder by DEVOPSIFY_HOME",
            config.home.display()
        )
    })?;
    expect_free_ports(&config).await?;
    loop {
        let mut watch = Watch { config: &config, programs: &programs, services: Vec::new() };
        let outcome = tokio::select! {
            outcome = watch.over(&store, &repository) => outcome.map(Some),
            () = signals.stop.cancelled() => Ok(None),
        };
        watch.stop(&signals.hurry).await;
        match outcome? {
            Some(next) => store = next,
            None => return Ok(()),
        }
    }
}

/// What watches one store, as far as it was started.
struct Watch<'a> {
    config: &'a MonitorConfig,
    programs: &'a Programs,
    services: Vec<Service>,
}

impl Watch<'_> {
    /// Watches a store until another one runs in its place, which is returned: its database has another port.
    async fn over(&mut self, store: &Announcement, repository: &Repository) -> anyhow::Result<Announcement> {
        let mut steps = Steps::begin();
        self.start(store, repository).await?;
        steps.done("Prometheus and its exporters ready");
        tell(self.config);
        tokio::select! {
            failed = keep(&mut self.services) => failed.and_then(|()| Err(anyhow!("there is nothing to keep"))),
            next = successor(&self.config.home, store) => Ok(next),
        }
    }

    async fn start(&mut self, store: &Announcement, repository: &Repository) -> anyhow::Result<()> {
        let folder = self.config.home.canonicalize()?.join("monitoring");
        files::private_folder(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let [prometheus, postgres, node] =
            [self.config.prometheus_port, self.config.postgres_exporter_port, self.config.node_exporter_port]
                .map(address);
        let mut targets = store.metrics.clone();
        let own = JOBS.into_iter().zip([prometheus, postgres, node]);
        targets.extend(own.map(|(job, address)| (job.to_owned(), address.to_string())));
        let (file, data) = (folder.join("prometheus.yml"), folder.join("data"));
        let configuration = scrape::configuration(&repository.monitoring().join("prometheus"), &targets)?;
        scrape::write(&file, &configuration)?;

        let url = store.database_monitoring_url.clone();
        expect_statements(&url).await;
        self.launch("postgres-exporter", "PostgreSQL's exporter", postgres, move |programs| {
            programs.postgres_exporter(postgres, &url)
        })
        .await?;
        self.launch("node-exporter", "The machine's exporter", node, move |programs| programs.node_exporter(node))
            .await?;
        self.launch("prometheus", "Prometheus", prometheus, move |programs| {
            programs.prometheus(prometheus, &file, &data)
        })
        .await?;
        for service in &mut self.services {
            service.ready().await?;
        }
        Ok(())
    }

    async fn launch(
        &mut self,
        log: &str,
        name: &'static str,
        address: SocketAddr,
        command: impl Fn(&Programs) -> Command + Send + Sync + 'static,
    ) -> anyhow::Result<()> {
        let programs = self.programs.clone();
        let logs = self.config.home.canonicalize()?.join("logs");
        let start = Box::new(move || Ok(command(&programs)));
        self.services.push(Service::launch(&logs, log, name, address, start).await?);
        Ok(())
    }

    /// Stops what was started, the last first.
    async fn stop(&mut self, hurry: &CancellationToken) {
        for service in self.services.iter_mut().rev() {
            service.stop(hurry).await;
        }
    }
}

/// Starts again what ends by itself; comes back when that does not help.
async fn keep(services: &mut [Service]) -> anyhow::Result<()> {
    while !services.is_empty() {
        let (ended, number, _) = select_all(services.iter_mut().map(|service| Box::pin(service.ended()))).await;
        if let Some(service) = services.get_mut(number) {
            service.heal(ended?).await?;
        }
    }
    Ok(())
}

/// Waits until another store than this one runs with the home. While none runs, the old one is watched as what it is: down.
async fn successor(home: &Path, store: &Announcement) -> Announcement {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Some(next) = announced(home).filter(|next| next != store) {
            return next;
        }
    }
}

/// Says how the database can tell slow statements, if it does not: the embedded one does.
async fn expect_statements(url: &str) {
    let ask = async {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::query("SELECT FROM pg_stat_statements LIMIT 1").execute(&mut connection).await?;
        connection.close().await
    };
    if let Err(error) = ask.await {
        say(&format!(
            "  Slow statements are not shown ({error}): let PostgreSQL load pg_stat_statements (shared_preload_libraries), and run `devopsify roles`"
        ));
    }
}

/// All at once, so that two that are the same are noticed too.
async fn expect_free_ports(config: &MonitorConfig) -> anyhow::Result<()> {
    let mut held = Vec::new();
    for (port, variable) in [
        (config.prometheus_port, "PROMETHEUS_PORT"),
        (config.postgres_exporter_port, "POSTGRES_EXPORTER_PORT"),
        (config.node_exporter_port, "NODE_EXPORTER_PORT"),
    ] {
        held.extend(serve::listen(&[LOOPBACK], port, variable).await?);
    }
    Ok(())
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::new(LOOPBACK, port)
}

fn tell(config: &MonitorConfig) {
    let origin = |port| format!("http://{}", address(port));
    say(&format!("\n  Prometheus   {}", origin(config.prometheus_port)));
    say(&format!("  Alerts       {}/alerts", origin(config.prometheus_port)));
    say(&format!("  PostgreSQL   {}/metrics", origin(config.postgres_exporter_port)));
    say(&format!("  Machine      {}/metrics", origin(config.node_exporter_port)));
    say("\n  Ctrl-C stops them.\n");
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{JOBS, scrape};

    #[test]
    fn what_is_started_here_is_scraped() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../monitoring/prometheus");
        scrape::configuration(&folder, &JOBS.map(|job| (job.to_owned(), "127.0.0.1:1".to_owned())).into()).unwrap();
    }
}
