//! Metrics, rules, dashboards and runbooks are one contract: held against each other, against the running store and a real
//! Prometheus, and against faults that are really made.
//!
//! A binary of its own, which `cargo test` leaves out: it needs Prometheus and its exporters, and minutes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod dashboards;
mod faults;
mod files;
mod live;
mod prometheus;
mod promql;
mod promtool;
mod rules;
mod runbooks;
mod shell;
mod shortening;
mod stack;
#[allow(dead_code, reason = "other tests need other parts of it")]
#[path = "../support/mod.rs"]
mod support;
mod traffic;

/// One store for everything that needs a running one: it is looked at while it is healthy, and then broken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_running_store_keeps_the_contract() {
    let mut stack = stack::Stack::open().await;
    let asset = traffic::everything_happens(&stack).await;
    let traffic = traffic::Traffic::begin(&stack, &asset);
    let mut wrong = live::faults_of_contract(&stack).await;
    wrong.extend(faults::faults_of_table(&mut stack, &traffic).await);
    drop(traffic);
    stack.close().await;
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}
