//! Disputes: while the bank decides nothing is shipped or refunded; what it took is gone, and the books say so.

use devopsify::{
    audit::audit,
    payments::{reconcile::reconcile, refunds},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{begin, is_confirmed, kinds, mug, tell};
use crate::support::{
    Shop,
    guest::{Bought, Guest, stock},
    provider::{DISPUTED_CARD, GOOD_CARD, INQUIRED_CARD, Provider},
    staff::Staff,
};

const DISPUTED: &str = "SELECT EXISTS (SELECT FROM disputes WHERE open)";
const DECIDED: &str = "SELECT NOT EXISTS (SELECT FROM disputes WHERE open)";

async fn disputed<'a>(guest: &Guest<'a>, provider: &Provider, card: &str) -> Bought<'a> {
    let bought = guest.buy().await;
    assert_eq!(provider.confirm(&begin(&bought).await, card).await.0, StatusCode::OK);
    is_confirmed(guest.shop).await;
    guest.shop.until("the dispute", DISPUTED).await;
    bought
}

async fn ship(staff: &Staff<'_>, bought: &Bought<'_>) -> crate::support::Reply {
    staff.post_once(&format!("/api/admin/orders/{}/fulfilments", bought.number), &json!({})).await
}

async fn expect_sound(shop: &Shop, provider: &Provider) {
    let findings = audit(&mut shop.db.acquire().await.unwrap()).await.unwrap();
    assert!(findings.iter().all(|finding| finding.violations == 0), "{findings:?}");
    assert_eq!(provider.disagreements(&shop.db).await, Vec::<String>::new());
}

fn statuses(order: &Value) -> Vec<&str> {
    let events = order["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "disputed");
    events.map(|event| event["data"]["status"].as_str().unwrap()).collect()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_disputed_order_waits_and_goes_on_when_it_is_won(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = disputed(&Guest::with(&shop, mug, 1).await, &provider, DISPUTED_CARD).await;
    let staff = Staff::administrator(&shop).await;
    let order = bought.read().await;
    assert_eq!((&order["payment_status"], &order["can_cancel"]), (&json!("disputed"), &json!(false)));
    let found = staff.json("/api/admin/orders?payment_status=disputed").await;
    assert_eq!(found["items"][0]["number"], bought.number);
    assert_eq!(ship(&staff, &bought).await.refusal(), (409, "order_disputed".into()));
    assert_eq!(bought.cancel().await.refusal(), (409, "order_disputed".into()));
    expect_sound(&shop, &provider).await;

    let dispute = provider.dispute().await;
    provider.decide(&dispute, "a letter").await;
    shop.until("the review", "SELECT status = 'under_review' FROM disputes").await;
    assert_eq!(ship(&staff, &bought).await.refusal(), (409, "order_disputed".into()));
    provider.decide(&dispute, "winning_evidence").await;
    shop.until("the decision", DECIDED).await;
    let order = bought.read().await;
    assert_eq!((&order["payment_status"], &order["can_cancel"]), (&json!("paid"), &json!(true)));
    assert_eq!(statuses(&order), ["needs_response", "under_review", "won"]);
    // What was open when it happened, told late, changes nothing.
    tell(&shop, "evt_late", "charge.dispute.created", &dispute).await.expect(StatusCode::OK);
    assert_eq!(bought.read().await["payment_status"], "paid");
    ship(&staff, &bought).await.expect(StatusCode::CREATED);
    expect_sound(&shop, &provider).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_a_lost_dispute_took_is_gone(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = disputed(&Guest::with(&shop, mug, 2).await, &provider, DISPUTED_CARD).await;
    let staff = Staff::administrator(&shop).await;
    provider.decide(&provider.dispute().await, "losing_evidence").await;
    shop.until("the decision", DECIDED).await;
    assert_eq!(bought.read().await["payment_status"], "charged_back");
    let paid: i64 = sqlx::query_scalar("SELECT paid FROM orders").fetch_one(&shop.db).await.unwrap();
    assert_eq!(paid, 0);
    assert_eq!(ship(&staff, &bought).await.refusal(), (409, "order_disputed".into()));
    expect_sound(&shop, &provider).await;
    bought.cancel().await.expect(StatusCode::OK);
    assert_eq!(stock(&shop.db, mug).await, (10, 0));
    let refunds: i64 = sqlx::query_scalar("SELECT count(*) FROM refunds").fetch_one(&shop.db).await.unwrap();
    assert_eq!(refunds, 0, "the bank has given it back already");
    expect_sound(&shop, &provider).await;
}

/// The refund is decided before the dispute is known, and made by no one until the bank has decided.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_waits_for_the_end_of_a_dispute(db: PgPool) {
    let mug = mug(&db).await;
    for evidence in ["winning_evidence", "losing_evidence"] {
        sqlx::query("UPDATE stock SET backorderable = true").execute(&db).await.unwrap();
        let (shop, provider) = Shop::deaf(db.clone()).await;
        let bought = Guest::with(&shop, mug, 1).await.buy().await;
        provider.confirm(&begin(&bought).await, DISPUTED_CARD).await;
        let intent: String = sqlx::query_scalar("SELECT provider_id FROM payments ORDER BY id DESC LIMIT 1")
            .fetch_one(&db)
            .await
            .unwrap();
        tell(&shop, evidence, "payment_intent.succeeded", &provider.intent(&intent).await).await.expect(StatusCode::OK);
        bought.cancel().await.expect(StatusCode::OK);
        let refund: Uuid =
            sqlx::query_scalar("SELECT id FROM refunds ORDER BY id DESC LIMIT 1").fetch_one(&db).await.unwrap();
        let dispute = provider.dispute().await;
        tell(&shop, &format!("{evidence} 1"), "charge.dispute.created", &dispute).await.expect(StatusCode::OK);
        assert!(!refunds::make(&shop.app.db, &shop.stripe, refund).await.unwrap(), "it waits");
        let findings = audit(&mut db.acquire().await.unwrap()).await.unwrap();
        assert!(findings.iter().all(|finding| finding.violations == 0), "{findings:?}");

        let decided = provider.decide(&dispute, evidence).await;
        tell(&shop, &format!("{evidence} 2"), "charge.dispute.closed", &decided).await.expect(StatusCode::OK);
        refunds::make(&shop.app.db, &shop.stripe, refund).await.unwrap();
        let order = bought.read().await;
        let ended =
            if evidence == "winning_evidence" { ("refunded", "refunded") } else { ("charged_back", "refund_failed") };
        assert_eq!((order["payment_status"].as_str(), kinds(&order).last()), (Some(ended.0), Some(&ended.1)));
        let findings = audit(&mut db.acquire().await.unwrap()).await.unwrap();
        assert!(findings.iter().all(|finding| finding.violations == 0), "{findings:?}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_inquiry_is_settled_by_a_refund(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let bought = disputed(&Guest::with(&shop, mug, 1).await, &provider, INQUIRED_CARD).await;
    let staff = Staff::administrator(&shop).await;
    assert_eq!(ship(&staff, &bought).await.refusal(), (409, "order_disputed".into()));
    assert_eq!(bought.read().await["can_cancel"], true, "the bank has not taken anything");
    bought.cancel().await.expect(StatusCode::OK);
    let refund: Uuid = sqlx::query_scalar("SELECT id FROM refunds").fetch_one(&shop.db).await.unwrap();
    refunds::make(&shop.app.db, &shop.stripe, refund).await.unwrap();
    shop.until("the end of the inquiry", "SELECT status = 'warning_closed' FROM disputes").await;
    shop.until("the refund", "SELECT paid = 0 FROM orders").await;
    assert_eq!(bought.read().await["payment_status"], "refunded");
    expect_sound(&shop, &provider).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_dispute_that_no_webhook_reported_is_found(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    provider.confirm(&begin(&bought).await, DISPUTED_CARD).await;
    Guest::with(&shop, mug, 1).await.buy().await;
    reconcile(&shop.app.db, &shop.stripe, 0.0).await.unwrap();
    assert_eq!(bought.read().await["payment_status"], "disputed");
    provider.decide(&provider.dispute().await, "losing_evidence").await;
    reconcile(&shop.app.db, &shop.stripe, 0.0).await.unwrap();
    let order = bought.read().await;
    assert_eq!((&order["payment_status"], statuses(&order)), (&json!("charged_back"), vec!["needs_response", "lost"]));
    expect_sound(&shop, &provider).await;
}

/// The dispute is reported before the payment, whose id at the provider is not even written down yet.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_dispute_settles_the_payment_that_it_is_of(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    provider.confirm(&begin(&bought).await, DISPUTED_CARD).await;
    let dispute = provider.dispute().await;
    let replies = futures_util::future::join_all((0..4).map(|number| {
        let (shop, dispute) = (&shop, &dispute);
        async move { tell(shop, &format!("evt_{number}"), "charge.dispute.created", dispute).await }
    }));
    for reply in replies.await {
        reply.expect(StatusCode::OK);
    }
    let order = bought.read().await;
    assert_eq!((&order["status"], &order["payment_status"]), (&json!("confirmed"), &json!("disputed")));
    assert_eq!(statuses(&order), ["needs_response"]);
    let mut other = dispute.clone();
    other["payment_intent"] = "pi_of_another_store".into();
    tell(&shop, "evt_9", "charge.dispute.created", &other).await.expect(StatusCode::OK);
    let second = Guest::with(&shop, mug, 1).await.buy().await;
    let start = begin(&second).await;
    provider.confirm(&start, DISPUTED_CARD).await;
    sqlx::query("UPDATE payments SET provider_id = NULL WHERE status = 'open'").execute(&shop.db).await.unwrap();
    let intent = provider.intent(start["payment_intent"].as_str().unwrap()).await;
    tell(&shop, "evt_10", "payment_intent.succeeded", &intent).await.expect(StatusCode::OK);
    tell(&shop, "evt_11", "charge.dispute.created", &provider.dispute().await).await.expect(StatusCode::OK);
    assert_eq!(second.read().await["payment_status"], "disputed");
    let third = Guest::with(&shop, mug, 1).await.buy().await;
    provider.confirm(&begin(&third).await, GOOD_CARD).await;
    reconcile(&shop.app.db, &shop.stripe, 0.0).await.unwrap();
    assert_eq!(third.read().await["payment_status"], "paid");
}
