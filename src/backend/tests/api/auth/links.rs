//! Links of mails: each opens one thing, once.

use devopsify::capability::Capability;
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{
    Shop,
    customer::{Browser, PASSWORD, registration, reset},
    secrets,
};

const NEW: &str = "all the king's men";

async fn reset_with(browser: &Browser<'_>, token: &str, password: &str) -> (u16, String) {
    let reply = browser.post("/api/auth/password/reset", &json!({ "token": token, "password": password })).await;
    if reply.status == StatusCode::NO_CONTENT { (204, String::new()) } else { reply.refusal() }
}

fn invalid() -> (u16, String) {
    (409, "link_invalid".into())
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_registration_is_confirmed_once_with_its_own_password(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::new(&shop);
    ada.register("ada@example.com").await.expect(StatusCode::ACCEPTED);
    let token = registration(&db, "ada@example.com").await;
    // Who opens what somebody else asked for in their name does not know the password.
    let wrong = ada.post("/api/auth/verify", &json!({ "token": token, "password": "not the right one" })).await;
    assert_eq!(wrong.refusal(), (401, "invalid_credentials".into()));
    sqlx::query("UPDATE registrations SET expires_at = now()").execute(&db).await.unwrap();
    assert_eq!(ada.verify(&token).await.refusal(), invalid(), "too old");
    sqlx::query("UPDATE registrations SET expires_at = now() + interval '1 hour'").execute(&db).await.unwrap();
    let both = tokio::join!(ada.verify(&token), ada.verify(&token));
    let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{}{}", both.0.text, both.1.text);
    assert_eq!(ada.verify(&token).await.refusal(), invalid());
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn whoever_reads_the_mail_gets_the_account_and_not_who_asked_first(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let (mallory, ada) = (Browser::new(&shop), Browser::new(&shop));
    let body = json!({ "email": "ada@example.com", "password": "a password of mallory" });
    mallory.post("/api/auth/register", &body).await.expect(StatusCode::ACCEPTED);
    let first = registration(&db, "ada@example.com").await;
    ada.register("ada@example.com").await.expect(StatusCode::ACCEPTED);
    ada.verify(&registration(&db, "ada@example.com").await).await.expect(StatusCode::OK);
    let body = json!({ "token": first, "password": "a password of mallory" });
    assert_eq!(mallory.post("/api/auth/verify", &body).await.refusal(), invalid());
    let refused = mallory.login("ada@example.com", "a password of mallory").await;
    assert_eq!(refused.refusal(), (401, "invalid_credentials".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_reset_works_once_for_half_an_hour_and_ends_every_session(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let ask = json!({ "email": "ada@example.com" });
    ada.post("/api/auth/password/forgot", &ask).await.expect(StatusCode::ACCEPTED);
    let token = reset(&db, "ada@example.com").await;
    ada.post("/api/auth/password/forgot", &ask).await.expect(StatusCode::ACCEPTED);
    let second = reset(&db, "ada@example.com").await;
    sqlx::query("UPDATE password_resets SET expires_at = now() WHERE id = $1")
        .bind(secrets().opened(Capability::PasswordReset, &second).unwrap())
        .execute(&db)
        .await
        .unwrap();
    assert_eq!(reset_with(&ada, &second, NEW).await, invalid(), "too old");
    // One that is refused for its password is not spent.
    assert_eq!(reset_with(&ada, &token, "short").await.1, "invalid_request");
    let stranger = Browser::new(&shop);
    assert_eq!(reset_with(&stranger, &token, NEW).await.0, 204);
    assert_eq!(reset_with(&stranger, &token, "all the king's cats").await, invalid(), "replayed");
    assert_eq!(ada.get("/api/account").await.status, StatusCode::UNAUTHORIZED, "a session outlived the password");
    assert_eq!(ada.login("ada@example.com", PASSWORD).await.refusal(), (401, "invalid_credentials".into()));
    ada.login("ada@example.com", NEW).await.expect(StatusCode::OK);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_reset_that_comes_twice_at_once_works_once(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    ada.post("/api/auth/password/forgot", &json!({ "email": "ada@example.com" })).await.expect(StatusCode::ACCEPTED);
    let token = reset(&db, "ada@example.com").await;
    let (one, two) = tokio::join!(reset_with(&ada, &token, NEW), reset_with(&ada, &token, "all the king's cats"));
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_link_opens_nothing_but_what_it_is_for(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    ada.post("/api/auth/password/forgot", &json!({ "email": "ada@example.com" })).await.expect(StatusCode::ACCEPTED);
    let token = reset(&db, "ada@example.com").await;
    let id = secrets().opened(Capability::PasswordReset, &token).unwrap();
    for bad in [
        secrets().link(Capability::Registration, id),
        secrets().link(Capability::PasswordReset, Uuid::now_v7()),
        format!("{id}."),
        format!("{id}.{}", "A".repeat(43)),
        id.to_string(),
        String::new(),
        "ü".repeat(3000),
    ] {
        assert_eq!(reset_with(&ada, &bad, NEW).await, invalid(), "{bad}");
        assert_eq!(ada.verify(&bad).await.refusal(), invalid());
        assert_eq!(ada.post("/api/auth/email/confirm", &json!({ "token": bad })).await.refusal(), invalid());
    }
    assert_eq!(reset_with(&ada, &token, NEW).await.0, 204);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_address_changes_when_both_have_confirmed_it(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let ask = async |email: &str, password: &str| {
        ada.post("/api/account/email", &json!({ "email": email, "password": password })).await
    };
    assert_eq!(ask("ada@example.org", "not the right one").await.refusal(), (403, "wrong_password".into()));
    let links = async || {
        let id: Uuid = sqlx::query_scalar("SELECT id FROM email_changes").fetch_one(&db).await.unwrap();
        [Capability::OldEmail, Capability::NewEmail].map(|capability| secrets().link(capability, id))
    };
    let confirm = async |token: &str| ada.post("/api/auth/email/confirm", &json!({ "token": token })).await;

    ask("ada@example.net", PASSWORD).await.expect(StatusCode::ACCEPTED);
    let given_up = links().await;
    ask("ada@example.org", PASSWORD).await.expect(StatusCode::ACCEPTED);
    assert_eq!(confirm(&given_up[0]).await.refusal(), invalid(), "of a change that was given up");
    let [old, new] = links().await;
    sqlx::query("UPDATE email_changes SET expires_at = now()").execute(&db).await.unwrap();
    assert_eq!(confirm(&new).await.refusal(), invalid(), "too old");
    sqlx::query("UPDATE email_changes SET expires_at = now() + interval '1 hour'").execute(&db).await.unwrap();
    assert_eq!(ada.get("/api/account").await.json()["new_email"], "ada@example.org");
    assert_eq!(confirm(&new).await.expect(StatusCode::OK).json()["state"], "waiting_for_the_other");
    assert_eq!(confirm(&new).await.refusal(), invalid(), "one cannot confirm for the other");
    assert_eq!(ada.get("/api/account").await.json()["email"], "ada@example.com");
    assert_eq!(confirm(&old).await.expect(StatusCode::OK).json()["state"], "changed");
    assert_eq!(ada.get("/api/account").await.json()["email"], "ada@example.org");
    ada.login("ada@example.org", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(ada.login("ada@example.com", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
}
