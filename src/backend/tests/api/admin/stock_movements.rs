//! `/api/admin/stock-movements`: what came in, was counted and came back.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::open;
use crate::support::{
    Reply,
    builders::{product, variant},
    guest::{stock, variant_of},
    orders::order,
    staff::Staff,
};

const PATH: &str = "/api/admin/stock-movements";

fn movement(variant: Uuid, kind: &str, quantity: i64) -> Value {
    json!({ "variant_id": variant, "kind": kind, "quantity": quantity, "reason": " counted " })
}

async fn moved(staff: &Staff<'_>, variant: Uuid, kind: &str, quantity: i64) -> Reply {
    staff.post_once(PATH, &movement(variant, kind, quantity)).await
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn stock_moves_and_the_ledger_says_why(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let shop = open(db).await;
    let staff = Staff::new(&shop, "catalogue_manager", "second_factor").await;
    for (kind, quantity, on_hand) in [("received", 5, 15), ("returned", 1, 16), ("adjusted", -4, 12)] {
        let reply = moved(&staff, mug, kind, quantity).await.expect(StatusCode::CREATED);
        assert_eq!(reply.header("cache-control"), "no-store");
        let json = reply.json();
        assert_eq!(
            (&json["on_hand"], &json["reserved"], &json["reason"]),
            (&json!(on_hand), &json!(0), &json!("counted"))
        );
        assert_eq!(stock(&shop.db, mug).await, (on_hand, 0));
    }
    let told = staff.told("variant", &mug.to_string()).await;
    assert_eq!(told.len(), 3);
    assert_eq!((&told[0].0, &told[0].1), (&"stock.moved".to_owned(), &json!({ "on_hand": 16 })));
    assert_eq!((&told[0].2["on_hand"], &told[0].2["kind"]), (&json!(12), &json!("adjusted")));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_repetition_moves_nothing(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let shop = open(db).await;
    let (staff, other) = (Staff::administrator(&shop).await, Staff::administrator(&shop).await);
    let body = movement(mug, "received", 5);
    let key = [("idempotency-key", "one")];
    let (first, second) = tokio::join!(
        staff.send_with(Method::POST, PATH, &key, &body),
        staff.send_with(Method::POST, PATH, &key, &body)
    );
    assert_eq!((first.status, &first.text), (StatusCode::CREATED, &second.text));
    assert_eq!(stock(&shop.db, mug).await, (15, 0));
    let reused = staff.send_with(Method::POST, PATH, &key, &movement(mug, "received", 6)).await;
    assert_eq!(reused.refusal(), (422, "idempotency_key_reused".into()));
    // A key belongs to who chose it.
    other.send_with(Method::POST, PATH, &key, &body).await.expect(StatusCode::CREATED);
    assert_eq!(stock(&shop.db, mug).await, (20, 0));
    assert_eq!(staff.send(Method::POST, PATH, &body).await.refused(), ["Idempotency-Key"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_promised_or_not_there_does_not_go(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    product("cap").variant(variant(&[], 2500, 2).backorderable()).create(&db).await;
    order("MUG-1", 4).line("CAP-1", 5).paid().create(&db).await;
    let (mug, cap) = (variant_of(&db, "mug").await, variant_of(&db, "cap").await);
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    assert_eq!(moved(&staff, mug, "adjusted", -7).await.refusal(), (409, "stock_is_promised".into()));
    assert_eq!(moved(&staff, mug, "adjusted", -11).await.refusal().0, 409);
    assert_eq!(moved(&staff, cap, "adjusted", -3).await.refusal(), (409, "not_on_shelf".into()));
    moved(&staff, mug, "adjusted", -6).await.expect(StatusCode::CREATED);
    moved(&staff, cap, "adjusted", -2).await.expect(StatusCode::CREATED);
    assert_eq!((stock(&shop.db, mug).await, stock(&shop.db, cap).await), ((4, 4), (0, 5)));
    assert_eq!(staff.told("variant", &mug.to_string()).await.len(), 1, "what was refused is not told");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn every_field_that_cannot_be_used_is_named(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    for (change, field) in [
        (json!({ "quantity": 0 }), "quantity"),
        (json!({ "quantity": -1 }), "quantity"),
        (json!({ "quantity": 1_000_001 }), "quantity"),
        (json!({ "quantity": i64::MAX }), "quantity"),
        (json!({ "quantity": 1.5 }), "quantity"),
        (json!({ "kind": "shipped" }), "kind"),
        (json!({ "reason": "  " }), "reason"),
        (json!({ "reason": "x".repeat(256) }), "reason"),
        (json!({ "variant_id": Uuid::nil() }), "variant_id"),
        (json!({ "note": "" }), "note"),
    ] {
        let mut body = movement(mug, "received", 5);
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(staff.post_once(PATH, &body).await.refused(), [field], "{change}");
    }
    assert_eq!(stock(&shop.db, mug).await, (10, 0));
}
