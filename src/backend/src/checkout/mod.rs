//! Checkout: where a cart goes, what that costs, and the order that is made of it.

pub mod addresses;
pub mod countries;
pub mod handlers;
pub mod holds;
pub mod idempotency;
pub mod model;
pub mod queries;
pub mod rules;
