//! Accounts over HTTP.

pub mod addresses;
pub mod auth;
pub mod history;
pub mod privacy;
pub mod profile;
pub mod recovery;
pub mod sessions;
pub mod tokens;
pub mod totp;
