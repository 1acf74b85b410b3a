//! `GET /api/store`.

use serde_json::json;
use sqlx::PgPool;

use crate::support::Shop;

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn tells_what_every_page_needs(db: PgPool) {
    sqlx::query("UPDATE settings SET name = 'Mainline Supply', contact_email = 'hello@shop.example'")
        .execute(&db)
        .await
        .unwrap();
    let shop = Shop::open(db).await;
    let expected = json!({
        "name": "Mainline Supply", "legal_name": null, "legal_address": null, "contact_email": "hello@shop.example",
        "home_country": "DE", "currency": "EUR", "prices_include_tax": true,
    });
    let mut store = shop.json("/api/store").await;
    let payment = store.as_object_mut().unwrap().remove("payment").unwrap();
    assert_eq!(store, expected);
    assert_eq!(payment["publishable_key"], "pk_test");
    assert!(payment["api_url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert!(!payment.to_string().contains("sk_test") && !payment.to_string().contains("whsec"));
    assert_eq!(shop.get("/api/store?x=1").await.refused(), ["x"]);
}
