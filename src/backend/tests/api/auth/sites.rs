//! Other sites: what they ask for in a visitor's name is not done.

use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{
    Shop,
    customer::{Browser, PASSWORD},
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn changes_are_asked_for_by_this_origin_or_by_programs(db: PgPool) {
    let (shop, _provider) = Shop::selling(db).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let session = format!("session={}", ada.cookie("session").unwrap());
    let change = json!({ "name": "Eve" });
    let from = async |headers: &[(&str, &str)]| {
        let headers = [headers, &[("cookie", session.as_str())]].concat();
        shop.send(Method::PATCH, "/api/account", &headers, Some(&change)).await
    };
    let same = shop.origin.origin().ascii_serialization();
    for foreign in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "http://shop.example.evil.example")],
        &[("origin", same.as_str()), ("sec-fetch-site", "cross-site")],
    ] {
        assert_eq!(from(foreign).await.refusal(), (403, "cross_site".into()), "{foreign:?}");
    }
    assert_eq!(ada.get("/api/account").await.json()["name"], "Ada");
    for own in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[("origin", same.as_str())],
        &[("origin", "http://shop.example")],
        &[],
    ] {
        from(own).await.expect(StatusCode::OK);
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn another_site_cannot_sign_a_visitor_in_or_fill_their_cart(db: PgPool) {
    let (shop, _provider) = Shop::selling(db).await;
    let mallory = Browser::of(&shop, "mallory@example.com").await;
    let credentials = json!({ "email": "mallory@example.com", "password": PASSWORD });
    for (path, body) in [("/api/auth/login", credentials), ("/api/carts", json!({})), ("/api/auth/logout", json!({}))] {
        let reply = mallory.send_with(Method::POST, path, &[("sec-fetch-site", "cross-site")], Some(&body)).await;
        assert_eq!(reply.refusal(), (403, "cross_site".into()), "{path}");
        assert!(reply.headers.get("set-cookie").is_none());
    }
    // Reading is fine: links lead here from everywhere, and other origins cannot read what is answered.
    let reply = mallory.send_with(Method::GET, "/api/products", &[("sec-fetch-site", "cross-site")], None).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.headers.get("access-control-allow-origin").is_none());
}
