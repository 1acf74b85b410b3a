//! Paying: the provider's API and what it tells us.

pub(crate) mod amounts;
pub mod stripe;
pub mod webhook;
