//! The client's requests, and what it makes of every kind of answer.

use std::time::Duration;

use axum::{Router, http::StatusCode, response::IntoResponse, routing::any};
use devopsify::stripe::{IntentStatus, RefundStatus, Stripe, StripeError};
use uuid::Uuid;

use super::{Provider, new_intent, payment_config};
use crate::support;

#[tokio::test]
async fn a_payment_is_made_read_and_cancelled() {
    let provider = Provider::start().await;
    let made = provider.create().await;
    assert!(made.id.starts_with("pi_") && made.client_secret.as_ref().unwrap().starts_with(&made.id));
    assert_eq!((made.amount, made.amount_received, made.currency.as_str()), (14290, 0, "EUR"));
    assert_eq!(made.status, IntentStatus::RequiresPaymentMethod);
    let read = provider.stripe.payment_intent(&made.id).await.unwrap();
    assert_eq!(read.metadata["order_number"], "1001");
    assert_eq!(read.metadata["payment_id"], Uuid::from_u128(1).to_string());
    assert_eq!(read.metadata["store_id"], Uuid::from_u128(2).to_string());

    assert_eq!(provider.stripe.cancel_payment_intent(&made.id).await.unwrap().status, IntentStatus::Canceled);
    let again = provider.stripe.cancel_payment_intent(&made.id).await.unwrap();
    assert_eq!(again.status, IntentStatus::Canceled, "a second cancellation is no error");
    let (status, body) = provider.confirm(&made, "4242424242424242").await;
    assert_eq!((status, &body["error"]["code"]), (400, &"payment_intent_unexpected_state".into()));
}

#[tokio::test]
async fn what_is_paid_cannot_be_cancelled_and_says_so() {
    let provider = Provider::start().await;
    let paid = provider.paid_by("4242424242424242").await;
    assert_eq!(paid.amount_received, 14290);
    let answer = provider.stripe.cancel_payment_intent(&paid.id).await.unwrap();
    assert_eq!(answer.status, IntentStatus::Succeeded);
}

#[tokio::test]
async fn the_same_key_at_the_same_time_is_one_payment() {
    let provider = Provider::start().await;
    let new = new_intent("key");
    let (first, second, third) = tokio::join!(
        provider.stripe.create_payment_intent(&new),
        provider.stripe.create_payment_intent(&new),
        provider.stripe.create_payment_intent(&new),
    );
    let first = first.unwrap();
    assert_eq!(first.id, second.unwrap().id);
    assert_eq!(first.id, third.unwrap().id);
    let other = devopsify::stripe::NewIntent { amount: 1, ..new };
    let refused = provider.stripe.create_payment_intent(&other).await.unwrap_err();
    assert!(matches!(refused, StripeError::KeySpent { status: 400, .. }), "{refused}");
    assert_eq!(provider.ledger().lines().filter(|line| line.contains("payment_intent.created")).count(), 1);
}

#[tokio::test]
async fn money_goes_back_up_to_what_was_paid() {
    let provider = Provider::start().await;
    let paid = provider.paid_by("4242424242424242").await;
    let refund =
        |key: &'static str, amount| provider.stripe.create_refund(key, &paid.id, amount, "EUR", Uuid::from_u128(3));
    let first = refund("a", 4290).await.unwrap();
    assert_eq!((first.amount, first.currency.as_str(), first.status), (4290, "EUR", RefundStatus::Succeeded));
    assert_eq!(first.metadata["refund_id"], Uuid::from_u128(3).to_string());
    assert_eq!(refund("a", 4290).await.unwrap().id, first.id);
    assert_eq!(provider.stripe.refund(&first.id).await.unwrap().payment_intent.as_ref(), Some(&paid.id));
    assert!(matches!(refund("b", 10001).await.unwrap_err(), StripeError::Refused { status: 400, .. }));
    refund("c", 10000).await.unwrap();
    let refused = refund("d", 1).await.unwrap_err();
    assert!(
        matches!(&refused, StripeError::Refused { code: Some(code), .. } if code == "charge_already_refunded"),
        "{refused}"
    );
}

#[tokio::test]
async fn refunds_are_listed_to_the_last_page() {
    let provider = Provider::start().await;
    let paid = provider.paid_by("4242424242424242").await;
    let other = provider.stripe.create_payment_intent(&new_intent("other")).await.unwrap();
    assert_eq!(provider.confirm(&other, "4242424242424242").await.0, 200);
    assert!(provider.stripe.refunds_of(&paid.id).await.unwrap().is_empty());
    let mut made = Vec::new();
    for number in 0..103 {
        let key = format!("key {number}");
        made.push(provider.stripe.create_refund(&key, &paid.id, 1 + number, "EUR", Uuid::nil()).await.unwrap().id);
    }
    provider.stripe.create_refund("another", &other.id, 5, "EUR", Uuid::nil()).await.unwrap();
    let listed = provider.stripe.refunds_of(&paid.id).await.unwrap();
    assert_eq!(listed.iter().map(|refund| refund.id.clone()).collect::<Vec<_>>(), made, "the oldest first");
    assert_eq!((listed[2].amount, listed[2].currency.as_str()), (3, "EUR"));
    assert_eq!(provider.stripe.refunds_of(&other.id).await.unwrap().len(), 1);
    let refused = provider.stripe.refunds_of("pi_none").await.unwrap_err();
    assert!(matches!(refused, StripeError::Refused { status: 404, .. }), "{refused}");
}

#[tokio::test]
async fn an_unpaid_payment_has_nothing_to_give_back() {
    let provider = Provider::start().await;
    let made = provider.create().await;
    let refused = provider.stripe.create_refund("a", &made.id, 1, "EUR", Uuid::nil()).await.unwrap_err();
    assert!(matches!(refused, StripeError::Refused { status: 400, .. }), "{refused}");
}

#[tokio::test]
async fn amounts_are_converted_on_the_way_there_and_back() {
    let provider = Provider::start().await;
    let new = devopsify::stripe::NewIntent { amount: 5900, currency: "ISK", ..new_intent("key") };
    let made = provider.stripe.create_payment_intent(&new).await.unwrap();
    assert_eq!((made.amount, made.currency.as_str()), (5900, "ISK"));
    assert!(provider.ledger().contains(r#""amount":590000"#));
    let odd = devopsify::stripe::NewIntent { amount: 5901, currency: "KWD", ..new_intent("odd") };
    let refused = provider.stripe.create_payment_intent(&odd).await.unwrap_err();
    assert!(matches!(refused, StripeError::Refused { status: 400, .. }), "{refused}");
    assert!(!provider.ledger().contains("kwd"), "it was sent");
}

#[tokio::test]
async fn what_is_not_there_is_refused_whatever_its_name() {
    let provider = Provider::start().await;
    for id in ["pi_none", "../refunds", "", "a/b?c#d"] {
        let refused = provider.stripe.payment_intent(id).await.unwrap_err();
        assert!(!matches!(refused, StripeError::Unavailable(_)), "{id}: {refused}");
    }
    let mut config = payment_config(&provider.origin);
    config.stripe_secret_key = Some("sk_demo_other".into());
    let stranger = Stripe::new(&config, Duration::from_secs(4)).unwrap();
    let refused = stranger.payment_intent("pi_none").await.unwrap_err();
    assert!(matches!(refused, StripeError::Refused { status: 401, .. }), "{refused}");
    assert!(!format!("{stranger:?}").contains("sk_demo_other"));
}

async fn outcome(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> StripeError {
    let origin = support::serve(Router::new().fallback(any(async move || answer.clone()))).await;
    super::stripe(&origin).payment_intent("pi_1").await.unwrap_err()
}

#[tokio::test]
async fn what_may_pass_is_told_from_what_will_not() {
    for status in [409, 429] {
        let error = outcome((StatusCode::from_u16(status).unwrap(), "{}")).await;
        assert!(matches!(error, StripeError::Unavailable(_)), "{status}: {error}");
    }
    for status in [500, 502, 503] {
        let error = outcome((StatusCode::from_u16(status).unwrap(), "{}")).await;
        assert!(matches!(error, StripeError::Failed { status: given, .. } if given == status), "{status}: {error}");
    }
    for status in [500, 402, 400] {
        let error = outcome((StatusCode::from_u16(status).unwrap(), [("idempotent-replayed", "true")], "{}")).await;
        assert!(matches!(error, StripeError::KeySpent { status: given, .. } if given == status), "{status}: {error}");
    }
    let other = r#"{"error":{"type":"idempotency_error","message":"Other parameters."}}"#;
    let error = outcome((StatusCode::BAD_REQUEST, other)).await;
    assert!(matches!(error, StripeError::KeySpent { status: 400, .. }), "{error}");
    let error = outcome((StatusCode::PAYMENT_REQUIRED, r#"{"error":{"code":"card_declined","message":"No."}}"#)).await;
    assert!(
        matches!(&error, StripeError::Refused { status: 402, code: Some(code), message } if code == "card_declined" && message == "No."),
        "{error}"
    );
    let error = outcome((StatusCode::NOT_FOUND, "<html>")).await;
    assert!(matches!(&error, StripeError::Refused { status: 404, code: None, .. }), "{error}");
    for status in [StatusCode::OK, StatusCode::FOUND] {
        let error = outcome((status, "<html>")).await;
        assert!(matches!(error, StripeError::Unreadable(_)), "{status}: {error}");
    }
}

#[tokio::test]
async fn who_does_not_answer_is_not_waited_for() {
    let nobody = format!("http://{}", support::unused_address().await).parse().unwrap();
    let error = super::stripe(&nobody).payment_intent("pi_1").await.unwrap_err();
    assert!(matches!(error, StripeError::Unavailable(_)), "{error}");
    let silent = support::serve(Router::new().fallback(any(std::future::pending::<()>))).await;
    let stripe = Stripe::new(&payment_config(&silent), Duration::from_millis(100)).unwrap();
    let error = stripe.payment_intent("pi_1").await.unwrap_err();
    assert!(matches!(error, StripeError::Unavailable(_)), "{error}");
}
