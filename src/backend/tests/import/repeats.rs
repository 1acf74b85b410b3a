//! A file may be imported again, corrected or shortened.

use devopsify::catalog::import::Options;
use sqlx::PgPool;

use super::EVERYTHING;
use crate::support::importer::{Importer, bad, csv, under};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_second_import_changes_no_row(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.import(EVERYTHING).await;
    let before = shop.fingerprint().await;
    let report = shop.import(EVERYTHING).await;
    assert_eq!((report.created, report.updated, report.unchanged), (0, 0, 4), "{report}");
    assert_eq!(shop.fingerprint().await, before);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_changed_price_changes_its_product_alone(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.stocked_with(&["cap,Cap,,,C,9.99", "mug,Mug,,,M,5.00"]).await;
    let report = shop.stocked_with(&["cap,Cap,,,C,8.99", "mug,Mug,,,M,5.00"]).await;
    assert_eq!((report.updated, report.unchanged), (1, 1));
    assert_eq!(
        shop.value::<i64>("SELECT min_amount FROM product_listings ORDER BY min_amount DESC LIMIT 1").await,
        899
    );
    let newer: String = shop.value("SELECT string_agg(slug, ',') FROM products WHERE updated_at > created_at").await;
    assert_eq!(newer, "cap");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_column_that_the_file_lacks_leaves_what_is_there_and_an_empty_field_removes_it(db: PgPool) {
    let shop = Importer::open(db).await;
    let full = "Handle,Title,Vendor,Tags,Published,Variant SKU,Variant Price,Variant Compare At Price";
    shop.import(under(full, &["cap,Cap,Mainline,hat,false,C,9.99,12.00"])).await;
    let state = "SELECT concat_ws(',', p.vendor, p.tags, p.status, v.sku, r.amount, r.compare_at)
                 FROM products p JOIN variants v ON v.product_id = p.id JOIN prices r ON r.variant_id = v.id";
    shop.import("Handle,Title,Variant Price\ncap,Cap,8.99\n").await;
    assert_eq!(shop.value::<String>(state).await, "Mainline,{hat},draft,C,899,1200");
    shop.import(under(full, &["cap,Cap,,,false,,8.99,"])).await;
    assert_eq!(shop.value::<String>(state).await, "{},draft,899");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_the_file_does_not_name_stays(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.stocked_with(&["cap,Cap,Size,S,S,1.00", "cap,,,M,M,1.00"]).await;
    shop.stocked_with(&["cap,Cap,Size,XL,XL,1.00"]).await;
    assert_eq!(shop.value::<i64>("SELECT count(*) FROM variants").await, 3);
    assert_eq!(shop.value::<Vec<String>>("SELECT values FROM product_options").await, ["XL", "S", "M"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_variant_is_known_by_its_sku_when_its_value_is_renamed(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.stocked_with(&["cap,Cap,Size,Sml,S-1,1.00"]).await;
    let id: uuid::Uuid = shop.value("SELECT id FROM variants").await;
    shop.stocked_with(&["cap,Cap,Size,Small,S-1,1.00"]).await;
    assert_eq!(shop.value::<uuid::Uuid>("SELECT id FROM variants").await, id);
    assert_eq!(shop.value::<Vec<String>>("SELECT option_values FROM variants").await, ["Small"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn skus_may_be_swapped_within_a_product_and_between_products(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.stocked_with(&["cap,Cap,Size,S,A,1.00", "cap,,,M,B,1.00", "mug,Mug,,,C,1.00"]).await;
    let report = shop.stocked_with(&["cap,Cap,Size,S,B,1.00", "cap,,,M,C,1.00", "mug,Mug,,,A,1.00"]).await;
    assert_eq!(report.updated, 2);
    let skus: String =
        shop.value("SELECT string_agg(concat(option_values[1], sku), ' ' ORDER BY sku) FROM variants").await;
    assert_eq!(skus, "A SB MC");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn other_options_are_given_to_the_variants_that_have_a_sku(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.stocked_with(&["cap,Cap,Size,S,A,1.00", "cap,,,M,B,1.00"]).await;
    let heading = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price";
    let partly = shop.import(under(heading, &["cap,Cap,Color,Red,Size,S,A,1.00"])).await;
    assert_eq!(bad(&partly), [(2, "Option1 Name")]);
    assert!(partly.bad_rows.first[0].reason.contains("with the SKU `B`"), "{partly}");
    let rows = ["cap,Cap,Color,Red,Size,S,A,1.00", "cap,,,Red,,M,B,1.00", "cap,,,Blue,,M,C,1.00"];
    let report = shop.import(under(heading, &rows)).await;
    assert_eq!((report.updated, shop.value::<i64>("SELECT count(*) FROM variants").await), (1, 3), "{report}");
    let before = shop.fingerprint().await;
    assert_eq!(shop.import(under(heading, &rows)).await.unchanged, 1);
    assert_eq!(shop.fingerprint().await, before);
    let plain = shop.import("Handle,Title,Variant SKU,Variant Price\ncap,Cap,A,1.00\n").await;
    assert_eq!(bad(&plain), [(2, "Option1 Name"), (2, "Option1 Name")], "{plain}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_product_is_published_once(db: PgPool) {
    let shop = Importer::open(db).await;
    let heading = "Handle,Title,Published,Variant Price";
    shop.import(under(heading, &["cap,Cap,false,1.00"])).await;
    assert!(shop.value::<bool>("SELECT published_at IS NULL FROM products").await);
    shop.import(under(heading, &["cap,Cap,true,1.00"])).await;
    let first: String = shop.value("SELECT published_at::text FROM products").await;
    shop.import(under(heading, &["cap,Cap,false,1.00"])).await;
    assert_eq!(shop.value::<i64>("SELECT count(*) FROM product_listings").await, 0);
    shop.import(under(heading, &["cap,Cap,true,1.00"])).await;
    assert_eq!(shop.value::<String>("SELECT published_at::text FROM products").await, first);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_product_moves_to_another_category_and_keeps_its_further_ones(db: PgPool) {
    let shop = Importer::open(db).await;
    let heading = "Handle,Title,Type,Variant Price";
    shop.import(under(heading, &["cap,Cap,Hats,1.00", "mug,Mug,Cups,1.00"])).await;
    sqlx::query(
        "INSERT INTO product_categories SELECT p.id, c.id, 1 FROM products p, categories c WHERE p.slug = 'cap' AND c.slug = 'cups'",
    )
    .execute(&shop.db)
    .await
    .unwrap();
    let state = "SELECT string_agg(c.slug || k.position, ' ' ORDER BY k.position) FROM product_categories k
                 JOIN categories c ON c.id = k.category_id JOIN products p ON p.id = k.product_id WHERE p.slug = 'cap'";
    assert_eq!(shop.value::<String>(state).await, "hats0 cups1");
    shop.import(under(heading, &["cap,Cap,,1.00"])).await;
    assert_eq!(shop.value::<String>(state).await, "hats0 cups1");
    assert_eq!(shop.import(under(heading, &["cap,Cap,CUPS,1.00"])).await.updated, 1);
    assert_eq!(shop.value::<String>(state).await, "cups0");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_rehearsal_tells_everything_and_writes_nothing(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.file("cap.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let rehearsal = Options { dry_run: true, ..Options::default() };
    let heading = "Handle,Title,Variant Price,Image Src";
    let report = shop.try_import(under(heading, &["cap,Cap,1.00,cap.png"]), rehearsal).await.unwrap();
    assert_eq!((report.created, report.pictures, report.written), (1, 1, false), "{report}");
    assert_eq!(shop.products().await, 0);
    assert_eq!(std::fs::read_dir(shop.stored.path()).unwrap().count(), 0);
    let clash = shop.try_import(csv(&["a,A,,,X,1.00", "b,B,,,X,1.00"]), rehearsal).await.unwrap();
    assert_eq!(clash.bad_rows.count, 2, "{clash}");
}
