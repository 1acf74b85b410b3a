//! What operators see of a process: its logs, its metrics, its traces, and the ids that tie them together.

mod logs;
mod metrics;
mod requests;
mod traces;

pub use logs::start;
pub use metrics::start_metrics;
pub use requests::{RequestId, observe};
pub use traces::{TRACEPARENT, continue_trace, traceparent};
