//! Reconciling: what was told and lost, or never told, is asked for.

use std::time::{Duration, Instant};

use metrics::counter;
use sqlx::PgPool;

use super::{
    close::{self, Closed, Reason},
    queries, refunds,
    settle::{self, Settled},
    stripe::Stripe,
};
use crate::error::Result;

/// What is open for longer than this, in seconds, is asked about: a webhook takes a moment.
pub const PATIENCE: f64 = 120.0;

/// The next round begins a minute after this one began.
const ROUND: Duration = Duration::from_secs(40);

/// Asks the provider about every payment and refund that is open for longer than `patience` seconds, and closes every order
/// that should have expired that long ago. One that fails does not keep the others from their turn.
///
/// # Errors
/// When the database is away, or, after all had their turn, the first failure.
pub async fn reconcile(db: &PgPool, stripe: &Stripe, patience: f64) -> Result<()> {
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
            Ok(Settled::Paid) => found("payment_without_webhook"),
            Ok(Settled::GivenBack) => found("payment_of_cancelled_order"),
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
            Ok(true) => found("refund_without_webhook"),
            Ok(false) => {}
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    for order_id in orders {
        if is_over() {
            return outcome;
        }
        match close::cancel(db, stripe, order_id, Reason::Expired).await {
            Ok(Closed::Cancelled) => found("order_without_expiry"),
            Ok(Closed::Paid) => found("payment_without_webhook"),
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
