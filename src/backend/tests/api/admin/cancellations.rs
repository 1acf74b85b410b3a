//! `/api/admin/orders/{number}/cancellations` and `…/close`: what will not be shipped is given back to the stock and to its buyer.

use devopsify::{capability::Capability, payments::refunds};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::open;
use crate::support::{
    Reply, Shop,
    builders::product,
    expect_sound,
    guest::{Guest, stock, variant_of},
    orders::{Placed, order, parcel},
    provider::GOOD_CARD,
    secrets,
    staff::Staff,
};

async fn cancel(staff: &Staff<'_>, number: i64, body: &Value) -> Reply {
    staff.post_once(&format!("/api/admin/orders/{number}/cancellations"), body).await
}

async fn close(staff: &Staff<'_>, number: i64) -> Reply {
    let body = json!({ "reason": "Refunded at the provider" });
    staff.send(Method::POST, &format!("/api/admin/orders/{number}/close"), &body).await
}

/// The order as its buyer sees it.
async fn bought(shop: &Shop, order: &Placed) -> Value {
    let token = secrets().token(Capability::Order, order.id);
    shop.get_with(&format!("/api/orders/{}", order.number), &[("order-token", &token)]).await.json()
}

async fn mails(db: &PgPool, task: &str) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier = $1")
        .bind(task)
        .fetch_one(db)
        .await
        .unwrap()
}

fn kinds(order: &Value) -> Vec<&str> {
    order["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

/// Two mugs for 14.00, a cap for 25.00 and the shipping for 4.90, paid.
async fn paid(db: &PgPool) -> (Placed, Uuid, Uuid) {
    for (slug, amount) in [("mug", 1400), ("cap", 2500)] {
        product(slug).priced(amount).create(db).await;
    }
    let placed = order("MUG-1", 2).line("CAP-1", 1).paid().create(db).await;
    (placed, variant_of(db, "mug").await, variant_of(db, "cap").await)
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_is_cancelled_in_parts_that_come_to_the_whole(db: PgPool) {
    let (placed, mug, cap) = paid(&db).await;
    let shop = open(db).await;
    let staff = Staff::new(&shop, "support", "second_factor").await;
    let one = json!({ "lines": [{ "variant_id": mug, "quantity": 1 }], "reason": " Broken ", "refund": true });
    let order = cancel(&staff, placed.number, &one).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["status"], &order["fulfilment_status"]), (&json!("confirmed"), &json!("unfulfilled")));
    assert_eq!((stock(&shop.db, mug).await, stock(&shop.db, cap).await), ((10, 1), (10, 1)));
    let cancelled = &order["cancellations"][0];
    assert_eq!((&cancelled["reason"], &cancelled["amount"]["amount"]), (&json!("Broken"), &json!(1400)));
    assert_eq!((&cancelled["lines"], &cancelled["refund"]["amount"]), (&one["lines"], &json!(1400)));
    assert_eq!((&order["lines"][0]["quantity"], &order["lines"][0]["cancelled_quantity"]), (&json!(2), &json!(1)));
    let refund = &order["refunds"][0];
    assert_eq!((&refund["amount"]["amount"], &refund["status"]), (&json!(1400), &json!("requested")));
    assert_eq!((&order["owed"]["amount"], &order["refundable"]["amount"]), (&json!(0), &json!(4390)));
    assert_eq!(order["actions"], json!(["ship", "cancel", "refund"]));
    // Its buyer sees what is cancelled, and not what the staff say of it.
    let seen = bought(&shop, &placed).await;
    assert_eq!(seen["cancellations"][0]["lines"], one["lines"]);
    assert!(!seen.to_string().contains("Broken"), "{seen}");
    assert_eq!((kinds(&seen).last(), &seen["can_cancel"]), (Some(&"partially_cancelled"), &json!(true)));
    assert_eq!((mails(&shop.db, "send_adjustment").await, mails(&shop.db, "send_cancellation").await), (1, 0));

    let too_many = json!({ "lines": [{ "variant_id": mug, "quantity": 2 }], "reason": "Broken", "refund": true });
    let refused = cancel(&staff, placed.number, &too_many).await;
    assert_eq!(refused.refusal(), (409, "already_shipped".into()));
    assert_eq!(refused.json()["errors"][0]["field"], "lines[0].quantity");

    let rest = json!({ "reason": "Lost", "refund": true });
    let order = cancel(&staff, placed.number, &rest).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["status"], &order["actions"]), (&json!("cancelled"), &json!([])));
    let amounts: Vec<_> = order["refunds"].as_array().unwrap().iter().map(|one| &one["amount"]["amount"]).collect();
    assert_eq!(amounts, [1400, 4390], "the rest, with the shipping");
    assert_eq!(order["cancellations"][1]["amount"]["amount"], 4390);
    assert_eq!((stock(&shop.db, mug).await, stock(&shop.db, cap).await), ((10, 0), (10, 0)));
    assert_eq!(mails(&shop.db, "send_cancellation").await, 1);
    let told = staff.told("order", &placed.number.to_string()).await;
    assert_eq!(told.iter().map(|(action, ..)| action.as_str()).collect::<Vec<_>>(), ["order.cancelled"; 2]);
    assert_eq!((&told[1].2["reason"], &told[1].2["refund_amount"]), (&json!("Broken"), &json!(1400)));
    assert_eq!(cancel(&staff, placed.number, &rest).await.refusal(), (409, "order_cancelled".into()));
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_rest_of_a_shipped_order_is_cancelled(db: PgPool) {
    let (placed, mug, cap) = paid(&db).await;
    parcel(&db, placed.id, &[("MUG-1", 1)]).await;
    sqlx::query("INSERT INTO order_events (order_id, kind) VALUES ($1, 'fulfilled')")
        .bind(placed.id)
        .execute(&db)
        .await
        .unwrap();
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let rest = json!({ "reason": "Sold out", "refund": true });
    let order = cancel(&staff, placed.number, &rest).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["status"], &order["fulfilment_status"]), (&json!("completed"), &json!("fulfilled")));
    assert_eq!(order["refunds"][0]["amount"]["amount"], 3900, "a mug and the cap; the shipping was used");
    assert_eq!(kinds(&order)[3..], ["refund_requested", "partially_cancelled", "completed"]);
    assert_eq!((stock(&shop.db, mug).await, stock(&shop.db, cap).await), ((9, 0), (10, 0)));
    assert_eq!(cancel(&staff, placed.number, &rest).await.refusal(), (409, "already_shipped".into()));
    let other = self::order("MUG-1", 2).paid().create(&shop.db).await;
    let one = json!({ "lines": [{ "variant_id": mug, "quantity": 1 }], "reason": "Sold out", "refund": true });
    cancel(&staff, other.number, &one).await.expect(StatusCode::CREATED);
    // What was cancelled is not shipped, and shipping the rest completes the order.
    let path = format!("/api/admin/orders/{}/fulfilments", other.number);
    let both = json!({ "lines": [{ "variant_id": mug, "quantity": 2 }] });
    assert_eq!(staff.post_once(&path, &both).await.refusal(), (409, "already_shipped".into()));
    let order = staff.post_once(&path, &json!({})).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["status"], &order["fulfilments"][0]["lines"][0]["quantity"]), (&json!("completed"), &json!(1)));
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn money_that_is_kept_is_not_owed(db: PgPool) {
    let (placed, mug, _) = paid(&db).await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let kept = json!({ "lines": [{ "variant_id": mug, "quantity": 2 }], "reason": "Made to order", "refund": false });
    let order = cancel(&staff, placed.number, &kept).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["refunds"], &order["owed"]["amount"]), (&json!([]), &json!(0)));
    let rest = json!({ "reason": "Sold out", "refund": true });
    let order = cancel(&staff, placed.number, &rest).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["status"], &order["refunds"][0]["amount"]["amount"]), (&json!("cancelled"), &json!(2990)));
    assert_eq!((&order["owed"]["amount"], &order["refundable"]["amount"]), (&json!(0), &json!(2800)));
    expect_sound(&shop.db).await;
    let other = self::order("MUG-1", 1).paid().create(&shop.db).await;
    let order = cancel(&staff, other.number, &json!({ "reason": "Fraud", "refund": false })).await;
    let order = order.expect(StatusCode::CREATED).json();
    assert_eq!((&order["status"], &order["payment_status"]), (&json!("cancelled"), &json!("paid")));
    assert_eq!(order["owed"]["amount"], 0);
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_repetition_cancels_nothing(db: PgPool) {
    let (placed, mug, _) = paid(&db).await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let body = json!({ "lines": [{ "variant_id": mug, "quantity": 1 }], "reason": "Broken", "refund": true });
    let path = format!("/api/admin/orders/{}/cancellations", placed.number);
    let key = [("idempotency-key", "one")];
    let once = || staff.send_with(Method::POST, &path, &key, &body);
    let replies = futures_util::future::join_all((0..4).map(|_| once())).await;
    let first = once().await.expect(StatusCode::CREATED);
    for reply in replies {
        assert_eq!(reply.expect(StatusCode::CREATED).text, first.text);
    }
    assert_eq!(stock(&shop.db, mug).await, (10, 1));
    let other = json!({ "reason": "Broken", "refund": true });
    let reused = staff.send_with(Method::POST, &path, &key, &other).await;
    assert_eq!(reused.refusal(), (422, "idempotency_key_reused".into()));
    assert_eq!(staff.send(Method::POST, &path, &body).await.refused(), ["Idempotency-Key"]);
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_that_is_not_paid_is_cancelled_as_a_whole_at_the_provider_first(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = Guest::with(&shop, mug, 2).await.buy().await;
    let start = bought.pay().await.expect(StatusCode::OK).json();
    let staff = Staff::administrator(&shop).await;
    let part = json!({ "lines": [{ "variant_id": mug, "quantity": 1 }], "reason": "No", "refund": false });
    assert_eq!(cancel(&staff, bought.number, &part).await.refusal(), (409, "order_not_paid".into()));
    let body = json!({ "reason": "Asked on the phone", "refund": true });
    let key = [("idempotency-key", "one")];
    let path = format!("/api/admin/orders/{}/cancellations", bought.number);
    let first = staff.send_with(Method::POST, &path, &key, &body).await.expect(StatusCode::CREATED);
    let again = staff.send_with(Method::POST, &path, &key, &body).await.expect(StatusCode::CREATED);
    assert_eq!((first.text.as_str(), &first.json()["status"]), (again.text.as_str(), &json!("cancelled")));
    assert_eq!(provider.intent(start["payment_intent"].as_str().unwrap()).await["status"], "canceled");
    assert_eq!(stock(&shop.db, mug).await, (10, 0));
    let told = staff.told("order", &bought.number.to_string()).await;
    assert_eq!(
        (told.len(), told[0].0.as_str(), &told[0].2["reason"]),
        (1, "order.cancelled", &json!("Asked on the phone"))
    );
    let seen = bought.read().await;
    assert_eq!(seen["events"][1]["data"], json!({ "reason": "staff" }));
    // One that is paid meanwhile is cancelled and given back.
    let other = Guest::with(&shop, mug, 1).await.buy().await;
    let start = other.pay().await.expect(StatusCode::OK).json();
    provider.confirm(&start, GOOD_CARD).await;
    let order = cancel(&staff, other.number, &body).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["status"], &order["refunds"][0]["amount"]["amount"]), (&json!("cancelled"), &json!(1890)));
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_that_was_refunded_in_full_at_the_provider_is_seen_and_closed(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let (shop, provider) = Shop::selling(db).await;
    let staff = Staff::new(&shop, "support", "second_factor").await;
    let bought = Guest::with(&shop, mug, 3).await.buy().await;
    let start = bought.pay().await.expect(StatusCode::OK).json();
    provider.confirm(&start, GOOD_CARD).await;
    shop.until("the payment", "SELECT status = 'confirmed' FROM orders").await;
    assert_eq!(close(&staff, bought.number).await.refusal(), (409, "order_not_refunded".into()));
    provider.refund_by_hand(start["payment_intent"].as_str().unwrap(), 4690).await;
    shop.until("the refund", "SELECT paid = 0 FROM orders").await;
    let found = staff.json("/api/admin/orders?status=confirmed&payment_status=refunded").await;
    assert_eq!(found["items"][0]["number"], bought.number);
    let path = format!("/api/admin/orders/{}", bought.number);
    assert_eq!(staff.json(&path).await["actions"], json!(["cancel", "close"]));
    assert_eq!(stock(&shop.db, mug).await, (10, 3), "it holds its units");
    let order = close(&staff, bought.number).await.expect(StatusCode::OK).json();
    assert_eq!((&order["status"], &order["payment_status"]), (&json!("cancelled"), &json!("refunded")));
    assert_eq!((stock(&shop.db, mug).await, order["refunds"].as_array().unwrap().len()), ((10, 0), 1));
    assert_eq!(close(&staff, bought.number).await.expect(StatusCode::OK).json()["status"], "cancelled");
    let told = staff.told("order", &bought.number.to_string()).await;
    assert_eq!((told.len(), told[0].0.as_str()), (1, "order.closed"));
    expect_sound(&shop.db).await;
    let pending = order_of(&shop.db).await;
    assert_eq!(close(&staff, pending).await.refusal(), (409, "order_not_paid".into()));
    assert_eq!(close(&staff, 1).await.refusal(), (404, "not_found".into()));
}

async fn order_of(db: &PgPool) -> i64 {
    order("MUG-1", 1).create(db).await.number
}

/// A refund by hand of a part, and then the rest is cancelled: the rest goes back.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_rest_of_what_was_refunded_by_hand_goes_back(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let (shop, provider) = Shop::selling(db).await;
    let staff = Staff::administrator(&shop).await;
    let bought = Guest::with(&shop, mug, 2).await.buy().await;
    let start = bought.pay().await.expect(StatusCode::OK).json();
    provider.confirm(&start, GOOD_CARD).await;
    shop.until("the payment", "SELECT status = 'confirmed' FROM orders").await;
    provider.refund_by_hand(start["payment_intent"].as_str().unwrap(), 2500).await;
    shop.until("the refund", "SELECT paid = 790 FROM orders").await;
    let one = json!({ "lines": [{ "variant_id": mug, "quantity": 1 }], "reason": "Broken", "refund": true });
    let order = cancel(&staff, bought.number, &one).await.expect(StatusCode::CREATED).json();
    let cancelled = &order["cancellations"][0];
    assert_eq!((&cancelled["amount"]["amount"], &cancelled["refund"]["amount"]), (&json!(1400), &json!(790)));
    let ids: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM refunds WHERE status = 'requested'").fetch_all(&shop.db).await.unwrap();
    refunds::make(&shop.app.db, &shop.stripe, ids[0]).await.unwrap();
    let order = close(&staff, bought.number).await.expect(StatusCode::OK).json();
    assert_eq!((&order["status"], &order["refunded"]["amount"]), (&json!("cancelled"), &json!(3290)));
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn every_field_that_cannot_be_used_is_named(db: PgPool) {
    let (placed, mug, _) = paid(&db).await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let line = json!({ "variant_id": mug, "quantity": 1 });
    for (body, fields) in [
        (json!({ "refund": true }), vec!["reason"]),
        (json!({ "reason": "No" }), vec!["refund"]),
        (json!({ "reason": " ", "refund": true, "lines": [] }), vec!["lines", "reason"]),
        (json!({ "reason": "a\nb", "refund": true, "lines": [line, line] }), vec!["lines[1].variant_id", "reason"]),
        (json!({ "reason": "x".repeat(256), "refund": true }), vec!["reason"]),
        (
            json!({ "reason": "No", "refund": true, "lines": [{ "variant_id": mug, "quantity": 0 }] }),
            vec!["lines[0].quantity"],
        ),
        (
            json!({ "reason": "No", "refund": true, "lines": [{ "variant_id": Uuid::nil(), "quantity": 1 }] }),
            vec!["lines[0].variant_id"],
        ),
    ] {
        assert_eq!(cancel(&staff, placed.number, &body).await.refused(), fields, "{body}");
    }
    assert_eq!(stock(&shop.db, mug).await, (10, 2));
}

/// A program that may cancel may not give money back by it.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn giving_money_back_needs_its_own_scope(db: PgPool) {
    let (placed, mug, _) = paid(&db).await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    sqlx::query(
        "INSERT INTO api_tokens (account_id, name, token_hash, scopes, expires_at)
         VALUES ($1, 'A', $2, '{orders:write}', now() + interval '1 day')",
    )
    .bind(staff.account)
    .bind(devopsify::access::session::digest("dvp_a-token-of-a-program"))
    .execute(&shop.db)
    .await
    .unwrap();
    let path = format!("/api/admin/orders/{}/cancellations", placed.number);
    let with =
        |refund: bool| json!({ "lines": [{ "variant_id": mug, "quantity": 1 }], "reason": "No", "refund": refund });
    let send = async |body: &Value| {
        let key = Uuid::new_v4().to_string();
        let headers = [("authorization", "Bearer dvp_a-token-of-a-program"), ("idempotency-key", key.as_str())];
        shop.send(Method::POST, &path, &headers, Some(body)).await
    };
    assert_eq!(send(&with(true)).await.refusal(), (403, "scope_missing".into()));
    send(&with(false)).await.expect(StatusCode::CREATED);
}
