//! Each process is killed between Place and Settle: afterwards the order is paid or expired, never in between.
//!
//! Every kill hits a request or a job that is running: a checkpoint in the database, or a frozen process, holds it until the test
//! has seen it there, and its caller's connection breaks.

use reqwest::StatusCode;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::Street;
use crate::support::{
    builders::product,
    checkpoint::Checkpoint,
    guest::{Bought, Guest, stock, variant_of},
    provider::GOOD_CARD,
};

async fn mug(db: &PgPool) -> Uuid {
    product("mug").priced(1400).create(db).await;
    variant_of(db, "mug").await
}

async fn begin(bought: &Bought<'_>) -> Value {
    bought.pay().await.expect(StatusCode::OK).json()
}

async fn orders(db: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(db).await.unwrap()
}

const CONFIRMED: &str = "SELECT bool_and(status = 'confirmed') FROM orders";
const CANCELLED: &str = "SELECT bool_and(status = 'cancelled') FROM orders";
const MAILED: &str = "SELECT EXISTS (SELECT FROM order_events WHERE kind = 'confirmation_sent')";

/// Where a transaction of the store is when its process dies.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// Before it does this: nothing of it will be there.
    Before(&'static str),
    /// In its commit, after it did this: all of it will be there, and no one is answered.
    Committing(&'static str),
}

impl Moment {
    async fn checkpoint(self, db: &PgPool) -> Checkpoint {
        match self {
            Self::Before(event) => Checkpoint::before(db, event).await,
            Self::Committing(event) => Checkpoint::committing(db, event).await,
        }
    }

    fn is_kept(self) -> bool {
        matches!(self, Self::Committing(_))
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_store_is_killed_while_it_places_orders(db: PgPool) {
    let mug = mug(&db).await;
    let mut street = Street::open(db.clone()).await;
    let moments = [
        Moment::Before("INSERT ON idempotency_keys"),
        Moment::Before("INSERT ON orders"),
        Moment::Before("INSERT ON stock_reservations"),
        Moment::Before("INSERT ON payments"),
        Moment::Before("UPDATE ON idempotency_keys"),
        Moment::Committing("INSERT ON orders"),
    ];
    for (before, moment) in (0..).zip(moments) {
        let guest = Guest::with(&street.shop, mug, 1).await;
        let order = guest.order().await;
        let mut checkpoint = moment.checkpoint(&db).await;
        let request = street
            .shop
            .client
            .post(street.shop.at("/api/orders"))
            .header("cart-token", &guest.token)
            .header("idempotency-key", "key")
            .json(&order);
        let sent = tokio::spawn(request.send());
        let pid = checkpoint.reached().await;
        street.serve.kill();
        let broken = sent.await.unwrap().expect_err("it was answered before the kill");
        assert!(broken.is_request() && !broken.is_connect(), "the kill hit no running request: {broken:?}");
        checkpoint.open_for_the_dead(pid).await;
        assert_eq!(orders(&db).await, before + i64::from(moment.is_kept()), "{moment:?}");
        street.serve.start();
        street.are_there().await;
        let first = guest.place("key", &order).await.expect(StatusCode::CREATED);
        let again = guest.place("key", &order).await.expect(StatusCode::CREATED);
        assert_eq!(first.text, again.text);
        assert_eq!(orders(&db).await, before + 1, "{moment:?}");
    }
    assert_eq!(stock(&db, mug).await, (10, 6));
    street.expect_agreement().await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_store_is_killed_while_it_hears_of_the_payment(db: PgPool) {
    let mug = mug(&db).await;
    let mut street = Street::open(db.clone()).await;
    for (number, moment) in (1..).zip([
        Moment::Before("INSERT ON provider_events"),
        Moment::Before("UPDATE OF status ON payments"),
        Moment::Committing("UPDATE OF status ON orders"),
    ]) {
        let bought = Guest::with(&street.shop, mug, 2).await.buy().await;
        let start = begin(&bought).await;
        let mut checkpoint = moment.checkpoint(&db).await;
        assert_eq!(street.provider.confirm(&start, GOOD_CARD).await.0, StatusCode::OK);
        // The provider's webhook is in the store.
        let pid = checkpoint.reached().await;
        street.serve.kill();
        checkpoint.open_for_the_dead(pid).await;
        let confirmed: i64 =
            sqlx::query_scalar("SELECT count(*) FROM orders WHERE status = 'confirmed'").fetch_one(&db).await.unwrap();
        assert_eq!(confirmed, number - 1 + i64::from(moment.is_kept()), "{moment:?}");
        street.serve.start();
        street.shop.until("the payment", CONFIRMED).await;
        assert_eq!(stock(&db, mug).await, (10, 2 * i32::try_from(number).unwrap()));
    }
    street.shop.until("the mail", MAILED).await;
    let paid: i64 =
        sqlx::query_scalar("SELECT count(*) FROM order_events WHERE kind = 'paid'").fetch_one(&db).await.unwrap();
    assert_eq!(paid, 3);
    street.expect_agreement().await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_worker_is_killed_and_its_orders_expire_all_the_same(db: PgPool) {
    let mug = mug(&db).await;
    let mut street = Street::open(db.clone()).await;
    let bought = Guest::with(&street.shop, mug, 3).await.buy().await;
    begin(&bought).await;
    let mut checkpoint = Checkpoint::before(&db, "UPDATE OF status ON orders").await;
    sqlx::query("UPDATE orders SET expires_at = now()").execute(&db).await.unwrap();
    sqlx::query(
        "SELECT graphile_worker.reschedule_jobs(ARRAY(SELECT id FROM graphile_worker.jobs WHERE task_identifier = 'expire_order'),
                                                run_at => now())",
    )
    .execute(&db)
    .await
    .unwrap();
    let pid = checkpoint.reached().await;
    street.worker.kill();
    checkpoint.open_for_the_dead(pid).await;
    // The provider has cancelled; the order is as it was, and the job is the dead worker's.
    let (status, is_running): (String, bool) = sqlx::query_as(
        "SELECT o.status, j.locked_at IS NOT NULL FROM orders o, graphile_worker.jobs j WHERE j.task_identifier = 'expire_order'",
    )
    .fetch_one(&db)
    .await
    .unwrap();
    assert_eq!((status.as_str(), is_running), ("pending", true), "the kill hit no running job");
    assert_eq!(stock(&db, mug).await, (10, 3));
    // Another worker takes over what a dead one had after 15 s (`worker/process.rs`): here at once.
    sqlx::query("UPDATE graphile_worker._private_jobs SET locked_at = NULL, locked_by = NULL")
        .execute(&db)
        .await
        .unwrap();
    street.worker.start();
    street.shop.until("the expiry", CANCELLED).await;
    assert_eq!(stock(&db, mug).await, (10, 0));
    street.expect_agreement().await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_provider_is_killed_while_it_is_asked_and_after_it_took_the_money(db: PgPool) {
    let mug = mug(&db).await;
    let mut street = Street::open(db.clone()).await;
    let bought = Guest::with(&street.shop, mug, 1).await.buy().await;
    let start = begin(&bought).await;
    // Its webhook about the new payment is a request of the store, too.
    street.serve.says(r#"webhooks_total{outcome="settled"} 1"#).await;
    street.serve.says("http_requests_in_flight 0").await;
    // It has the store's request, and dies instead of answering.
    street.demo.freeze();
    let (reply, ()) = tokio::join!(bought.pay(), async {
        street.serve.says("http_requests_in_flight 1").await;
        street.demo.kill();
    });
    assert_eq!(reply.refusal(), (503, "provider_unavailable".into()));
    street.demo.start();
    street.are_there().await;
    assert_eq!(begin(&bought).await["payment_intent"], start["payment_intent"]);
    // The store is working on its webhook, so that this is still owed when the provider dies.
    let mut checkpoint = Checkpoint::before(&db, "UPDATE OF status ON payments").await;
    assert_eq!(street.provider.confirm(&start, GOOD_CARD).await.0, StatusCode::OK);
    checkpoint.reached().await;
    street.demo.kill();
    checkpoint.open().await;
    street.demo.start();
    street.shop.until("the payment", CONFIRMED).await;
    assert_eq!(stock(&db, mug).await, (10, 1));
    street.demo.answers("/").await;
    street.expect_agreement().await;
}
