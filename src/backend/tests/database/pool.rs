//! What is told of those who need a connection.

use std::{pin::pin, time::Duration};

use devopsify::database::Pool;
use futures_util::poll;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use sqlx::{PgPool, postgres::PgPoolOptions};

fn expect(metrics: &PrometheusHandle, lines: &[&str]) {
    let told = metrics.render();
    for line in lines {
        assert!(told.lines().any(|told| told == *line), "{line} is not in {told}");
    }
}

#[sqlx::test(migrations = false)]
async fn who_waits_for_a_connection_is_told_until_there_is_one_or_none(db: PgPool) {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let options = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(300));
    let pool = Pool::from(options.connect_lazy_with((*db.connect_options()).clone()));

    let held = pool.acquire().await.unwrap();
    assert!(!metrics.render().contains("database_pool_waiting"), "who opens a connection waits for nobody");
    {
        let (mut first, mut second) = (pin!(pool.acquire()), pin!(pool.begin()));
        assert!(poll!(first.as_mut()).is_pending() && poll!(second.as_mut()).is_pending());
        expect(&metrics, &["database_pool_waiting 2"]);
        assert!(matches!(first.await, Err(sqlx::Error::PoolTimedOut)));
        expect(&metrics, &["database_pool_waiting 1", "database_pool_timeouts_total 1"]);
        // Nobody waits for the second any more.
    }
    expect(&metrics, &["database_pool_waiting 0", "database_pool_timeouts_total 1"]);
    drop(held);
    pool.begin().await.unwrap().commit().await.unwrap();
    expect(
        &metrics,
        &[
            "database_pool_waiting 0",
            "database_pool_timeouts_total 1",
            "database_pool_acquire_duration_seconds_count 4",
        ],
    );
}

#[sqlx::test(migrations = false)]
async fn connections_are_opened_before_anybody_asks(db: PgPool) {
    let options = PgPoolOptions::new().max_connections(6).acquire_timeout(Duration::from_secs(10));
    let pool = Pool::from(options.connect_lazy_with((*db.connect_options()).clone()));
    for _ in 0..2 {
        pool.warm().await.unwrap();
        assert_eq!(pool.size(), 3, "half of what it may open");
    }
}
