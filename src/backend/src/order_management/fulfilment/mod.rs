//! Shipping an order, in whole or in parts.

pub mod handlers;
pub mod model;
pub mod queries;
pub mod rules;
