//! Faults that are really made on the running store, and the alerts that each raises: these, no other, and they end.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::json;
use tokio::{sync::RwLockWriteGuard, task::JoinSet, time::sleep};

use super::{
    stack::{Stack, until},
    support::guest::{Guest, variant_of},
    traffic::{self, Traffic, Visitor},
};

#[derive(Debug, Clone, Copy)]
enum Fault {
    PostgresStopped,
    PoolExhausted,
    ErrorRate,
    Latency,
    WorkerKilled,
    WebhooksRefused,
    ViolationPlanted,
}

/// Each fault, and exactly the alerts that it raises.
const TABLE: &[(Fault, &[&str])] = &[
    (Fault::ViolationPlanted, &["AuditViolation"]),
    (Fault::WorkerKilled, &["TargetDown"]),
    (Fault::ErrorRate, &["BrowsingAvailabilityBurn", "RouteErrors"]),
    (Fault::WebhooksRefused, &["WebhooksRefused"]),
    (Fault::Latency, &["BrowsingLatencyBurn", "CartLatencyBurn", "CheckoutLatencyBurn"]),
    // Who waits for a connection waits longer than any objective allows, and in the end in vain.
    (
        Fault::PoolExhausted,
        &[
            "BrowsingAvailabilityBurn",
            "BrowsingLatencyBurn",
            "CartAvailabilityBurn",
            "CartLatencyBurn",
            "CheckoutAvailabilityBurn",
            "CheckoutLatencyBurn",
            "DatabaseErrors",
            "LockWaits",
            "PoolExhausted",
            "PoolSaturated",
            "RenderErrors",
            "RouteErrors",
            "RouteSlow",
            // Those that have a connection wait for the cart's row.
            "SlowQueries",
        ],
    ),
    (
        Fault::PostgresStopped,
        &[
            "BrowsingAvailabilityBurn",
            "BrowsingLatencyBurn",
            "CartAvailabilityBurn",
            "CartLatencyBurn",
            "CheckoutAvailabilityBurn",
            "CheckoutLatencyBurn",
            "DatabaseErrors",
            "DatabaseUnreachable",
            "PostgresDown",
            "RenderErrors",
            "RouteErrors",
        ],
    ),
];

/// They tell of the machine that the tests run on, not of what the tests do to the store; the last one always fires.
const OF_THE_MACHINE: [&str; 4] = ["DiskAlmostFull", "DiskFillsUp", "MemoryShort", "Watchdog"];

const FIRES_WITHIN: Duration = Duration::from_secs(40);
const ENDS_WITHIN: Duration = Duration::from_secs(60);
/// After the last alert of its row a fault stays for a while, so that one that is not in the row is seen too.
const STAYS: Duration = Duration::from_secs(5);

/// What a fault needs while it is there; dropped, it ends.
type Held = JoinSet<()>;

/// What is wrong with the table, after every fault was made and healed.
pub async fn faults_of_table(stack: &mut Stack, traffic: &Traffic) -> Vec<String> {
    heal_what_happened(stack).await;
    let mut wrong = Vec::new();
    if let Err(loud) = quiet(stack, &mut BTreeSet::new()).await {
        return vec![format!("without any fault these alerts do not end: {}", join(&loud))];
    }
    for (fault, alerts) in TABLE {
        let started = Instant::now();
        let expected: BTreeSet<String> = alerts.iter().map(ToString::to_string).collect();
        let mut seen = BTreeSet::new();
        let held = fault.make(stack, traffic).await;
        see(stack, &mut seen, FIRES_WITHIN, |seen| seen.is_superset(&expected)).await;
        see(stack, &mut seen, STAYS, |_| false).await;
        wrong.extend(fault.is_what_it_says(stack).await);
        fault.heal(stack, traffic, held).await;
        let end = quiet(stack, &mut seen).await;
        println!("  {fault:?}: {} in {:.0} s", join(&seen), started.elapsed().as_secs_f64());
        if seen != expected {
            let (missing, more) = (join(&(&expected - &seen)), &seen - &expected);
            wrong.push(format!("{fault:?}: missing: {missing}; not in its row: {}", join(&more)));
            for name in more {
                let query = format!("last_over_time(ALERTS{{alertname=\"{name}\",alertstate=\"firing\"}}[2m])");
                wrong.extend(stack.prometheus.labels(&query).await);
            }
        }
        if let Err(loud) = end {
            wrong.push(format!("{fault:?}: healed, and these do not end: {}", join(&loud)));
        }
    }
    wrong
}

fn join(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Adds the alerts that fire to those that were seen, until it is enough.
async fn see(
    stack: &Stack,
    seen: &mut BTreeSet<String>,
    patience: Duration,
    enough: impl Fn(&BTreeSet<String>) -> bool,
) {
    let deadline = Instant::now() + patience;
    while !enough(seen) && Instant::now() < deadline {
        seen.extend(loud(stack).await.0);
        sleep(Duration::from_millis(250)).await;
    }
}

/// The alerts that fire, and those that would if it lasted.
async fn loud(stack: &Stack) -> (BTreeSet<String>, BTreeSet<String>) {
    let alerts = stack.prometheus.alerts().await;
    let ours =
        |names: BTreeSet<String>| names.into_iter().filter(|name| !OF_THE_MACHINE.contains(&name.as_str())).collect();
    (ours(alerts.firing), ours(alerts.pending))
}

/// Waits until no alert fires or is about to; those that do not end are the error.
async fn quiet(stack: &Stack, seen: &mut BTreeSet<String>) -> Result<(), BTreeSet<String>> {
    let deadline = Instant::now() + ENDS_WITHIN;
    loop {
        let (firing, pending) = loud(stack).await;
        seen.extend(firing.iter().cloned());
        if firing.is_empty() && pending.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(&firing | &pending);
        }
        sleep(Duration::from_millis(250)).await;
    }
}

/// What happened before is no fault of the table: the job that died is taken out of the queue, as somebody would.
async fn heal_what_happened(stack: &Stack) {
    let sql = "DELETE FROM graphile_worker._private_jobs WHERE attempts >= max_attempts";
    sqlx::query(sql).execute(&stack.shop.db).await.unwrap();
}

/// A cart asks for some five rows before it answers.
const LATE: Duration = Duration::from_millis(130);
/// Five for each connection of the store.
const WAITING: usize = 150;
/// What a crowd looks at, so many at once each.
const LOOKED_AT: [&str; 2] = ["/products/mug", "/api/countries"];
const LOOKING: usize = 10;

impl Fault {
    async fn make(self, stack: &mut Stack, traffic: &Traffic) -> Held {
        let mut held = Held::new();
        match self {
            Self::PostgresStopped => {
                let _nobody_buys = between_purchases(stack, traffic).await;
                stack.stop_postgres().await;
                look(stack, &mut held);
            }
            Self::Latency => stack.wire.slow(LATE),
            Self::WorkerKilled => stack.worker.kill(),
            Self::ViolationPlanted => find_stock(stack, 1).await,
            Self::WebhooksRefused => change_secret(stack, traffic, "whsec_another").await,
            Self::PoolExhausted => {
                let _nobody_buys = between_purchases(stack, traffic).await;
                hold_connections(stack, &mut held).await;
            }
            Self::ErrorRate => traffic::break_search(&stack.shop).await,
        }
        held
    }

    /// Whether the store fails as much as the fault's name says.
    async fn is_what_it_says(self, stack: &Stack) -> Option<String> {
        let Self::ErrorRate = self else { return None };
        let rate = |matchers: &str| format!("sum(rate(http_requests_total{{route=~\"/.*\"{matchers}}}[10s]))");
        let share = format!("{} / {}", rate(",status=~\"5..\""), rate(""));
        let share = stack.prometheus.query(&share).await.unwrap().first().copied().unwrap_or_default();
        println!("  one request in {:.0} fails", 1.0 / share);
        (!(0.03..0.08).contains(&share)).then(|| format!("{self:?}: a share of {share} fails, and not one in 20"))
    }

    async fn heal(self, stack: &mut Stack, traffic: &Traffic, held: Held) {
        drop(held);
        match self {
            Self::PostgresStopped => stack.start_postgres().await,
            Self::Latency => stack.wire.mend(),
            Self::WorkerKilled => stack.worker.start(),
            Self::ViolationPlanted => find_stock(stack, -1).await,
            Self::WebhooksRefused => change_secret(stack, traffic, "whsec_test").await,
            Self::ErrorRate => traffic::mend_search(&stack.shop).await,
            Self::PoolExhausted => {}
        }
    }
}

/// A moment when nobody buys and the store has heard of all that was paid, which lasts as long as what is returned. A webhook that
/// a fault meets on its way is sent five times in seconds, and that would be a fault of its own.
async fn between_purchases<'a>(stack: &Stack, traffic: &'a Traffic) -> RwLockWriteGuard<'a, ()> {
    let nobody_buys = traffic.purchases.write().await;
    until(Duration::from_secs(60), "the arrival of all webhooks", async || stack.webhooks_owed() == 0).await;
    nobody_buys
}

/// Stock that no movement tells of, as only somebody with a psql can make it.
async fn find_stock(stack: &Stack, quantity: i32) {
    let variant = variant_of(&stack.shop.db, "last-mug").await;
    let mut tx = stack.shop.db.begin().await.unwrap();
    sqlx::query("ALTER TABLE stock DISABLE TRIGGER USER").execute(&mut *tx).await.unwrap();
    let update = "UPDATE stock SET on_hand = on_hand + $1 WHERE variant_id = $2";
    sqlx::query(update).bind(quantity).bind(variant).execute(&mut *tx).await.unwrap();
    sqlx::query("ALTER TABLE stock ENABLE TRIGGER USER").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Starts the provider again with another secret for its webhooks, while nobody buys.
async fn change_secret(stack: &mut Stack, traffic: &Traffic, secret: &str) {
    let _nobody_buys = traffic.purchases.write().await;
    stack.demo.kill();
    stack.demo.set("STRIPE_WEBHOOK_SECRET", secret);
    stack.demo.start();
    stack.demo.answers("/").await;
}

/// A crowd changes one cart, whose row somebody has locked: each change holds a connection and waits.
async fn hold_connections(stack: &Stack, held: &mut Held) {
    let guest = Guest::with(&stack.shop, stack.mug, 1).await;
    let (cart, mut tx) = (guest.cart.clone(), stack.shop.db.begin().await.unwrap());
    sqlx::query("SELECT FROM carts WHERE id = $1::uuid FOR UPDATE").bind(cart).execute(&mut *tx).await.unwrap();
    held.spawn(async move {
        std::future::pending::<()>().await;
        drop(tx);
    });
    let path = guest.path(&format!("/items/{}", stack.mug));
    for quantity in 0..WAITING {
        let (visitor, path, token) = (Visitor::of(stack), path.clone(), guest.token.clone());
        held.spawn(async move {
            loop {
                let body = json!({ "quantity": quantity + 2 });
                visitor.send(Method::PATCH, &path, &[("cart-token", &token)], Some(&body)).await;
            }
        });
    }
    look(stack, held);
}

/// A crowd that looks at pages and asks where it can have things sent, whatever the answer.
fn look(stack: &Stack, held: &mut Held) {
    for path in LOOKED_AT.into_iter().cycle().take(LOOKED_AT.len() * LOOKING) {
        let visitor = Visitor::of(stack);
        held.spawn(async move {
            loop {
                visitor.send(Method::GET, path, &[], None).await;
            }
        });
    }
}
