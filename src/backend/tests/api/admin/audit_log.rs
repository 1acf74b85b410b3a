//! `/api/admin/audit-log`: who of the staff changed what, in a chain that nobody can bend unseen.

use devopsify::audit::audit;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::open;
use crate::support::{
    Shop,
    builders::product,
    guest::variant_of,
    staff::{Staff, account},
};

async fn receive(staff: &Staff<'_>, variant: uuid::Uuid, quantity: i32) {
    let body = json!({ "variant_id": variant, "kind": "received", "quantity": quantity, "reason": "delivery" });
    staff.post_once("/api/admin/stock-movements", &body).await.expect(StatusCode::CREATED);
}

async fn chain_breaks(shop: &Shop) -> i64 {
    let findings = audit(&mut shop.db.acquire().await.unwrap()).await.unwrap();
    findings.into_iter().find(|finding| finding.name == "the_audit_log_is_a_chain").unwrap().violations
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_entry_tells_who_did_what_from_where(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let shop = open(db).await;
    let (admin, keeper) =
        (Staff::administrator(&shop).await, Staff::new(&shop, "catalogue_manager", "second_factor").await);
    let body = json!({ "variant_id": mug, "kind": "received", "quantity": 3, "reason": "delivery" });
    let reply = keeper.post_once("/api/admin/stock-movements", &body).await.expect(StatusCode::CREATED);
    let log = admin.json("/api/admin/audit-log").await;
    let entry = &log["items"][0];
    for (field, value) in [
        ("position", json!(1)),
        ("account_id", json!(keeper.account)),
        ("role", json!("catalogue_manager")),
        ("proof", json!("session")),
        ("client_address", json!("127.0.0.1")),
        ("request_id", json!(reply.header("x-request-id"))),
        ("action", json!("stock.moved")),
        ("subject_type", json!("variant")),
        ("subject_id", json!(mug)),
        ("before", json!({ "on_hand": 10 })),
    ] {
        assert_eq!(entry[field], value, "{field}");
    }
    assert_eq!((&entry["after"]["on_hand"], &entry["after"]["reason"]), (&json!(13), &json!("delivery")));
    assert_eq!((entry["hash"].as_str().unwrap().len(), &log["next_cursor"]), (64, &Value::Null));
    // What it says stays when the account goes.
    sqlx::query("DELETE FROM accounts WHERE id = $1").bind(keeper.account).execute(&shop.db).await.unwrap();
    let after = admin.json("/api/admin/audit-log").await;
    assert_eq!((&after["items"][0]["account_id"], &after["items"][0]["email"]), (&json!(keeper.account), &Value::Null));
    assert_eq!(chain_breaks(&shop).await, 0);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn entries_are_found_by_subject_and_by_account_a_page_at_a_time(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    product("cap").priced(2500).create(&db).await;
    let (mug, cap) = (variant_of(&db, "mug").await, variant_of(&db, "cap").await);
    let shop = open(db).await;
    let (one, other) = (Staff::administrator(&shop).await, Staff::administrator(&shop).await);
    for quantity in 1..=3 {
        receive(&one, mug, quantity).await;
    }
    receive(&other, cap, 9).await;
    let positions = |log: &Value| -> Vec<i64> {
        log["items"].as_array().unwrap().iter().map(|entry| entry["position"].as_i64().unwrap()).collect()
    };
    for (filter, expected) in [
        (String::new(), vec![4, 3, 2, 1]),
        (format!("subject_type=variant&subject_id={mug}"), vec![3, 2, 1]),
        (format!("account_id={}", other.account), vec![4]),
        ("subject_type=order".to_owned(), vec![]),
    ] {
        assert_eq!(positions(&one.json(&format!("/api/admin/audit-log?{filter}")).await), expected, "{filter}");
    }
    let first = one.json("/api/admin/audit-log?limit=3").await;
    assert_eq!(positions(&first), [4, 3, 2]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = one.json(&format!("/api/admin/audit-log?limit=3&cursor={cursor}")).await;
    assert_eq!((positions(&second), &second["next_cursor"]), (vec![1], &Value::Null));
    let elsewhere = one.get(&format!("/api/admin/audit-log?subject_type=order&cursor={cursor}")).await;
    assert_eq!(elsewhere.refused(), ["cursor"]);
}

/// Many changes at once: one chain, without forks or gaps, and nothing in it of what was refused.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn changes_at_once_make_one_chain(db: PgPool) {
    let mut variants = Vec::new();
    for number in 0..6 {
        let slug = format!("mug-{number}");
        product(&slug).priced(1400).create(&db).await;
        variants.push(variant_of(&db, &slug).await);
    }
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let moves = variants.iter().flat_map(|variant| [(*variant, 1), (*variant, 2), (*variant, -1000)]);
    let replies = moves.map(|(variant, quantity)| {
        let staff = &staff;
        async move {
            let body = json!({ "variant_id": variant, "kind": "adjusted", "quantity": quantity, "reason": "count" });
            staff.post_once("/api/admin/stock-movements", &body).await.status
        }
    });
    let replies = futures_util::future::join_all(replies).await;
    assert_eq!(replies.iter().filter(|status| **status == StatusCode::CREATED).count(), 12);
    let (entries, highest): (i64, i64) =
        sqlx::query_as("SELECT count(*), max(position) FROM audit_log").fetch_one(&shop.db).await.unwrap();
    assert_eq!((entries, highest, chain_breaks(&shop).await), (12, 12, 0));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nobody_bends_the_chain_unseen(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    for quantity in 1..=3 {
        receive(&staff, mug, quantity).await;
    }
    for refused in ["UPDATE audit_log SET role = 'support'", "DELETE FROM audit_log", "TRUNCATE audit_log"] {
        assert!(sqlx::query(refused).execute(&shop.db).await.is_err(), "{refused}");
    }
    // An entry of somebody else's making is still one of the chain: what it says of itself is not believed.
    sqlx::query(
        "INSERT INTO audit_log (account_id, role, proof, proof_id, at, action, subject_type, subject_id, after, position,
                                previous_hash, hash)
         VALUES (gen_random_uuid(), 'support', 'token', gen_random_uuid(), 'yesterday', 'order.fulfilled', 'order', '1', '{}',
                 77, 'x', 'x')",
    )
    .execute(&shop.db)
    .await
    .unwrap();
    let (position, is_now): (i64, bool) = sqlx::query_as(
        "SELECT position, at > now() - interval '1 minute' FROM audit_log ORDER BY position DESC LIMIT 1",
    )
    .fetch_one(&shop.db)
    .await
    .unwrap();
    assert_eq!((position, is_now, chain_breaks(&shop).await), (4, true, 0));
    for (tampering, breaks) in [
        ("UPDATE audit_log SET after = '{\"on_hand\": 1000000}' WHERE position = 2", 1),
        ("UPDATE audit_log SET client_address = NULL, at = at - interval '1 day' WHERE position = 3", 2),
    ] {
        sqlx::raw_sql("ALTER TABLE audit_log DISABLE TRIGGER USER").execute(&shop.db).await.unwrap();
        sqlx::raw_sql(tampering).execute(&shop.db).await.unwrap();
        sqlx::raw_sql("ALTER TABLE audit_log ENABLE TRIGGER USER").execute(&shop.db).await.unwrap();
        assert_eq!(chain_breaks(&shop).await, breaks, "{tampering}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_token_is_told_from_a_session(db: PgPool) {
    let shop = open(db).await;
    let admin = Staff::administrator(&shop).await;
    let customer = account(&shop.db, "ada@example.com", "Ada", "customer").await;
    sqlx::query(
        "INSERT INTO api_tokens (account_id, name, token_hash, scopes, expires_at)
         VALUES ($1, 'robot', $2, ARRAY['staff:write'], now() + interval '1 day')",
    )
    .bind(admin.account)
    .bind(devopsify::access::session::digest("dvp_robot"))
    .execute(&shop.db)
    .await
    .unwrap();
    let path = format!("/api/admin/accounts/{customer}/role");
    let headers = [("authorization", "Bearer dvp_robot")];
    shop.send(Method::PUT, &path, &headers, Some(&json!({ "role": "support" }))).await.expect(StatusCode::OK);
    let entry = &admin.json("/api/admin/audit-log").await["items"][0];
    assert_eq!((&entry["proof"], &entry["account_id"]), (&json!("token"), &json!(admin.account)));
}
