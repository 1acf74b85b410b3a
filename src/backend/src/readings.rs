//! What operators and merchants want to see at any moment, read from the database every 15 s, as metrics.
//!
//! While the database cannot be read nothing of it is known, and nothing is told: an old number would keep an alert silent or
//! firing for no reason that is still true. `database_up` is what tells of that.

use std::{collections::HashSet, time::Duration};

use metrics::{counter, gauge};
use tokio_util::sync::CancellationToken;

use crate::{database::Pool, payments::reconcile::PATIENCE};

const INTERVAL: Duration = Duration::from_secs(15);
/// The catalogue and what sold best take longer to count and change slowly.
const ROUNDS_A_CATALOGUE: u64 = 4;
/// The reconciler comes by every minute; what it has missed twice it will miss again.
const MISSED: f64 = PATIENCE + 120.0;

/// What is read, each by itself: one that fails or is slow leaves the others what they are.
pub const NAMES: &[&str] = &[QUEUE, MONEY, CATALOGUE];
const QUEUE: &str = "queue";
const MONEY: &str = "money";
const CATALOGUE: &str = "catalogue";

/// Reads again and again until `stop`.
pub async fn watch(db: &Pool, stop: &CancellationToken) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut round, mut best_sellers) = (0_u64, BestSellers::default());
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let read = async {
            known(QUEUE, queue(db).await).unwrap_or(Queue::UNKNOWN).tell();
            known(MONEY, money(db).await).unwrap_or(Money::UNKNOWN).tell();
            if round.is_multiple_of(ROUNDS_A_CATALOGUE) {
                let (catalogue, best) = known(CATALOGUE, catalogue(db).await).unzip();
                catalogue.unwrap_or(Catalogue::UNKNOWN).tell();
                best_sellers.tell(best);
            }
        };
        if stop.run_until_cancelled(read).await.is_none() {
            return;
        }
        round += 1;
    }
}

/// What was read; a failure is counted and told.
fn known<T>(reading: &'static str, read: sqlx::Result<T>) -> Option<T> {
    read.inspect_err(|error| {
        tracing::warn!(reading, %error, "a reading could not be made");
        counter!("readings_failed_total", "reading" => reading).increment(1);
    })
    .ok()
}

/// Jobs in the queue.
#[derive(sqlx::FromRow)]
struct Queue {
    ready: f64,
    scheduled: f64,
    running: f64,
    dead: f64,
    oldest: f64,
}

impl Queue {
    const UNKNOWN: Self =
        Self { ready: f64::NAN, scheduled: f64::NAN, running: f64::NAN, dead: f64::NAN, oldest: f64::NAN };

    fn tell(&self) {
        let states =
            [("ready", self.ready), ("scheduled", self.scheduled), ("running", self.running), ("dead", self.dead)];
        for (state, jobs) in states {
            gauge!("jobs", "state" => state).set(jobs);
        }
        gauge!("jobs_oldest_ready_age_seconds").set(self.oldest);
    }
}

async fn queue(db: &Pool) -> sqlx::Result<Queue> {
    // What has a single try, as the reconciler, comes again by the clock and is never dead. Not compile-checked: the schema is
    // the library's, and it is made by the library's own migrations.
    sqlx::query_as(
        "SELECT (count(*) FILTER (WHERE is_ready))::float8 AS ready,
                (count(*) FILTER (WHERE is_alive AND run_at > now()))::float8 AS scheduled,
                (count(*) FILTER (WHERE locked_at IS NOT NULL))::float8 AS running,
                (count(*) FILTER (WHERE locked_at IS NULL AND NOT is_alive AND max_attempts > 1))::float8 AS dead,
                coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE is_ready)), 0)::float8 AS oldest
         FROM (SELECT run_at, locked_at, max_attempts, locked_at IS NULL AND attempts < max_attempts AS is_alive,
                      locked_at IS NULL AND attempts < max_attempts AND run_at <= now() AS is_ready
               FROM graphile_worker.jobs) jobs",
    )
    .fetch_one(&mut *db.acquire().await?)
    .await
}

/// What waits to be paid, given back or given up, and who is about to buy.
struct Money {
    unsettled: f64,
    unfinished: f64,
    overdue: f64,
    disputes: f64,
    carts: f64,
}

impl Money {
    const UNKNOWN: Self =
        Self { unsettled: f64::NAN, unfinished: f64::NAN, overdue: f64::NAN, disputes: f64::NAN, carts: f64::NAN };

    fn tell(&self) {
        gauge!("payments_unsettled").set(self.unsettled);
        gauge!("refunds_unfinished").set(self.unfinished);
        gauge!("orders_overdue").set(self.overdue);
        gauge!("disputes_open").set(self.disputes);
        gauge!("carts_active").set(self.carts);
    }
}

/// The conditions are those by which the reconciler looks for its work, and a refund that the provider refuses again and again;
/// one that a dispute holds waits for the bank.
/// The conditions are those by which the reconciler looks for its work, a refund that the provider refuses again and again,
/// and an order whose customer is owed money because a refund failed.
async fn money(db: &Pool) -> sqlx::Result<Money> {
    sqlx::query_as!(
        Money,
        r#"SELECT (SELECT count(*) FROM payments
                   WHERE status IN ('open', 'processing') AND provider_id IS NOT NULL
                     AND checked_at < now() - make_interval(secs => $1))::float8 AS "unsettled!",
                  (SELECT count(*) FROM refunds r
                   WHERE status IN ('requested', 'pending')
                     AND (provider_id IS NOT NULL
                          OR NOT EXISTS (SELECT FROM disputes d
                                         WHERE d.payment_id = r.payment_id AND d.open AND NOT d.refundable))
                     AND CASE status WHEN 'requested' THEN created_at ELSE updated_at END < now() - make_interval(secs => $1))::float8
                  + (SELECT count(*)
                     FROM (SELECT p.order_id FROM refunds r JOIN payments p ON p.id = r.payment_id
                           WHERE r.status = 'failed' AND r.settled < r.amount GROUP BY p.order_id
                           HAVING max(r.updated_at) < now() - make_interval(secs => $1)) failed
                          JOIN order_balances b USING (order_id)
                     WHERE b.owed > 0)::float8 AS "unfinished!",
                  (SELECT count(*) FROM orders o JOIN payments p ON p.order_id = o.id AND p.status <> 'processing'
                   WHERE o.status = 'pending' AND o.expires_at < now() - make_interval(secs => $1))::float8 AS "overdue!",
                  (SELECT count(*) FROM disputes WHERE open)::float8 AS "disputes!",
                  (SELECT count(*) FROM carts WHERE updated_at > now() - interval '30 minutes')::float8 AS "carts!""#,
        MISSED
    )
    .fetch_one(&mut *db.acquire().await?)
    .await
}

/// What can be bought.
struct Catalogue {
    sellable: f64,
    out_of_stock: f64,
}

impl Catalogue {
    const UNKNOWN: Self = Self { sellable: f64::NAN, out_of_stock: f64::NAN };

    fn tell(&self) {
        gauge!("products_sellable").set(self.sellable);
        gauge!("variants_out_of_stock").set(self.out_of_stock);
    }
}

async fn catalogue(db: &Pool) -> sqlx::Result<(Catalogue, Vec<BestSeller>)> {
    let mut connection = db.acquire().await?;
    let counted = sqlx::query_as!(
        Catalogue,
        r#"SELECT (count(DISTINCT l.product_id) FILTER (WHERE s.backorderable OR s.on_hand > s.reserved))::float8 AS "sellable!",
                  (count(*) FILTER (WHERE NOT s.backorderable AND s.on_hand <= s.reserved))::float8 AS "out_of_stock!"
           FROM product_listings l
           JOIN settings USING (currency)
           JOIN variants v USING (product_id)
           JOIN prices r ON r.variant_id = v.id AND r.currency = l.currency
           JOIN stock s ON s.variant_id = v.id"#
    )
    .fetch_one(&mut *connection)
    .await?;
    let best = sqlx::query_as!(
        BestSeller,
        r#"SELECT coalesce(v.sku, v.id::text) AS "sku!", greatest(s.on_hand - s.reserved, 0)::float8 AS "available!"
           FROM (SELECT l.variant_id FROM orders o JOIN order_lines l ON l.order_id = o.id
                 WHERE o.confirmed_at > now() - interval '30 days' AND o.status <> 'cancelled'
                 GROUP BY l.variant_id ORDER BY sum(l.quantity) DESC, l.variant_id LIMIT 20) sold
           JOIN variants v ON v.id = sold.variant_id
           JOIN products p ON p.id = v.product_id AND p.status = 'active'
           JOIN stock s ON s.variant_id = v.id AND NOT s.backorderable"#
    )
    .fetch_all(&mut *connection)
    .await?;
    Ok((counted, best))
}

/// A variant that sells.
struct BestSeller {
    sku: String,
    available: f64,
}

/// The variants that are told of; one that is no longer among them is not told of any more.
#[derive(Default)]
struct BestSellers(HashSet<String>);

impl BestSellers {
    fn tell(&mut self, best: Option<Vec<BestSeller>>) {
        let sold_out = best.as_ref().map(|best| best.iter().filter(|seller| seller.available == 0.0).count());
        gauge!("best_sellers_out_of_stock").set(sold_out.map_or(f64::NAN, |sold_out| sold_out as f64));
        for gone in std::mem::take(&mut self.0) {
            gauge!("best_seller_available_units", "sku" => gone).set(f64::NAN);
        }
        for BestSeller { sku, available } in best.into_iter().flatten() {
            gauge!("best_seller_available_units", "sku" => sku.clone()).set(available);
            self.0.insert(sku);
        }
    }
}
