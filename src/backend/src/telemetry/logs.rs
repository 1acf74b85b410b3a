//! Logs: readable on a terminal, JSON elsewhere, beside what else hears of everything that happens.

use std::io::IsTerminal;

use tracing::Metadata;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    fmt,
    layer::SubscriberExt,
    registry,
    util::SubscriberInitExt,
};

use super::{queries, redact::RedactedStderr, traces::Traces};

/// Starts logging to standard error: readable on a terminal, JSON elsewhere; `RUST_LOG` filters. Every line of a request or
/// a job has the id of its trace, and no line has an email address or a token. Hold what comes back until the process ends: it sends the last spans.
///
/// # Errors
/// When the environment says wrongly where spans are to be sent.
pub fn start(service: &'static str) -> anyhow::Result<Traces> {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,graphile_worker=warn"));
    let log = fmt::layer().with_writer(RedactedStderr);
    let log = if std::io::stderr().is_terminal() {
        log.compact().boxed()
    } else {
        // The innermost span is among the spans already.
        log.json().flatten_event(true).with_current_span(false).boxed()
    };
    let traces = Traces::of(service)?;
    // A second start, as in tests that run servers side by side, keeps the first.
    drop(
        registry()
            .with(log.with_filter(filter.and(filter_fn(is_without_payload))))
            .with(queries::layer())
            .with(traces.layer())
            .try_init(),
    );
    Ok(traces)
}

/// Logs panics as everything else is logged, since what they quote may be anyone's data.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        let said = panic.payload_as_str().unwrap_or_default();
        // The end of a message of the standard library quotes the text that was cut at the wrong place.
        let said = said.split(" of `").next().unwrap_or_default();
        tracing::error!(location, "panicked: {said}");
    }));
}

/// The queue's library logs a job's payload beside what became of it, and that may be anyone's data. What became of it is logged by
/// us as well (`queue/traced.rs`, `worker.rs`).
fn is_without_payload(metadata: &Metadata<'_>) -> bool {
    metadata.fields().field("payload").is_none()
}
