//! Checkout: where a cart goes, what that costs, and the order that is made of it.

pub mod handlers;
pub mod holds;
pub mod model;
pub mod queries;
pub mod rules;
