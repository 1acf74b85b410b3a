//! The page where a card's holder approves or declines.

use devopsify::stripe::{Intent, IntentStatus};
use reqwest::{Response, StatusCode};

use super::Provider;

const CARD: &str = "4000002500003155";

impl Provider {
    /// Pays by a card that asks, and tells the page's address.
    async fn asked(&self, intent: &Intent) -> String {
        let (status, body) = self.confirm(intent, CARD).await;
        assert_eq!((status, &body["status"]), (200, &"requires_action".into()), "{body}");
        let action = &body["next_action"];
        assert_eq!(action["type"], "redirect_to_url");
        let page = action["redirect_to_url"]["url"].as_str().unwrap().to_owned();
        assert!(page.starts_with(self.origin.as_str()), "{page}");
        page
    }

    async fn answer(&self, page: &str, answer: &'static str) -> Response {
        self.client.post(page).body(format!("answer={answer}")).send().await.unwrap()
    }
}

fn location(response: &Response) -> &str {
    response.headers()["location"].to_str().unwrap()
}

#[tokio::test]
async fn approving_pays_even_if_the_browser_never_comes_back() {
    let mut provider = Provider::start().await;
    let intent = provider.create().await;
    let page = provider.asked(&intent).await;
    assert_eq!(provider.hooks.next("payment_intent.requires_action").await.object["id"], intent.id.as_str());
    provider.expect_status(&intent, IntentStatus::RequiresAction).await;

    let shown = provider.client.get(&page).send().await.unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    let policy = shown.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("form-action 'self' https://shop.example") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(shown.headers()["referrer-policy"], "no-referrer");
    let html = shown.text().await.unwrap();
    for told in ["142.90 EUR", "shop.example", "ends in 3155", "nothing is charged", "Order 1001 &lt;b&gt;&amp; more"] {
        assert!(html.contains(told), "{told} is not in {html}");
    }

    let answered = provider.answer(&page, "approve").await;
    assert_eq!(answered.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        location(&answered),
        format!(
            "https://shop.example/orders/1001?from=provider&payment_intent={}&redirect_status=succeeded",
            intent.id
        )
    );
    provider.expect_status(&intent, IntentStatus::Succeeded).await;
    assert_eq!(provider.hooks.next("payment_intent.succeeded").await.object["status"], "succeeded");

    // A second click, and a second thought.
    assert_eq!(location(&provider.answer(&page, "approve").await), location(&answered));
    assert_eq!(location(&provider.answer(&page, "decline").await), location(&answered));
    assert!(provider.client.get(&page).send().await.unwrap().text().await.unwrap().contains("answered already"));
    assert_eq!(provider.ledger().matches("payment_intent.succeeded").count(), 1);
}

#[tokio::test]
async fn declining_leaves_the_payment_open_and_a_new_question_replaces_the_old() {
    let provider = Provider::start().await;
    let intent = provider.create().await;
    let first = provider.asked(&intent).await;
    let answered = provider.answer(&first, "decline").await;
    assert!(location(&answered).ends_with("redirect_status=failed"));
    let failed = provider.expect_status(&intent, IntentStatus::RequiresPaymentMethod).await;
    assert_eq!(failed.last_payment_error.unwrap().code.as_deref(), Some("payment_intent_authentication_failure"));

    let second = provider.asked(&intent).await;
    assert_eq!(provider.answer(&first, "approve").await.status(), StatusCode::NOT_FOUND);
    provider.expect_status(&intent, IntentStatus::RequiresAction).await;
    assert_eq!(provider.answer(&second, "maybe").await.status(), StatusCode::BAD_REQUEST);
    provider.answer(&second, "approve").await;
    provider.expect_status(&intent, IntentStatus::Succeeded).await;
}

#[tokio::test]
async fn a_cancelled_payment_cannot_be_approved() {
    let provider = Provider::start().await;
    let intent = provider.create().await;
    let page = provider.asked(&intent).await;
    let canceled = provider.stripe.cancel_payment_intent(&intent.id).await.unwrap();
    assert_eq!(canceled.status, IntentStatus::Canceled);
    assert!(location(&provider.answer(&page, "approve").await).ends_with("redirect_status=failed"));
    provider.expect_status(&intent, IntentStatus::Canceled).await;
}

#[tokio::test]
async fn the_pages_say_what_they_are() {
    let provider = Provider::start().await;
    let page = provider.client.get(provider.origin.clone()).send().await.unwrap();
    let html = page.text().await.unwrap();
    assert!(html.contains("4242 4242 4242 4242") && html.contains("nothing is charged"), "{html}");
    let style = provider.client.get(provider.origin.join("/style.css").unwrap()).send().await.unwrap();
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    let nothing = provider.client.get(provider.origin.join("/authenticate/none").unwrap()).send().await.unwrap();
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
}
