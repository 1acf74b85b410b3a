//! What operators see of a process: its logs, its metrics, its traces, and the ids that tie them together.

mod logs;
mod metrics;
mod queries;
mod redact;
mod requests;
mod table;
mod traces;

pub use logs::{log_panics, start};
pub use metrics::{Present, page, register, start_metrics, tell};
pub use requests::{RequestId, expect_requests, observe};
pub use table::Process;
pub use traces::{TRACEPARENT, continue_trace, traceparent};
