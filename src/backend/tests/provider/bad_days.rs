//! The demo provider as Stripe is on its bad days: stored failures, keys in use, and limits.

use devopsify::stripe::{DisputeStatus, NewIntent, StripeError};
use reqwest::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::{Provider, SECRET, new_intent};

impl Provider {
    async fn send(&self, path: &str, key: Option<&str>, body: &str) -> (StatusCode, bool, Value) {
        let request = self.client.post(self.origin.join(path).unwrap()).bearer_auth(SECRET);
        let request = key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned());
        let response = request.send().await.unwrap();
        let is_replayed = response.headers().get("idempotent-replayed").is_some_and(|value| value == "true");
        (response.status(), is_replayed, response.json().await.unwrap())
    }
}

#[tokio::test]
async fn a_failure_is_kept_for_its_key() {
    let provider = Provider::start().await;
    let fault = "path=/v1/payment_intents&answer=500&stored=true";
    assert_eq!(provider.send("/demo/faults", None, fault).await.0, StatusCode::OK);
    let new = new_intent("key");
    let first = provider.stripe.create_payment_intent(&new).await.unwrap_err();
    assert!(matches!(first, StripeError::Failed { status: 500, .. }), "{first}");
    for _ in 0..2 {
        let again = provider.stripe.create_payment_intent(&new).await.unwrap_err();
        assert!(matches!(again, StripeError::KeySpent { status: 500, .. }), "{again}");
    }
    let made = provider.stripe.create_payment_intent(&new_intent("other")).await.unwrap();
    assert_eq!(provider.stripe.create_payment_intent(&new_intent("other")).await.unwrap().id, made.id);
}

#[tokio::test]
async fn a_passing_failure_is_kept_for_no_key() {
    let provider = Provider::start().await;
    for answer in ["503", "429"] {
        let fault = format!("path=/v1/payment_intents&answer={answer}");
        assert_eq!(provider.send("/demo/faults", None, &fault).await.0, StatusCode::OK);
        assert!(provider.stripe.create_payment_intent(&new_intent(answer)).await.is_err());
        provider.stripe.create_payment_intent(&new_intent(answer)).await.unwrap();
    }
    for fault in
        ["", "path=/v1/refunds&answer=200", "path=/elsewhere&answer=500", "path=/v1/refunds&answer=hang&stored=true"]
    {
        assert_eq!(provider.send("/demo/faults", None, fault).await.0, StatusCode::BAD_REQUEST, "{fault}");
    }
}

#[tokio::test]
async fn a_key_is_answered_again_and_says_so() {
    let provider = Provider::start().await;
    let body = "amount=14290&currency=eur";
    let (status, is_replayed, first) = provider.send("/v1/payment_intents", Some("key"), body).await;
    assert_eq!((status, is_replayed), (StatusCode::OK, false));
    let (status, is_replayed, again) = provider.send("/v1/payment_intents", Some("key"), body).await;
    assert_eq!((status, is_replayed, &again["id"]), (StatusCode::OK, true, &first["id"]));
    let (status, is_replayed, other) =
        provider.send("/v1/payment_intents", Some("key"), "amount=50&currency=eur").await;
    assert_eq!(
        (status, is_replayed, &other["error"]["type"]),
        (StatusCode::BAD_REQUEST, false, &"idempotency_error".into())
    );
    // A refusal that something was begun for is kept; one of the parameters is not.
    let refund = format!("payment_intent={}", first["id"].as_str().unwrap());
    assert!(!provider.send("/v1/refunds", Some("refund"), &refund).await.1);
    assert!(provider.send("/v1/refunds", Some("refund"), &refund).await.1);
    assert_eq!(
        provider.send("/v1/payment_intents", Some("new"), "amount=x&currency=eur").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(provider.send("/v1/payment_intents", Some("new"), body).await.0, StatusCode::OK);
}

#[tokio::test]
async fn amounts_are_within_the_currencys_limits() {
    let provider = Provider::start().await;
    for (amount, currency, code) in [
        (49, "eur", "amount_too_small"),
        (29, "gbp", "amount_too_small"),
        (17_499, "huf", "amount_too_small"),
        (100_000_000, "eur", "amount_too_large"),
        (550, "isk", "parameter_invalid_integer"),
        (5124, "kwd", "parameter_invalid_integer"),
    ] {
        let (status, _, body) =
            provider.send("/v1/payment_intents", None, &format!("amount={amount}&currency={currency}")).await;
        assert_eq!(
            (status, body["error"]["code"].as_str()),
            (StatusCode::BAD_REQUEST, Some(code)),
            "{amount} {currency}"
        );
    }
    for (amount, currency) in [(50, "EUR"), (30, "GBP"), (99_999_999, "EUR"), (50, "JPY"), (999_999_999, "INR")] {
        let key = format!("{amount} {currency}");
        let new = NewIntent { amount, currency, ..new_intent(&key) };
        provider.stripe.create_payment_intent(&new).await.unwrap();
    }
}

#[tokio::test]
async fn a_dispute_is_decided_by_its_evidence() {
    let mut provider = Provider::start().await;
    let paid = provider.paid_by("4000000000002685").await;
    let created = provider.hooks.next("charge.dispute.created").await;
    provider.hooks.next("charge.dispute.funds_withdrawn").await;
    let id = created.object["id"].as_str().unwrap();
    let dispute = provider.stripe.dispute(id).await.unwrap();
    assert_eq!((dispute.status, dispute.reason.as_str()), (DisputeStatus::NeedsResponse, "product_not_received"));
    assert_eq!((dispute.amount, dispute.currency.as_str(), dispute.is_charge_refundable), (14290, "EUR", false));
    assert!(dispute.evidence_details.unwrap().due_by.unwrap() > dispute.created);
    let refused = provider.stripe.create_refund("a", &paid.id, 1, "EUR", Uuid::nil()).await.unwrap_err();
    assert!(
        matches!(&refused, StripeError::Refused { code: Some(code), .. } if code == "charge_disputed"),
        "{refused}"
    );
    let path = format!("/v1/disputes/{id}");
    provider.send(&path, None, "evidence[uncategorized_text]=winning_evidence").await;
    assert_eq!(provider.hooks.next("charge.dispute.closed").await.object["status"], "won");
    provider.hooks.next("charge.dispute.funds_reinstated").await;
    assert_eq!(provider.send(&path, None, "").await.0, StatusCode::BAD_REQUEST, "it is closed");
    provider.stripe.create_refund("b", &paid.id, 1, "EUR", Uuid::nil()).await.unwrap();
    assert_eq!(provider.stripe.latest_disputes().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_inquiry_takes_no_money_unless_it_grows() {
    let mut provider = Provider::start().await;
    let paid = provider.paid_by("4000000000001976").await;
    let created = provider.hooks.next("charge.dispute.created").await;
    let id = created.object["id"].as_str().unwrap();
    assert!(provider.stripe.dispute(id).await.unwrap().is_charge_refundable);
    provider.stripe.create_refund("a", &paid.id, 1, "EUR", Uuid::nil()).await.unwrap();
    provider.send(&format!("/v1/disputes/{id}"), None, "evidence[uncategorized_text]=losing_evidence").await;
    provider.hooks.next("charge.dispute.funds_withdrawn").await;
    assert_eq!(provider.stripe.dispute(id).await.unwrap().status, DisputeStatus::NeedsResponse);
    provider.send(&format!("/v1/disputes/{id}/close"), None, "").await;
    assert_eq!(provider.hooks.next("charge.dispute.closed").await.object["status"], "lost");
}
