//! `/api/account/tokens`: what programs sign in with.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{
    Shop,
    builders::product,
    customer::{Browser, PASSWORD, reset},
    guest::{Guest, variant_of},
};

fn wanted(scopes: &[&str]) -> Value {
    json!({ "name": "Label printer", "scopes": scopes, "expires_in_days": 30, "password": PASSWORD })
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_token_does_what_its_scopes_say_until_it_is_revoked(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let made = ada.post("/api/account/tokens", &wanted(&["account:read"])).await.expect(StatusCode::CREATED).json();
    let token = made["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("dvp_") && token.len() == 47, "{token}");
    let stored: String = sqlx::query_scalar("SELECT t::text FROM api_tokens t").fetch_one(&db).await.unwrap();
    assert!(!stored.contains(&token), "{stored}");
    let bearer = format!("Bearer {token}");
    let ask = async |method: Method, path: &str, body: Option<&Value>| {
        shop.send(method, path, &[("authorization", &bearer)], body).await
    };
    assert_eq!(ask(Method::GET, "/api/account", None).await.expect(StatusCode::OK).json()["email"], "ada@example.com");
    let change = json!({ "name": "Eve" });
    assert_eq!(ask(Method::PATCH, "/api/account", Some(&change)).await.refusal(), (403, "scope_missing".into()));
    // What decides about the account is not for programs, whatever their scopes.
    let all = ada.post("/api/account/tokens", &wanted(&["account:read", "account:write"])).await.json();
    let all = format!("Bearer {}", all["token"].as_str().unwrap());
    for (method, path) in [
        (Method::POST, "/api/account/password"),
        (Method::POST, "/api/account/tokens"),
        (Method::GET, "/api/account/sessions"),
        (Method::POST, "/api/account/erasure"),
        (Method::POST, "/api/account/totp"),
    ] {
        let reply = shop.send(method, path, &[("authorization", &all)], None).await;
        assert_eq!(reply.refusal(), (403, "session_required".into()), "{path}");
    }
    let list = ada.get("/api/account/tokens").await.json();
    let id = made["details"]["id"].as_str().unwrap();
    let kept = list["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap();
    assert!(kept["last_used_at"].is_string() && kept["token"].is_null(), "{kept}");
    let bob = Browser::of(&shop, "bob@example.com").await;
    let path = format!("/api/account/tokens/{id}");
    assert_eq!(bob.send(Method::DELETE, &path, None).await.refusal(), (404, "not_found".into()));
    ada.send(Method::DELETE, &path, None).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(ask(Method::GET, "/api/account", None).await.refusal(), (401, "sign_in_required".into()));
    sqlx::query("UPDATE api_tokens SET expires_at = now()").execute(&db).await.unwrap();
    let reply = shop.get_with("/api/account", &[("authorization", &all)]).await;
    assert_eq!(reply.refusal(), (401, "sign_in_required".into()), "an old one");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nobody_gives_a_program_what_they_have_not(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let make = async |body: Value| ada.post("/api/account/tokens", &body).await;
    assert_eq!(make(wanted(&["orders:read"])).await.refused(), ["scopes"]);
    assert_eq!(make(wanted(&[])).await.refused(), ["scopes"]);
    assert_eq!(make(wanted(&["everything"])).await.refused(), ["scopes[0]"]);
    let mut wrong = wanted(&["account:read"]);
    wrong["password"] = "not the right one".into();
    assert_eq!(make(wrong).await.refusal(), (403, "wrong_password".into()));
    let mut long = wanted(&["account:read"]);
    long["expires_in_days"] = 367.into();
    assert_eq!(make(long).await.refused(), ["expires_in_days"]);
    // Staff show a second factor first; without it, what was made with it ends.
    sqlx::query("UPDATE accounts SET role = 'support'").execute(&db).await.unwrap();
    assert_eq!(make(wanted(&["orders:read"])).await.refusal(), (403, "second_factor_required".into()));
    ada.enrol().await;
    let made = make(wanted(&["orders:read"])).await.expect(StatusCode::CREATED).json();
    ada.post("/api/account/totp/removal", &json!({ "password": PASSWORD })).await.expect(StatusCode::NO_CONTENT);
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let reply = shop.get_with("/api/account", &[("authorization", &bearer)]).await;
    assert_eq!(reply.refusal(), (401, "sign_in_required".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_tokens_scopes_hold_for_carts_and_orders_too(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    sqlx::query("UPDATE orders SET account_id = $1").bind(ada.account().await).execute(&db).await.unwrap();
    ada.post("/api/carts", &json!({ "items": [{ "variant_id": mug, "quantity": 1 }] }))
        .await
        .expect(StatusCode::CREATED);
    let bearer = async |scope: &str| {
        let made = ada.post("/api/account/tokens", &wanted(&[scope])).await.expect(StatusCode::CREATED).json();
        format!("Bearer {}", made["token"].as_str().unwrap())
    };
    let (reads, writes) = (bearer("account:read").await, bearer("account:write").await);
    let order = format!("/api/orders/{}", bought.number);
    let item = json!({ "variant_id": mug, "quantity": 1 });
    for (bearer, may_read, may_write) in [(&reads, true, false), (&writes, false, true)] {
        let ask = async |method: Method, path: &str, body: Option<&Value>| {
            shop.send(method, path, &[("authorization", bearer)], body).await.status == StatusCode::OK
        };
        assert_eq!(ask(Method::GET, &order, None).await, may_read);
        assert_eq!(ask(Method::GET, "/api/carts/current", None).await, may_read);
        assert_eq!(ask(Method::POST, &format!("{order}/payment"), None).await, may_write);
        assert_eq!(ask(Method::POST, "/api/carts/current/items", Some(&item)).await, may_write);
    }
    let refused = shop.send(Method::POST, &format!("{order}/cancellation"), &[("authorization", &reads)], None).await;
    assert_eq!(refused.refusal(), (404, "not_found".into()));
    // What reads is handed nothing that does more, or outlives it.
    let read = shop.get_with("/api/carts/current", &[("authorization", &reads)]).await;
    assert_eq!((read.header("order-token"), read.header("set-cookie")), ("", ""));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_new_password_ends_tokens_too(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let make = async |password: &str| {
        let mut body = wanted(&["account:read"]);
        body["password"] = password.into();
        let made = ada.post("/api/account/tokens", &body).await.expect(StatusCode::CREATED).json();
        format!("Bearer {}", made["token"].as_str().unwrap())
    };
    let works =
        async |bearer: &str| shop.get_with("/api/account", &[("authorization", bearer)]).await.status == StatusCode::OK;
    let first = make(PASSWORD).await;
    assert!(works(&first).await);
    let body = json!({ "current_password": PASSWORD, "password": "all the king's men" });
    ada.post("/api/account/password", &body).await.expect(StatusCode::NO_CONTENT);
    assert!(!works(&first).await);
    let second = make("all the king's men").await;
    ada.post("/api/auth/password/forgot", &json!({ "email": "ada@example.com" })).await.expect(StatusCode::ACCEPTED);
    let body = json!({ "token": reset(&db, "ada@example.com").await, "password": PASSWORD });
    ada.post("/api/auth/password/reset", &body).await.expect(StatusCode::NO_CONTENT);
    assert!(!works(&second).await);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn another_scheme_is_somebody_elses(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let basic = [("authorization", "Basic c2hvcDpzaG9w")];
    ada.send_with(Method::GET, "/api/account", &basic, None).await.expect(StatusCode::OK);
    assert_eq!(shop.send(Method::POST, "/api/carts", &basic, Some(&json!({}))).await.status, StatusCode::CREATED);
}
