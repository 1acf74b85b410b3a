//! `devopsify import`.

mod faults;
mod outside;
mod pictures;
mod repeats;
mod stock;

use crate::support::importer::Importer;
use sqlx::PgPool;

/// A file with a bit of everything.
const EVERYTHING: &str = include_str!("../fixtures/products.csv");

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_shopify_export_becomes_products(db: PgPool) {
    let shop = Importer::open(db).await;
    let report = shop.import(EVERYTHING).await;
    assert!(report.written, "{report}");
    assert_eq!((report.created, report.variants, report.pictures), (4, 6, 3), "{report}");
    assert_eq!(report.ignored_columns, ["Gift Card"]);
    let warnings: Vec<_> = report.warnings.first.iter().map(|warning| warning.line).collect();
    assert_eq!(warnings, [6], "{report}");

    let description: String = shop.value("SELECT description_html FROM products WHERE slug = 'merge-hoodie'").await;
    assert_eq!(description, "<p>Two branches, <b>O'Neill</b> says \"one\" 🧢</p>\n");
    let tags: Vec<String> = shop.value("SELECT tags FROM products WHERE slug = 'merge-hoodie'").await;
    assert_eq!(tags, ["hoodie", "git"]);
    let options: String = shop
        .value("SELECT string_agg(name || ':' || array_to_string(values, '/'), ' ' ORDER BY position) FROM product_options")
        .await;
    assert_eq!(options, "Color:Ink/Fog Size:S/M");
    let variants: String = shop
        .value(
            "SELECT string_agg(concat_ws(',', array_to_string(v.option_values, '/'), v.sku, v.barcode, v.weight_grams,
                                         r.amount, r.compare_at, r.cost, s.on_hand, s.backorderable, m.source), ' '
                               ORDER BY v.position)
             FROM variants v JOIN products p ON p.id = v.product_id JOIN prices r ON r.variant_id = v.id
             JOIN stock s ON s.variant_id = v.id LEFT JOIN media m ON m.id = v.media_id WHERE p.slug = 'merge-hoodie'",
        )
        .await;
    assert_eq!(
        variants,
        "Ink/S,MH-INK-S,0123,600,7900,8900,3160,3,f,https://cdn.example/ink.jpg \
         Ink/M,MH-INK-M,620,7900,3160,0,t,https://cdn.example/ink.jpg \
         Fog/S,MH-FOG-S,600,7900,0,f,https://cdn.example/fog.jpg"
    );
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn shoppers_see_what_is_published_in_the_order_of_the_file(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.import(EVERYTHING).await;
    let listed: Vec<String> = sqlx::query_scalar(
        "SELECT p.slug FROM product_listings l JOIN products p ON p.id = l.product_id ORDER BY l.published_at DESC",
    )
    .fetch_all(&shop.db)
    .await
    .unwrap();
    assert_eq!(listed, ["merge-hoodie", "git-mug"]);
    let statuses: String =
        shop.value("SELECT string_agg(slug || ':' || status, ' ' ORDER BY slug) FROM products").await;
    assert_eq!(statuses, "git-mug:active merge-hoodie:active old-cap:archived secret-cap:draft");
    let gap: i64 = shop
        .value(
            "SELECT (extract(epoch FROM max(published_at) - min(published_at)) * 1000000)::int8 FROM product_listings",
        )
        .await;
    assert_eq!(gap, 1);
    let plain: bool = shop
        .value(
            "SELECT option_values = '{}' FROM variants v JOIN products p ON p.id = v.product_id WHERE slug = 'git-mug'",
        )
        .await;
    assert!(plain, "Default Title is an option");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn categories_grow_on_demand(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.import(EVERYTHING).await;
    let tree: String = shop
        .value(
            "SELECT string_agg(coalesce(p.slug || '>', '') || c.slug || ':' || c.position, ' ' ORDER BY c.slug)
             FROM categories c LEFT JOIN categories p ON p.id = c.parent_id",
        )
        .await;
    assert_eq!(tree, "apparel:0 drinkware:1 apparel>hoodies:0 women:2 women>women-hoodies:0");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_currency_of_the_store_decides_what_a_price_is(db: PgPool) {
    let shop = Importer::open(db).await;
    sqlx::query("UPDATE settings SET currency = 'JPY'").execute(&shop.db).await.unwrap();
    let report = shop.import(crate::support::importer::csv(&["cap,Cap,,,C,9.99"])).await;
    assert!(report.bad_rows.first[0].reason.contains("JPY"), "{report}");
    shop.stocked_with(&["cap,Cap,,,C,1200"]).await;
    assert_eq!(shop.value::<String>("SELECT amount || currency FROM prices").await, "1200JPY");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn spreadsheets_may_add_a_mark_blank_rows_and_their_line_ends(db: PgPool) {
    let shop = Importer::open(db).await;
    let text = EVERYTHING.replace('\n', "\r\n") + "\r\n,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n";
    let report = shop.import([b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat()).await;
    assert_eq!((report.created, report.warnings.first[0].line), (4, 6), "{report}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn thousands_of_products_take_several_batches(db: PgPool) {
    let shop = Importer::open(db).await;
    let rows: Vec<_> = (0..1200)
        .flat_map(|n| [format!("p{n},Product {n},Size,S,{n}-S,1.00"), format!("p{n},,,M,{n}-M,2.00")])
        .collect();
    let rows: Vec<_> = rows.iter().map(String::as_str).collect();
    let report = shop.stocked_with(&rows).await;
    assert_eq!((report.created, report.variants), (1200, 2400));
    let newest: String = shop
        .value("SELECT string_agg(slug, ',') FROM (SELECT slug FROM products ORDER BY published_at DESC LIMIT 3)")
        .await;
    assert_eq!(newest, "p0,p1,p2");
    let before = shop.fingerprint().await;
    assert_eq!(shop.stocked_with(&rows).await.unchanged, 1200);
    assert_eq!(shop.fingerprint().await, before);
}
