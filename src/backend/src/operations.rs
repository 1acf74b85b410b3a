//! The operations port: probes and metrics, never public.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics::gauge;
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::{Connection, PgConnection};
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    config::ProbeConfig,
    database::{self, Pool},
    orders, registry,
};

/// Whether this process is ready: the schema was once seen to be new enough, and connections were opened for who comes first. A
/// database that goes away later is a metric and an alert, not a reason to take every replica out at once.
pub type Ready = Arc<watch::Sender<bool>>;

#[derive(Clone)]
struct Operations {
    metrics: PrometheusHandle,
    ready: Ready,
}

/// `/livez`, `/readyz` and `/metrics`.
pub fn router(metrics: PrometheusHandle, ready: Ready) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(render))
        .with_state(Operations { metrics, ready })
}

async fn readyz(State(operations): State<Operations>) -> Response {
    if *operations.ready.borrow() {
        return "ok".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "the database has not been seen with a schema that is new enough").into_response()
}

/// Asks `/readyz` of a process of this machine, for 2 s at most.
///
/// # Errors
/// When nobody answers, or the process is not ready; the message has its reason.
pub async fn probe(config: ProbeConfig) -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let address = format!("http://127.0.0.1:{}/readyz", config.port);
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
    let answer = client.get(&address).send().await.with_context(|| format!("{address} does not answer"))?;
    let (status, reason) = (answer.status(), answer.text().await?);
    ensure!(status.is_success(), "{address} is not ready: {status}, {reason}");
    Ok(())
}

async fn render(State(operations): State<Operations>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], registry::tell(&operations.metrics)).into_response()
}

/// Asks the database every second whether it is there, says so as a metric, and makes the process ready when it first is.
pub async fn watch_database(db: Pool, ready: Ready, stop: CancellationToken) {
    gauge!("database_pool_max_connections").set(db.options().get_max_connections());
    let mut own = None;
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let ask = async {
            if *ready.borrow() {
                answers(&mut own, &db).await.map(|()| true)
            } else {
                database::schema_is_new_enough(&db).await
            }
        };
        let answer = timeout(Duration::from_secs(2), ask).await;
        gauge!("database_up").set(if matches!(answer, Ok(Ok(_))) { 1.0 } else { 0.0 });
        gauge!("database_pool_connections", "state" => "idle").set(db.num_idle() as f64);
        gauge!("database_pool_connections", "state" => "used").set(f64::from(db.size()) - db.num_idle() as f64);
        if matches!(answer, Ok(Ok(true))) && !*ready.borrow() {
            if let Err(error) = db.warm().await {
                tracing::warn!(%error, "the first visitors will wait until connections to the database are opened");
            }
            ready.send_replace(true);
            orders::metrics::expect_revenue(&db).await;
        }
    }
}

/// Asks on a connection of its own: that the pool has none to give is another fault than that the database is away.
async fn answers(own: &mut Option<PgConnection>, db: &Pool) -> sqlx::Result<()> {
    let mut connection = match own.take() {
        Some(connection) => connection,
        None => PgConnection::connect_with(&db.connect_options()).await?,
    };
    connection.ping().await?;
    *own = Some(connection);
    Ok(())
}
