//! What crosses features: customers, the roles of staff, and the audit log.

pub mod customers;
pub mod log;
pub mod staff;
