//! Totals that no provider takes are refused before anything is held; what the provider takes is what it is asked for.

use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use super::begin;
use crate::support::{
    Shop,
    builders::product,
    guest::{Guest, stock, variant_of},
};

async fn free_shipping(db: &PgPool) {
    sqlx::query("UPDATE shipping_rates SET amount = 0").execute(db).await.unwrap();
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_total_that_no_provider_takes_holds_no_stock(db: PgPool) {
    free_shipping(&db).await;
    for (slug, price) in [("pin", 49), ("sticker", 1), ("yacht", 100_000_000), ("island", 1_000_000_000)] {
        product(slug).priced(price).create(&db).await;
    }
    let (shop, _provider) = Shop::selling(db).await;
    for slug in ["pin", "sticker", "yacht", "island"] {
        let variant = variant_of(&shop.db, slug).await;
        let guest = Guest::with(&shop, variant, 1).await;
        let order = guest.order().await;
        assert_eq!(guest.quotes("DE").await["items"][0]["provider_amount"], json!(null), "{slug}");
        assert_eq!(guest.place("key", &order).await.refusal(), (409, "amount_not_chargeable".into()), "{slug}");
        assert_eq!(stock(&shop.db, variant).await, (10, 0), "{slug}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_least_and_the_most_can_be_paid_and_nothing_is_free(db: PgPool) {
    free_shipping(&db).await;
    for (slug, price) in [("badge", 50), ("castle", 99_999_999), ("flyer", 0)] {
        product(slug).priced(price).create(&db).await;
    }
    let (shop, _provider) = Shop::selling(db).await;
    for (slug, total) in [("badge", 50), ("castle", 99_999_999)] {
        let guest = Guest::with(&shop, variant_of(&shop.db, slug).await, 1).await;
        assert_eq!(guest.quotes("DE").await["items"][0]["provider_amount"], total);
        let bought = guest.buy().await;
        assert_eq!(bought.read().await["provider_amount"], total);
        assert_eq!(begin(&bought).await["amount"]["amount"], total);
    }
    let free = Guest::with(&shop, variant_of(&shop.db, "flyer").await, 1).await.buy().await;
    assert_eq!(free.read().await["status"], "confirmed");
}

/// What a browser hands to the provider's form is what the provider is asked for, in a currency that both count otherwise.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_providers_amount_is_in_its_own_units(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    for sql in [
        "UPDATE settings SET currency = 'ISK', home_country = 'DE'",
        "UPDATE prices SET currency = 'ISK'",
        "UPDATE product_listings SET currency = 'ISK'",
        "UPDATE shipping_rates SET currency = 'ISK'",
    ] {
        sqlx::query(sql).execute(&db).await.unwrap();
    }
    let (shop, provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, variant_of(&shop.db, "mug").await, 1).await;
    let quote = guest.quotes("DE").await["items"][0].clone();
    assert_eq!((&quote["total"]["amount"], &quote["provider_amount"]), (&json!(1890), &json!(189_000)));
    let bought = guest.buy().await;
    assert_eq!(bought.read().await["provider_amount"], 189_000);
    let start = bought.pay().await.expect(StatusCode::OK).json();
    let intent = provider.intent(start["payment_intent"].as_str().unwrap()).await;
    assert_eq!((&intent["amount"], &intent["currency"]), (&json!(189_000), &json!("isk")));
}
