//! Guessing slows the one who guesses down, and not the owner of the account.

use devopsify::accounts::limits::{self, Attempt, Source};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use super::guessing::pass_time;
use crate::support::{
    Reply, Shop,
    customer::{Browser, PASSWORD, code, reset},
};

const WRONG: &str = "not the right one";
const ADA: &str = "ada@example.com";

/// A store behind a proxy, so that requests may come from any network.
async fn behind_a_proxy(db: &PgPool) -> (Shop, impl Sized) {
    let loopback = "127.0.0.0/8".parse().unwrap();
    Shop::selling_with(db.clone(), |config| config.trusted_proxies = vec![loopback]).await
}

async fn post_from(browser: &Browser<'_>, network: &str, path: &str, body: &serde_json::Value) -> Reply {
    browser.send_with(Method::POST, path, &[("x-forwarded-for", network)], Some(body)).await
}

async fn login_from(browser: &Browser<'_>, network: &str, email: &str, password: &str) -> Reply {
    post_from(browser, network, "/api/auth/login", &json!({ "email": email, "password": password })).await
}

async fn number(db: &PgPool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(db).await.unwrap()
}

/// Everything that counts attempts, as a text.
async fn counted(db: &PgPool) -> String {
    sqlx::query_scalar(
        "SELECT concat((SELECT string_agg(a::text, ' ' ORDER BY bucket) FROM attempts a),
                       (SELECT string_agg(d::text, ' ' ORDER BY device_id) FROM account_devices d),
                       (SELECT count(*) FROM password_resets), (SELECT count(*) FROM registrations), (SELECT count(*) FROM sessions))",
    )
    .fetch_one(db)
    .await
    .unwrap()
}

/// Tries everything from the owner's own network, and Ada's account from networks that nothing came from before.
async fn attack(shop: &Shop, owners_network: &str, round: u8) {
    let stranger = Browser::new(shop);
    let mut refused = 0;
    for email in 0..60 {
        let reply = login_from(&stranger, owners_network, &format!("{email}@example.com"), WRONG).await;
        refused += usize::from(reply.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused >= 5, "the owner's network is still let through");
    for network in 0..40 {
        let network = format!("100.64.{round}.{network}");
        let tries = join_all((0..5).map(|_| login_from(&stranger, &network, ADA, WRONG))).await;
        if tries.iter().all(|reply| reply.status == StatusCode::TOO_MANY_REQUESTS) {
            return;
        }
    }
    panic!("the account is still let through");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_owner_gets_in_while_the_account_and_the_network_are_under_attack(db: PgPool) {
    let (shop, _provider) = behind_a_proxy(&db).await;
    let ada = Browser::of(&shop, ADA).await;
    ada.post("/api/auth/logout", &json!({})).await.expect(StatusCode::NO_CONTENT);
    attack(&shop, "198.51.100.7", 1).await;
    // The browser that signed in before signs in, from the very network that the attack comes from too.
    login_from(&ada, "198.51.100.7", ADA, PASSWORD).await.expect(StatusCode::OK);

    // One that never did gets in by the link of a mail.
    let phone = Browser::new(&shop);
    assert_eq!(login_from(&phone, "198.51.100.8", ADA, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    let ask = json!({ "email": ADA });
    post_from(&phone, "198.51.100.8", "/api/auth/password/forgot", &ask).await.expect(StatusCode::ACCEPTED);
    let body = json!({ "token": reset(&db, ADA).await, "password": "all the king's men" });
    phone.post("/api/auth/password/reset", &body).await.expect(StatusCode::NO_CONTENT);
    attack(&shop, "198.51.100.8", 2).await;
    login_from(&phone, "198.51.100.8", ADA, "all the king's men").await.expect(StatusCode::OK);
    // A new password is also a reason to trust no device of before.
    assert_eq!(login_from(&ada, "198.51.100.7", ADA, WRONG).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_known_device_has_a_bounded_budget_of_its_own_in_its_own_account(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, ADA).await;
    let mallory = Browser::of(&shop, "mallory@example.com").await;
    let seen = async |browser: &Browser<'_>, email: &str| {
        let tries = join_all((0..20).map(|_| browser.login(email, WRONG))).await;
        tries.iter().filter(|reply| reply.status == StatusCode::UNAUTHORIZED).count()
    };
    // What strangers try, in the same network, is not hers; what she tries is not theirs.
    assert_eq!(seen(&mallory, ADA).await, 5, "a device that is known to another account");
    assert_eq!(seen(&ada, ADA).await, 10);
    assert_eq!(ada.login(ADA, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    let age = "UPDATE account_devices SET sign_in_counted_at = now() - interval '7 minutes'";
    sqlx::query(age).execute(&db).await.unwrap();
    ada.login(ADA, PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(seen(&ada, ADA).await, 10, "it begins anew once she is in");
    // A cookie that the store did not sign is no device.
    let device = ada.cookie("device").unwrap();
    for forged in [format!("{device}A"), device.split_once('.').unwrap().0.to_owned(), "x".into(), "ü".into()] {
        let forger = Browser::new(&shop);
        forger.set_cookie("device", &forged);
        assert_eq!(forger.login(ADA, WRONG).await.status, StatusCode::TOO_MANY_REQUESTS, "{forged}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn counts_sink_with_time(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let stranger = Browser::new(&shop);
    let mut seen = Vec::new();
    // One is forgotten every 720 s; the margins are minutes, for a machine that is slow.
    for seconds in [0, 0, 0, 0, 0, 0, 360, 400, 0, 1500, 0, 0] {
        pass_time(&db, seconds).await;
        seen.push(stranger.login(ADA, WRONG).await.status.as_u16());
    }
    assert_eq!(seen, [401, 401, 401, 401, 401, 429, 429, 401, 429, 401, 401, 429]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn who_knows_the_password_cannot_keep_the_owner_from_the_second_factor(db: PgPool) {
    let (shop, _provider) = behind_a_proxy(&db).await;
    let ada = Browser::of(&shop, ADA).await;
    let codes = ada.enrol().await;
    let mut looked_at = 0;
    for network in 0..4 {
        let thief = Browser::new(&shop);
        let network = format!("100.64.1.{network}");
        login_from(&thief, &network, ADA, PASSWORD).await.expect(StatusCode::OK);
        for _ in 0..4 {
            let reply = post_from(&thief, &network, "/api/auth/login/totp", &json!({ "code": "000000" })).await;
            looked_at += usize::from(reply.status == StatusCode::UNAUTHORIZED);
        }
        assert!(thief.cookie("device").is_none(), "half a sign-in made a device known");
    }
    assert_eq!(looked_at, 5, "of all networks and sessions together");
    ada.login(ADA, PASSWORD).await.expect(StatusCode::OK);
    ada.login_code(&codes[0]).await.expect(StatusCode::OK);
    // Her own device guesses no more than that either.
    ada.login(ADA, PASSWORD).await.expect(StatusCode::OK);
    let tries = join_all((0..10).map(|_| ada.login_code("000000"))).await;
    assert_eq!(tries.iter().filter(|reply| reply.status == StatusCode::UNAUTHORIZED).count(), 5);

    // A device that she never used gets a budget by the link of a mail.
    let phone = Browser::new(&shop);
    post_from(&phone, "198.51.100.9", "/api/auth/password/forgot", &json!({ "email": ADA }))
        .await
        .expect(StatusCode::ACCEPTED);
    let body = json!({ "token": reset(&db, ADA).await, "password": "all the king's men" });
    phone.post("/api/auth/password/reset", &body).await.expect(StatusCode::NO_CONTENT);
    login_from(&phone, "198.51.100.9", ADA, "all the king's men").await.expect(StatusCode::OK);
    pass_time(&db, 15 * 60).await;
    let seed: Vec<u8> = sqlx::query_scalar("SELECT seed FROM second_factors").fetch_one(&db).await.unwrap();
    phone.login_code(&code(&seed, 1)).await.expect(StatusCode::OK);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_refused_writes_nothing(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, ADA).await;
    let stranger = Browser::new(&shop);
    for email in 0..60 {
        stranger.login(&format!("{email}@example.com"), WRONG).await;
    }
    join_all((0..20).map(|_| ada.login(ADA, WRONG))).await;
    let forgot = async |email: &str| stranger.post("/api/auth/password/forgot", &json!({ "email": email })).await;
    for _ in 0..8 {
        forgot(ADA).await;
    }
    let before = counted(&db).await;
    for email in 0..50 {
        let reply = stranger.login(&format!("another-{email}@example.com"), WRONG).await;
        assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(ada.login(ADA, WRONG).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(forgot(ADA).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(before == counted(&db).await, "a refused attempt wrote something");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn attempts_are_counted_in_a_fixed_space(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    for batch in 0..50_u8 {
        let attempts = (0..40_u8).map(async |n| {
            let (email, network) = (format!("{batch}-{n}@example.com"), Some([100, 64, batch, n].into()));
            limits::count_sign_in(&shop.app, Source { network, device: None }, &email).await.map(drop)
        });
        assert!(join_all(attempts).await.iter().all(Result::is_ok), "a stranger's attempts refuse another's");
    }
    let rows = number(&db, "SELECT count(*) FROM attempts").await;
    assert!(rows <= 3 * 256, "2,000 addresses in 2,000 networks left {rows} rows");
    // The one that is tried again is still known among them.
    for _ in 0..4 {
        limits::count(&shop.app, &[Attempt::SignInFromNetwork("7-7@example.com", Some([100, 64, 7, 7].into()))])
            .await
            .unwrap();
    }
    let again = [Attempt::SignInFromNetwork("7-7@example.com", Some([100, 64, 7, 7].into()))];
    assert!(limits::count(&shop.app, &again).await.is_err());
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn mails_that_strangers_ask_for_do_not_use_up_the_owners(db: PgPool) {
    let (shop, _provider) = behind_a_proxy(&db).await;
    let ada = Browser::of(&shop, ADA).await;
    let (stranger, ask) = (Browser::new(&shop), json!({ "email": ADA }));
    let sent = async || number(&db, "SELECT count(*) FROM password_resets").await;
    for network in 0..30 {
        let reply = post_from(&stranger, &format!("100.64.2.{network}"), "/api/auth/password/forgot", &ask).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED);
    }
    assert_eq!(sent().await, 10, "the mailbox is filled");
    // The owner's device has mails of its own, and not without end.
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(ada.post("/api/auth/password/forgot", &ask).await.status.as_u16());
    }
    assert_eq!((statuses, sent().await), (vec![202, 202, 202, 202, 202, 429], 15));
    // A device that no one knows is told the same as ever, and a link is in the mailbox.
    let phone = Browser::new(&shop);
    post_from(&phone, "198.51.100.9", "/api/auth/password/forgot", &ask).await.expect(StatusCode::ACCEPTED);
    assert_eq!(sent().await, 15);
    // Once that link is too old to count on, it is not passed off as one that was just sent.
    sqlx::query("UPDATE password_resets SET expires_at = now() + interval '1 minute'").execute(&db).await.unwrap();
    let late = post_from(&phone, "198.51.100.9", "/api/auth/password/forgot", &ask).await;
    assert_eq!(late.status, StatusCode::TOO_MANY_REQUESTS);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn signing_in_again_and_again_leaves_a_bounded_number_of_rows(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, ADA).await;
    sqlx::query(
        "WITH many AS (INSERT INTO account_devices (account_id, device_id, last_used_at)
                       SELECT id, uuidv7(), now() - interval '1 day' FROM accounts, generate_series(1, 60))
         INSERT INTO sessions (account_id, token_hash, proof, last_used_at, expires_at)
         SELECT id, sha256(n::text::bytea), 'password', now() - interval '1 day', now() + interval '1 day'
         FROM accounts, generate_series(1, 60) n",
    )
    .execute(&db)
    .await
    .unwrap();
    Browser::new(&shop).login(ADA, PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(number(&db, "SELECT count(*) FROM sessions").await, 50);
    assert_eq!(number(&db, "SELECT count(*) FROM account_devices").await, 20);
    ada.get("/api/account").await.expect(StatusCode::OK);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn one_session_does_not_use_up_the_password_of_another(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, ADA).await;
    let second = Browser::new(&shop);
    second.login(ADA, PASSWORD).await.expect(StatusCode::OK);
    let wrong = json!({ "password": WRONG });
    let tries = join_all((0..10).map(|_| second.post("/api/account/export", &wrong))).await;
    assert_eq!(tries.iter().filter(|reply| reply.status == StatusCode::FORBIDDEN).count(), 5);
    ada.post("/api/account/export", &json!({ "password": PASSWORD })).await.expect(StatusCode::ACCEPTED);
}
