//! Logs: readable on a terminal, JSON elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

use super::queries;

/// Starts logging to standard error: readable on a terminal, JSON elsewhere; `RUST_LOG` filters.
pub fn start_logging() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,graphile_worker=warn"));
    let log = fmt::layer().with_writer(std::io::stderr);
    let log =
        if std::io::stderr().is_terminal() { log.compact().boxed() } else { log.json().flatten_event(true).boxed() };
    let started = registry().with(log.with_filter(filter)).with(queries::layer()).try_init();
    // A second start, as in tests that run servers side by side, keeps the first.
    drop(started);
}
