//! The comparison of our books with the provider's ledger, which other tests end with: it notices what differs.

use devopsify::payments::reconcile::reconcile;
use reqwest::StatusCode;
use sqlx::PgPool;

use super::{begin, mug};
use crate::support::{Shop, guest::Guest, provider::GOOD_CARD};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn every_refund_is_compared(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let start = begin(&bought).await;
    provider.confirm(&start, GOOD_CARD).await;
    let found = provider.disagreements(&shop.db).await;
    assert!(found.len() == 2 && found[0].contains("succeeded"), "{found:?}");
    reconcile(&shop.app.db, &shop.stripe, 0.0).await.unwrap();
    assert!(provider.disagreements(&shop.db).await.is_empty());

    provider.refund_by_hand(start["payment_intent"].as_str().unwrap(), 500).await;
    let found = provider.disagreements(&shop.db).await;
    assert!(found.len() == 2 && found[0].contains("None here") && found[1].contains("1890 are left here"), "{found:?}");

    bought.cancel().await.expect(StatusCode::OK);
    let found = provider.disagreements(&shop.db).await.join("\n");
    assert!(found.contains("requested"), "what is to be made is not made: {found}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_of_another_amount_or_status_is_noticed(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    provider.confirm(&begin(&bought).await, GOOD_CARD).await;
    reconcile(&shop.app.db, &shop.stripe, 0.0).await.unwrap();
    bought.cancel().await.expect(StatusCode::OK);
    reconcile(&shop.app.db, &shop.stripe, 0.0).await.unwrap();
    assert!(provider.disagreements(&shop.db).await.is_empty());
    for change in ["amount = amount - 1", "status = 'pending'"] {
        let mut tx = shop.db.begin().await.unwrap();
        sqlx::query("ALTER TABLE refunds DISABLE TRIGGER USER").execute(&mut *tx).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE refunds SET {change}"))).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let found = provider.disagreements(&shop.db).await;
        assert!(found.len() == 1 && found[0].contains("refund re_"), "{change}: {found:?}");
        sqlx::query("UPDATE refunds SET amount = 1890, status = 'succeeded'").execute(&shop.db).await.unwrap();
    }
}
