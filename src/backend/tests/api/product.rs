//! `GET /api/products/{slug}`.

use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{
    Shop,
    builders::{category, picture, product, variant},
    strings,
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn tells_all_that_its_page_shows(db: PgPool) {
    let apparel = category(&db, None, "apparel", "Apparel").await;
    let hoodies = category(&db, Some(apparel), "hoodies", "Hoodies").await;
    let id = product("merge-hoodie")
        .title("Merge Hoodie")
        .category(hoodies)
        .description("<p>Warm.</p>")
        .tag("cotton")
        .option("Color", &["Black", "Ecru"])
        .variant(variant(&["Ecru"], 7900, 3).compare_at(8900))
        .variant(variant(&["Black"], 6900, 0))
        .create(&db)
        .await;
    let front = picture(&db, id, 1, "front").await;
    sqlx::query("UPDATE variants SET media_id = $1 WHERE option_values = '{Ecru}'")
        .bind(front)
        .execute(&db)
        .await
        .unwrap();
    let shop = Shop::open(db).await;
    let product = shop.json("/api/products/merge-hoodie").await;
    assert_eq!(product["description_html"], "<p>Warm.</p>");
    assert_eq!(product["tags"], json!(["cotton"]));
    assert_eq!(
        product["categories"],
        json!([{ "slug": "apparel", "name": "Apparel" }, { "slug": "hoodies", "name": "Hoodies" }])
    );
    assert_eq!(product["options"], json!([{ "name": "Color", "values": ["Black", "Ecru"] }]));
    assert_eq!(product["price"], json!({ "amount": 6900, "currency": "EUR" }));
    assert_eq!((&product["price_varies"], &product["availability"]), (&json!(true), &json!("low_stock")));
    assert_eq!(product["seo"], json!({ "title": null, "description": null }));
    let (ecru, black) = (&product["variants"][0], &product["variants"][1]);
    assert_eq!(ecru["option_values"], json!(["Ecru"]));
    assert_eq!(ecru["compare_at_price"], json!({ "amount": 8900, "currency": "EUR" }));
    assert_eq!((&ecru["availability"], &ecru["quantity_left"]), (&json!("low_stock"), &json!(3)));
    assert_eq!(ecru["picture_id"], json!(front));
    assert_eq!((&black["availability"], &black["quantity_left"]), (&json!("out_of_stock"), &Value::Null));
    assert_eq!(strings(&product["pictures"], "alt"), ["front"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_picture_that_is_not_ready_is_left_out(db: PgPool) {
    let id = product("mug").priced(1400).create(&db).await;
    picture(&db, id, 2, "ready").await;
    sqlx::query("INSERT INTO media (product_id, position, source) VALUES ($1, 1, 'https://pictures.example/a.jpg')")
        .bind(id)
        .execute(&db)
        .await
        .unwrap();
    let shop = Shop::open(db).await;
    assert_eq!(strings(&shop.json("/api/products/mug").await["pictures"], "alt"), ["ready"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_the_store_does_not_show_is_not_found(db: PgPool) {
    product("draft").priced(100).draft().create(&db).await;
    product("unpriced").create(&db).await;
    let shop = Shop::open(db).await;
    for path in [
        "/api/products/draft",
        "/api/products/unpriced",
        "/api/products/nothing",
        "/api/products/a%00b",
        "/api/products/%20",
    ] {
        let reply = shop.get(path).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(reply.json()["code"], "not_found");
    }
    assert_eq!(shop.get("/api/products/%FF").await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.get("/api/products/draft?preview=1").await.refused(), ["preview"]);
}
