//! `GET /api/categories`.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{
    Shop,
    builders::{category, picture, product},
    strings,
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn is_the_tree_flat_and_in_order(db: PgPool) {
    let apparel = category(&db, None, "apparel", "Apparel").await;
    category(&db, None, "mugs", "Mugs").await;
    let socks = category(&db, Some(apparel), "socks", "Socks").await;
    let hoodies = category(&db, Some(apparel), "hoodies", "Hoodies").await;
    product("merge-hoodie").category(hoodies).priced(6900).create(&db).await;
    product("draft-hoodie").category(hoodies).priced(6900).draft().create(&db).await;
    let id = product("null-socks").category(socks).priced(900).days_old(3).create(&db).await;
    picture(&db, id, 1, "socks").await;
    let shop = Shop::open(db).await;
    let list = shop.json("/api/categories").await;
    assert_eq!(strings(&list["items"], "slug"), ["apparel", "socks", "hoodies", "mugs"]);
    let figures: Vec<Value> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| json!([c["depth"], c["parent"], c["product_count"]]))
        .collect();
    assert_eq!(figures, [json!([0, null, 2]), json!([1, "apparel", 1]), json!([1, "apparel", 1]), json!([0, null, 0])]);
    // The newest product has no picture, so the next one shows the category.
    assert_eq!(list["items"][0]["picture"]["alt"], "socks");
    assert_eq!(list["items"][3]["picture"], Value::Null);
    assert_eq!(shop.get("/api/categories?depth=1").await.refused(), ["depth"]);
}
