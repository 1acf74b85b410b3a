//! The queue: jobs are written in the transaction that causes them and run by `devopsify worker`, at least once.

use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Utc};
use graphile_worker::{TaskHandler, WorkerUtils};
use serde::Serialize;
use sqlx::{PgConnection, PgPool, types::Json};
use uuid::Uuid;

use crate::{media::MediaStore, payments::stripe::Stripe};

pub mod download;
pub mod expire_order;
pub mod picture;
pub mod reconcile;
pub mod refund;
pub mod renditions;

/// The schema that the queue's library keeps its tables in.
pub const SCHEMA: &str = "graphile_worker";

/// What jobs work with.
#[derive(Clone, Debug)]
pub struct JobContext {
    /// Connections to PostgreSQL.
    pub db: PgPool,
    /// Where pictures are kept.
    pub media: MediaStore,
    /// How pictures are fetched.
    pub downloader: Arc<download::Downloader>,
    /// The payment provider.
    pub stripe: Stripe,
}

/// Brings the queue's own tables up to what its library needs.
///
/// # Errors
/// When the database refuses.
pub async fn migrate(db: &PgPool) -> anyhow::Result<()> {
    WorkerUtils::new(db.clone(), SCHEMA).migrate().await.context("the queue's tables cannot be made")
}

/// As long as the queue's back-off goes: some three days.
const PAYMENT_ATTEMPTS: i16 = 25;

/// Queues the giving up of an order that is not paid by `at`, in the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_expiry(connection: &mut PgConnection, order_id: Uuid, at: DateTime<Utc>) -> sqlx::Result<()> {
    enqueue(connection, &expire_order::ExpireOrder { order_id }, PAYMENT_ATTEMPTS, Some(at)).await
}

/// Queues the making of a refund, in the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_refund(connection: &mut PgConnection, refund_id: Uuid) -> sqlx::Result<()> {
    enqueue(connection, &refund::MakeRefund { refund_id }, PAYMENT_ATTEMPTS, None).await
}

async fn enqueue<T: TaskHandler + Serialize>(
    connection: &mut PgConnection,
    job: &T,
    attempts: i16,
    at: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    // Not compile-checked: the schema is the library's, and it is made by the library's own migrations.
    sqlx::query("SELECT FROM graphile_worker.add_job($1, payload => $2::json, max_attempts => $3, run_at => $4)")
        .bind(T::IDENTIFIER)
        .bind(Json(job))
        .bind(attempts)
        .bind(at)
        .execute(connection)
        .await
        .map(drop)
}

/// Queues the making of new pictures' sizes, in the caller's transaction.
///
/// The jobs have no key: the library takes a lock for each key until the transaction ends, and an import of some thousand
/// pictures would need more locks than PostgreSQL has room for.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_pictures(connection: &mut PgConnection, media_ids: &[Uuid]) -> sqlx::Result<()> {
    if media_ids.is_empty() {
        return Ok(());
    }
    // Not compile-checked: the schema is the library's, and it is made by the library's own migrations.
    sqlx::query(
        "SELECT count(*) FROM graphile_worker.add_jobs((
             SELECT array_agg(($1, json_build_object('media_id', id), NULL, NULL, $2, NULL, NULL, NULL)::graphile_worker.job_spec)
             FROM (SELECT DISTINCT unnest($3) AS id) pictures))",
    )
    .bind(picture::MakeRenditions::IDENTIFIER)
    .bind(picture::ATTEMPTS)
    .bind(media_ids)
    .execute(connection)
    .await
    .map(drop)
}

/// TEMP
pub async fn enqueue_confirmation(_: &mut PgConnection, _: Uuid) -> sqlx::Result<()> {
    Ok(())
}
/// TEMP
pub async fn enqueue_cancellation(_: &mut PgConnection, _: Uuid) -> sqlx::Result<()> {
    Ok(())
}
