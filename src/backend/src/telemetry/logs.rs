//! Logs: readable on a terminal, JSON elsewhere, beside what else hears of everything that happens.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

use super::{queries, traces::Traces};

/// Starts logging to standard error: readable on a terminal, JSON elsewhere; `RUST_LOG` filters. Every line of a request or
/// a job has the id of its trace. Hold what comes back until the process ends: it sends the last spans.
///
/// # Errors
/// When the environment says wrongly where spans are to be sent.
pub fn start(service: &'static str) -> anyhow::Result<Traces> {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,graphile_worker=warn"));
    let log = fmt::layer().with_writer(std::io::stderr);
    let log = if std::io::stderr().is_terminal() {
        log.compact().boxed()
    } else {
        // The innermost span is among the spans already.
        log.json().flatten_event(true).with_current_span(false).boxed()
    };
    let traces = Traces::of(service)?;
    // A second start, as in tests that run servers side by side, keeps the first.
    drop(registry().with(log.with_filter(filter)).with(queries::layer()).with(traces.layer()).try_init());
    Ok(traces)
}
