//! What operators see of a process: its logs, its metrics, and the request id that ties them together.

mod logs;
mod metrics;
mod queries;
mod requests;
mod table;

pub use logs::start_logging;
pub use metrics::{Present, page, register, start_metrics, tell};
pub use requests::{RequestId, observe};
pub use table::Process;
