//! The provider keeps the answer of an idempotency key, errors included: no order becomes unpayable by that.

use devopsify::audit::audit;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{begin, is_confirmed, mug};
use crate::support::{Shop, guest::Guest, provider::GOOD_CARD};

const PAYMENTS: &str = "/v1/payment_intents";

/// Pays what was begun, and looks at the books.
async fn pay_and_audit(shop: &Shop, provider: &crate::support::provider::Provider, start: &serde_json::Value) {
    assert_eq!(provider.confirm(start, GOOD_CARD).await.0, StatusCode::OK);
    is_confirmed(shop).await;
    let findings = audit(&mut shop.db.acquire().await.unwrap()).await.unwrap();
    assert!(findings.iter().all(|finding| finding.violations == 0), "{findings:?}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_stored_failure_of_the_provider_leaves_the_order_payable(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    for effect in ["false", "true"] {
        let bought = Guest::with(&shop, mug, 1).await.buy().await;
        provider.fail(PAYMENTS, &[("answer", "500"), ("stored", "true"), ("effect", effect)]).await;
        let start = begin(&bought).await;
        assert_eq!(begin(&bought).await, start, "safe to repeat");
        pay_and_audit(&shop, &provider, &start).await;
    }
    // What a failure left behind is not the payment, and no one can confirm it.
    let intents = provider.intents().await;
    let statuses: Vec<_> = intents["data"].as_array().unwrap().iter().map(|intent| &intent["status"]).collect();
    assert_eq!(statuses, ["succeeded", "requires_payment_method", "succeeded"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_provider_that_fails_again_and_again_is_asked_again_later(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    provider.fail(PAYMENTS, &[("answer", "500"), ("stored", "true"), ("times", "5")]).await;
    for _ in 0..2 {
        assert_eq!(bought.pay().await.refusal(), (503, "provider_unavailable".into()));
    }
    let start = begin(&bought).await;
    pay_and_audit(&shop, &provider, &start).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_stored_refusal_is_not_the_last_word(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    provider.fail(PAYMENTS, &[("answer", "403"), ("code", "account_inactive"), ("stored", "true")]).await;
    assert_eq!(bought.pay().await.refusal(), (409, "payment_refused".into()));
    let start = begin(&bought).await;
    pay_and_audit(&shop, &provider, &start).await;
}

/// As after a release that describes payments otherwise, whose predecessor never got its answer.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_key_that_stands_for_another_request_is_renewed(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let payment: Uuid = sqlx::query_scalar("SELECT id FROM payments").fetch_one(&shop.db).await.unwrap();
    let request = shop.client.post(provider.url.join("v1/payment_intents").unwrap()).bearer_auth("sk_test");
    let request = request.header("idempotency-key", format!("{payment}:1"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let other = request.body("amount=1890&currency=eur").send().await.unwrap();
    assert_eq!(other.status(), StatusCode::OK);
    let start = begin(&bought).await;
    pay_and_audit(&shop, &provider, &start).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_came_is_held_against_the_total_too(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let start = begin(&bought).await;
    provider.confirm(&start, GOOD_CARD).await;
    // As if the order's total had been changed by a hand that nothing stops.
    let change = "ALTER TABLE orders DISABLE TRIGGER USER, DROP CONSTRAINT orders_total_adds_up; UPDATE orders SET total = total + 1";
    sqlx::raw_sql(change).execute(&shop.db).await.unwrap();
    let intent = provider.intent(start["payment_intent"].as_str().unwrap()).await;
    let reply = super::tell(&shop, "evt_1", "payment_intent.succeeded", &intent).await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "it should come again");
    assert_eq!(bought.read().await["status"], json!("pending"));
    let unpaid = Guest::with(&shop, mug, 1).await.buy().await;
    sqlx::raw_sql("UPDATE orders SET total = total + 1").execute(&shop.db).await.unwrap();
    assert_eq!(unpaid.pay().await.status, StatusCode::INTERNAL_SERVER_ERROR, "nothing is charged");
}
