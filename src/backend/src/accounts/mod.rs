//! Accounts: who somebody is, what they may do, and what is theirs.

pub mod handlers;
pub mod model;
pub mod policy;
pub mod queries;
pub mod session;
