//! The operations port, and what happens when the database goes away.

mod memory;
mod metrics;

use std::time::{Duration, Instant};

use devopsify::operations::{self, Ready};
use reqwest::StatusCode;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::support::{self, Shop, builders::product, wire::Wire};

/// One test holds the process's only registry of metrics, so the whole story of an outage is one test.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_outage_is_answered_measured_and_survived(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let metrics = devopsify::registry::start_metrics().unwrap();
    let wire = Wire::to(&db).await;
    wire.cut();
    let (ready, stop) = (Ready::default(), CancellationToken::new());
    let pool = wire.pool();
    let connections = pool.clone();
    tokio::spawn(operations::watch_database(pool.clone().into(), ready.clone(), stop.clone()));
    let operations = support::serve(operations::router(metrics, ready.clone())).await;
    let shop = Shop::open(pool).await;
    let probe = |path: &str| shop.client.get(operations.join(path).unwrap()).send();

    assert_eq!(probe("/livez").await.unwrap().status(), StatusCode::OK);
    assert_eq!(
        probe("/readyz").await.unwrap().status(),
        StatusCode::SERVICE_UNAVAILABLE,
        "ready without ever seeing the database"
    );
    wire.mend();
    ready.subscribe().wait_for(|ready| *ready).await.unwrap();
    assert_eq!(probe("/readyz").await.unwrap().status(), StatusCode::OK);
    assert!(connections.size() > 1, "ready with the only connection that saw the schema");
    shop.json("/api/products").await;

    for outage in [Wire::cut as fn(&Wire), Wire::silence] {
        outage(&wire);
        let asked = Instant::now();
        let reply = shop.get("/api/products").await;
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        assert_eq!(
            (reply.status, reply.header("retry-after")),
            (StatusCode::SERVICE_UNAVAILABLE, "5"),
            "{}",
            reply.text
        );
        assert_eq!(reply.header("content-type"), "application/problem+json");
        metric(&shop, &operations, "database_up 0").await;
        assert_eq!(
            probe("/readyz").await.unwrap().status(),
            StatusCode::OK,
            "one database away must not take every replica out"
        );
        wire.mend();
        metric(&shop, &operations, "database_up 1").await;
        shop.json("/api/products").await;
    }
    metric(&shop, &operations, r#"http_requests_total{method="GET",route="/api/products",status="503"} 2"#).await;
    metric(&shop, &operations, "http_request_duration_seconds_bucket").await;
    metric(&shop, &operations, "database_pool_connections").await;
    stop.cancel();
}

/// Waits until the metrics say `line`.
async fn metric(shop: &Shop, operations: &url::Url, line: &str) {
    let seen = tokio::time::timeout(Duration::from_secs(15), async {
        loop {
            let text =
                shop.client.get(operations.join("/metrics").unwrap()).send().await.unwrap().text().await.unwrap();
            if text.contains(line) {
                return;
            }
            tokio::task::yield_now().await;
        }
    });
    assert!(seen.await.is_ok(), "the metrics never said {line}");
}

#[sqlx::test(migrations = false)]
async fn a_schema_that_is_too_old_is_not_ready(db: PgPool) {
    assert!(!devopsify::database::schema_is_new_enough(&db.clone().into()).await.unwrap());
    devopsify::database::MIGRATIONS.run(&db).await.unwrap();
    assert!(devopsify::database::schema_is_new_enough(&db.clone().into()).await.unwrap());
    // A newer release has migrated further and was rolled back.
    sqlx::query("UPDATE _sqlx_migrations SET version = 99990101000000 WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
        .execute(&db)
        .await
        .unwrap();
    assert!(devopsify::database::schema_is_new_enough(&db.clone().into()).await.unwrap());
}
