//! Paying: the provider's API, what it reports, and what becomes of an order by it.

pub(crate) mod amounts;
mod claims;
pub mod close;
pub mod disputes;
pub mod handlers;
pub mod queries;
pub mod reconcile;
mod refund_queries;
mod refund_rules;
pub mod refunds;
pub mod settle;
pub mod stripe;
pub mod webhook;

/// Who all payments are made by, in metrics: whatever speaks Stripe's API.
pub const PROVIDER: &str = "stripe";
