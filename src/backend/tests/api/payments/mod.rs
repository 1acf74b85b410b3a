//! Paying: the provider decides, its webhooks settle, and whatever is lost, late or repeated changes nothing.

mod agreement;
mod begun;
mod carts;
mod disputes;
mod keys;
mod reconciling;
mod refunds;
mod refunds_by_hand;
mod totals;

use chrono::Utc;
use devopsify::payments::{
    close::{self, Closed, Reason},
    reconcile::reconcile,
    webhook,
};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{
    Reply, Shop,
    builders::product,
    guest::{Bought, Guest, stock, variant_of},
    orders::parcel,
    provider::{CONFIRMED_CARD, DECLINED_CARD, GOOD_CARD},
};

async fn mug(db: &PgPool) -> Uuid {
    product("mug").priced(1400).create(db).await;
    variant_of(db, "mug").await
}

async fn begin(bought: &Bought<'_>) -> Value {
    bought.pay().await.expect(StatusCode::OK).json()
}

async fn is_confirmed(shop: &Shop) {
    shop.until("the confirmation", "SELECT status = 'confirmed' FROM orders ORDER BY number DESC LIMIT 1").await;
}

fn kinds(order: &Value) -> Vec<&str> {
    order["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

/// Sends an event as the provider does.
async fn tell(shop: &Shop, id: &str, kind: &str, object: &Value) -> Reply {
    let body = json!({ "id": id, "type": kind, "created": 1, "data": { "object": object } }).to_string();
    let signature = webhook::sign("whsec_test", Utc::now().timestamp(), body.as_bytes());
    let request = shop.client.post(shop.at("/api/webhooks/stripe")).header("stripe-signature", signature).body(body);
    Shop::read(request.send().await.unwrap()).await
}

async fn order_id(shop: &Shop, bought: &Bought<'_>) -> Uuid {
    sqlx::query_scalar("SELECT id FROM orders WHERE number = $1").bind(bought.number).fetch_one(&shop.db).await.unwrap()
}

async fn expire(shop: &Shop) {
    sqlx::query("UPDATE orders SET expires_at = now() - interval '1 hour'").execute(&shop.db).await.unwrap();
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_webhook_makes_an_order_paid(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 2).await;
    let bought = guest.buy().await;
    let start = begin(&bought).await;
    assert_eq!(begin(&bought).await, start, "safe to repeat");
    assert_eq!(start["amount"]["amount"], 3290);
    let (status, _) = provider.confirm(&start, GOOD_CARD).await;
    assert_eq!(status, StatusCode::OK);
    is_confirmed(&shop).await;
    let order = bought.read().await;
    assert_eq!((&order["payment_status"], kinds(&order)), (&json!("paid"), vec!["placed", "paid"]));
    assert_eq!((&order["can_pay"], &order["can_cancel"]), (&json!(false), &json!(true)));
    assert_eq!(stock(&shop.db, mug).await, (10, 2), "paying moves no stock");
    assert_eq!(bought.pay().await.refusal(), (409, "order_paid".into()));
    let intent = provider.intent(start["payment_intent"].as_str().unwrap()).await;
    assert_eq!(
        (&intent["amount_received"], &intent["metadata"]["order_number"]),
        (&json!(3290), &json!(bought.number.to_string()))
    );
    // The cart is done; its token opens nothing that could be changed.
    assert_eq!(guest.send(Method::GET, &guest.path(""), None).await.refusal(), (404, "not_found".into()));
    assert_eq!(guest.add(mug, 1).await.refusal(), (404, "not_found".into()));
    let mails: i64 =
        sqlx::query_scalar("SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier = 'send_confirmation'")
            .fetch_one(&shop.db)
            .await
            .unwrap();
    assert_eq!(mails, 1);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_declined_card_leaves_the_order_payable(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 1).await;
    let bought = guest.buy().await;
    let start = begin(&bought).await;
    let (status, answer) = provider.confirm(&start, DECLINED_CARD).await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::PAYMENT_REQUIRED, &json!("card_declined")));
    shop.until("the failure", "SELECT error_code IS NOT NULL FROM payments").await;
    let order = bought.read().await;
    assert_eq!(
        (&order["status"], &order["payment_status"], &order["can_pay"]),
        (&json!("pending"), &json!("unpaid"), &json!(true))
    );
    assert!(!order["payment_error"]["message"].as_str().unwrap().is_empty());
    assert_eq!(guest.read().await["item_count"], 1, "nothing of the cart is lost");
    let again = begin(&bought).await;
    assert_eq!(again["payment_intent"], start["payment_intent"], "on the same payment");
    provider.confirm(&again, GOOD_CARD).await;
    is_confirmed(&shop).await;
    let order = bought.read().await;
    assert_eq!(kinds(&order), ["placed", "payment_failed", "paid"]);
    assert_eq!(order["payment_error"], Value::Null);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_webhook_counts_once_whatever_its_order(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let start = begin(&bought).await;
    let id = start["payment_intent"].as_str().unwrap();
    let before = provider.intent(id).await;
    provider.confirm(&start, GOOD_CARD).await;
    let after = provider.intent(id).await;
    // An old event that comes late tells what is true now, and the five after it nothing new.
    tell(&shop, "evt_old", "payment_intent.created", &before).await.expect(StatusCode::OK);
    for reply in join_all((0..5).map(|_| tell(&shop, "evt_1", "payment_intent.succeeded", &after))).await {
        reply.expect(StatusCode::OK);
    }
    tell(&shop, "evt_late", "payment_intent.payment_failed", &before).await.expect(StatusCode::OK);
    let order = bought.read().await;
    assert_eq!((&order["status"], kinds(&order)), (&json!("confirmed"), vec!["placed", "paid"]));
    let captured: i64 = sqlx::query_scalar("SELECT paid FROM orders").fetch_one(&shop.db).await.unwrap();
    assert_eq!(captured, 1890);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_webhook_may_come_before_what_it_is_about_is_written(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let start = begin(&bought).await;
    provider.confirm(&start, GOOD_CARD).await;
    let intent = provider.intent(start["payment_intent"].as_str().unwrap()).await;
    // As if the answer of the provider had not been written down yet.
    sqlx::query("UPDATE payments SET provider_id = NULL").execute(&shop.db).await.unwrap();
    tell(&shop, "evt_1", "payment_intent.succeeded", &intent).await.expect(StatusCode::OK);
    assert_eq!(bought.read().await["status"], "confirmed");
    // A payment that says that it is ours and is not there yet should come again.
    let mut unknown = intent.clone();
    unknown["metadata"]["payment_id"] = json!(Uuid::now_v7());
    assert_eq!(
        tell(&shop, "evt_2", "payment_intent.succeeded", &unknown).await.status,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    // One of another store on the same account is none of our business.
    unknown["metadata"]["store_id"] = json!(Uuid::now_v7());
    tell(&shop, "evt_3", "payment_intent.succeeded", &unknown).await.expect(StatusCode::OK);
    for kind in ["invoice.paid", "charge.captured", "payment_intent.created"] {
        tell(&shop, "evt_4", kind, &json!({ "id": "x" })).await.expect(StatusCode::OK);
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_webhook_must_be_signed(db: PgPool) {
    let (shop, _provider) = Shop::deaf(db).await;
    let body = json!({ "id": "evt_1", "type": "payment_intent.succeeded", "created": 1, "data": { "object": {} } })
        .to_string();
    let now = Utc::now().timestamp();
    let tries = [
        String::new(),
        "t=1,v1=00".to_owned(),
        webhook::sign("whsec_other", now, body.as_bytes()),
        webhook::sign("whsec_test", now - 400, body.as_bytes()),
        webhook::sign("whsec_test", now, b"{}"),
    ];
    for signature in tries {
        let request = shop.client.post(shop.at("/api/webhooks/stripe")).header("stripe-signature", &signature);
        let reply = Shop::read(request.body(body.clone()).send().await.unwrap()).await;
        assert_eq!(reply.refused(), ["Stripe-Signature"], "{signature}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn changing_the_cart_cancels_the_order_and_gives_the_stock_back(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 10).await;
    let first = guest.buy().await;
    let start = begin(&first).await;
    assert_eq!(stock(&shop.db, mug).await, (10, 10));
    let cart = guest.change(mug, 3).await.expect(StatusCode::OK).json();
    assert_eq!((&cart["pending_order"], &cart["item_count"]), (&Value::Null, &json!(3)));
    assert_eq!(stock(&shop.db, mug).await, (10, 0));
    let order = first.read().await;
    assert_eq!((&order["status"], &order["payment_status"]), (&json!("cancelled"), &json!("cancelled")));
    assert_eq!(order["events"][1]["data"]["reason"], "cart_changed");
    assert_eq!(provider.intent(start["payment_intent"].as_str().unwrap()).await["status"], "canceled");
    assert_eq!(first.pay().await.refusal(), (409, "order_cancelled".into()));
    assert_eq!(provider.confirm(&start, GOOD_CARD).await.0, StatusCode::BAD_REQUEST);
    let second = guest.buy().await;
    provider.confirm(&begin(&second).await, GOOD_CARD).await;
    is_confirmed(&shop).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_paid_order_cannot_be_lost_by_changing_the_cart(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let guest = Guest::with(&shop, mug, 1).await;
    let bought = guest.buy().await;
    provider.confirm(&begin(&bought).await, GOOD_CARD).await;
    // The webhook is lost; the provider, asked to cancel, says that it is paid.
    assert_eq!(guest.add(mug, 1).await.refusal(), (409, "order_paid".into()));
    assert_eq!(bought.read().await["status"], "confirmed");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_unpaid_order_expires(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 4).await;
    let (bought, unpaid) = (guest.buy().await, Guest::with(&shop, mug, 1).await.buy().await);
    let start = begin(&bought).await;
    expire(&shop).await;
    assert_eq!(bought.pay().await.refusal(), (409, "order_expired".into()));
    for order in [&bought, &unpaid] {
        let id = order_id(&shop, order).await;
        for _ in 0..2 {
            assert_eq!(
                close::cancel(&shop.app.db, &shop.stripe, id, Reason::Expired).await.unwrap(),
                Closed::Cancelled
            );
        }
        assert_eq!(order.read().await["events"][1]["data"]["reason"], "expired");
    }
    assert_eq!(provider.intent(start["payment_intent"].as_str().unwrap()).await["status"], "canceled");
    assert_eq!(stock(&shop.db, mug).await, (10, 0));
    assert_eq!(guest.read().await["item_count"], 4);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_was_paid_at_the_last_moment_is_settled_not_expired(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    provider.confirm(&begin(&bought).await, GOOD_CARD).await;
    expire(&shop).await;
    let id = order_id(&shop, &bought).await;
    assert_eq!(close::cancel(&shop.app.db, &shop.stripe, id, Reason::Expired).await.unwrap(), Closed::Paid);
    assert_eq!((&bought.read().await["status"], stock(&shop.db, mug).await), (&json!("confirmed"), (10, 1)));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nothing_is_released_while_the_provider_does_not_answer(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 1).await;
    let bought = guest.buy().await;
    let start = begin(&bought).await;
    drop(provider);
    let nowhere = crate::support::provider_nowhere();
    let id = order_id(&shop, &bought).await;
    assert!(close::cancel(&shop.app.db, &nowhere, id, Reason::Expired).await.is_err());
    let order = bought.read().await;
    assert_eq!((&order["status"], stock(&shop.db, mug).await), (&json!("pending"), (10, 1)));
    assert!(start["client_secret"].is_string());
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_provider_that_is_away_is_told(db: PgPool) {
    let mug = mug(&db).await;
    devopsify::queue::migrate(&db).await.unwrap();
    let shop = Shop::open(db).await;
    let guest = Guest::with(&shop, mug, 1).await;
    let bought = guest.buy().await;
    let reply = bought.pay().await;
    assert_eq!((reply.refusal(), reply.header("retry-after")), ((503, "provider_unavailable".into()), "5"));
    // Without a payment at the provider there is nothing to cancel there.
    bought.cancel().await.expect(StatusCode::OK);
    assert_eq!(stock(&shop.db, mug).await, (10, 0));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_reconciler_finds_what_no_webhook_told(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let (paid, waiting) = (Guest::with(&shop, mug, 1).await.buy().await, Guest::with(&shop, mug, 1).await.buy().await);
    provider.confirm(&begin(&paid).await, GOOD_CARD).await;
    begin(&waiting).await;
    reconcile(&shop.app.db, &shop.stripe, 60.0).await.unwrap();
    assert_eq!(paid.read().await["status"], "pending", "a webhook is given its time");
    reconcile(&shop.app.db, &shop.stripe, 0.0).await.unwrap();
    assert_eq!(
        (&paid.read().await["status"], &waiting.read().await["status"]),
        (&json!("confirmed"), &json!("pending"))
    );
    expire(&shop).await;
    reconcile(&shop.app.db, &shop.stripe, 0.0).await.unwrap();
    assert_eq!((&waiting.read().await["status"], stock(&shop.db, mug).await), (&json!("cancelled"), (10, 1)));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_was_shipped_cannot_be_cancelled(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = Guest::with(&shop, mug, 2).await.buy().await;
    provider.confirm(&begin(&bought).await, GOOD_CARD).await;
    is_confirmed(&shop).await;
    parcel(&shop.db, order_id(&shop, &bought).await, &[("MUG-1", 1)]).await;
    assert_eq!(stock(&shop.db, mug).await, (9, 1));
    assert_eq!(bought.cancel().await.refusal(), (409, "order_shipped".into()));
    let order = bought.read().await;
    assert_eq!((&order["fulfilment_status"], &order["can_cancel"]), (&json!("partially_fulfilled"), &json!(false)));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_card_that_asks_waits_for_its_owner(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let start = begin(&bought).await;
    let (status, intent) = provider.confirm(&start, CONFIRMED_CARD).await;
    assert_eq!((status, &intent["status"]), (StatusCode::OK, &json!("requires_action")));
    assert!(intent["next_action"]["redirect_to_url"]["url"].as_str().unwrap().starts_with(provider.url.as_str()));
    assert_eq!(bought.read().await["status"], "pending");
    // Cancelling is still possible, and final.
    bought.cancel().await.expect(StatusCode::OK);
    assert_eq!(provider.intent(start["payment_intent"].as_str().unwrap()).await["status"], "canceled");
}
