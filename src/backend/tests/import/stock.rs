//! What an import does to the stock.

use devopsify::catalog::import::Options;
use sqlx::PgPool;

use crate::support::importer::{Importer, bad, under};

const TAKE: Options = Options { stock: true, dry_run: false, skip_bad: false };
const HEADING: &str = "Handle,Title,Variant SKU,Variant Inventory Qty,Variant Inventory Policy,Variant Price";

async fn on_hand(shop: &Importer) -> i32 {
    shop.value("SELECT on_hand FROM stock").await
}

async fn ledger(shop: &Importer) -> String {
    shop.value("SELECT string_agg(concat_ws(' ', kind, on_hand_delta, reserved_delta, reason), ', ' ORDER BY id) FROM stock_movements")
        .await
}

async fn reserve(shop: &Importer, count: i32) {
    sqlx::query(
        "INSERT INTO stock_movements (variant_id, kind, reserved_delta, reason) SELECT variant_id, 'reserved', $1, 'test' FROM stock",
    )
    .bind(count)
    .execute(&shop.db)
    .await
    .unwrap();
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn quantities_count_for_new_variants_only(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.import(under(HEADING, &["cap,Cap,C,5,deny,1.00"])).await;
    let report = shop.import(under(HEADING, &["cap,Cap,C,9,deny,1.00"])).await;
    assert_eq!((report.unchanged, on_hand(&shop).await), (1, 5));
    assert_eq!(ledger(&shop).await, "received 5 0 import");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_stock_take_adjusts_what_is_known(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.import(under(HEADING, &["cap,Cap,C,5,deny,1.00"])).await;
    let report = shop.try_import(under(HEADING, &["cap,Cap,C,9,deny,1.00"]), TAKE).await.unwrap();
    assert_eq!((report.updated, on_hand(&shop).await), (1, 9));
    assert_eq!(ledger(&shop).await, "received 5 0 import, adjusted 4 0 stock-take");
    let before = shop.fingerprint().await;
    let again = shop.try_import(under(HEADING, &["cap,Cap,C,9,deny,1.00"]), TAKE).await.unwrap();
    assert_eq!((again.unchanged, shop.fingerprint().await), (1, before));
    shop.try_import(under(HEADING, &["cap,Cap,C,,deny,1.00"]), TAKE).await.unwrap();
    assert_eq!(on_hand(&shop).await, 9, "an empty field counts nothing");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_stock_take_never_goes_below_what_is_promised(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.import(under(HEADING, &["cap,Cap,C,5,deny,1.00"])).await;
    reserve(&shop, 3).await;
    let report = shop.try_import(under(HEADING, &["cap,Cap,C,1,continue,1.00"]), TAKE).await.unwrap();
    assert_eq!((on_hand(&shop).await, report.warnings.count), (3, 1), "{report}");
    assert!(shop.value::<bool>("SELECT backorderable FROM stock").await);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_oversold_variant_cannot_turn_to_deny(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.import(under(HEADING, &["cap,Cap,C,1,continue,1.00"])).await;
    reserve(&shop, 4).await;
    let deny = under(HEADING, &["mug,Mug,M,1,deny,1.00", "cap,Cap,C,9,deny,1.00"]);
    let report = shop.import(&deny).await;
    assert_eq!(bad(&report), [(3, "Variant Inventory Policy")], "{report}");
    let skipped = shop.try_import(&deny, Options { skip_bad: true, ..Options::default() }).await.unwrap();
    assert_eq!((skipped.created, skipped.skipped, skipped.bad_rows.count), (1, 1, 1), "{skipped}");
    assert!(shop.try_import(&deny, TAKE).await.unwrap().written, "nine are enough for four");
    assert_eq!(shop.value::<i32>("SELECT max(on_hand) FROM stock").await, 9);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_ledger_is_the_stock(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.import(under(HEADING, &["a,A,A,5,deny,1.00", "b,B,B,-3,continue,1.00", "c,C,C,,,1.00"])).await;
    shop.try_import(under(HEADING, &["a,A,A,0,deny,1.00", "b,B,B,7,,1.00", "c,C,C,2,continue,1.00"]), TAKE)
        .await
        .unwrap();
    let off: i64 = shop
        .value(
            "SELECT count(*) FROM stock s WHERE on_hand <> (SELECT coalesce(sum(on_hand_delta), 0) FROM stock_movements m
                                                            WHERE m.variant_id = s.variant_id)",
        )
        .await;
    assert_eq!(off, 0);
    let policies: String =
        shop.value("SELECT string_agg(on_hand || ':' || backorderable, ' ' ORDER BY on_hand) FROM stock").await;
    assert_eq!(policies, "0:false 2:true 7:true");
}
