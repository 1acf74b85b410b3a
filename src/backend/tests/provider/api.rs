//! What browsers may do, how cards are answered, and what is kept of them.

use devopsify::stripe::IntentStatus;
use reqwest::Method;
use serde_json::Value;

use super::{PUBLISHABLE, Provider, SECRET, card, confirm};

#[tokio::test]
async fn declined_cards_leave_the_payment_open_for_another() {
    let provider = Provider::start().await;
    let intent = provider.create().await;
    for (number, code, decline_code) in [
        ("4000000000000002", "card_declined", Some("generic_decline")),
        ("4000000000009995", "card_declined", Some("insufficient_funds")),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
        ("4000000000000119", "processing_error", None),
    ] {
        let (status, body) = provider.confirm(&intent, number).await;
        assert_eq!(status, 402, "{body}");
        let error = &body["error"];
        assert_eq!((&error["type"], &error["code"]), (&"card_error".into(), &code.into()));
        assert_eq!(error["decline_code"].as_str(), decline_code);
        assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
        assert!(error["payment_intent"].get("metadata").is_none(), "a browser sees what is the merchant's");
        let now = provider.expect_status(&intent, IntentStatus::RequiresPaymentMethod).await;
        let last = now.last_payment_error.unwrap();
        assert_eq!((last.code.as_deref(), last.decline_code.as_deref()), (Some(code), decline_code));
        assert_eq!(last.charge, now.latest_charge);
    }
    let (status, body) = provider.confirm(&intent, "5555 5555 5555 4444").await;
    assert_eq!((status, &body["status"]), (200, &"succeeded".into()));
    assert!(body.get("metadata").is_none() && body["client_secret"].is_string());
    let paid = provider.expect_status(&intent, IntentStatus::Succeeded).await;
    assert!(paid.last_payment_error.is_none() && paid.latest_charge.is_some());
}

#[tokio::test]
async fn nothing_of_a_card_is_kept_but_four_digits() {
    let provider = Provider::start().await;
    let intent = provider.create().await;
    for number in ["4111111111111111", "4242424242424243", "4000000000000002", "4242424242424242"] {
        provider.confirm(&intent, number).await;
    }
    provider.expect_status(&intent, IntentStatus::Succeeded).await;
    let ledger = provider.ledger();
    assert!(ledger.contains(r#""last4":"4242""#));
    for secret in ["411111111111", "400000000000", "424242424242"] {
        assert!(!ledger.contains(secret), "{secret} is in {ledger}");
    }
}

#[tokio::test]
async fn what_cannot_be_a_test_card_is_no_attempt() {
    let provider = Provider::start().await;
    let intent = provider.create().await;
    let (status, body) = provider.confirm(&intent, "4111111111111111").await;
    assert_eq!((status, &body["error"]["decline_code"]), (402, &"test_mode_live_card".into()));
    let mut old = card("4242424242424242");
    old[3].1 = "2020".into();
    let (status, body) = confirm(&provider.client, &provider.origin, &intent, &old).await;
    assert_eq!((status, &body["error"]["code"]), (402, &"invalid_expiry_year".into()));
    let now = provider.expect_status(&intent, IntentStatus::RequiresPaymentMethod).await;
    assert!(now.last_payment_error.is_none() && now.latest_charge.is_none());
}

impl Provider {
    async fn ask(&self, method: Method, path: &str, key: &str) -> (u16, Value) {
        let url = self.origin.join(path).unwrap();
        let response = self.client.request(method, url).bearer_auth(key).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

#[tokio::test]
async fn a_browser_may_only_confirm_and_see_what_it_has_the_secret_of() {
    let provider = Provider::start().await;
    let intent = provider.create().await;
    let path = format!("/v1/payment_intents/{}", intent.id);
    for (method, path) in [
        (Method::POST, "/v1/payment_intents".to_owned()),
        (Method::GET, "/v1/payment_intents".to_owned()),
        (Method::POST, format!("{path}/cancel")),
        (Method::POST, "/v1/refunds".to_owned()),
        (Method::GET, "/v1/refunds/re_1".to_owned()),
    ] {
        let (status, body) = provider.ask(method, &path, PUBLISHABLE).await;
        assert_eq!((status, &body["error"]["code"]), (403, &"secret_key_required".into()), "{path}");
    }
    assert_eq!(provider.ask(Method::GET, &path, PUBLISHABLE).await.0, 404);
    let secret = intent.client_secret.clone().unwrap();
    let (status, body) = provider.ask(Method::GET, &format!("{path}?client_secret={secret}"), PUBLISHABLE).await;
    assert_eq!((status, body["metadata"].is_null()), (200, true), "{body}");
    let stranger = devopsify::stripe::Intent { client_secret: Some("guessed".into()), ..intent.clone() };
    assert_eq!(provider.confirm(&stranger, "4242424242424242").await.0, 404);
    provider.expect_status(&intent, IntentStatus::RequiresPaymentMethod).await;
    assert_eq!(provider.ask(Method::GET, &path, "sk_demo_guessed").await.0, 401);
}

#[tokio::test]
async fn browsers_of_every_origin_may_ask() {
    let provider = Provider::start().await;
    let url = provider.origin.join("/v1/payment_intents/pi_1/confirm").unwrap();
    let asked = provider
        .client
        .request(Method::OPTIONS, url)
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
        .send()
        .await
        .unwrap();
    assert!(asked.status().is_success());
    assert_eq!(asked.headers()["access-control-allow-origin"], "*");
    let headers = asked.headers()["access-control-allow-headers"].to_str().unwrap().to_lowercase();
    assert!(headers.contains("authorization") && headers.contains("content-type"), "{headers}");
}

#[tokio::test]
async fn the_ledger_can_be_looked_at() {
    let provider = Provider::start().await;
    let mut ids = Vec::new();
    for key in ["1", "2", "3"] {
        ids.insert(0, provider.stripe.create_payment_intent(&super::new_intent(key)).await.unwrap().id);
    }
    let (status, list) = provider.ask(Method::GET, "/v1/payment_intents?limit=2", SECRET).await;
    assert_eq!((status, &list["object"], &list["has_more"]), (200, &"list".into(), &true.into()));
    assert_eq!(crate::support::strings(&list["data"], "id"), ids[..2]);
    let (_, list) = provider.ask(Method::GET, "/v1/payment_intents", SECRET).await;
    assert_eq!((crate::support::strings(&list["data"], "id"), &list["has_more"]), (ids, &false.into()));
    assert_eq!(provider.ask(Method::GET, "/v1/payment_intents?limit=0", SECRET).await.0, 400);
    assert_eq!(provider.ask(Method::GET, "/v1/customers", SECRET).await.0, 404);
}
