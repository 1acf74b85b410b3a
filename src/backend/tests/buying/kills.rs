//! Each process is killed between Place and Settle: afterwards the order is paid or expired, never in between.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::Street;
use crate::support::{
    builders::product,
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

const CONFIRMED: &str = "SELECT bool_and(status = 'confirmed') FROM orders";
const CANCELLED: &str = "SELECT bool_and(status = 'cancelled') FROM orders";
const MAILED: &str = "SELECT EXISTS (SELECT FROM order_events WHERE kind = 'confirmation_sent')";

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_store_is_killed_before_it_hears_of_the_payment(db: PgPool) {
    let mug = mug(&db).await;
    let mut street = Street::open(db).await;
    let bought = Guest::with(&street.shop, mug, 2).await.buy().await;
    let start = begin(&bought).await;
    street.serve.kill();
    assert_eq!(street.provider.confirm(&start, GOOD_CARD).await.0, StatusCode::OK);
    street.serve.start();
    street.shop.until("the payment", CONFIRMED).await;
    street.shop.until("the mail", MAILED).await;
    assert_eq!(stock(&street.shop.db, mug).await, (10, 2));
    street.expect_agreement().await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_store_is_killed_while_it_places_orders(db: PgPool) {
    let mug = mug(&db).await;
    let mut street = Street::open(db).await;
    for patience in [0, 2, 5, 10, 20] {
        let guest = Guest::with(&street.shop, mug, 1).await;
        let mut order = guest.order().await;
        order["email"] = format!("{patience}@example.com").into();
        let request = street
            .shop
            .client
            .post(street.shop.at("/api/orders"))
            .header("cart-token", &guest.token)
            .header("idempotency-key", "key")
            .json(&order);
        let sent = tokio::spawn(request.send());
        // Not a wait for anything: the kill is to come at different moments of the request.
        tokio::time::sleep(Duration::from_millis(patience)).await;
        street.serve.kill();
        let _ = sent.await;
        street.serve.start();
        street.are_there().await;
        let first = guest.place("key", &order).await.expect(StatusCode::CREATED);
        let again = guest.place("key", &order).await.expect(StatusCode::CREATED);
        assert_eq!(first.text, again.text);
    }
    let orders: i64 = sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(&street.shop.db).await.unwrap();
    assert_eq!((orders, stock(&street.shop.db, mug).await), (5, (10, 5)));
    street.expect_agreement().await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_worker_is_killed_and_its_orders_expire_all_the_same(db: PgPool) {
    let mug = mug(&db).await;
    let mut street = Street::open(db).await;
    let bought = Guest::with(&street.shop, mug, 3).await.buy().await;
    begin(&bought).await;
    street.worker.kill();
    sqlx::query("UPDATE orders SET expires_at = now()").execute(&street.shop.db).await.unwrap();
    sqlx::query("UPDATE graphile_worker._private_jobs SET run_at = now()").execute(&street.shop.db).await.unwrap();
    assert_eq!(stock(&street.shop.db, mug).await, (10, 3));
    street.worker.start();
    street.shop.until("the expiry", CANCELLED).await;
    assert_eq!(stock(&street.shop.db, mug).await, (10, 0));
    street.expect_agreement().await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_provider_is_killed_after_it_took_the_money(db: PgPool) {
    let mug = mug(&db).await;
    let mut street = Street::open(db).await;
    let bought = Guest::with(&street.shop, mug, 1).await.buy().await;
    let start = begin(&bought).await;
    street.demo.kill();
    assert_eq!(bought.pay().await.refusal(), (503, "provider_unavailable".into()));
    street.demo.start();
    street.are_there().await;
    assert_eq!(begin(&bought).await["payment_intent"], start["payment_intent"]);
    // The store is away, so that the webhook is still owed when the provider dies.
    street.serve.kill();
    assert_eq!(street.provider.confirm(&start, GOOD_CARD).await.0, StatusCode::OK);
    street.demo.kill();
    street.serve.start();
    street.demo.start();
    street.shop.until("the payment", CONFIRMED).await;
    assert_eq!(stock(&street.shop.db, mug).await, (10, 1));
    street.expect_agreement().await;
}
