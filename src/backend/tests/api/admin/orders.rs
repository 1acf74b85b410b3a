//! `/api/admin/orders`: finding orders, and all that there is to know of one.

use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::open;
use crate::support::{
    builders::product,
    orders::{order, parcel},
    staff::{Staff, account},
};

fn numbers(list: &Value) -> Vec<i64> {
    list["items"].as_array().unwrap().iter().map(|order| order["number"].as_i64().unwrap()).collect()
}

/// 1001 is pending, 1002 confirmed, 1003 partly shipped, 1004 completed, 1005 cancelled and 1006 refunded.
async fn filled(db: &PgPool) {
    product("mug").priced(1400).create(db).await;
    order("MUG-1", 1).email("grace@example.org").create(db).await;
    order("MUG-1", 1).paid().create(db).await;
    let partly = order("MUG-1", 2).paid().create(db).await;
    parcel(db, partly.id, &[("MUG-1", 1)]).await;
    order("MUG-1", 1).completed().create(db).await;
    order("MUG-1", 1).cancelled().create(db).await;
    order("MUG-1", 1).email("a_b@example.com").refunded().create(db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn orders_are_found_by_where_they_stand(db: PgPool) {
    filled(&db).await;
    let shop = open(db).await;
    let staff = Staff::new(&shop, "support", "second_factor").await;
    for (filter, found) in [
        ("", vec![1006, 1005, 1004, 1003, 1002, 1001]),
        ("status=confirmed", vec![1003, 1002]),
        ("status=cancelled", vec![1006, 1005]),
        ("payment_status=paid", vec![1004, 1003, 1002]),
        ("payment_status=refunded", vec![1006]),
        ("payment_status=unpaid", vec![1001]),
        ("payment_status=cancelled", vec![1005]),
        ("fulfilment_status=partially_fulfilled", vec![1003]),
        ("fulfilment_status=fulfilled", vec![1004]),
        ("status=confirmed&fulfilment_status=unfulfilled", vec![1002]),
        ("q=1004", vec![1004]),
        ("q=%231004", vec![1004]),
        ("q=GRACE@", vec![1001]),
        ("q=a_b", vec![1006]),
        ("q=%25", vec![]),
        ("q=example", vec![]),
    ] {
        let list = staff.json(&format!("/api/admin/orders?{filter}")).await;
        assert_eq!(numbers(&list), found, "{filter}");
        // A list says of an order what the order says of itself.
        for listed in list["items"].as_array().unwrap() {
            let order = staff.json(&format!("/api/admin/orders/{}", listed["number"])).await;
            for field in ["status", "payment_status", "fulfilment_status", "placed_at", "email", "total"] {
                assert_eq!(listed[field], order[field], "{field}");
            }
        }
    }
    let first = staff.json("/api/admin/orders?limit=4").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = staff.json(&format!("/api/admin/orders?limit=4&cursor={cursor}")).await;
    assert_eq!((numbers(&first), numbers(&second)), (vec![1006, 1005, 1004, 1003], vec![1002, 1001]));
    assert_eq!(second["next_cursor"], Value::Null);
    assert_eq!(staff.get("/api/admin/orders?status=lost").await.refused(), ["status"]);
    assert_eq!(staff.get(&format!("/api/admin/orders?status=pending&cursor={cursor}")).await.refused(), ["cursor"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_is_told_with_what_only_the_staff_sees(db: PgPool) {
    filled(&db).await;
    let ada = account(&db, "ada@home.example", "Ada Lovelace", "customer").await;
    sqlx::query("UPDATE orders SET account_id = $1 WHERE number = 1003").bind(ada).execute(&db).await.unwrap();
    sqlx::query("UPDATE payments SET provider_id = 'pi_1' FROM orders o WHERE o.id = order_id AND number = 1003")
        .execute(&db)
        .await
        .unwrap();
    let shop = open(db).await;
    let staff = Staff::new(&shop, "support", "second_factor").await;
    let order = staff.json("/api/admin/orders/1003").await;
    assert_eq!(order["account"], json!({ "id": ada, "email": "ada@home.example", "name": "Ada Lovelace" }));
    assert_eq!(order["payment"]["provider_id"], "pi_1");
    assert_eq!(
        (&order["payment"]["status"], &order["payment"]["captured"]["amount"]),
        (&json!("captured"), &json!(3290))
    );
    assert_eq!((&order["unshipped"][0]["quantity"], &order["unshipped"][0]["on_hand"]), (&json!(1), &json!(8)));
    assert_eq!((&order["can_cancel"], &order["fulfilments"][0]["lines"][0]["quantity"]), (&json!(false), &json!(1)));
    assert_eq!(order["lines"][0]["title"], "mug");
    let guests = staff.get("/api/admin/orders/1004").await.expect(StatusCode::OK).json();
    assert_eq!((&guests["account"], &guests["unshipped"]), (&Value::Null, &json!([])));
}
