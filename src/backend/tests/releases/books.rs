//! What must be true of the books when everything is over: the buyers', the store's and the provider's.

use std::time::Duration;

use super::{
    journal::Order,
    rollout::{Release, Rollout, STOCK},
    support::guest::stock,
};

/// Until everything that was to be done is done; the reconciler comes every minute.
const DONE_WITHIN: Duration = Duration::from_secs(90);

/// Nobody waits for a payment, and every buyer was written to.
const DONE: &str = "SELECT NOT EXISTS (SELECT FROM orders o WHERE status = 'pending' OR NOT EXISTS (
                        SELECT FROM order_events WHERE order_id = o.id AND kind = 'confirmation_sent'))";

/// The store's word on an order: what became of it and of its payment, and how many mails say so.
#[derive(PartialEq, Eq, Debug, sqlx::FromRow)]
struct Word {
    status: String,
    total: i64,
    payment: String,
    captured: i64,
    intent: Option<String>,
    mails: i64,
}

/// Whatever is wrong, a line each.
pub async fn faults(rollout: &Rollout, present: &Release) -> Vec<String> {
    let mut faults = Vec::new();
    if tokio::time::timeout(DONE_WITHIN, done(rollout)).await.is_err() {
        faults
            .push(format!("after {DONE_WITHIN:?} there are orders that are not paid, or whose buyers nobody wrote to"));
    }
    let orders = rollout.journal.orders();
    for order in &orders {
        faults.extend(faults_of_order(rollout, order).await);
    }
    let known = count(rollout, "SELECT count(*) FROM orders").await;
    if known != i64::try_from(orders.len()).unwrap() {
        faults.push(format!("the store has {known} orders, and buyers were told of {}", orders.len()));
    }
    for variant in rollout.cups.iter().chain([&rollout.mug]) {
        let sold = orders.iter().filter(|order| order.variant == *variant).count();
        let (on_hand, reserved) = stock(&rollout.db, *variant).await;
        if (on_hand, reserved) != (STOCK, i32::try_from(sold).unwrap()) {
            faults.push(format!("of {variant} {sold} were sold, and {on_hand} are there, {reserved} of them reserved"));
        }
    }
    let failed = count(rollout, "SELECT count(*) FROM graphile_worker.jobs WHERE last_error IS NOT NULL").await;
    if failed > 0 {
        faults.push(format!("{failed} jobs failed"));
    }
    let audit = present.run("audit", &rollout.db).await;
    if !audit.status.success() {
        faults.push(format!("the audit ended with {}: {}", audit.status, String::from_utf8_lossy(&audit.stdout)));
    }
    faults
}

async fn done(rollout: &Rollout) {
    while !sqlx::query_scalar::<_, bool>(DONE).fetch_one(&rollout.db).await.unwrap() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Buyer, store and provider agree: it was paid once, and the buyer was written to once.
async fn faults_of_order(rollout: &Rollout, order: &Order) -> Option<String> {
    let word: Option<Word> = sqlx::query_as(
        "SELECT o.status, o.total, p.status AS payment, p.captured, p.provider_id AS intent,
                (SELECT count(*) FROM order_events WHERE order_id = o.id AND kind = 'confirmation_sent') AS mails
         FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.number = $1",
    )
    .bind(order.number)
    .fetch_optional(&rollout.db)
    .await
    .unwrap();
    let expected = Word {
        status: "confirmed".to_owned(),
        total: order.total,
        payment: "captured".to_owned(),
        captured: order.total,
        intent: order.intent.clone(),
        mails: 1,
    };
    if word.as_ref() != Some(&expected) {
        return Some(format!("of order {} the store says {word:?}, which is to be {expected:?}", order.number));
    }
    let intent = rollout.provider.intent(order.intent.as_deref().unwrap_or("none")).await;
    let (status, received) = (&intent["status"], &intent["amount_received"]);
    (status != "succeeded" || *received != order.total)
        .then(|| format!("of order {} the provider says {status}, {received} of {}", order.number, order.total))
}

async fn count(rollout: &Rollout, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&rollout.db).await.unwrap()
}
