//! The registry of metrics, and what each of the server's is.

use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

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
