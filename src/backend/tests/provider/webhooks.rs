//! What the provider tells the store, until the store has heard it.

use devopsify::stripe::{IntentStatus, RefundStatus};
use uuid::Uuid;

use super::{Provider, next};

#[tokio::test]
async fn a_webhook_is_sent_until_it_is_taken() {
    let mut provider = Provider::start().await;
    provider.hooks.answer(503);
    let intent = provider.create().await;
    let first = next(&mut provider.hooks.refused, "payment_intent.created").await;
    let second = next(&mut provider.hooks.refused, "payment_intent.created").await;
    assert_eq!((&first.id, &first.object), (&second.id, &second.object), "another event was made of it");
    provider.hooks.answer(200);
    let taken = provider.hooks.next("payment_intent.created").await;
    assert_eq!(taken.id, first.id);
    assert_eq!(taken.object["id"], intent.id.as_str());
    assert_eq!(taken.object["metadata"]["order_number"], "1001");
}

#[tokio::test]
async fn every_outcome_is_told() {
    let mut provider = Provider::start().await;
    let intent = provider.create().await;
    provider.confirm(&intent, "4000000000000002").await;
    let failed = provider.hooks.next("payment_intent.payment_failed").await;
    assert_eq!(failed.object["last_payment_error"]["decline_code"], "generic_decline");
    provider.stripe.cancel_payment_intent(&intent.id).await.unwrap();
    assert_eq!(provider.hooks.next("payment_intent.canceled").await.object["status"], "canceled");
}

#[tokio::test]
async fn a_dispute_is_told() {
    let mut provider = Provider::start().await;
    let paid = provider.paid_by("4000000000000259").await;
    assert_eq!(provider.hooks.next("charge.dispute.created").await.object["payment_intent"], paid.id.as_str());
}

#[tokio::test]
async fn what_is_processed_succeeds_later() {
    let mut provider = Provider::start().await;
    let intent = provider.create().await;
    let (status, body) = provider.confirm(&intent, "4000000000004236").await;
    assert_eq!((status, &body["status"]), (200, &"processing".into()));
    provider.hooks.next("payment_intent.processing").await;
    let answer = provider.stripe.cancel_payment_intent(&intent.id).await.unwrap();
    assert_eq!(answer.status, IntentStatus::Processing, "it may still be paid");
    provider.hooks.next("payment_intent.succeeded").await;
    provider.expect_status(&intent, IntentStatus::Succeeded).await;
}

#[tokio::test]
async fn a_refund_can_fail_after_it_seemed_to_succeed() {
    let mut provider = Provider::start().await;
    let paid = provider.paid_by("4000000000005126").await;
    let refund = provider.stripe.create_refund("a", &paid.id, 14290, "EUR", Uuid::from_u128(3)).await.unwrap();
    assert_eq!(refund.status, RefundStatus::Succeeded);
    assert_eq!(provider.hooks.next("charge.refunded").await.object["amount_refunded"], 14290);
    let failed = provider.hooks.next("refund.failed").await;
    assert_eq!(failed.object["metadata"]["refund_id"], Uuid::from_u128(3).to_string());
    let refund = provider.stripe.refund(&refund.id).await.unwrap();
    assert_eq!(refund.status, RefundStatus::Failed);
    assert_eq!(refund.failure_reason.as_deref(), Some("expired_or_canceled_card"));
    // What came back can be given again.
    provider.stripe.create_refund("b", &paid.id, 14290, "EUR", Uuid::from_u128(4)).await.unwrap();
}

#[tokio::test]
async fn a_refund_can_take_its_time() {
    let mut provider = Provider::start().await;
    let paid = provider.paid_by("4000000000007726").await;
    let refund = provider.stripe.create_refund("a", &paid.id, 1, "EUR", Uuid::from_u128(3)).await.unwrap();
    assert_eq!(refund.status, RefundStatus::Pending);
    assert_eq!(provider.hooks.next("refund.updated").await.object["status"], "succeeded");
    assert_eq!(provider.stripe.refund(&refund.id).await.unwrap().status, RefundStatus::Succeeded);
}
