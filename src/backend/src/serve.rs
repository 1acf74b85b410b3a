//! `devopsify serve`: the public origin and the operations port, until told to stop.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    config::{CommonConfig, ServeConfig},
    database,
    edge::observe,
    files::FileStore,
    operations,
    passwords::Passwords,
    policy::Policy,
    registry,
    registry::Process,
    router,
    server::{Limits, Server},
    stripe::Stripe,
};

/// Files that are open for anything but connections of visitors: the database's, the storefront's, pictures.
const OTHER_FILES: u64 = 512;
/// A little less than a request of the API may take.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(4);

/// Serves until `stop`, then finishes what runs, 30 s at most.
///
/// # Errors
/// When a port cannot be listened on or the configuration cannot be used.
pub async fn run(
    common: CommonConfig,
    config: ServeConfig,
    metrics: PrometheusHandle,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    registry::register(Process::Serve);
    observe::expect_requests(router::operations());
    common.expect_complete()?;
    let public = listen(&common.host, config.port, "PORT").await?;
    let operations = listen(&common.host, config.operations_port, "OPERATIONS_PORT").await?;
    let db = database::pool(&common.database)?;
    let ready = operations::Ready::default();
    let media = FileStore::open(&common.media_url, "MEDIA_URL")?;
    let static_files = config.static_url.as_ref().map(|url| FileStore::open(url, "STATIC_URL")).transpose()?;
    let watch = tokio::spawn(operations::watch_database(db.clone(), ready.clone(), stop.clone()));
    let app = App {
        policy: Policy::default(),
        passwords: Passwords::new()?,
        db,
        media,
        static_files,
        public_url: common.public_url.clone(),
        stripe: Stripe::new(&common.payment, PROVIDER_TIMEOUT)?,
        secrets: common.secrets()?,
        payment: Arc::new(common.payment),
        config: Arc::new(config),
    };
    let https = common.public_url.scheme() == "https";
    let limits = Limits { connections: connections(app.config.load.max_connections), ..Limits::default() };
    tokio::join!(
        Server::public(router::router(app), limits, https).serve(public, stop.clone()),
        accept(operations, operations::router(metrics, ready), stop.clone())
    );
    watch.await?;
    Ok(())
}

/// As many connections as are configured, or as the system lets this process open: its limit is raised as far as that goes.
fn connections(configured: u32) -> usize {
    let (wanted, limit) = (u64::from(configured), getrlimit(Resource::Nofile));
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the limit of open files cannot be raised");
    }
    // No limit is none that could be met.
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let connections = wanted.min(files.saturating_sub(OTHER_FILES).max(files / 2));
    if connections < wanted {
        tracing::warn!(
            connections,
            wanted,
            "the system lets this process open fewer files than MAX_CONNECTIONS requires"
        );
    }
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// Listens on `port` of every address; an address family that the machine lacks is left out if another one works.
///
/// # Errors
/// When the port is in use; the message names the variable that chooses another.
pub async fn listen(hosts: &[IpAddr], port: u16, variable: &str) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for host in hosts {
        match TcpListener::bind(SocketAddr::new(*host, port)).await {
            Ok(listener) => listeners.push(listener),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                anyhow::bail!("port {port} is in use: stop what listens there, or set {variable} to another port")
            }
            Err(error) if hosts.len() > 1 => tracing::debug!(%host, %error, "this address cannot be listened on"),
            Err(error) => return Err(error).with_context(|| format!("cannot listen on {host}:{port} ({variable})")),
        }
    }
    anyhow::ensure!(
        !listeners.is_empty(),
        "no address of {hosts:?} can be listened on: set HOST to one of this machine's"
    );
    Ok(listeners)
}

/// Accepts connections until `stop`, then lets running requests finish, 30 s at most; within the limits of every server.
pub async fn accept(listeners: Vec<TcpListener>, router: Router, stop: CancellationToken) {
    Server::internal(router).serve(listeners, stop).await;
}
