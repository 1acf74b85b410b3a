//! What staff and customers do with an order that was placed: cancel, ship, refund and close it.

pub mod cancellation;
pub mod fulfilment;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod refund;
