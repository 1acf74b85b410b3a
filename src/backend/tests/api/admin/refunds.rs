//! `/api/admin/orders/{number}/refunds` and `/api/admin/refunds/{id}/…`: money goes back once, and what failed has a way out.

use std::time::Duration;

use devopsify::{payments::refunds, stripe::Stripe};
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
    orders::order,
    payment_at,
    provider::{GOOD_CARD, Provider},
    staff::Staff,
};

async fn refund(staff: &Staff<'_>, number: i64, body: &Value) -> Reply {
    staff.post_once(&format!("/api/admin/orders/{number}/refunds"), body).await
}

async fn retry(staff: &Staff<'_>, id: &Value) -> Reply {
    staff.post_once(&format!("/api/admin/refunds/{}/retry", id.as_str().unwrap()), &json!({})).await
}

async fn resolve(staff: &Staff<'_>, id: &Value) -> Reply {
    let body = json!({ "reference": "Bank transfer 4711", "note": "The card has expired" });
    staff.post_once(&format!("/api/admin/refunds/{}/resolution", id.as_str().unwrap()), &body).await
}

fn by_provider(amount: i64) -> Value {
    json!({ "amount": amount, "reason": "Scratched", "method": "provider" })
}

fn by_other_means(amount: i64) -> Value {
    json!({ "amount": amount, "reason": "Scratched", "method": "other", "reference": "Cash, receipt 7" })
}

/// An order of one mug that was paid at the provider, for 18.90.
async fn paid(shop: &Shop, provider: &Provider, card: &str) -> i64 {
    let mug = variant_of(&shop.db, "mug").await;
    let bought = Guest::with(shop, mug, 1).await.buy().await;
    let start = bought.pay().await.expect(StatusCode::OK).json();
    provider.confirm(&start, card).await;
    shop.until("the payment", "SELECT status = 'confirmed' FROM orders ORDER BY number DESC LIMIT 1").await;
    bought.number
}

/// Marks the newest refund as one that the bank sent back.
async fn fail_newest(db: &PgPool) {
    sqlx::raw_sql(
        "UPDATE refunds SET status = 'failed', failure = 'expired_or_canceled_card'
         WHERE id = (SELECT id FROM refunds ORDER BY id DESC LIMIT 1)",
    )
    .execute(db)
    .await
    .unwrap();
}

async fn make_all(shop: &Shop) {
    let sql = "SELECT id FROM refunds WHERE status = 'requested'";
    for id in sqlx::query_scalar::<_, Uuid>(sql).fetch_all(&shop.db).await.unwrap() {
        refunds::make(&shop.app.db, &shop.stripe, id).await.unwrap();
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn money_goes_back_in_parts_up_to_what_was_paid(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let number = paid(&shop, &provider, GOOD_CARD).await;
    let staff = Staff::new(&shop, "support", "second_factor").await;
    let order = refund(&staff, number, &by_provider(500)).await.expect(StatusCode::CREATED).json();
    let first = &order["refunds"][0];
    assert_eq!((&first["status"], &first["method"]), (&json!("requested"), &json!("provider")));
    assert_eq!((&order["refundable"]["amount"], &order["status"]), (&json!(1390), &json!("confirmed")));
    make_all(&shop).await;
    let order = refund(&staff, number, &by_other_means(390)).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["refunded"]["amount"], &order["payment_status"]), (&json!(890), &json!("partially_refunded")));
    let second = &order["refunds"][1];
    assert_eq!((&second["status"], &second["reference"]), (&json!("succeeded"), &json!("Cash, receipt 7")));
    assert_eq!(refund(&staff, number, &by_provider(1001)).await.refusal(), (409, "refund_too_large".into()));
    assert_eq!(refund(&staff, number, &by_other_means(1001)).await.refusal(), (409, "refund_too_large".into()));
    let order = refund(&staff, number, &by_other_means(1000)).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["payment_status"], &order["actions"]), (&json!("refunded"), &json!(["cancel", "close"])));
    let ship = staff.post_once(&format!("/api/admin/orders/{number}/fulfilments"), &json!({})).await;
    assert_eq!(ship.refusal(), (409, "order_refunded".into()), "nothing ships that is paid back");
    let told = staff.told("order", &number.to_string()).await;
    let actions: Vec<_> = told.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(actions, ["refund.recorded", "refund.recorded", "refund.requested"]);
    assert_eq!((&told[0].2["reference"], &told[2].2["amount"]), (&json!("Cash, receipt 7"), &json!(500)));
    let mails = "SELECT count(*) = 3 FROM graphile_worker.jobs WHERE task_identifier = 'send_adjustment'";
    shop.until("the mails", mails).await;
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_that_failed_is_made_again(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let number = paid(&shop, &provider, GOOD_CARD).await;
    let staff = Staff::new(&shop, "support", "second_factor").await;
    refund(&staff, number, &by_provider(500)).await.expect(StatusCode::CREATED);
    fail_newest(&shop.db).await;
    let path = format!("/api/admin/orders/{number}");
    let order = staff.json(&path).await;
    let failed = order["refunds"][0].clone();
    assert_eq!((&order["owed"]["amount"], &failed["outstanding"]["amount"]), (&json!(500), &json!(500)));
    assert_eq!((&failed["status"], &failed["actions"]), (&json!("failed"), &json!(["retry", "resolve"])));
    let order = retry(&staff, &failed["id"]).await.expect(StatusCode::CREATED).json();
    let again = &order["refunds"][1];
    assert_eq!((&again["replaces"], &again["amount"]["amount"]), (&failed["id"], &json!(500)));
    assert_eq!((&order["owed"]["amount"], &order["refunds"][0]["actions"]), (&json!(0), &json!([])));
    assert_eq!(retry(&staff, &failed["id"]).await.refusal(), (409, "refund_settled".into()));
    assert_eq!(resolve(&staff, &failed["id"]).await.refusal(), (409, "refund_settled".into()));
    make_all(&shop).await;
    let order = staff.json(&path).await;
    assert_eq!((&order["refunded"]["amount"], &order["owed"]["amount"]), (&json!(500), &json!(0)));
    assert_eq!(retry(&staff, &again["id"]).await.refusal(), (409, "refund_not_failed".into()));
    assert_eq!(retry(&staff, &json!(Uuid::nil())).await.refusal(), (404, "not_found".into()));
    let told = staff.told("order", &number.to_string()).await;
    assert_eq!((told[0].0.as_str(), &told[0].2["replaces"]), ("refund.retried", &failed["id"]));
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_that_failed_is_paid_back_by_other_means(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let placed = order("MUG-1", 1).paid().create(&db).await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let all = json!({ "reason": "Sold out", "refund": true });
    let path = format!("/api/admin/orders/{}/cancellations", placed.number);
    let order = staff.post_once(&path, &all).await.expect(StatusCode::CREATED).json();
    fail_newest(&shop.db).await;
    let failed = &order["refunds"][0]["id"];
    assert_eq!(staff.json(&format!("/api/admin/orders/{}", placed.number)).await["owed"]["amount"], 1890);
    let body = json!({ "reference": "Bank transfer 4711", "note": "The card has expired" });
    let path = format!("/api/admin/refunds/{}/resolution", failed.as_str().unwrap());
    let key = [("idempotency-key", "one")];
    let first = staff.send_with(Method::POST, &path, &key, &body).await.expect(StatusCode::CREATED);
    assert_eq!(staff.send_with(Method::POST, &path, &key, &body).await.text, first.text);
    let order = first.json();
    assert_eq!((&order["payment_status"], &order["owed"]["amount"]), (&json!("refunded"), &json!(0)));
    let paid_back = &order["refunds"][1];
    assert_eq!((&paid_back["method"], &paid_back["reference"]), (&json!("other"), &json!("Bank transfer 4711")));
    assert_eq!((&paid_back["replaces"], &paid_back["reason"]), (failed, &json!("The card has expired")));
    assert_eq!(staff.told("order", &placed.number.to_string()).await[0].0, "refund.resolved");
    expect_sound(&shop.db).await;
}

/// The provider says no for ever, as for a payment that is disputed: what is requested can be paid back otherwise.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_that_the_provider_refuses_has_a_way_out(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let number = paid(&shop, &provider, GOOD_CARD).await;
    let staff = Staff::administrator(&shop).await;
    let order = refund(&staff, number, &by_provider(1890)).await.expect(StatusCode::CREATED).json();
    let id = order["refunds"][0]["id"].clone();
    let mut payment = payment_at(&provider.url);
    payment.stripe_secret_key = Some("sk_replaced".into());
    let refusing = Stripe::new(&payment, Duration::from_secs(4)).unwrap();
    let row: Uuid = id.as_str().unwrap().parse().unwrap();
    refunds::make(&shop.app.db, &refusing, row).await.unwrap_err();
    assert_eq!(resolve(&staff, &id).await.refusal(), (409, "refund_in_progress".into()), "it may be under way");
    retry(&staff, &id).await.expect(StatusCode::CREATED);
    sqlx::query("UPDATE refunds SET attempted_at = now() - interval '2 minutes'").execute(&shop.db).await.unwrap();
    let order = resolve(&staff, &id).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["refunds"][0]["status"], &order["payment_status"]), (&json!("superseded"), &json!("refunded")));
    assert!(!refunds::make(&shop.app.db, &shop.stripe, row).await.unwrap(), "it is not made any more");
    expect_sound(&shop.db).await;
    // Made at the provider all the same, it comes on top: the books say so, and the audit alarms.
    let intent: String = sqlx::query_scalar("SELECT provider_id FROM payments").fetch_one(&shop.db).await.unwrap();
    provider.refund_by_hand(&intent, 1000).await;
    shop.until("the refund", "SELECT count(*) = 3 FROM refunds").await;
    let broken: Vec<_> = devopsify::audit::audit(&mut shop.db.acquire().await.unwrap())
        .await
        .unwrap()
        .into_iter()
        .filter(|finding| finding.violations > 0)
        .map(|finding| finding.name)
        .collect();
    assert_eq!(broken, ["refunds_are_at_most_the_captured"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn refunds_at_once_are_at_most_what_was_paid(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let placed = order("MUG-1", 1).paid().create(&db).await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let body = by_other_means(700);
    let replies = futures_util::future::join_all((0..6).map(|_| refund(&staff, placed.number, &body))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count(), 2);
    assert!(replies.iter().all(|reply| reply.status == StatusCode::CREATED || reply.refusal().1 == "refund_too_large"));
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_cannot_be_refunded_is_refused(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let pending = order("MUG-1", 1).create(&db).await;
    let confirmed = order("MUG-1", 1).paid().create(&db).await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    assert_eq!(refund(&staff, pending.number, &by_provider(1)).await.refusal(), (409, "order_not_paid".into()));
    assert_eq!(refund(&staff, 1, &by_provider(1)).await.refusal(), (404, "not_found".into()));
    for (body, fields) in [
        (by_provider(0), vec!["amount"]),
        (by_provider(-5), vec!["amount"]),
        (json!({ "amount": 1, "reason": "No", "method": "other" }), vec!["reference"]),
        (json!({ "amount": 1, "reason": "No", "method": "provider", "reference": "x" }), vec!["reference"]),
        (json!({ "amount": 1, "reason": "", "method": "provider" }), vec!["reason"]),
        (json!({ "amount": 1, "reason": "No", "method": "cash" }), vec!["method"]),
        (json!({ "amount": 1, "method": "provider" }), vec!["reason"]),
    ] {
        assert_eq!(refund(&staff, confirmed.number, &body).await.refused(), fields, "{body}");
    }
    let counted: i64 = sqlx::query_scalar("SELECT count(*) FROM refunds").fetch_one(&shop.db).await.unwrap();
    assert_eq!((counted, stock(&shop.db, mug).await), (0, (10, 2)));
}
