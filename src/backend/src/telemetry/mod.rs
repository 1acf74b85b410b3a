//! What operators see of a process: its logs, its metrics, and the request id that ties them together.

mod logs;
mod metrics;
mod requests;

pub use logs::start_logging;
pub use metrics::start_metrics;
pub use requests::{RequestId, observe};
