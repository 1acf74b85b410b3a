//! `GET /api/search/suggestions`.

use serde_json::Value;
use sqlx::PgPool;

use crate::support::{
    Shop,
    builders::{category, product},
    strings,
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn follow_what_is_typed(db: PgPool) {
    let hoodies = category(&db, None, "hoodies", "Zip Hoodies").await;
    category(&db, None, "hooks", "Hooks").await;
    for number in 0..7 {
        product(&format!("hoodie-{number}")).category(hoodies).priced(6900).create(&db).await;
    }
    product("mug").priced(1400).create(&db).await;
    let shop = Shop::open(db).await;
    let typed = shop.json("/api/search/suggestions?q=hoo").await;
    assert_eq!(typed["products"].as_array().unwrap().len(), 5);
    assert_eq!(strings(&typed["categories"], "slug"), ["hoodies"], "a category without products is not suggested");
    assert_eq!(typed["correction"], Value::Null);
    let typed = shop.json("/api/search/suggestions?q=hodie").await;
    assert_eq!(typed["correction"], "hoodie");
    assert_eq!(strings(&typed["categories"], "slug"), ["hoodies"]);
    let typed = shop.json("/api/search/suggestions?q=hodi").await;
    assert_eq!(typed["products"].as_array().unwrap().len(), 5, "an unfinished word is corrected too");
    for nothing in ["%20", "%25", "_", "%27%3B--"] {
        let typed = shop.json(&format!("/api/search/suggestions?q={nothing}")).await;
        assert_eq!(typed["products"].as_array().unwrap().len(), 0, "{nothing:?}");
        assert_eq!(typed["categories"].as_array().unwrap().len(), 0, "{nothing:?}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn refuse_what_cannot_be_used(db: PgPool) {
    let shop = Shop::open(db).await;
    assert_eq!(shop.get("/api/search/suggestions").await.refused(), ["q"]);
    assert_eq!(shop.get("/api/search/suggestions?q=").await.refused(), ["q"]);
    assert_eq!(shop.get("/api/search/suggestions?q=a&limit=3").await.refused(), ["limit"]);
    assert_eq!(shop.get(&format!("/api/search/suggestions?q={}", "x".repeat(101))).await.refused(), ["q"]);
}
