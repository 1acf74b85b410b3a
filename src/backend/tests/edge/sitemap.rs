//! `/robots.txt`, `/sitemap.xml` and the sitemaps that it names.

use reqwest::StatusCode;
use sqlx::PgPool;

use crate::support::{
    Shop,
    builders::{category, product},
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn leads_from_robots_to_every_page(db: PgPool) {
    let mugs = category(&db, None, "mugs", "Mugs").await;
    product("café-mug").category(mugs).priced(1400).create(&db).await;
    product("draft-mug").category(mugs).priced(1400).draft().create(&db).await;
    let shop = Shop::open(db).await;
    assert!(shop.get("/robots.txt").await.text.contains("Sitemap: http://shop.example/sitemap.xml"));
    let index = shop.get("/sitemap.xml").await;
    assert_eq!(index.header("content-type"), "application/xml");
    assert!(index.text.contains("http://shop.example/sitemaps/pages.xml"));
    assert!(index.text.contains("http://shop.example/sitemaps/products-1.xml"));
    let pages = shop.get("/sitemaps/pages.xml").await.text;
    assert!(
        pages.contains("<loc>http://shop.example/</loc>")
            && pages.contains("<loc>http://shop.example/categories/mugs</loc>")
    );
    let products = shop.get("/sitemaps/products-1.xml").await.text;
    assert!(products.contains("<loc>http://shop.example/products/caf%C3%A9-mug</loc><lastmod>"), "{products}");
    assert!(!products.contains("draft-mug"));
    for nothing in ["products-2.xml", "products-0.xml", "products-x.xml", "pages", "x.xml"] {
        assert_eq!(shop.get(&format!("/sitemaps/{nothing}")).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
}
