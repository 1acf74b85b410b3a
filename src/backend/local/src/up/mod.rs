//! `devopsify up`: the whole store on this machine with one command, until Ctrl-C.

pub mod account;
mod administrator;
pub mod cluster;
mod demo;
pub mod home;
pub mod monitor;
mod payments;
pub mod place;
pub mod postgres;
pub mod process;
pub mod programs;
pub mod repository;
pub mod running;
pub mod service;
mod signals;
mod steps;
pub mod storefront;
pub mod with_postgres;
mod worker;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
};

use anyhow::Context;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use url::Url;

use home::Home;
use repository::Repository;
use running::Running;
use signals::Signals;
use steps::{Steps, say};

use crate::config::UpConfig;
use devopsify::{
    config::CommonConfig,
    database::{
        self,
        roles::{self, Addresses, Passwords},
    },
    files::FileStore,
    running_store::Announcement,
    serve, transport,
};

const DEMO: &str = "demo-was-imported";

/// Starts everything, keeps it running, and stops it in order.
///
/// # Errors
/// When something cannot be started or ends too often; the message says what to do.
pub async fn run(config: UpConfig, metrics: PrometheusHandle) -> anyhow::Result<()> {
    let signals = Signals::listen()?;
    let repository = Repository::here()?;
    let home = Home::open(&config.home)?;
    let config = completed(config, &home)?;
    say(&format!("\nDevOpsify {}\n", env!("CARGO_PKG_VERSION")));
    let mut running = Running::default();
    let outcome = tokio::select! {
        started = start(&mut running, &config, &repository, &home, metrics) => started,
        () = signals.stop.cancelled() => Ok(()),
    };
    let outcome = match outcome {
        Ok(()) => tokio::select! {
            failed = running.keep() => failed,
            () = signals.stop.cancelled() => Ok(()),
        },
        failed => failed,
    };
    if signals.stop.is_cancelled() {
        say("\n  Stopping; Ctrl-C again hurries.");
    }
    home.withdraw();
    running.stop(&signals.hurry).await;
    outcome
}

/// The steps of a start. Given up half-way, what was started is in `running`.
async fn start(
    running: &mut Running,
    config: &UpConfig,
    repository: &Repository,
    home: &Home,
    metrics: PrometheusHandle,
) -> anyhow::Result<()> {
    let mut steps = Steps::begin();
    expect_free_ports(config).await?;

    let mut common = config.common.clone();
    let addresses = match common.database.database_url.clone() {
        Some(url) => given(url, config)?,
        None => {
            let server = running.start_postgres(home, repository).await?;
            let passwords = passwords(home)?;
            roles::create(&server.url(), &passwords).await?;
            steps.done(&format!("PostgreSQL {} ready", server.version()));
            Addresses::of(&server.url(), &passwords)?
        }
    };
    common.database.database_url = Some(addresses.application.clone());
    let applied = database::migrate(&addresses.owner).await?;
    steps.done(&if applied == 0 {
        "Schema is up to date".into()
    } else {
        format!("Schema made ({applied} migrations)")
    });

    import_demo(&common, repository, home, &mut steps).await?;
    let administrator = administrator::first(&database::pool(&common.database)?).await?;

    if config.demo_provider {
        running.start_payments(home, config).await?;
        steps.done("Demo payments ready");
    }

    running.start_storefront(home, repository, config).await?;
    steps.done("Storefront ready");

    running.start_worker(home, config, &common).await?;
    running.start_store(config, &common, metrics).await?;
    home.announce(&announcement(config, addresses))?;
    steps.done("Store, API and worker ready");
    tell(config, home, running.database_folder());
    if let Some((email, password)) = administrator {
        say(&format!("  Administrator {email}, password {password} (shown this once)\n"));
    }
    Ok(())
}

/// What `up` decides itself: pictures in the home, the storefront on its port, links to the port that is listened on, secrets
/// that nobody gave.
fn completed(mut config: UpConfig, home: &Home) -> anyhow::Result<UpConfig> {
    config.common.media_url = home.media_url()?;
    config.common.database.database_url.take_if(|url| url.is_empty());
    config.worker.mail.smtp_url.take_if(|url| url.is_empty());
    config.worker.mail.mail_folder.get_or_insert_with(|| home.folder().join("mail"));
    config.serve.storefront_url = Url::parse(&format!("http://127.0.0.1:{}", config.storefront_port))?;
    // Its default has the default port; whoever chooses another port means links to that one.
    if config.common.public_url.as_str() == "http://localhost:8080/" {
        config.common.public_url = Url::parse(&format!("http://localhost:{}", config.serve.port))?;
    }
    config.demo_provider = payments::is_demo(&config.common.payment);
    if config.demo_provider {
        config.common.payment = payments::demo(&config, home)?;
    }
    config.common.secret_key.take_if(|key| key.is_empty());
    if config.common.secret_key.is_none() {
        config.common.secret_key = Some(home.secret("secret-key")?);
    }
    config.common.expect_complete()?;
    Ok(config)
}

/// All at once, so that two that are the same are noticed too.
async fn expect_free_ports(config: &UpConfig) -> anyhow::Result<()> {
    let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let mut ports = vec![
        (&*config.common.host, config.serve.port, "PORT"),
        (&*config.common.host, config.serve.operations_port, "OPERATIONS_PORT"),
        (&*config.common.host, config.worker.worker_port, "WORKER_PORT"),
        (&loopback, config.storefront_port, "STOREFRONT_PORT"),
        (&loopback, config.storefront_metrics_port, "STOREFRONT_METRICS_PORT"),
    ];
    if config.demo_provider {
        ports.push((&*config.common.host, config.demo_provider_port, "DEMO_PROVIDER_PORT"));
    }
    let mut held: Vec<TcpListener> = Vec::new();
    for (hosts, port, variable) in ports {
        held.extend(serve::listen(hosts, port, variable).await?);
    }
    Ok(())
}

/// Once in the life of a home, and never into a database that has products.
async fn import_demo(
    common: &CommonConfig,
    repository: &Repository,
    home: &Home,
    steps: &mut Steps,
) -> anyhow::Result<()> {
    let catalogue = repository.catalogue();
    let db = database::pool(&common.database)?;
    if home.remembers(DEMO) || !catalogue.exists() || !demo::is_wanted(&db).await? {
        return Ok(());
    }
    let media = FileStore::open(&common.media_url, "MEDIA_URL")?;
    let products =
        demo::fill(&db, &media, &catalogue, |done, of| steps.progress("Demo catalogue: byte", done, of)).await;
    let products = products.context("the demo catalogue cannot be imported")?;
    home.remember(DEMO)?;
    steps.done(&format!("Demo catalogue imported ({products} products)"));
    Ok(())
}

/// The names are those of the scrape jobs in `monitoring/prometheus/prometheus.yml`.
/// The addresses of a database that is not embedded. Who gives one address alone lets one role do everything.
fn given(url: String, config: &UpConfig) -> anyhow::Result<Addresses> {
    let or_same =
        |given: &Option<String>| given.clone().filter(|given| !given.is_empty()).unwrap_or_else(|| url.clone());
    let (owner, monitoring) = (or_same(&config.database_owner_url), or_same(&config.database_monitoring_url));
    for url in [&url, &owner, &monitoring] {
        transport::expect_encrypted_database(url, config.common.database.database_allow_plaintext)?;
    }
    Ok(Addresses { owner, monitoring, application: url })
}

/// The passwords of the embedded database's roles.
fn passwords(home: &Home) -> anyhow::Result<Passwords> {
    Ok(Passwords {
        owner: home.secret("database-owner-password")?,
        application: home.secret("database-application-password")?,
        monitoring: home.secret("database-monitoring-password")?,
    })
}

fn announcement(config: &UpConfig, addresses: Addresses) -> Announcement {
    let hosts = &*config.common.host;
    let metrics = [
        ("api", local_address(hosts, config.serve.operations_port)),
        ("worker", local_address(hosts, config.worker.worker_port)),
        ("storefront", SocketAddr::from((Ipv4Addr::LOCALHOST, config.storefront_metrics_port))),
    ];
    let metrics = metrics.map(|(job, address)| (job.to_owned(), address.to_string())).into();
    Announcement { database_url: addresses.application, database_monitoring_url: addresses.monitoring, metrics }
}

/// An address by which this machine itself reaches a port.
fn local_origin(hosts: &[IpAddr], port: u16) -> String {
    match hosts.iter().find(|host| host.is_ipv4()).or_else(|| hosts.first()) {
        Some(host) if host.is_unspecified() || host.is_loopback() && host.is_ipv4() => {
            format!("http://127.0.0.1:{port}")
        }
        Some(IpAddr::V6(host)) => format!("http://[{host}]:{port}"),
        Some(host) => format!("http://{host}:{port}"),
        None => format!("http://127.0.0.1:{port}"),
    }
}

/// The same as an address.
fn local_address(hosts: &[IpAddr], port: u16) -> SocketAddr {
    let own = local_origin(hosts, port);
    own.trim_start_matches("http://").parse().unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

/// As `HOST` has them.
fn joined(hosts: &[IpAddr]) -> String {
    hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn tell(config: &UpConfig, home: &Home, database: Option<&Path>) {
    let public = config.common.public_url.as_str().trim_end_matches('/');
    let operations = local_origin(&config.common.host, config.serve.operations_port);
    let worker = local_origin(&config.common.host, config.worker.worker_port);
    say(&format!("\n  Store        {public}"));
    say(&format!("  API          {public}/api/docs"));
    say(&format!("  Metrics      {operations}/metrics"));
    say(&format!("  Worker       {worker}/metrics"));
    if config.demo_provider {
        say(&format!("  Payments     {} (demo: nothing is charged)", payments::origin(&config.common.payment)));
    }
    if let (None, Some(folder)) = (&config.worker.mail.smtp_url, &config.worker.mail.mail_folder) {
        say(&format!("  Mail         {} (SMTP_URL sends it instead)", folder.display()));
    }
    let elsewhere = database.filter(|folder| !folder.starts_with(home.folder()));
    let elsewhere = elsewhere.map(|folder| format!(" and {}", folder.display())).unwrap_or_default();
    say(&format!("\n  Everything is kept in {}{elsewhere}. Ctrl-C stops it.\n", config.home.display()));
}

#[cfg(test)]
mod tests {
    use super::local_origin;

    #[test]
    fn this_machine_reaches_itself_whatever_is_listened_on() {
        for (hosts, origin) in [
            (vec!["127.0.0.1", "::1"], "http://127.0.0.1:80"),
            (vec!["0.0.0.0"], "http://127.0.0.1:80"),
            (vec!["::"], "http://127.0.0.1:80"),
            (vec!["::1"], "http://[::1]:80"),
            (vec!["192.0.2.1"], "http://192.0.2.1:80"),
        ] {
            let hosts: Vec<_> = hosts.iter().map(|host| host.parse().unwrap()).collect();
            assert_eq!(local_origin(&hosts, 80), origin);
        }
    }
}
