//! Orders: what was sold, what became of it, and who may see it.

pub mod access;
pub mod cancellations;
pub mod fulfilments;
pub mod handlers;
pub mod history;
pub mod metrics;
pub mod model;
pub mod queries;
