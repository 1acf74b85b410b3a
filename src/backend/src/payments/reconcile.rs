//! Reconciling: what was told and lost, or never told, is asked for.

use std::time::{Duration, Instant};

use metrics::counter;

use super::{
    close::{self, Closed, Reason},
    queries, refunds,
    settle::{self, Settled},
    stripe::Stripe,
};
use crate::{database::Pool, error::Result};

/// What is open for longer than this, in seconds, is asked about: a webhook takes a moment.
pub const PATIENCE: f64 = 120.0;

/// What there is to find, in metrics.
pub const FINDINGS: &[&str] =
    &[PAYMENT_WITHOUT_WEBHOOK, PAYMENT_OF_CANCELLED_ORDER, REFUND_WITHOUT_WEBHOOK, ORDER_WITHOUT_EXPIRY];
const PAYMENT_WITHOUT_WEBHOOK: &str = "payment_without_webhook";
const PAYMENT_OF_CANCELLED_ORDER: &str = "payment_of_cancelled_order";
const REFUND_WITHOUT_WEBHOOK: &str = "refund_without_webhook";
const ORDER_WITHOUT_EXPIRY: &str = "order_without_expiry";

/// The next round begins a minute after this one began.
const ROUND: Duration = Duration::from_secs(40);

/// Asks the provider about every payment and refund that is open for longer than `patience` seconds, and closes every order
/// that should have expired that long ago. One that fails does not keep the others from their turn.
///
/// # Errors
/// When the database is away, or, after all had their turn, the first failure.
pub async fn reconcile(db: &Pool, stripe: &Stripe, patience: f64) -> Result<()> {
    let (payments, refunds, orders) = {
        let mut connection = db.acquire().await?;
        (
            queries::unsettled(&mut connection, patience).await?,
            refunds::unfinished(&mut connection, patience).await?,
            queries::overdue(&mut connection, patience).await?,
        )
    };
    let mut outcome = Ok(());
    let began = Instant::now();
    let is_over = || began.elapsed() > ROUND;
    for (payment_id, provider_id) in payments {
        if is_over() {
            return outcome;
        }
        match settle::refresh(db, stripe, payment_id, &provider_id).await {
            Ok(Settled::Paid) => found(PAYMENT_WITHOUT_WEBHOOK),
            Ok(Settled::GivenBack) => found(PAYMENT_OF_CANCELLED_ORDER),
            Ok(Settled::Failed | Settled::Processing | Settled::Unchanged) => {}
            Err(error) => {
                // It goes to the end, so that it does not stand in the way of those that can be settled.
                queries::checked(&mut *db.acquire().await?, payment_id).await?;
                outcome = outcome.and(Err(error));
            }
        }
    }
    for refund_id in refunds {
        if is_over() {
            return outcome;
        }
        match refunds::make(db, stripe, refund_id).await {
            Ok(true) => found(REFUND_WITHOUT_WEBHOOK),
            Ok(false) => {}
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    for order_id in orders {
        if is_over() {
            return outcome;
        }
        match close::cancel(db, stripe, order_id, Reason::Expired).await {
            Ok(Closed::Cancelled) => found(ORDER_WITHOUT_EXPIRY),
            Ok(Closed::Paid) => found(PAYMENT_WITHOUT_WEBHOOK),
            Ok(Closed::Processing) => {}
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    outcome
}

fn found(kind: &'static str) {
    tracing::warn!(kind, "the reconciler found something");
    counter!("reconciler_findings_total", "kind" => kind).increment(1);
}
