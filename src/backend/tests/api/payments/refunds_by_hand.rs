//! Refunds that are made at the provider by hand, before, while and after the store makes its own: every cent is accounted for.

use devopsify::payments::{reconcile::reconcile, refunds};
use futures_util::StreamExt;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::{begin, mug, order_id, tell};
use crate::support::{
    Shop, expect_sound,
    guest::{Bought, Guest},
    provider::{GOOD_CARD, Provider},
};

/// A card whose refunds take their time.
const REFUNDS_LATER: &str = "4000000000007726";
/// A card whose refunds fail after a while.
const REFUND_FAILS: &str = "4000000000005126";

/// What came in, what went back, what is about to, and what is owed.
async fn balance(db: &PgPool, order: Uuid) -> [i64; 4] {
    let (captured, refunded, refunding, owed) =
        sqlx::query_as("SELECT captured, refunded, refunding, owed FROM order_balances WHERE order_id = $1")
            .bind(order)
            .fetch_one(db)
            .await
            .unwrap();
    [captured, refunded, refunding, owed]
}

/// An order that was paid, and the provider's id of its payment.
async fn paid<'a>(shop: &'a Shop, provider: &Provider, variant: Uuid, card: &str) -> (Bought<'a>, String) {
    let bought = Guest::with(shop, variant, 1).await.buy().await;
    let start = begin(&bought).await;
    provider.confirm(&start, card).await;
    let intent = start["payment_intent"].as_str().unwrap().to_owned();
    let (event, object) = (format!("evt_paid_{intent}"), provider.intent(&intent).await);
    tell(shop, &event, "payment_intent.succeeded", &object).await.expect(StatusCode::OK);
    (bought, intent)
}

/// Every refund that is requested, in the order of their requests.
async fn requested(db: &PgPool) -> Vec<Uuid> {
    let sql = "SELECT id FROM refunds WHERE status = 'requested' ORDER BY id";
    sqlx::query_scalar(sql).fetch_all(db).await.unwrap()
}

/// Runs what the queue would run until nothing is requested any more.
async fn settle(shop: &Shop) {
    for _ in 0..10 {
        let waiting = requested(&shop.db).await;
        for id in &waiting {
            refunds::make(&shop.app.db, &shop.stripe, *id).await.unwrap();
        }
        if waiting.is_empty() {
            return;
        }
    }
    panic!("refunds are requested without end: {:?}", requested(&shop.db).await);
}

/// Our refunds of a payment that count are the provider's, one by one.
async fn expect_the_same(shop: &Shop, provider: &Provider, intent: &str) {
    let sql = "SELECT r.provider_id, r.amount, r.status FROM refunds r JOIN payments p ON p.id = r.payment_id
               WHERE p.provider_id = $1 AND r.superseded_at IS NULL ORDER BY r.provider_id DESC";
    let ours: Vec<(Option<String>, i64, String)> = sqlx::query_as(sql).bind(intent).fetch_all(&shop.db).await.unwrap();
    let theirs = provider.refunds(intent).await.into_iter().map(|refund| {
        let text = |name: &str| refund[name].as_str().unwrap().to_owned();
        (Some(text("id")), refund["amount"].as_i64().unwrap(), text("status"))
    });
    assert_eq!(ours, theirs.collect::<Vec<_>>());
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_by_hand_before_ours_is_made_takes_its_place(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    for by_hand in [1890, 1889, 500, 1] {
        let (bought, intent) = paid(&shop, &provider, mug, GOOD_CARD).await;
        let order = order_id(&shop, &bought).await;
        bought.cancel().await.expect(StatusCode::OK);
        provider.refund_by_hand(&intent, by_hand).await;
        // No webhook reports it: the provider's refusal of ours is what makes the store look.
        settle(&shop).await;
        assert_eq!(balance(&shop.db, order).await, [1890, 1890, 0, 0], "{by_hand} by hand");
        expect_the_same(&shop, &provider, &intent).await;
        let read = bought.read().await;
        assert_eq!((&read["payment_status"], &read["refunded"]["amount"]), (&json!("refunded"), &json!(1890)));
    }
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_by_hand_of_a_part_leaves_the_rest_to_the_cancellation(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let (bought, intent) = paid(&shop, &provider, mug, GOOD_CARD).await;
    let order = order_id(&shop, &bought).await;
    provider.refund_by_hand(&intent, 500).await;
    shop.until("the refund", "SELECT paid = 1390 FROM orders").await;
    bought.cancel().await.expect(StatusCode::OK);
    assert_eq!(balance(&shop.db, order).await, [1890, 500, 1390, 0]);
    settle(&shop).await;
    assert_eq!(balance(&shop.db, order).await, [1890, 1890, 0, 0]);
    expect_the_same(&shop, &provider, &intent).await;
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn refunds_are_taken_over_whatever_the_order_of_events(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    for (number, kinds) in [
        &["charge.refunded"][..],
        &["refund.updated", "refund.created"],
        &["charge.refund.updated"],
        &["refund.failed"],
        &["charge.refunded", "refund.created", "charge.refund.updated", "refund.updated"],
    ]
    .into_iter()
    .enumerate()
    {
        let bought = Guest::with(&shop, mug, 1).await.buy().await;
        let order = order_id(&shop, &bought).await;
        let start = begin(&bought).await;
        provider.confirm(&start, GOOD_CARD).await;
        let intent = start["payment_intent"].as_str().unwrap();
        let refund = provider.refund_by_hand(intent, 500).await;
        provider.refund_by_hand(intent, 200).await;
        if number % 2 == 1 {
            // As if the provider's answer to the payment had not been written down yet.
            sqlx::query("UPDATE payments SET provider_id = NULL WHERE order_id = $1")
                .bind(order)
                .execute(&shop.db)
                .await
                .unwrap();
        }
        // The payment itself is reported last of all.
        for (at, kind) in kinds.iter().enumerate() {
            let charge = json!({ "id": "ch_1", "object": "charge", "payment_intent": intent });
            let object = if *kind == "charge.refunded" { &charge } else { &refund };
            let id = format!("evt_{number}_{at}");
            tell(&shop, &id, kind, object).await.expect(StatusCode::OK);
            tell(&shop, &id, kind, object).await.expect(StatusCode::OK);
        }
        let late = provider.intent(intent).await;
        tell(&shop, &format!("evt_{number}_paid"), "payment_intent.succeeded", &late).await.expect(StatusCode::OK);
        assert_eq!(balance(&shop.db, order).await, [1890, 700, 0, 0], "{kinds:?}");
        expect_the_same(&shop, &provider, intent).await;
        let read = bought.read().await;
        assert_eq!(super::kinds(&read), ["placed", "paid", "refunded", "refunded"]);
        assert_eq!(read["status"], "confirmed");
    }
    expect_sound(&shop.db).await;
    // What is another store's, or of no payment, is none of ours.
    for object in [json!({ "id": "re_1", "payment_intent": "pi_unknown" }), json!({ "id": "re_1" })] {
        tell(&shop, &format!("evt_{object}"), "refund.created", &object).await.expect(StatusCode::OK);
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn fifty_refunds_by_hand_race_as_many_cancellations(db: PgPool) {
    let mug = mug(&db).await;
    sqlx::query(
        "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reason) VALUES ($1, 'received', 90, 'test')",
    )
    .bind(mug)
    .execute(&db)
    .await
    .unwrap();
    let (shop, provider) = Shop::deaf(db).await;
    let mut orders = Vec::new();
    for _ in 0..50 {
        let (bought, intent) = paid(&shop, &provider, mug, GOOD_CARD).await;
        orders.push((order_id(&shop, &bought).await, bought, intent));
    }
    let amounts = [1890, 1889, 945, 1, 1000];
    let races = orders.iter().enumerate().map(|(number, (order, bought, intent))| {
        let (shop, provider, amount) = (&shop, &provider, amounts[number % amounts.len()]);
        async move {
            // Each begins after some steps of the other. Of every second one no webhook ever comes.
            let by_hand = async {
                for _ in 0..number % 7 {
                    tokio::task::yield_now().await;
                }
                let (status, _) = provider.try_refund_by_hand(intent, amount).await;
                if status == StatusCode::OK && number % 2 == 0 {
                    let charge = json!({ "id": "ch_1", "object": "charge", "payment_intent": intent });
                    tell(shop, &format!("evt_{number}"), "charge.refunded", &charge).await.expect(StatusCode::OK);
                }
                status
            };
            let cancelled = async {
                bought.cancel().await.expect(StatusCode::OK);
                let sql = "SELECT r.id FROM refunds r JOIN payments p ON p.id = r.payment_id
                           WHERE p.order_id = $1 AND r.status = 'requested'";
                let asked: Vec<Uuid> = sqlx::query_scalar(sql).bind(order).fetch_all(&shop.db).await.unwrap();
                for id in asked {
                    refunds::make(&shop.app.db, &shop.stripe, id).await.unwrap();
                }
            };
            let status = match number % 3 {
                0 => {
                    let status = by_hand.await;
                    cancelled.await;
                    status
                }
                1 => tokio::join!(by_hand, cancelled).0,
                _ => tokio::join!(cancelled, by_hand).1,
            };
            assert!([StatusCode::OK, StatusCode::BAD_REQUEST].contains(&status), "{status}");
        }
    });
    // A few at a time: each has the provider and the database beside others, and none waits for fifty.
    futures_util::stream::iter(races).buffer_unordered(5).collect::<Vec<()>>().await;
    settle(&shop).await;
    for (order, _, intent) in &orders {
        assert_eq!(balance(&shop.db, *order).await, [1890, 1890, 0, 0]);
        expect_the_same(&shop, &provider, intent).await;
    }
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_by_hand_that_fails_is_owed_and_alarmed_on(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let (bought, intent) = paid(&shop, &provider, mug, REFUND_FAILS).await;
    let order = order_id(&shop, &bought).await;
    bought.cancel().await.expect(StatusCode::OK);
    provider.refund_by_hand(&intent, 1890).await;
    settle(&shop).await;
    // The bank sends it back: the customer has nothing, and ours has given way.
    shop.until("the failure", "SELECT EXISTS (SELECT FROM order_events WHERE kind = 'refund_failed')").await;
    assert_eq!(balance(&shop.db, order).await, [1890, 0, 0, 1890]);
    let broken: Vec<_> = devopsify::audit::audit(&mut shop.db.acquire().await.unwrap())
        .await
        .unwrap()
        .into_iter()
        .filter(|finding| finding.violations > 0)
        .map(|finding| finding.name)
        .collect();
    assert_eq!(broken, ["captured_money_has_an_order_or_a_refund"]);
    expect_the_same(&shop, &provider, &intent).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn ours_that_was_made_before_the_store_heard_of_it_is_ours(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let (bought, intent) = paid(&shop, &provider, mug, REFUNDS_LATER).await;
    let order = order_id(&shop, &bought).await;
    bought.cancel().await.expect(StatusCode::OK);
    let id = requested(&shop.db).await[0];
    // The answer is lost: the process died after the provider had made it.
    let made = shop.stripe.create_refund(&id.to_string(), &intent, 1890, "EUR", id).await.unwrap();
    tell(&shop, "evt_1", "refund.created", &json!({ "id": made.id, "payment_intent": intent }))
        .await
        .expect(StatusCode::OK);
    assert_eq!(balance(&shop.db, order).await, [1890, 0, 1890, 0]);
    let known: (Option<String>, String) =
        sqlx::query_as("SELECT provider_id, status FROM refunds").fetch_one(&shop.db).await.unwrap();
    assert_eq!(known, (Some(made.id), "pending".into()));
    expect_the_same(&shop, &provider, &intent).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_key_whose_answer_is_stored_is_replaced(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let (bought, intent) = paid(&shop, &provider, mug, GOOD_CARD).await;
    let order = order_id(&shop, &bought).await;
    bought.cancel().await.expect(StatusCode::OK);
    let id = requested(&shop.db).await[0];
    // The provider has refused this key once, for too much, and says so for ever.
    let too_much = shop.stripe.create_refund(&id.to_string(), &intent, 9999, "EUR", id).await;
    assert!(too_much.is_err());
    assert!(refunds::make(&shop.app.db, &shop.stripe, id).await.is_err());
    assert_eq!(balance(&shop.db, order).await, [1890, 0, 1890, 0], "it is still to be made");
    assert!(refunds::make(&shop.app.db, &shop.stripe, id).await.unwrap());
    assert_eq!(balance(&shop.db, order).await, [1890, 1890, 0, 0]);
    expect_the_same(&shop, &provider, &intent).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_reconciler_finds_what_was_made_by_hand(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let (bought, intent) = paid(&shop, &provider, mug, GOOD_CARD).await;
    let order = order_id(&shop, &bought).await;
    bought.cancel().await.expect(StatusCode::OK);
    provider.refund_by_hand(&intent, 1000).await;
    for _ in 0..2 {
        reconcile(&shop.app.db, &shop.stripe, -1.0).await.unwrap();
    }
    assert_eq!(balance(&shop.db, order).await, [1890, 1890, 0, 0]);
    expect_the_same(&shop, &provider, &intent).await;
}
