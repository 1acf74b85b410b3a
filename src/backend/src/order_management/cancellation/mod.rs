//! Cancellations by the staff: of what of an order is still to be shipped, in whole or in part, and of what will never be.

pub mod customer;
pub mod handlers;
pub mod model;
pub mod queries;
pub mod rules;
