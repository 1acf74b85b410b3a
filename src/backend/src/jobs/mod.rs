//! The queue: jobs are written in the transaction that causes them and run by `devopsify worker`, at least once.

use std::sync::Arc;

use anyhow::Context;
use graphile_worker::{TaskHandler, WorkerUtils};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::media::MediaStore;

pub mod download;
pub mod picture;
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
}

/// Brings the queue's own tables up to what its library needs.
///
/// # Errors
/// When the database refuses.
pub async fn migrate(db: &PgPool) -> anyhow::Result<()> {
    WorkerUtils::new(db.clone(), SCHEMA).migrate().await.context("the queue's tables cannot be made")
}

/// Queues the making of pictures' sizes, in the caller's transaction. A picture is queued once, however often it is asked
/// for before its job runs.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_pictures(connection: &mut PgConnection, media_ids: &[Uuid]) -> sqlx::Result<()> {
    if media_ids.is_empty() {
        return Ok(());
    }
    // Not compile-checked: the schema is the library's, and it is made by the library's own migrations.
    sqlx::query(
        "SELECT graphile_worker.add_job($1, json_build_object('media_id', id), job_key => 'picture:' || id, max_attempts => $2)
         FROM unnest($3) id",
    )
    .bind(picture::MakeRenditions::IDENTIFIER)
    .bind(i32::from(picture::ATTEMPTS))
    .bind(media_ids)
    .execute(connection)
    .await
    .map(drop)
}
