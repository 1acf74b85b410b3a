//! Guessing: slowed down, told nothing, and each code taken once.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{
    Reply, Shop,
    customer::{Browser, PASSWORD, code},
};

/// Lets so many seconds pass for everything that was counted.
pub async fn pass_time(db: &PgPool, seconds: u64) {
    sqlx::query("UPDATE attempts SET last_at = last_at - make_interval(secs => $1)")
        .bind(f64::from(u32::try_from(seconds).unwrap()))
        .execute(db)
        .await
        .unwrap();
}

/// What somebody who compares answers sees of one.
fn seen(reply: &Reply) -> (u16, String, Vec<String>) {
    let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (reply.status.as_u16(), reply.text.clone(), names)
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nobody_learns_who_has_an_account(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    Browser::of(&shop, "ada@example.com").await;
    let pending = Browser::new(&shop);
    pending.register("pending@example.com").await.expect(StatusCode::ACCEPTED);
    let rows = async || {
        sqlx::query_as::<_, (i64, i64, i64)>(
            "SELECT (SELECT count(*) FROM registrations), (SELECT count(*) FROM password_resets),
                    (SELECT count(*) FROM graphile_worker.jobs)",
        )
        .fetch_one(&db)
        .await
        .unwrap()
    };
    let mut answers = Vec::new();
    for email in ["ada@example.com", "pending@example.com", "nobody@example.com"] {
        let (stranger, before) = (Browser::new(&shop), rows().await);
        let wrong = stranger.login(email, "not the right one").await;
        let register = stranger.register(email).await;
        let forgot = stranger.post("/api/auth/password/forgot", &json!({ "email": email })).await;
        let after = rows().await;
        let written = (after.0 - before.0, after.1 - before.1, after.2 - before.2);
        answers.push((seen(&wrong), seen(&register), seen(&forgot), written));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[0].3, (1, 1, 2), "the same work for everybody");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_password_is_hashed_where_there_is_no_account_too(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    Browser::of(&shop, "ada@example.com").await;
    let stranger = Browser::new(&shop);
    for email in ["ada@example.com", "nobody@example.com"] {
        let before = shop.app.passwords.hashed();
        assert_eq!(stranger.login(email, "not the right one").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(shop.app.passwords.hashed() - before, 1, "{email}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn who_guesses_waits_whether_there_is_such_an_account_or_not(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    Browser::of(&shop, "ada@example.com").await;
    let stranger = Browser::new(&shop);
    for email in ["ada@example.com", "nobody@example.com"] {
        let tries = join_all((0..30).map(|_| stranger.login(email, "not the right one"))).await;
        let let_through = tries.iter().filter(|reply| reply.status != StatusCode::TOO_MANY_REQUESTS).count();
        assert_eq!(let_through, 5, "of 30 at once");
        let blocked = tries.iter().find(|reply| reply.status == StatusCode::TOO_MANY_REQUESTS).unwrap();
        assert_eq!(blocked.refusal().1, "too_many_attempts");
        assert!(blocked.header("retry-after").parse::<u64>().unwrap() >= 1);
    }
    // The right password does not help while it is blocked, and does as soon as one attempt has been forgotten.
    let blocked = stranger.login("ada@example.com", PASSWORD).await;
    assert_eq!(blocked.status, StatusCode::TOO_MANY_REQUESTS);
    let wait = blocked.header("retry-after").parse::<u64>().unwrap();
    assert!(wait <= 15 * 60, "a device that the account does not know waits for {wait} s");
    pass_time(&db, wait).await;
    stranger.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(stranger.login("ada@example.com", "not the right one").await.status, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nobodys_mailbox_is_filled(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let stranger = Browser::new(&shop);
    let mut statuses = Vec::new();
    for _ in 0..8 {
        let reply = stranger.post("/api/auth/password/forgot", &json!({ "email": "ada@example.com" })).await;
        statuses.push(reply.status.as_u16());
    }
    assert_eq!(statuses[..5], [202; 5]);
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_second_factor_is_wanted_and_each_code_is_taken_once(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let other = Browser::new(&shop);
    other.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    let wrong = ada.post("/api/account/totp", &json!({ "password": "not the right one" })).await;
    assert_eq!(wrong.refusal(), (403, "wrong_password".into()));
    let enrolment = ada.post("/api/account/totp", &json!({ "password": PASSWORD })).await.expect(StatusCode::OK).json();
    assert!(enrolment["url"].as_str().unwrap().starts_with("otpauth://totp/"), "{enrolment}");
    assert_eq!(enrolment["secret"].as_str().unwrap().len(), 32);
    let confirm = async |code: &str| ada.post("/api/account/totp/confirmation", &json!({ "code": code })).await;
    assert_eq!(confirm("000000").await.refused(), ["code"]);
    // Until it is confirmed it is not wanted.
    Browser::new(&shop).login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    let (first, before) = (ada.code().await, ada.cookie("session").unwrap());
    let codes = confirm(&first).await.expect(StatusCode::OK).json();
    assert_eq!(codes["codes"].as_array().unwrap().len(), 10);
    assert_eq!(other.get("/api/account").await.status, StatusCode::UNAUTHORIZED, "a session of before goes on");
    let thief = Browser::new(&shop);
    thief.set_cookie("session", &before);
    assert_eq!(thief.get("/api/account").await.status, StatusCode::UNAUTHORIZED, "a token became worth more");
    ada.get("/api/account").await.expect(StatusCode::OK);

    let phone = Browser::new(&shop);
    let half = phone.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK).json();
    assert_eq!(half, json!({ "state": "second_factor_required", "account": null }));
    assert_eq!(phone.get("/api/account").await.status, StatusCode::UNAUTHORIZED, "half a sign-in is none");
    assert_eq!(
        phone.login_code(&first).await.refusal(),
        (401, "invalid_code".into()),
        "it was taken at the setting up"
    );
    let next = phone.code_in(1).await;
    let both = tokio::join!(phone.login_code(&next), phone.login_code(&next));
    assert_eq!(both.0.status.is_success() as u8 + both.1.status.is_success() as u8, 1, "one code, two sessions");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_recovery_code_that_is_used_many_times_at_once_works_once(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let codes = ada.enrol().await;
    let mut phones = Vec::new();
    for _ in 0..5 {
        let phone = Browser::new(&shop);
        phone.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
        phones.push(phone);
    }
    let replies = join_all(phones.iter().map(|phone| phone.login_code(&codes[3]))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == StatusCode::OK).count(), 1);
    assert_eq!(ada.get("/api/account").await.json()["recovery_codes_left"], 9);
    let stored: String =
        sqlx::query_scalar("SELECT string_agg(r::text, ' ') FROM recovery_codes r").fetch_one(&db).await.unwrap();
    assert!(codes.iter().all(|code| !stored.contains(&code.replace('-', ""))), "a code is stored as it is");
    // The codes of somebody else are of no use.
    let bob = Browser::of(&shop, "bob@example.com").await;
    bob.enrol().await;
    let phone = Browser::new(&shop);
    phone.login("bob@example.com", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(phone.login_code(&codes[4]).await.refusal(), (401, "invalid_code".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn codes_are_guessed_a_few_times_only(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    ada.enrol().await;
    let thief = Browser::new(&shop);
    thief.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    let tries = join_all((0..30).map(|_| thief.login_code("000000"))).await;
    let let_through = tries.iter().filter(|reply| reply.status != StatusCode::TOO_MANY_REQUESTS).count();
    assert_eq!(let_through, 5, "of 30 at once");
    let nobody = Browser::new(&shop);
    assert_eq!(nobody.login_code("000000").await.refusal(), (401, "sign_in_expired".into()));
    sqlx::query("UPDATE sessions SET expires_at = now() WHERE proof = 'half'; ").execute(&db).await.unwrap();
    assert_eq!(thief.login_code("000000").await.refusal(), (401, "sign_in_expired".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_authenticator_outlives_the_key_that_made_it_as_long_as_that_is_known(db: PgPool) {
    // The seed alone makes no codes: another key's codes are not taken.
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    ada.enrol().await;
    let seed: Vec<u8> = sqlx::query_scalar("SELECT seed FROM second_factors").fetch_one(&db).await.unwrap();
    let other = devopsify::capability::Secrets::new("another secret key of 32 characters").unwrap();
    let derived = devopsify::accounts::totp::authenticators(&other, &seed, "a", "b").unwrap();
    let theirs = derived[0].generate(u64::try_from(chrono::Utc::now().timestamp()).unwrap() + 30).to_string();
    let phone = Browser::new(&shop);
    phone.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    assert_ne!(theirs, code(&seed, 1));
    assert_eq!(phone.login_code(&theirs).await.refusal(), (401, "invalid_code".into()));
    phone.login_code(&code(&seed, 1)).await.expect(StatusCode::OK);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_malformed_or_too_large_is_refused_by_its_field(db: PgPool) {
    let (shop, _provider) = Shop::selling(db).await;
    let stranger = Browser::new(&shop);
    let register = |change: Value| {
        let mut body = json!({ "email": "ada@example.com", "name": "Ada", "password": PASSWORD });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    for (change, field) in [
        (json!({ "email": "ada" }), "email"),
        (json!({ "email": "ada@example.com\r\nBcc: all@example.com" }), "email"),
        (json!({ "email": format!("{}@example.com", "a".repeat(300)) }), "email"),
        (json!({ "email": 7 }), "email"),
        (json!({ "name": "a\nb" }), "name"),
        (json!({ "name": "a".repeat(101) }), "name"),
        (json!({ "password": "elevenchars" }), "password"),
        (json!({ "password": "a b".repeat(43) }), "password"),
        (json!({ "password": "1qaz2wsx3edc" }), "password"),
        (json!({ "role": "administrator" }), "role"),
    ] {
        let reply = stranger.post("/api/auth/register", &register(change.clone())).await;
        assert_eq!(reply.refused(), [field], "{change}");
    }
    let huge = json!({ "email": "ada@example.com", "password": "a".repeat(2 << 20) });
    for path in ["/api/auth/register", "/api/auth/login"] {
        assert_eq!(stranger.post(path, &huge).await.refusal(), (413, "too_large".into()));
    }
    let long = stranger.login("ada@example.com", &"a".repeat(100_000)).await;
    assert_eq!(long.refusal(), (401, "invalid_credentials".into()));
    let reply = stranger.send_with(Method::POST, "/api/auth/login", &[("content-type", "text/plain")], None).await;
    assert!(reply.status.is_client_error());
    for cookie in ["x", "ü", &"a".repeat(5000), "%00"] {
        let odd = Browser::new(&shop);
        odd.set_cookie("session", cookie);
        assert_eq!(odd.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    }
    for bearer in ["Bearer x", "Bearer dvp_x", "Basic YTpi", "dvp_", "Bearer "] {
        let reply = shop.get_with("/api/account", &[("authorization", bearer)]).await;
        assert_eq!(reply.refusal(), (401, "sign_in_required".into()), "{bearer}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn who_guesses_from_elsewhere_keeps_nobody_out(db: PgPool) {
    let loopback = "127.0.0.0/8".parse().unwrap();
    let (shop, _provider) = Shop::selling_with(db.clone(), |config| config.trusted_proxies = vec![loopback]).await;
    Browser::of(&shop, "ada@example.com").await;
    let from = async |network: &str, email: &str, password: &str| {
        let browser = Browser::new(&shop);
        let body = json!({ "email": email, "password": password });
        browser.send_with(Method::POST, "/api/auth/login", &[("x-forwarded-for", network)], Some(&body)).await.status
    };
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(from("203.0.113.1", "ada@example.com", "not the right one").await);
    }
    assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    assert_eq!(from("198.51.100.7", "ada@example.com", PASSWORD).await, StatusCode::OK);
    // Many accounts from one network, and one account from many networks, have their ends too.
    let mut many = 0;
    for number in 0..70 {
        let status = from("192.0.2.1", &format!("{number}@example.com"), "not the right one").await;
        many += usize::from(status != StatusCode::TOO_MANY_REQUESTS);
    }
    assert!((50..=51).contains(&many), "{many} accounts were tried from one network");
    let mut tried = 0;
    for number in 0..120 {
        let status = from(&format!("100.64.0.{number}"), "bob@example.com", "not the right one").await;
        tried += usize::from(status != StatusCode::TOO_MANY_REQUESTS);
    }
    assert!((100..=101).contains(&tried), "one account was tried from {tried} networks");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_sign_in_that_is_overtaken_by_a_new_password_is_none(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    Browser::of(&shop, "ada@example.com").await;
    // The account is being changed while the password is looked at: what was right is not any more.
    let mut change = db.begin().await.unwrap();
    sqlx::query("UPDATE accounts SET password_hash = '$argon2id$another'").execute(&mut *change).await.unwrap();
    let late = Browser::new(&shop);
    let signing_in = late.login("ada@example.com", PASSWORD);
    let changing = async {
        shop.until("the sign-in to wait", "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())").await;
        change.commit().await.unwrap();
    };
    let (reply, ()) = tokio::join!(signing_in, changing);
    assert_eq!(reply.refusal(), (401, "sign_in_expired".into()));
    let sessions: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&db).await.unwrap();
    assert_eq!(sessions, 1, "only the one of before");
}
