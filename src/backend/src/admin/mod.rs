//! What crosses features: who of the staff acts, what they did, customers and roles.

pub mod actor;
pub mod audit;
pub mod customers;
pub mod log;
pub mod patch;
pub mod staff;
