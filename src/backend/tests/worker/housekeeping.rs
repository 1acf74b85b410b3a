//! What is deleted at night, and what stays.

use devopsify::jobs::{abandoned_carts::DeleteAbandonedCarts, stale_records::DeleteStaleRecords};
use sqlx::PgPool;
use uuid::Uuid;

use super::Bench;
use crate::support::{builders::product, orders::order};

async fn due(bench: &Bench, task: &str) {
    sqlx::query("SELECT FROM graphile_worker.add_job($1, '{}')").bind(task).execute(&bench.db).await.unwrap();
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn carts_that_nobody_came_back_to_are_deleted(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let (pending, paid) = (order("MUG-1", 1).create(&db).await, order("MUG-1", 1).paid().create(&db).await);
    sqlx::query("UPDATE carts SET updated_at = now() - interval '91 days'").execute(&db).await.unwrap();
    // More than a batch, and one of 89 days.
    let recent: Uuid = sqlx::query_scalar(
        "WITH many AS (INSERT INTO carts (currency, updated_at)
                       SELECT 'EUR', now() - interval '91 days' FROM generate_series(1, 1200))
         INSERT INTO carts (currency, updated_at) VALUES ('EUR', now() - interval '89 days') RETURNING id",
    )
    .fetch_one(&db)
    .await
    .unwrap();
    let bench = Bench::new(db.clone()).await;
    due(&bench, "delete_abandoned_carts").await;
    bench.run(|options| options.define_job::<DeleteAbandonedCarts>()).await;
    let mut stay = [pending.cart, recent];
    stay.sort();
    let left: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM carts ORDER BY id").fetch_all(&db).await.unwrap();
    assert_eq!(left, stay);
    let cart: Option<Uuid> =
        sqlx::query_scalar("SELECT cart_id FROM orders WHERE id = $1").bind(paid.id).fetch_one(&db).await.unwrap();
    assert_eq!(cart, None, "the order stays");
    assert_eq!(bench.queued().await, 0);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn records_that_nothing_repeats_any_more_are_deleted(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).paid().create(&db).await;
    sqlx::raw_sql(
        "INSERT INTO idempotency_keys (scope, route, key, request_digest, created_at)
         SELECT 'cart', 'orders', n::text, '', now() - make_interval(hours => 20 + n) FROM generate_series(1, 10) AS n;
         INSERT INTO idempotency_keys (scope, route, key, request_digest, created_at)
         SELECT 'old', 'orders', n::text, '', now() - interval '2 days' FROM generate_series(1, 6000) AS n;
         INSERT INTO provider_events (id, kind, payment_id, received_at)
         SELECT n::text, 'test', p.id, now() - make_interval(days => 85 + n) FROM payments p, generate_series(1, 10) AS n",
    )
    .execute(&db)
    .await
    .unwrap();
    let bench = Bench::new(db.clone()).await;
    due(&bench, "delete_stale_records").await;
    bench.run(|options| options.define_job::<DeleteStaleRecords>()).await;
    let left: (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM idempotency_keys), (SELECT count(*) FROM provider_events)")
            .fetch_one(&db)
            .await
            .unwrap();
    assert_eq!(left, (3, 4), "24 hours and 90 days");
    assert_eq!(bench.queued().await, 0);
}
