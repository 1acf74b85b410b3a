//! Registering, signing in and out, and what a session is.

use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{
    Shop,
    customer::{Browser, PASSWORD, registration},
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn who_registers_confirms_and_is_signed_in(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::new(&shop);
    let reply = ada.register("Ada@Example.com").await.expect(StatusCode::ACCEPTED);
    assert_eq!((reply.text.as_str(), reply.headers.get("set-cookie")), ("", None));
    assert_eq!(ada.get("/api/account").await.refusal(), (401, "sign_in_required".into()));
    assert_eq!(ada.login("ada@example.com", PASSWORD).await.refusal(), (401, "invalid_credentials".into()));

    let reply = ada.verify(&registration(&db, "Ada@Example.com").await).await.expect(StatusCode::OK);
    assert_eq!(
        (reply.json()["state"].as_str(), reply.json()["account"]["role"].as_str()),
        (Some("signed_in"), Some("customer"))
    );
    let cookie = reply.headers["set-cookie"].to_str().unwrap();
    for part in ["session=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7776000"] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    let account = ada.get("/api/account").await.expect(StatusCode::OK);
    assert_eq!(account.json()["email"], "Ada@Example.com");
    assert_eq!(account.header("cache-control"), "no-store");
    // The address is one, however it is written.
    let elsewhere = Browser::new(&shop);
    elsewhere.login("aDA@example.COM", PASSWORD).await.expect(StatusCode::OK);
    elsewhere.get("/api/account").await.expect(StatusCode::OK);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn only_digests_of_tokens_and_passwords_are_stored(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let token = ada.cookie("session").unwrap();
    assert_eq!(token.len(), 43, "256 bits");
    let stored: String =
        sqlx::query_scalar("SELECT s::text || a::text FROM sessions s, accounts a").fetch_one(&db).await.unwrap();
    assert!(!stored.contains(&token) && !stored.contains(PASSWORD), "{stored}");
    assert!(stored.contains("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_session_that_was_planted_is_worth_nothing(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    Browser::of(&shop, "ada@example.com").await;
    // What somebody invented is not taken over; what they have of their own ends when it is signed in with.
    let mallory = Browser::of(&shop, "mallory@example.com").await;
    for planted in ["A".repeat(43), mallory.cookie("session").unwrap()] {
        let victim = Browser::new(&shop);
        victim.set_cookie("session", &planted);
        victim.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
        assert_ne!(victim.cookie("session").unwrap(), planted);
        let thief = Browser::new(&shop);
        thief.set_cookie("session", &planted);
        assert_eq!(thief.get("/api/account").await.refusal(), (401, "sign_in_required".into()));
        assert_eq!(victim.get("/api/account").await.json()["email"], "ada@example.com");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_session_ends_when_it_is_left_alone_when_it_is_old_and_when_it_is_ended(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let signed_in = async |browser: &Browser<'_>| browser.get("/api/account").await.status == StatusCode::OK;
    let set = async |sql: &'static str| {
        sqlx::raw_sql(sql).execute(&db).await.unwrap();
    };
    set("UPDATE sessions SET last_used_at = now() - interval '13 days'").await;
    assert!(signed_in(&ada).await);
    let rests: bool = sqlx::query_scalar("SELECT last_used_at > now() - interval '1 minute' FROM sessions")
        .fetch_one(&db)
        .await
        .unwrap();
    assert!(rests, "its use was not noted");
    set("UPDATE sessions SET last_used_at = now() - interval '15 days'").await;
    assert!(!signed_in(&ada).await);
    ada.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    set("UPDATE accounts SET role = 'support'; UPDATE sessions SET last_used_at = now() - interval '61 minutes'").await;
    assert!(!signed_in(&ada).await, "staff rest for an hour");
    set("UPDATE sessions SET last_used_at = now(), expires_at = now()").await;
    assert!(!signed_in(&ada).await);
    ada.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    let before = ada.cookie("session").unwrap();
    let reply = ada.send(Method::POST, "/api/auth/logout", None).await.expect(StatusCode::NO_CONTENT);
    assert!(reply.headers.get_all("set-cookie").iter().all(|cookie| cookie.to_str().unwrap().contains("Max-Age=0")));
    ada.set_cookie("session", &before);
    assert!(!signed_in(&ada).await, "the session outlived its end");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn one_sees_and_ends_ones_sessions_and_nobody_elses(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let (ada, bob) = (Browser::of(&shop, "ada@example.com").await, Browser::of(&shop, "bob@example.com").await);
    let phone = Browser::new(&shop);
    phone
        .send_with(
            Method::POST,
            "/api/auth/login",
            &[("user-agent", "A phone")],
            Some(&json!({ "email": "ada@example.com", "password": PASSWORD })),
        )
        .await
        .expect(StatusCode::OK);
    let sessions = ada.get("/api/account/sessions").await.json();
    let items = sessions["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!((&items[0]["current"], &items[1]["current"]), (&true.into(), &false.into()));
    assert_eq!((&items[1]["user_agent"], &items[1]["client_address"]), (&"A phone".into(), &"127.0.0.1".into()));
    let path = format!("/api/account/sessions/{}", items[1]["id"].as_str().unwrap());
    assert_eq!(bob.send(Method::DELETE, &path, None).await.refusal(), (404, "not_found".into()));
    phone.get("/api/account").await.expect(StatusCode::OK);
    ada.send(Method::DELETE, &path, None).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(phone.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    phone.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    ada.send(Method::DELETE, "/api/account/sessions", None).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(phone.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    ada.get("/api/account").await.expect(StatusCode::OK);
    bob.get("/api/account").await.expect(StatusCode::OK);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn behind_tls_the_cookies_cannot_be_set_by_a_neighbour(db: PgPool) {
    devopsify::queue::migrate(&db).await.unwrap();
    let shop = Shop::known_as(db.clone(), "https://shop.example", |_| {}).await;
    let ada = Browser::new(&shop);
    ada.register("ada@example.com").await.expect(StatusCode::ACCEPTED);
    let reply = ada.verify(&registration(&db, "ada@example.com").await).await.expect(StatusCode::OK);
    let cookie = reply.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-session=") && cookie.contains("; Secure") && cookie.contains("Path=/;"),
        "{cookie}"
    );
    assert!(!cookie.contains("Domain"), "{cookie}");
    ada.get("/api/account").await.expect(StatusCode::OK);
    let unprefixed = Browser::new(&shop);
    unprefixed.set_cookie("session", &ada.cookie("__Host-session").unwrap());
    assert_eq!(unprefixed.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    let cart = ada.post("/api/carts", &json!({})).await.expect(StatusCode::CREATED);
    assert!(cart.header("set-cookie").starts_with("__Secure-cart="));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_hash_of_before_is_made_anew_at_sign_in(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    // `all the king's horses` by half the memory.
    let old = argon2_of_before(PASSWORD);
    sqlx::query("UPDATE accounts SET password_hash = $1").bind(&old).execute(&db).await.unwrap();
    ada.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    let now: String = sqlx::query_scalar("SELECT password_hash FROM accounts").fetch_one(&db).await.unwrap();
    assert!(now.contains("m=19456") && now != old, "{now}");
    ada.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
}

fn argon2_of_before(password: &str) -> String {
    use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher};
    let weaker = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(9 * 1024, 2, 1, None).unwrap());
    weaker.hash_password(password.as_bytes()).unwrap().to_string()
}
