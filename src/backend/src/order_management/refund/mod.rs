//! Refunds by the staff: in whole or in part, by the provider or by other means, and those that failed.

pub mod handlers;
pub mod model;
pub mod queries;
pub mod rules;
