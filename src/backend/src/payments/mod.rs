//! Paying: the provider's API and what it tells us.

mod amounts;
pub mod stripe;
pub mod webhook;
