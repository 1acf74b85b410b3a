//! Accounts: who somebody is, what they may do, and what is theirs.

pub mod command;
pub mod counters;
pub mod handlers;
pub mod limits;
pub mod model;
pub mod queries;
pub mod sign_in;
pub mod totp;
