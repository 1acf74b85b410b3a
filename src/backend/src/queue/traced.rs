//! A job goes on with the trace of whatever queued it.

use std::future::Future;

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use tracing::{Instrument, Span, field::Empty};

use crate::telemetry;

/// A job and the trace that it belongs to. Without one, as in jobs of the clock, it begins one.
#[derive(Debug, Serialize, Deserialize)]
pub struct Traced<T> {
    #[serde(flatten)]
    job: T,
    /// W3C's `traceparent` of what queued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
}

impl<T> Traced<T> {
    /// A job of the trace of what is being done now.
    pub fn now(job: T) -> Self {
        Self { job, traceparent: telemetry::traceparent() }
    }
}

impl<T: TaskHandler> TaskHandler for Traced<T> {
    const IDENTIFIER: &'static str = T::IDENTIFIER;

    fn run(self, context: WorkerContext) -> impl Future<Output = impl IntoTaskHandlerResult> + Send + 'static {
        // Of the gravest level, because every line of it is to have the ids, also where the log is to have only warnings.
        let span = tracing::error_span!(
            "job",
            otel.name = T::IDENTIFIER,
            otel.kind = "consumer",
            otel.status_code = Empty,
            trace_id = Empty
        );
        telemetry::continue_trace(&span, self.traceparent.as_deref());
        let job = async {
            let ended = self.job.run(context).await.into_task_handler_result();
            if let Err(error) = &ended {
                Span::current().record("otel.status_code", "ERROR");
                tracing::warn!(task = T::IDENTIFIER, ?error, "a job failed");
            }
            ended
        };
        job.instrument(span)
    }
}
