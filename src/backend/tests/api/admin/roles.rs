//! `/api/admin/accounts/{id}/role`: who is staff.

use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::open;
use crate::support::{
    Reply, Shop,
    staff::{Staff, account},
};

async fn set(staff: &Staff<'_>, account: Uuid, role: &str) -> Reply {
    staff.send(Method::PUT, &format!("/api/admin/accounts/{account}/role"), &json!({ "role": role })).await
}

async fn administrators(shop: &Shop) -> i64 {
    let sql = "SELECT count(*) FROM accounts WHERE role = 'administrator'";
    sqlx::query_scalar(sql).fetch_one(&shop.db).await.unwrap()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_new_role_ends_what_was_signed_in_before(db: PgPool) {
    let shop = open(db).await;
    let (admin, support) = (Staff::administrator(&shop).await, Staff::new(&shop, "support", "second_factor").await);
    sqlx::query(
        "INSERT INTO api_tokens (account_id, name, token_hash, scopes, expires_at)
         VALUES ($1, 'labels', sha256('x'), ARRAY['orders:read'], now() + interval '1 day')",
    )
    .bind(support.account)
    .execute(&shop.db)
    .await
    .unwrap();
    let changed = set(&admin, support.account, "catalogue_manager").await.expect(StatusCode::OK);
    assert_eq!((changed.header("cache-control"), &changed.json()["role"]), ("no-store", &json!("catalogue_manager")));
    assert_eq!(support.get("/api/admin/orders").await.refusal(), (401, "sign_in_required".into()));
    let tokens: i64 = sqlx::query_scalar("SELECT count(*) FROM api_tokens").fetch_one(&shop.db).await.unwrap();
    assert_eq!(tokens, 0);
    assert_eq!(
        admin.told("account", &support.account.to_string()).await,
        [("account.role_changed".into(), json!({ "role": "support" }), json!({ "role": "catalogue_manager" }))]
    );
    // The same again changes nothing and ends nothing.
    set(&admin, admin.account, "administrator").await.expect(StatusCode::OK);
    assert!(admin.told("account", &admin.account.to_string()).await.is_empty());
    assert_eq!(admin.get("/api/admin/orders").await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_cannot_be_is_refused(db: PgPool) {
    let shop = open(db).await;
    let admin = Staff::administrator(&shop).await;
    assert_eq!(set(&admin, Uuid::nil(), "support").await.refusal(), (404, "not_found".into()));
    assert_eq!(set(&admin, admin.account, "king").await.refused(), ["role"]);
    let path = format!("/api/admin/accounts/{}/role", admin.account);
    assert_eq!(admin.send(Method::PUT, &path, &json!({ "role": "support", "why": 1 })).await.refused(), ["why"]);
    assert_eq!(set(&admin, admin.account, "support").await.refusal(), (409, "last_administrator".into()));
    assert_eq!(administrators(&shop).await, 1);
    let ada = account(&shop.db, "ada@example.com", "Ada", "customer").await;
    set(&admin, ada, "administrator").await.expect(StatusCode::OK);
    set(&admin, admin.account, "customer").await.expect(StatusCode::OK);
    assert_eq!(administrators(&shop).await, 1);
}

/// Two administrators who take the role from each other at the same moment.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn one_administrator_is_left_whoever_is_faster(db: PgPool) {
    let shop = open(db).await;
    for _ in 0..5 {
        sqlx::query("UPDATE accounts SET role = 'customer'").execute(&shop.db).await.unwrap();
        let (one, other) = (Staff::administrator(&shop).await, Staff::administrator(&shop).await);
        let (first, second) = tokio::join!(set(&one, other.account, "support"), set(&other, one.account, "support"));
        let done = [&first, &second].into_iter().filter(|reply| reply.status == StatusCode::OK).count();
        assert_eq!((done, administrators(&shop).await), (1, 1), "{} {}", first.text, second.text);
    }
}
