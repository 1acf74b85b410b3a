//! `/api/admin/customers`: who has an account, and what they bought.

use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::open;
use crate::support::{
    builders::product,
    orders::order,
    staff::{Staff, account},
    strings,
};

async fn give(db: &PgPool, order: Uuid, account: Uuid) {
    sqlx::query("UPDATE orders SET account_id = $2 WHERE id = $1").bind(order).bind(account).execute(db).await.unwrap();
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn customers_are_found_by_name_and_by_mail(db: PgPool) {
    let ada = account(&db, "ada@example.com", "Ada Lovelace", "customer").await;
    account(&db, "grace_h@example.org", "Grace Hopper", "customer").await;
    let shop = open(db).await;
    let staff = Staff::new(&shop, "support", "second_factor").await;
    for (q, found) in [
        ("LOVE", vec!["ada@example.com"]),
        ("example.", vec!["grace_h@example.org", "ada@example.com"]),
        ("e_h%40", vec!["grace_h@example.org"]),
        ("%25", vec![]),
    ] {
        let list = staff.json(&format!("/api/admin/customers?q={q}")).await;
        assert_eq!(strings(&list["items"], "email"), found, "{q}");
    }
    let people = staff.json("/api/admin/customers?role=customer&limit=1").await;
    assert_eq!(strings(&people["items"], "email"), ["grace_h@example.org"]);
    let cursor = people["next_cursor"].as_str().unwrap();
    let rest = staff.json(&format!("/api/admin/customers?role=customer&limit=1&cursor={cursor}")).await;
    assert_eq!(
        (strings(&rest["items"], "email"), &rest["next_cursor"]),
        (vec!["ada@example.com".to_owned()], &Value::Null)
    );
    assert_eq!(staff.get("/api/admin/customers?role=king").await.refused(), ["role"]);
    let reply = staff.get(&format!("/api/admin/customers/{ada}")).await.expect(StatusCode::OK);
    assert!(!reply.text.contains("password") && !reply.text.contains("argon2id"), "{}", reply.text);
    assert_eq!(staff.get(&format!("/api/admin/customers/{}", Uuid::nil())).await.refusal().0, 404);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_customer_is_told_with_their_orders(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let ada = account(&db, "ada@example.com", "Ada Lovelace", "customer").await;
    let mut last = 0;
    for placed in [order("MUG-1", 1).paid().create(&db).await, order("MUG-1", 1).paid().create(&db).await] {
        give(&db, placed.id, ada).await;
        last = placed.number;
    }
    give(&db, order("MUG-1", 1).cancelled().create(&db).await.id, ada).await;
    order("MUG-1", 1).paid().create(&db).await;
    let shop = open(db).await;
    let staff = Staff::new(&shop, "support", "second_factor").await;
    let customer = staff.json(&format!("/api/admin/customers/{ada}")).await;
    assert_eq!(
        (&customer["name"], &customer["role"], &customer["order_count"], &customer["last_order_number"]),
        (&json!("Ada Lovelace"), &json!("customer"), &json!(2), &json!(last))
    );
    assert!(customer["last_order_at"].is_string());
    let orders = staff.json(&format!("/api/admin/orders?account_id={ada}")).await;
    assert_eq!(orders["items"].as_array().unwrap().len(), 3);
}
