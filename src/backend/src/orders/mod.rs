//! Orders: what was sold, what became of it, and who may see it.

pub mod access;
pub mod admin;
pub mod cancellation;
pub mod fulfilment;
pub mod handlers;
pub mod history;
pub mod metrics;
pub mod model;
pub mod queries;
pub mod refund;
