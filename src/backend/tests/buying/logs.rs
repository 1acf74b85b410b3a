//! What is logged: enough to follow a request, and nothing that is secret or somebody's own.

use std::{fs, path::PathBuf};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::Street;
use crate::support::{
    builders::product,
    customer::{Browser, PASSWORD},
    guest::{Guest, variant_of},
    provider::{DECLINED_CARD, GOOD_CARD},
};

const EMAIL: &str = "ada@example.com";

fn lines(logs: &[PathBuf]) -> Vec<Value> {
    let text: String = logs.iter().map(|log| fs::read_to_string(log).unwrap()).collect();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
}

/// Everything that a store does for somebody, good and bad; the secrets that came up.
async fn story(street: &Street) -> Vec<String> {
    let shop = &street.shop;
    let mug = variant_of(&shop.db, "mug").await;
    let guest = Guest::with(shop, mug, 1).await;
    let bought = guest.buy().await;
    let start = bought.pay().await.expect(StatusCode::OK).json();
    street.provider.confirm(&start, DECLINED_CARD).await;
    assert_eq!(street.provider.confirm(&start, GOOD_CARD).await.0, StatusCode::OK);
    let browser = Browser::new(shop);
    browser.login(EMAIL, PASSWORD).await.refusal();
    browser.register(EMAIL).await.expect(StatusCode::ACCEPTED);
    browser.post("/api/auth/password/forgot", &json!({ "email": EMAIL })).await.expect(StatusCode::ACCEPTED);
    browser.post("/api/auth/login", &json!({ "email": EMAIL, "password": PASSWORD, "more": EMAIL })).await.refusal();
    let malformed = shop.client.post(shop.at("/api/auth/login")).header("content-type", "application/json");
    malformed.body(format!("{{\"password\": \"{PASSWORD}\", {EMAIL}")).send().await.unwrap();
    let forged = [("stripe-signature", "t=1,v1=00"), ("authorization", "Bearer dvp_forged")];
    shop.send(Method::POST, "/api/webhooks/stripe", &forged, Some(&json!({ "email": EMAIL }))).await.refusal();
    shop.get(&format!("/api/products?q={EMAIL}")).await;
    shop.until("the mail", "SELECT EXISTS (SELECT FROM order_events WHERE kind = 'confirmation_sent')").await;
    shop.until("the jobs", "SELECT count(*) = 1 FROM graphile_worker._private_jobs").await;
    vec![guest.token, bought.token, start["client_secret"].as_str().unwrap().to_owned()]
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nothing_secret_and_nothing_personal_is_logged(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mut street = Street::prepared(db).await;
    let logs: Vec<_> = [&mut street.serve, &mut street.worker, &mut street.demo]
        .into_iter()
        .map(|program| {
            // All that is ours, and what operators get from the rest.
            program.set("RUST_LOG", "info,devopsify=trace");
            program.log_to_file()
        })
        .collect();
    street.start().await;
    let mut private = story(&street).await;
    private.extend(
        [EMAIL, PASSWORD, "Lovelace", "Hauptstr", "sk_test", "whsec_test", "a key for tests", GOOD_CARD, "dvp_forged"]
            .map(ToOwned::to_owned),
    );
    let lines = lines(&logs);
    for secret in &private {
        let told: Vec<_> = lines.iter().filter(|line| line.to_string().contains(secret)).collect();
        assert!(told.is_empty(), "{secret} is logged: {told:?}");
    }
    let answered: Vec<_> = lines.iter().filter(|line| line["message"] == "answered").collect();
    assert!(answered.len() > 10, "only {} requests are logged", answered.len());
    for line in answered {
        let span = &line["spans"][0];
        assert_eq!(span["trace_id"].as_str().map(str::len), Some(32), "{line}");
        assert_eq!(span["request_id"].as_str().map(str::len), Some(36), "{line}");
    }
}
