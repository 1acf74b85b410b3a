//! `/api/account/export` and `/api/account/erasure`.

use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{
    Shop,
    builders::product,
    customer::{Browser, PASSWORD},
    guest::{Guest, variant_of},
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_copy_is_asked_for_with_the_password_and_is_nobody_elses(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    assert_eq!(ada.get("/api/account/export").await.refusal(), (404, "not_found".into()));
    let ask = async |password: &str| ada.post("/api/account/export", &json!({ "password": password })).await;
    assert_eq!(ask("not the right one").await.refusal(), (403, "wrong_password".into()));
    assert_eq!(ask(PASSWORD).await.expect(StatusCode::ACCEPTED).json()["progress"], 0);
    ask(PASSWORD).await.expect(StatusCode::ACCEPTED);
    let jobs: i64 =
        sqlx::query_scalar("SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier = 'export_account'")
            .fetch_one(&db)
            .await
            .unwrap();
    assert_eq!(jobs, 1, "one at a time");
    assert_eq!(ada.get("/api/account/export/file").await.refusal(), (404, "not_found".into()));
    let bob = Browser::of(&shop, "bob@example.com").await;
    assert_eq!(bob.get("/api/account/export").await.refusal(), (404, "not_found".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn erasing_leaves_what_the_books_need_and_nothing_of_the_person(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let bob = Browser::of(&shop, "bob@example.com").await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let erase = async |password: &str| ada.post("/api/account/erasure", &json!({ "password": password })).await;
    assert_eq!(erase("not the right one").await.refusal(), (403, "wrong_password".into()));
    sqlx::query("UPDATE orders SET account_id = $1").bind(ada.account().await).execute(&db).await.unwrap();
    assert_eq!(erase(PASSWORD).await.refusal(), (409, "orders_open".into()), "it waits to be paid");
    bought.cancel().await.expect(StatusCode::OK);
    // Somebody else's unpaid order with her address does not keep her.
    let pending = Guest::with(&shop, mug, 1).await.buy().await;
    sqlx::query("UPDATE orders SET email = 'ADA@example.com' WHERE number = $1")
        .bind(pending.number)
        .execute(&db)
        .await
        .unwrap();
    assert_eq!(erase("not the right one").await.status, StatusCode::FORBIDDEN);
    // What staff were answered about her order.
    sqlx::query(
        "INSERT INTO idempotency_keys (scope, route, key, request_digest, status, body)
         SELECT 'account:of-the-staff', 'ship', '1', 'x', 201, json_build_object('number', number, 'email', email)::text
         FROM orders WHERE number = $1",
    )
    .bind(bought.number)
    .execute(&db)
    .await
    .unwrap();
    ada.post("/api/carts", &json!({ "items": [{ "variant_id": mug, "quantity": 1 }] }))
        .await
        .expect(StatusCode::CREATED);
    let reply = erase(PASSWORD).await.expect(StatusCode::NO_CONTENT);
    assert!(reply.headers.get_all("set-cookie").iter().all(|cookie| cookie.to_str().unwrap().contains("Max-Age=0")));

    sqlx::query("UPDATE orders SET email = 'x@example.com' WHERE number = $1")
        .bind(pending.number)
        .execute(&db)
        .await
        .unwrap();
    sqlx::raw_sql(
        "UPDATE order_addresses d SET name = '', line1 = '', postal_code = '' FROM orders o WHERE o.id = d.order_id AND o.status = 'pending';
         DELETE FROM idempotency_keys WHERE body LIKE '%pending%'",
    )
    .execute(&db)
    .await
    .unwrap();
    // Not one table holds her address, her name or her street; the mail that says so is still to be sent.
    let tables: Vec<String> = sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
        .fetch_all(&db)
        .await
        .unwrap();
    assert!(tables.len() > 20);
    for table in tables {
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t"
        )))
        .fetch_one(&db)
        .await
        .unwrap();
        for trace in ["ada@example.com", "Lovelace", "Hauptstr", "10115"] {
            assert!(!rows.contains(trace), "{trace} is still in {table}: {rows}");
        }
    }
    let kept: (i64, String, String) = sqlx::query_as(
        "SELECT o.total, o.currency::text, d.country::text FROM orders o JOIN order_addresses d ON d.order_id = o.id
         WHERE o.number = $1",
    )
    .bind(bought.number)
    .fetch_one(&db)
    .await
    .unwrap();
    assert!(kept.0 > 0 && kept.1 == "EUR" && kept.2 == "DE");
    assert_eq!(ada.login("ada@example.com", PASSWORD).await.refusal(), (401, "invalid_credentials".into()));
    bob.get("/api/account").await.expect(StatusCode::OK);
    assert_eq!(
        bob.send(Method::GET, &format!("/api/orders/{}", bought.number), None).await.status,
        StatusCode::NOT_FOUND
    );
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_last_administrator_stays(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let bob = Browser::of(&shop, "bob@example.com").await;
    sqlx::query("UPDATE accounts SET role = 'administrator'").execute(&db).await.unwrap();
    let erase =
        async |browser: &Browser<'_>| browser.post("/api/account/erasure", &json!({ "password": PASSWORD })).await;
    let (one, two) = tokio::join!(erase(&ada), erase(&bob));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409], "{}{}", one.text, two.text);
}
