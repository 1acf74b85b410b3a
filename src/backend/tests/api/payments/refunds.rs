//! Giving money back: once, by whomever it was asked, and owed until it is done.

use std::time::Duration;

use devopsify::{payments::refunds, stripe::Stripe};
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{begin, is_confirmed, kinds, mug, tell};
use crate::support::{
    Shop,
    guest::{Guest, stock},
    payment_at,
    provider::GOOD_CARD,
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn money_for_an_order_that_is_gone_is_given_back(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let start = begin(&bought).await;
    // As if the order had been cancelled by a hand that did not ask the provider, past what the database holds.
    sqlx::query("ALTER TABLE orders DISABLE TRIGGER orders_cancelled_are_not_payable").execute(&shop.db).await.unwrap();
    sqlx::query("UPDATE orders SET status = 'cancelled', cancelled_at = now()").execute(&shop.db).await.unwrap();
    sqlx::query("UPDATE stock_reservations SET held = 0").execute(&shop.db).await.unwrap();
    provider.confirm(&start, GOOD_CARD).await;
    let id = start["payment_intent"].as_str().unwrap();
    tell(&shop, "evt_1", "payment_intent.succeeded", &provider.intent(id).await).await.expect(StatusCode::OK);
    let refund: Uuid = sqlx::query_scalar("SELECT id FROM refunds").fetch_one(&shop.db).await.unwrap();
    for _ in 0..2 {
        refunds::make(&shop.app.db, &shop.stripe, refund).await.unwrap();
    }
    let order = bought.read().await;
    assert_eq!((&order["status"], &order["payment_status"]), (&json!("cancelled"), &json!("refunded")));
    assert_eq!(
        (&order["refunded"], kinds(&order)),
        (&order["total"], vec!["placed", "paid", "refund_requested", "refunded"])
    );
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_paid_order_is_cancelled_and_given_back_before_it_is_shipped(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = Guest::with(&shop, mug, 2).await.buy().await;
    let start = begin(&bought).await;
    provider.confirm(&start, GOOD_CARD).await;
    is_confirmed(&shop).await;
    for reply in join_all((0..3).map(|_| bought.cancel())).await {
        assert_eq!(reply.expect(StatusCode::OK).json()["status"], "cancelled");
    }
    assert_eq!(stock(&shop.db, mug).await, (10, 0));
    let refunds: Vec<(Uuid, i64)> = sqlx::query_as("SELECT id, amount FROM refunds").fetch_all(&shop.db).await.unwrap();
    assert_eq!(refunds.len(), 1, "three at once are one refund");
    refunds::make(&shop.app.db, &shop.stripe, refunds[0].0).await.unwrap();
    shop.until("the refund", "SELECT paid = 0 FROM orders").await;
    let order = bought.read().await;
    assert_eq!((&order["payment_status"], &order["can_cancel"]), (&json!("refunded"), &json!(false)));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_that_was_made_at_the_provider_is_taken_over(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let start = begin(&bought).await;
    provider.confirm(&start, GOOD_CARD).await;
    is_confirmed(&shop).await;
    provider.refund_by_hand(start["payment_intent"].as_str().unwrap(), 500).await;
    shop.until("the refund", "SELECT paid = 1390 FROM orders").await;
    let order = bought.read().await;
    assert_eq!((&order["payment_status"], &order["refunded"]["amount"]), (&json!("partially_refunded"), &json!(500)));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_that_is_refused_is_still_owed(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    provider.confirm(&begin(&bought).await, GOOD_CARD).await;
    is_confirmed(&shop).await;
    bought.cancel().await.expect(StatusCode::OK);
    let refund: Uuid = sqlx::query_scalar("SELECT id FROM refunds").fetch_one(&shop.db).await.unwrap();
    // A key that was replaced is refused; that is no word about the customer's money.
    let mut payment = payment_at(&provider.url);
    payment.stripe_secret_key = Some("sk_replaced".into());
    let refused = Stripe::new(&payment, Duration::from_secs(4)).unwrap();
    assert!(refunds::make(&shop.app.db, &refused, refund).await.is_err());
    assert_eq!(kinds(&bought.read().await).last(), Some(&"refund_requested"));
    refunds::make(&shop.app.db, &shop.stripe, refund).await.unwrap();
    shop.until("the refund", "SELECT paid = 0 FROM orders").await;
}
