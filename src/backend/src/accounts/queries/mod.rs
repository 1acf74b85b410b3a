//! The accounts' SQL.

pub mod addresses;
pub mod attempts;
pub mod devices;
pub mod factors;
pub mod people;
pub mod privacy;
pub mod sessions;
pub mod tokens;
