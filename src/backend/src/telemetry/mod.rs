//! What operators see of a process: its logs, its metrics, its traces, and the ids that tie them together.

mod logs;
mod queries;
mod redact;
mod request;
mod traces;

pub use logs::{log_panics, start};
pub use request::{Present, RequestId};
pub use traces::{TRACEPARENT, continue_trace, traceparent};
