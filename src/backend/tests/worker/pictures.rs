//! Pictures that came as an address or as an original: fetched, scaled, or given up on with a reason.

use std::io::Cursor;

use axum::{Router, http::StatusCode, response::IntoResponse, routing::get};
use devopsify::queue::{self, MakeRenditions};
use sqlx::PgPool;
use uuid::Uuid;

use super::Bench;
use crate::support::{self, builders::product};

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(900, 600).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

async fn bench(db: PgPool) -> Bench {
    product("mug").priced(1400).create(&db).await;
    Bench::new(db).await
}

impl Bench {
    async fn picture(&self, source: &str) -> Uuid {
        let mut tx = self.db.begin().await.unwrap();
        let id = sqlx::query_scalar(
            "INSERT INTO media (product_id, position, source) SELECT id, 1, $1 FROM products RETURNING id",
        )
        .bind(source)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        queue::enqueue_pictures(&mut tx, &[id, id]).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn make_renditions(&self) {
        self.run(|options| options.define_job::<MakeRenditions>()).await;
    }

    async fn state(&self, id: Uuid) -> (String, Option<String>) {
        sqlx::query_as("SELECT status, failure FROM media WHERE id = $1").bind(id).fetch_one(&self.db).await.unwrap()
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn are_made_of_an_address(db: PgPool) {
    let origin = support::serve(Router::new().route("/mug.png", get(|| async { png() }))).await;
    let bench = bench(db).await;
    let id = bench.picture(origin.join("mug.png").unwrap().as_str()).await;
    assert_eq!(bench.queued().await, 1, "one picture, one job");
    bench.make_renditions().await;
    assert_eq!(bench.state(id).await, ("ready".into(), None));
    let sizes: Vec<(i32, i32, String)> =
        sqlx::query_as("SELECT width, height, path FROM media_renditions ORDER BY width")
            .fetch_all(&bench.db)
            .await
            .unwrap();
    assert_eq!(
        sizes.iter().map(|(width, height, _)| (*width, *height)).collect::<Vec<_>>(),
        [(400, 266), (800, 533), (900, 600)]
    );
    for (_, _, path) in sizes {
        assert!(!bench.context.media.read(&path).await.unwrap().is_empty());
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn are_made_of_an_original(db: PgPool) {
    let bench = bench(db).await;
    bench.context.media.put("originals/abc", png()).await.unwrap();
    let id = bench.picture("sha256:abc").await;
    bench.make_renditions().await;
    assert_eq!(bench.state(id).await.0, "ready");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn are_given_up_on_with_a_reason(db: PgPool) {
    let origin = support::serve(
        Router::new()
            .route("/page", get(|| async { "<html>" }))
            .route("/huge", get(|| async { vec![0_u8; (20 << 20) + 1] }))
            .route("/loop", get(|| async { axum::response::Redirect::temporary("/loop") }))
            .route("/inside", get(|| async { axum::response::Redirect::temporary("file:///etc/passwd") })),
    )
    .await;
    let bench = bench(db).await;
    for (path, reason) in [
        ("missing", "404"),
        ("page", "no picture"),
        ("huge", "larger than 20 MiB"),
        ("loop", "redirects"),
        ("inside", "307"),
    ] {
        let id = bench.picture(origin.join(path).unwrap().as_str()).await;
        bench.make_renditions().await;
        let (status, failure) = bench.state(id).await;
        assert_eq!(status, "failed", "{path}");
        assert!(failure.as_deref().unwrap().contains(reason), "{path}: {failure:?}");
        assert_eq!(bench.queued().await, 0, "{path}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn are_tried_again_while_it_may_help_and_then_given_up_on(db: PgPool) {
    let origin = support::serve(Router::new().fallback(|| async { StatusCode::BAD_GATEWAY.into_response() })).await;
    let bench = bench(db).await;
    let id = bench.picture(origin.join("mug.png").unwrap().as_str()).await;
    bench.make_renditions().await;
    assert_eq!(bench.state(id).await, ("pending".into(), None));
    assert_eq!(bench.queued().await, 1, "it is tried again later");
    sqlx::query("UPDATE graphile_worker._private_jobs SET attempts = max_attempts - 1, run_at = now()")
        .execute(&bench.db)
        .await
        .unwrap();
    bench.make_renditions().await;
    let (status, failure) = bench.state(id).await;
    assert_eq!(status, "failed");
    assert!(failure.unwrap().contains("502"));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn are_not_queued_when_the_change_that_needs_them_is_rolled_back(db: PgPool) {
    let bench = bench(db).await;
    let mut tx = bench.db.begin().await.unwrap();
    queue::enqueue_pictures(&mut tx, &[Uuid::now_v7()]).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(bench.queued().await, 0);
}

/// An import of 20,000 pictures stopped with `out of shared memory`: each job's key held a lock until the commit.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn are_queued_by_thousands_without_a_lock_for_each(db: PgPool) {
    let bench = bench(db).await;
    let ids: Vec<_> = (0..1000).map(|_| Uuid::now_v7()).collect();
    let mut tx = bench.db.begin().await.unwrap();
    queue::enqueue_pictures(&mut tx, &ids).await.unwrap();
    let locks: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
    tx.commit().await.unwrap();
    assert_eq!((locks, bench.queued().await), (0, 1000));
}
