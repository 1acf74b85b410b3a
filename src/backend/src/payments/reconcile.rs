//! Reconciling: what was reported and lost, or never reported, is asked for.
//!
//! Each kind of work has lanes of its own, so that no kind waits for another, and each lane takes the longest waiting piece of
//! work, which goes to the end of its queue as it is taken. A provider that hangs for a thousand payments holds up nothing else.

use std::{
    iter::repeat_n,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use metrics::counter;
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    claims,
    close::{self, Closed, Reason},
    disputes, refunds,
    settle::{self, Settled},
};
use crate::{
    database::Pool,
    error::{Error, Result},
    stripe::Stripe,
};

/// What is open for longer than this, in seconds, is asked about: a webhook takes a moment.
pub const PATIENCE: f64 = 120.0;

/// What there is to find, in metrics.
pub const FINDINGS: &[&str] = &[
    PAYMENT_WITHOUT_WEBHOOK,
    PAYMENT_OF_CANCELLED_ORDER,
    REFUND_WITHOUT_WEBHOOK,
    ORDER_WITHOUT_EXPIRY,
    DISPUTE_WITHOUT_WEBHOOK,
];
const PAYMENT_WITHOUT_WEBHOOK: &str = "payment_without_webhook";
const PAYMENT_OF_CANCELLED_ORDER: &str = "payment_of_cancelled_order";
const REFUND_WITHOUT_WEBHOOK: &str = "refund_without_webhook";
const ORDER_WITHOUT_EXPIRY: &str = "order_without_expiry";
const DISPUTE_WITHOUT_WEBHOOK: &str = "dispute_without_webhook";

/// How many of one kind are asked about at once.
const LANES: usize = 4;

/// What the reconciler works on.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Payment,
    Refund,
    Order,
    Dispute,
}

/// A piece of it: our id, and the provider's where there is one; of a dispute our id is its payment's.
enum Work {
    Payment(Uuid, String),
    Refund(Uuid),
    Order(Uuid),
    Dispute(Uuid, String),
}

const KINDS: [Kind; 4] = [Kind::Payment, Kind::Refund, Kind::Order, Kind::Dispute];

/// How fast a round goes.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// What was looked at within so many seconds is left alone.
    pub patience: f64,
    /// When nothing more is begun; the next round begins a minute after this one began.
    pub round: Duration,
    /// How long one piece of work may take.
    pub each: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { patience: PATIENCE, round: Duration::from_secs(40), each: Duration::from_secs(10) }
    }
}

struct Round<'a> {
    db: &'a Pool,
    stripe: &'a Stripe,
    pace: Pace,
    ends: Instant,
    /// What was looked at since then had its turn, in this round or shortly before it.
    before: DateTime<Utc>,
}

/// Asks the provider about every payment, refund and dispute that is open for longer than `patience` seconds, and closes every
/// order that should have expired that long ago. One that fails does not keep the others from their turn.
///
/// # Errors
/// When the database is away, or, after all had their turn, the first failure.
pub async fn reconcile(db: &Pool, stripe: &Stripe, patience: f64) -> Result<()> {
    reconcile_at(db, stripe, Pace { patience, ..Pace::default() }).await
}

/// The same, at another pace.
///
/// # Errors
/// When the database is away, or, after all had their turn, the first failure.
pub async fn reconcile_at(db: &Pool, stripe: &Stripe, pace: Pace) -> Result<()> {
    let before = claims::moment_ago(&mut *db.acquire().await?, pace.patience).await?;
    let round = Round { db, stripe, pace, ends: Instant::now() + pace.round, before };
    let lanes = KINDS.into_iter().flat_map(|kind| repeat_n(kind, LANES)).map(|kind| round.lane(kind));
    let (missed, outcomes) = tokio::join!(round.adopt_disputes(), join_all(lanes));
    outcomes.into_iter().fold(missed, Result::and)
}

impl Round<'_> {
    async fn lane(&self, kind: Kind) -> Result<()> {
        let mut outcome = Ok(());
        while Instant::now() < self.ends {
            let Some(work) = self.claim(kind).await? else { break };
            outcome = outcome.and(self.finish(work).await);
        }
        outcome
    }

    async fn claim(&self, kind: Kind) -> Result<Option<Work>> {
        let mut connection = self.db.acquire().await?;
        Ok(match kind {
            Kind::Payment => claims::payment(&mut connection, self.before)
                .await?
                .map(|(id, provider_id)| Work::Payment(id, provider_id)),
            Kind::Refund => claims::refund(&mut connection, self.before).await?.map(Work::Refund),
            Kind::Order => claims::overdue_order(&mut connection, self.before).await?.map(Work::Order),
            Kind::Dispute => claims::dispute(&mut connection, self.before)
                .await?
                .map(|(id, provider_id)| Work::Dispute(id, provider_id)),
        })
    }

    /// Given up half-way it has changed nothing, or something that another round goes on with.
    async fn finish(&self, work: Work) -> Result<()> {
        if let Some(kind) = timeout(self.pace.each, self.ask(work)).await.map_err(|_| Error::Timeout)?? {
            found(kind);
        }
        Ok(())
    }

    /// What was found, if anything was new.
    async fn ask(&self, work: Work) -> Result<Option<&'static str>> {
        let (db, stripe) = (self.db, self.stripe);
        Ok(match work {
            Work::Payment(id, provider_id) => match settle::refresh(db, stripe, id, &provider_id).await? {
                Settled::Paid => Some(PAYMENT_WITHOUT_WEBHOOK),
                Settled::GivenBack => Some(PAYMENT_OF_CANCELLED_ORDER),
                Settled::Failed | Settled::Processing | Settled::Unchanged => None,
            },
            Work::Refund(id) => refunds::make(db, stripe, id).await?.then_some(REFUND_WITHOUT_WEBHOOK),
            Work::Order(id) => match close::cancel(db, stripe, id, Reason::Expired).await? {
                Closed::Cancelled => Some(ORDER_WITHOUT_EXPIRY),
                Closed::Paid => Some(PAYMENT_WITHOUT_WEBHOOK),
                Closed::Processing => None,
            },
            Work::Dispute(payment_id, provider_id) => {
                disputes::refresh(db, stripe, payment_id, &provider_id, None).await?.then_some(DISPUTE_WITHOUT_WEBHOOK)
            }
        })
    }

    /// Disputes that no webhook reported; the latest ones are enough, since this looks every minute.
    async fn adopt_disputes(&self) -> Result<()> {
        let latest = timeout(self.pace.each, self.stripe.latest_disputes()).await.map_err(|_| Error::Timeout)??;
        let unknown = disputes::unknown(&mut *self.db.acquire().await?, &latest).await?;
        let mut outcome = Ok(());
        for (payment_id, provider_id) in unknown {
            outcome = outcome.and(self.finish(Work::Dispute(payment_id, provider_id)).await);
        }
        outcome
    }
}

fn found(kind: &'static str) {
    tracing::warn!(kind, "the reconciler found something");
    counter!("reconciler_findings_total", "kind" => kind).increment(1);
}
