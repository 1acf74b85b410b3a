//! Makes the sizes of a picture that came as an address or as an original file.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use uuid::Uuid;

use super::{
    JobContext,
    download::DownloadError,
    renderer::{self, RenderError},
    renditions,
};
use crate::queue::{MakeRenditions, Payload};

/// Why a picture has no sizes.
enum Failure {
    /// Trying again may help.
    Passing(String),
    /// The source itself is not to be had or no picture.
    Final(String),
}

impl TaskHandler for MakeRenditions {
    const IDENTIFIER: &'static str = Self::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        let last = context.job().attempts() >= context.job().max_attempts();
        match make(jobs, self.media_id).await {
            Ok(()) => Ok(()),
            Err(Failure::Passing(reason)) if !last => Err(reason),
            Err(Failure::Passing(reason) | Failure::Final(reason)) => {
                tracing::warn!(media_id = %self.media_id, reason, "a picture stays without sizes");
                fail(jobs, self.media_id, &reason).await.map_err(|error| error.to_string())
            }
        }
    }
}

async fn make(jobs: &JobContext, media_id: Uuid) -> Result<(), Failure> {
    let passing = |error: sqlx::Error| Failure::Passing(error.to_string());
    let source = source(jobs, media_id).await.map_err(passing)?;
    // Deleted or finished meanwhile: a job runs at least once, so it may run twice.
    let Some(source) = source else { return Ok(()) };
    let original = read(jobs, &source).await?;
    let made = renderer::render(original).await.map_err(|error| match error {
        RenderError::Passing(reason) => Failure::Passing(reason),
        RenderError::Final(reason) => Failure::Final(reason),
    })?;
    for rendition in &made {
        let stored = jobs.media.put(&rendition.path, rendition.content.clone()).await;
        stored.map_err(|error| Failure::Passing(error.to_string()))?;
    }
    record(jobs, media_id, &made).await.map_err(passing)
}

async fn source(jobs: &JobContext, media_id: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT source FROM media WHERE id = $1 AND status <> 'ready'", media_id)
        .fetch_optional(&mut *jobs.db.acquire().await?)
        .await
}

async fn read(jobs: &JobContext, source: &str) -> Result<bytes::Bytes, Failure> {
    match source.strip_prefix("sha256:") {
        Some(digest) => match jobs.media.read(&format!("originals/{digest}")).await {
            Ok(bytes) => Ok(bytes),
            Err(error @ object_store::Error::NotFound { .. }) => Err(Failure::Final(error.to_string())),
            Err(error) => Err(Failure::Passing(error.to_string())),
        },
        None => jobs.downloader.fetch(source).await.map_err(|error| match error {
            DownloadError::Passing(reason) => Failure::Passing(reason),
            DownloadError::Final(reason) => Failure::Final(reason),
        }),
    }
}

async fn record(jobs: &JobContext, media_id: Uuid, made: &[renditions::Rendition]) -> sqlx::Result<()> {
    let mut tx = jobs.db.begin().await?;
    sqlx::query!("DELETE FROM media_renditions WHERE media_id = $1", media_id).execute(&mut *tx).await?;
    for rendition in made {
        sqlx::query!(
            "INSERT INTO media_renditions (media_id, type, width, height, path) VALUES ($1, 'image/webp', $2, $3, $4)",
            media_id,
            rendition.width,
            rendition.height,
            rendition.path
        )
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query!("UPDATE media SET status = 'ready', failure = NULL WHERE id = $1", media_id).execute(&mut *tx).await?;
    tx.commit().await
}

async fn fail(jobs: &JobContext, media_id: Uuid, reason: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE media SET status = 'failed', failure = $2 WHERE id = $1", media_id, reason)
        .execute(&mut *jobs.db.acquire().await?)
        .await
        .map(drop)
}
