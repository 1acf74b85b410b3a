//! What is counted of orders, each after the commit that made it so.

use metrics::counter;

use crate::{database::Pool, store};

/// What becomes of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It was placed.
    Placed,
    /// It was cancelled by who placed it, or by a change of its cart.
    Cancelled,
    /// It was given up unpaid.
    Expired,
}

/// Counts what became of an order.
pub fn count(event: Event) {
    let event = match event {
        Event::Placed => "placed",
        Event::Cancelled => "cancelled",
        Event::Expired => "expired",
    };
    counter!("orders_total", "event" => event).increment(1);
}

/// Counts an order that was confirmed, and what it brings, in minor units.
pub fn confirmed(total: i64, currency: &str) {
    counter!("orders_total", "event" => "confirmed").increment(1);
    revenue(currency).increment(u64::try_from(total).unwrap_or_default());
}

/// Tells the revenue from 0 on, so that the first order after a start counts in a rate as well.
pub async fn expect_revenue(db: &Pool) {
    let settings = async { store::settings(&mut *db.acquire().await?).await };
    match settings.await {
        Ok(store) => revenue(&store.currency).increment(0),
        Err(error) => tracing::warn!(%error, "the store's currency could not be read"),
    }
}

fn revenue(currency: &str) -> metrics::Counter {
    counter!("order_revenue_minor_units_total", "currency" => currency.to_owned())
}
