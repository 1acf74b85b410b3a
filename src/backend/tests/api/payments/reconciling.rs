//! The reconciler: every kind of work has its turn in each round, whatever hangs or is refused.

use std::time::Duration;

use devopsify::payments::reconcile::{Pace, reconcile, reconcile_at};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{begin, mug};
use crate::support::{
    Shop,
    guest::{Bought, Guest},
    orders::order,
    provider::{GOOD_CARD, Provider},
};

/// A store whose webhooks get lost, in which many payments cannot be read at the provider, and which has, behind all of them in
/// every queue, a payment to settle, an order to cancel and a refund to make.
struct Stuck<'a> {
    paid: Bought<'a>,
    overdue: Bought<'a>,
    refunded: Bought<'a>,
}

impl<'a> Stuck<'a> {
    async fn new(shop: &'a Shop, provider: &Provider, mug: Uuid, many: usize) -> Self {
        let refunded = Guest::with(shop, mug, 1).await.buy().await;
        provider.confirm(&begin(&refunded).await, GOOD_CARD).await;
        reconcile(&shop.app.db, &shop.stripe, 0.0).await.unwrap();
        refunded.cancel().await.expect(StatusCode::OK);
        let overdue = Guest::with(shop, mug, 1).await.buy().await;
        sqlx::query("UPDATE orders SET expires_at = now() - interval '5 minutes' WHERE status = 'pending'")
            .execute(&shop.db)
            .await
            .unwrap();
        let paid = Guest::with(shop, mug, 1).await.buy().await;
        provider.confirm(&begin(&paid).await, GOOD_CARD).await;
        for _ in 0..many {
            let stuck = order("MUG-1", 1).create(&shop.db).await;
            sqlx::query(
                "UPDATE payments SET provider_id = 'pi_stuck_' || id, checked_at = now() - interval '1 day' WHERE order_id = $1",
            )
            .bind(stuck.id)
            .execute(&shop.db)
            .await
            .unwrap();
        }
        Self { paid, overdue, refunded }
    }

    async fn are_done(&self) -> [bool; 3] {
        [
            self.paid.read().await["status"] == json!("confirmed"),
            self.overdue.read().await["status"] == json!("cancelled"),
            self.refunded.read().await["payment_status"] == json!("refunded"),
        ]
    }
}

async fn shop(db: PgPool) -> (Shop, Provider, Uuid) {
    let mug = mug(&db).await;
    sqlx::query("UPDATE stock SET backorderable = true").execute(&db).await.unwrap();
    let (shop, provider) = Shop::deaf(db).await;
    (shop, provider, mug)
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_refused_holds_up_nothing(db: PgPool) {
    let (shop, provider, mug) = shop(db).await;
    let stuck = Stuck::new(&shop, &provider, mug, 130).await;
    assert!(reconcile(&shop.app.db, &shop.stripe, 0.0).await.is_err(), "the provider knows none of these payments");
    assert_eq!(stuck.are_done().await, [true; 3], "in one round");
    let forgotten: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM payments WHERE status = 'open' AND checked_at < now() - interval '1 hour'",
    )
    .fetch_one(&shop.db)
    .await
    .unwrap();
    assert_eq!(forgotten, 0, "each had its turn");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_hangs_holds_up_only_its_own_kind_and_that_not_for_ever(db: PgPool) {
    let (shop, provider, mug) = shop(db).await;
    let stuck = Stuck::new(&shop, &provider, mug, 6).await;
    let hang = [("method", "GET"), ("answer", "hang"), ("times", "1000000")];
    provider.fail("/v1/payment_intents/pi_stuck*", &hang).await;
    let pace = Pace { patience: 0.0, round: Duration::from_millis(100), each: Duration::from_secs(2) };
    assert!(reconcile_at(&shop.app.db, &shop.stripe, pace).await.is_err());
    assert_eq!(stuck.are_done().await[1..], [true; 2], "the other kinds do not wait for it");
    // Every round begins where the one before ended: after so many, each payment was asked about.
    for _ in 0..6 {
        if stuck.are_done().await[0] {
            return;
        }
        assert!(reconcile_at(&shop.app.db, &shop.stripe, pace).await.is_err());
    }
    panic!("the payment behind those that hang never had its turn");
}

/// A worker that is killed while it asks leaves the row to the others, at the end of the queue.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn two_rounds_at_once_share_the_work(db: PgPool) {
    let (shop, provider, mug) = shop(db).await;
    let mut bought = Vec::new();
    for _ in 0..4 {
        let order = Guest::with(&shop, mug, 1).await.buy().await;
        provider.confirm(&begin(&order).await, GOOD_CARD).await;
        bought.push(order);
    }
    let round = || reconcile(&shop.app.db, &shop.stripe, 0.0);
    let (first, second, third) = tokio::join!(round(), round(), round());
    first.and(second).and(third).unwrap();
    for order in &bought {
        assert_eq!(order.read().await["payment_status"], "paid");
    }
    assert_eq!(provider.disagreements(&shop.db).await, Vec::<String>::new());
}
