//! Logs, metrics and the request id that ties them together.

use std::{io::IsTerminal, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::Instrument;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// Starts logging to standard error: readable on a terminal, JSON elsewhere; `RUST_LOG` filters.
pub fn start_logging() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,graphile_worker=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() {
        log.compact().try_init()
    } else {
        log.json().flatten_event(true).try_init()
    };
    // A second start, as in tests that run servers side by side, keeps the first.
    drop(started);
}

/// Installs the process's metrics registry.
///
/// # Errors
/// When another registry is installed already.
pub fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_duration_seconds".into()), &SECONDS)?
        .install_recorder()?;
    describe_counter!("http_requests_total", "Requests answered, by method, route and status");
    describe_histogram!("http_request_duration_seconds", "Time until the answer's head was ready, by method and route");
    describe_gauge!("http_requests_in_flight", "Requests being worked on");
    describe_gauge!("database_up", "1 while the database answers, else 0");
    describe_gauge!("database_pool_connections", "Open connections of the pool, by state");
    describe_counter!("storefront_failures_total", "Pages that the storefront could not render, by reason");
    Ok(handle)
}

/// Gives a request its id, its log line and its metrics.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = Uuid::now_v7();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("storefront", MatchedPath::as_str).to_owned();
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(RequestId(id));
    let in_flight = InFlight::begin();
    let span = tracing::info_span!("request", request_id = %id, %method, route);
    let mut response = async {
        let response = next.run(request).await;
        tracing::info!(
            path,
            status = response.status().as_u16(),
            duration_ms = started.elapsed().as_secs_f64() * 1e3,
            "answered"
        );
        response
    }
    .instrument(span)
    .await;
    drop(in_flight);
    let status = response.status().as_u16().to_string();
    counter!("http_requests_total", "method" => method_label(&method), "route" => route.clone(), "status" => status)
        .increment(1);
    histogram!("http_request_duration_seconds", "method" => method_label(&method), "route" => route)
        .record(started.elapsed().as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// Counts a request while it is worked on, also when its client goes away and the work is dropped.
struct InFlight;

impl InFlight {
    fn begin() -> Self {
        gauge!("http_requests_in_flight").increment(1);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!("http_requests_in_flight").decrement(1);
    }
}

/// The id of a request, for handing it on to the storefront.
#[derive(Clone, Copy)]
pub struct RequestId(pub Uuid);

/// A client can invent methods; a label must not grow with them.
fn method_label(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
