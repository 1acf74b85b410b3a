//! Releases follow each other on one database, as Kubernetes rolls them out, while visitors look around and buy: no request
//! fails, and no order is lost.
//!
//! `RELEASES` names the programs in their order, separated by colons (`make prove-releases` builds older ones), and they are
//! given the chart's times. Without it the present program follows itself twice, in a fifth of the time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod balancer;
mod books;
mod journal;
mod lasting;
mod load;
mod rollout;
#[allow(dead_code, reason = "other tests need other parts of it")]
#[path = "../support/mod.rs"]
mod support;
mod visitor;

use std::time::Instant;

use sqlx::PgPool;

use load::Load;
use rollout::{Release, Rollout};

/// Orders that a release takes on its own before the next one comes.
const ORDERS_ALONE: usize = 5;

#[sqlx::test(migrations = false)]
async fn releases_follow_each_other_and_no_visitor_notices(db: PgPool) {
    let (releases, started) = (Release::all(), Instant::now());
    let mut rollout = Rollout::begin(db, &releases[0]).await;
    let load = Load::begin(&rollout);
    for release in &releases[1..] {
        rollout.journal.until_orders_alone(ORDERS_ALONE).await;
        rollout.follow(release).await;
    }
    rollout.journal.until_orders_alone(ORDERS_ALONE).await;
    load.end().await;
    let seconds = started.elapsed().as_secs();
    let mut wrong = books::faults(&rollout, &releases[releases.len() - 1]).await;
    println!("{}in {seconds} s", rollout.journal.table(&releases));
    wrong.extend(rollout.journal.faults(&releases));
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}
