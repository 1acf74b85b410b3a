//! Rows and files that cannot be used.

use devopsify::catalog::import::Options;
use sqlx::PgPool;

use crate::support::importer::{Importer, bad, csv};

const SKIP: Options = Options { skip_bad: true, dry_run: false, stock: false };

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn one_bad_row_is_named_and_nothing_is_written(db: PgPool) {
    let shop = Importer::open(db).await;
    let report = shop.import(csv(&["a,A,,,A,1.00", "b,\"B\nof two lines\",,,B,abc", "c,C,,,C,-1", "d,D"])).await;
    assert_eq!(bad(&report), [(3, "Variant Price"), (5, "Variant Price"), (6, "")], "{report}");
    assert!(!report.written);
    assert_eq!(shop.products().await, 0);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_product_with_a_bad_row_is_skipped_as_a_whole(db: PgPool) {
    let shop = Importer::open(db).await;
    let rows = ["a,A,Size,S,A-S,1.00", "b,B,,,B,1.00", "a,,,M,A-M,1e3", "c,C,Size,S,C-S,1.00", "c,,,S,C-S2,1.00"];
    let report = shop.try_import(csv(&rows), SKIP).await.unwrap();
    assert_eq!(bad(&report), [(4, "Variant Price"), (6, "Option1 Value")], "{report}");
    assert_eq!((report.created, report.skipped, report.written), (1, 2, true));
    assert_eq!(shop.value::<String>("SELECT string_agg(slug, ',') FROM products").await, "b");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_sku_that_is_taken_is_told_with_its_lines(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.stocked_with(&["old,Old,,,X,1.00", "two,Two,Size,S,T,1.00"]).await;
    let rows = ["a,A,,,Y,1.00", "b,B,,,Y,1.00", "c,C,,,X,1.00", "two,Two,Size,M,Z,1.00", "d,D,,,D,1.00"];
    let report = shop.import(csv(&rows)).await;
    assert_eq!(bad(&report), [(2, "Variant SKU"), (3, "Variant SKU"), (4, "Variant SKU")], "{report}");
    assert_eq!(report.bad_rows.first[0].reason, "`Y` is also on line 3, of `b`");
    assert_eq!(report.bad_rows.first[2].reason, "`X` belongs to another variant in the store, of `old`");
    assert_eq!(shop.products().await, 2);
    let report = shop.try_import(csv(&rows), SKIP).await.unwrap();
    assert_eq!((report.created, report.updated, report.skipped, report.bad_rows.count), (1, 1, 3, 3), "{report}");
    let within = shop.import(csv(&["two,Two,Size,L,T,1.00", "two,,,S,T2,1.00", "e,E,,,Z,1.00"])).await;
    assert_eq!(bad(&within), [(4, "Variant SKU")], "{within}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_sku_that_only_a_skipped_product_would_give_away_stays_taken(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.stocked_with(&["a,A,,,X,1.00"]).await;
    let report = shop.try_import(csv(&["a,A,,,Y,abc", "b,B,,,X,1.00", "c,C,,,C,1.00"]), SKIP).await.unwrap();
    assert_eq!(bad(&report), [(2, "Variant Price"), (3, "Variant SKU")], "{report}");
    assert_eq!((report.created, report.skipped), (1, 2));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn hundreds_of_bad_rows_are_counted(db: PgPool) {
    let shop = Importer::open(db).await;
    let rows: Vec<_> = (0..300).map(|n| format!("p{n},P,,,,abc")).collect();
    let report = shop.import(csv(&rows.iter().map(String::as_str).collect::<Vec<_>>())).await;
    assert_eq!((report.bad_rows.first.len(), report.bad_rows.count, report.skipped), (100, 300, 300));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn odd_texts_are_refused_before_the_database_sees_them(db: PgPool) {
    let shop = Importer::open(db).await;
    let long = "x".repeat(256);
    for (row, column) in [
        ("a b,A,,,S,1.00".to_owned(), "Handle"),
        ("a,A\0,,,S,1.00".to_owned(), "Title"),
        (format!("a,{long},,,S,1.00"), "Title"),
        (format!("a,A,,,{long},1.00"), "Variant SKU"),
        ("a,A,Si:ze,S,S,1.00".to_owned(), "Option1 Name"),
        ("a,A,Size,,S,1.00".to_owned(), "Option1 Value"),
        ("a,A,,,S,9.999".to_owned(), "Variant Price"),
    ] {
        let report = shop.import(csv(&[&row])).await;
        assert_eq!(bad(&report), [(2, column)], "{row}: {report}");
    }
    let report = shop.stocked_with(&["O'Neill;DROP,\"Robert'); DROP TABLE products;--🧢\",,,\"'\"\"\",1.00"]).await;
    assert_eq!(report.created, 1);
    assert_eq!(shop.value::<String>("SELECT slug FROM products").await, "o'neill;drop");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_file_that_cannot_be_used_is_told_in_one_sentence(db: PgPool) {
    let shop = Importer::open(db).await;
    for (content, sentence) in [
        (b"".as_slice(), "it is empty"),
        (b"\n\n", "it is empty"),
        (b"Handle,Title,Variant Price\n", "it has a heading and no products"),
        (b"Handle,Title\na,A\n", "it lacks the required columns Variant Price"),
        (b"Handle,Title,Variant Price\na,A,1.00\nb,M\xFCtze,1.00\n", "it is not UTF-8 on line 3: save it as CSV UTF-8"),
        (b"Handle,Title,Variant Price\na,\"A,1.00\nb,B,1.00\n", "the quote that opens on line 2 is never closed"),
    ] {
        let error = shop.try_import(content, SKIP).await.unwrap_err();
        assert!(format!("{error:#}").ends_with(&format!("products.csv: {sentence}")), "{error:#}");
    }
    assert_eq!(shop.products().await, 0);
}
