//! `/api/admin/orders/{number}/fulfilments`: shipped in parts or as a whole, told to its customer, and never twice.

use devopsify::capability::Capability;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::open;
use crate::support::{
    Reply, Shop,
    builders::{product, variant},
    guest::{stock, variant_of},
    orders::{Placed, order},
    secrets,
    staff::Staff,
};

async fn ship(staff: &Staff<'_>, order: &Placed, body: &Value) -> Reply {
    staff.post_once(&format!("/api/admin/orders/{}/fulfilments", order.number), body).await
}

/// The order as its buyer sees it.
async fn bought(shop: &Shop, order: &Placed) -> Value {
    let token = secrets().token(Capability::Order, order.id);
    shop.get_with(&format!("/api/orders/{}", order.number), &[("order-token", &token)]).await.json()
}

async fn mails(db: &PgPool) -> Vec<String> {
    let sql = "SELECT payload ->> 'fulfilment_id' FROM graphile_worker._private_jobs j
               JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE t.identifier = 'send_shipment' ORDER BY j.id";
    sqlx::query_scalar(sql).fetch_all(db).await.unwrap()
}

fn kinds(order: &Value) -> Vec<&str> {
    order["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_is_shipped_as_a_whole(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    product("cap").priced(2500).create(&db).await;
    let placed = order("MUG-1", 2).line("CAP-1", 1).paid().create(&db).await;
    let (mug, cap) = (variant_of(&db, "mug").await, variant_of(&db, "cap").await);
    let shop = open(db).await;
    let staff = Staff::new(&shop, "support", "second_factor").await;
    let parcel = json!({ "carrier": " DHL ", "tracking_number": "0034", "tracking_url": "https://dhl.example/0034" });
    let reply = ship(&staff, &placed, &parcel).await.expect(StatusCode::CREATED);
    assert_eq!(reply.header("cache-control"), "no-store");
    let order = reply.json();
    assert_eq!((&order["status"], &order["fulfilment_status"]), (&json!("completed"), &json!("fulfilled")));
    assert_eq!(kinds(&order), ["placed", "paid", "fulfilled", "completed"]);
    let shipped = &order["fulfilments"][0];
    assert_eq!(
        (&shipped["carrier"], &shipped["tracking_number"], &shipped["tracking_url"]),
        (&json!("DHL"), &json!("0034"), &json!("https://dhl.example/0034"))
    );
    let lines = json!([{ "variant_id": mug, "quantity": 2 }, { "variant_id": cap, "quantity": 1 }]);
    assert_eq!((&shipped["lines"], &order["unshipped"]), (&lines, &json!([])));
    assert_eq!(bought(&shop, &placed).await["fulfilments"], order["fulfilments"]);
    assert_eq!((stock(&shop.db, mug).await, stock(&shop.db, cap).await), ((8, 0), (9, 0)));
    assert_eq!(mails(&shop.db).await, [shipped["id"].as_str().unwrap()]);
    let told = staff.told("order", &placed.number.to_string()).await;
    assert_eq!((told.len(), told[0].0.as_str(), &told[0].1), (1, "order.fulfilled", &Value::Null));
    assert_eq!((&told[0].2["lines"], &told[0].2["carrier"]), (&lines, &json!("DHL")));
    assert_eq!(ship(&staff, &placed, &json!({})).await.refusal(), (409, "already_shipped".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_is_shipped_in_parts(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    product("cap").priced(2500).create(&db).await;
    let placed = order("MUG-1", 2).line("CAP-1", 1).paid().create(&db).await;
    let (mug, cap) = (variant_of(&db, "mug").await, variant_of(&db, "cap").await);
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let part = json!({ "lines": [{ "variant_id": mug, "quantity": 1 }] });
    let order = ship(&staff, &placed, &part).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["status"], &order["fulfilment_status"]), (&json!("confirmed"), &json!("partially_fulfilled")));
    assert_eq!((&order["can_cancel"], kinds(&order).last()), (&json!(false), Some(&"fulfilled")));
    assert_eq!(order["unshipped"].as_array().unwrap().len(), 2);
    let token = secrets().token(Capability::Order, placed.id);
    let path = format!("/api/orders/{}/cancellation", placed.number);
    let late = shop.send(Method::POST, &path, &[("order-token", &token)], None).await;
    assert_eq!(late.refusal(), (409, "order_shipped".into()));
    let too_many = json!({ "lines": [{ "variant_id": cap, "quantity": 1 }, { "variant_id": mug, "quantity": 2 }] });
    let refused = ship(&staff, &placed, &too_many).await;
    assert_eq!(refused.refusal(), (409, "already_shipped".into()));
    assert_eq!(refused.json()["errors"][0]["field"], "lines[1].quantity");
    let order = ship(&staff, &placed, &json!({})).await.expect(StatusCode::CREATED).json();
    assert_eq!((&order["status"], order["fulfilments"].as_array().unwrap().len()), (&json!("completed"), 2));
    assert_eq!(order["fulfilments"][1]["lines"].as_array().unwrap().len(), 2);
    assert_eq!((stock(&shop.db, mug).await, stock(&shop.db, cap).await), ((8, 0), (9, 0)));
    assert_eq!((mails(&shop.db).await.len(), staff.told("order", &placed.number.to_string()).await.len()), (2, 2));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_repetition_ships_nothing(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let placed = order("MUG-1", 2).paid().create(&db).await;
    let other = order("MUG-1", 1).paid().create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let body = json!({ "lines": [{ "variant_id": mug, "quantity": 1 }] });
    let path = |order: &Placed| format!("/api/admin/orders/{}/fulfilments", order.number);
    let key = [("idempotency-key", "one")];
    let first = staff.send_with(Method::POST, &path(&placed), &key, &body).await.expect(StatusCode::CREATED);
    let again = staff.send_with(Method::POST, &path(&placed), &key, &body).await.expect(StatusCode::CREATED);
    assert_eq!(first.text, again.text);
    assert_eq!((stock(&shop.db, mug).await, mails(&shop.db).await.len()), ((9, 2), 1));
    let elsewhere = staff.send_with(Method::POST, &path(&other), &key, &body).await;
    assert_eq!(elsewhere.refusal(), (422, "idempotency_key_reused".into()));
    assert_eq!(staff.send(Method::POST, &path(&placed), &body).await.refused(), ["Idempotency-Key"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn only_what_is_paid_and_not_given_back_is_shipped(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let pending = order("MUG-1", 1).create(&db).await;
    let cancelled = order("MUG-1", 1).cancelled().create(&db).await;
    let completed = order("MUG-1", 1).completed().create(&db).await;
    let given_back = order("MUG-1", 1).paid().create(&db).await;
    let asked_back = order("MUG-1", 1).paid().create(&db).await;
    let partly = order("MUG-1", 1).paid().create(&db).await;
    for (order, amount, status) in
        [(&given_back, 1890, "succeeded"), (&asked_back, 1890, "requested"), (&partly, 100, "succeeded")]
    {
        let sql = "INSERT INTO refunds (payment_id, amount, reason, status) SELECT id, $2, 'made at the provider', $3
                   FROM payments WHERE order_id = $1";
        sqlx::query(sql).bind(order.id).bind(amount).bind(status).execute(&db).await.unwrap();
    }
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    for (order, code) in [
        (&pending, "order_not_paid"),
        (&cancelled, "order_cancelled"),
        (&completed, "already_shipped"),
        (&given_back, "order_refunded"),
        (&asked_back, "order_refunded"),
    ] {
        assert_eq!(ship(&staff, order, &json!({})).await.refusal(), (409, code.into()));
    }
    ship(&staff, &partly, &json!({})).await.expect(StatusCode::CREATED);
    let nowhere = Placed { id: Uuid::nil(), number: 1, cart: Uuid::nil() };
    assert_eq!(ship(&staff, &nowhere, &json!({})).await.refusal(), (404, "not_found".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_was_ordered_without_stock_waits_for_it(db: PgPool) {
    product("cap").variant(variant(&[], 2500, 2).backorderable()).create(&db).await;
    let placed = order("CAP-1", 3).paid().create(&db).await;
    let cap = variant_of(&db, "cap").await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let refused = ship(&staff, &placed, &json!({})).await;
    assert_eq!(refused.refusal(), (409, "not_on_shelf".into()));
    assert_eq!(
        refused.json()["errors"][0],
        json!({ "field": format!("lines.{cap}"), "message": "2 are on the shelf" })
    );
    let two = json!({ "lines": [{ "variant_id": cap, "quantity": 2 }] });
    ship(&staff, &placed, &two).await.expect(StatusCode::CREATED);
    assert_eq!(stock(&shop.db, cap).await, (0, 1));
    let received = json!({ "variant_id": cap, "kind": "received", "quantity": 5, "reason": "delivery" });
    staff.post_once("/api/admin/stock-movements", &received).await.expect(StatusCode::CREATED);
    assert_eq!(ship(&staff, &placed, &json!({})).await.expect(StatusCode::CREATED).json()["status"], "completed");
    assert_eq!(stock(&shop.db, cap).await, (4, 0));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn every_field_that_cannot_be_used_is_named(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let placed = order("MUG-1", 2).paid().create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let line = json!({ "variant_id": mug, "quantity": 1 });
    for (body, fields) in [
        (json!({ "lines": [] }), vec!["lines"]),
        (json!({ "lines": [line, line] }), vec!["lines[1].variant_id"]),
        (json!({ "lines": [{ "variant_id": mug, "quantity": 0 }] }), vec!["lines[0].quantity"]),
        (json!({ "lines": [{ "variant_id": Uuid::nil(), "quantity": 1 }] }), vec!["lines[0].variant_id"]),
        (json!({ "lines": [{ "variant_id": mug }] }), vec!["lines[0].quantity"]),
        (json!({ "tracking_url": "http://dhl.example/1" }), vec!["tracking_url"]),
        (json!({ "tracking_url": "javascript:alert(1)" }), vec!["tracking_url"]),
        (json!({ "carrier": "", "tracking_number": "x".repeat(101) }), vec!["carrier", "tracking_number"]),
        (json!({ "carier": "DHL" }), vec!["carier"]),
    ] {
        assert_eq!(ship(&staff, &placed, &body).await.refused(), fields, "{body}");
    }
    assert_eq!((stock(&shop.db, mug).await, mails(&shop.db).await.len()), ((10, 2), 0));
}
