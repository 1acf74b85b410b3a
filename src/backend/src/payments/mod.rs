//! Payments: how they are started, what the provider reports, and what that changes about an order.

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
pub mod webhook;

/// Who all payments are made by, in metrics: whatever speaks Stripe's API.
pub const PROVIDER: &str = "stripe";
