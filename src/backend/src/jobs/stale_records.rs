//! Deletes what was kept only to recognise a repetition, once nothing repeats it any more.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::JobContext;

/// Rows that one statement deletes at the most.
const BATCH: i64 = 5000;

/// Deletes the answers to idempotency keys after 24 hours, and the provider's events after 90 days.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DeleteStaleRecords {}

impl TaskHandler for DeleteStaleRecords {
    const IDENTIFIER: &'static str = "delete_stale_records";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        delete_all(&jobs.db).await.map_err(|error| error.to_string())
    }
}

async fn delete_all(db: &PgPool) -> sqlx::Result<()> {
    let (mut keys, mut events) = (0, 0);
    while let deleted @ 1.. = delete_keys(db).await? {
        keys += deleted;
    }
    while let deleted @ 1.. = delete_events(db).await? {
        events += deleted;
    }
    tracing::info!(keys, events, "idempotency keys and the provider's events that are too old were deleted");
    Ok(())
}

async fn delete_keys(db: &PgPool) -> sqlx::Result<u64> {
    sqlx::query!(
        "DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '24 hours'
             ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED))",
        BATCH
    )
    .execute(db)
    .await
    .map(|deleted| deleted.rows_affected())
}

async fn delete_events(db: &PgPool) -> sqlx::Result<u64> {
    sqlx::query!(
        "DELETE FROM provider_events WHERE id = ANY (ARRAY(
             SELECT id FROM provider_events WHERE received_at < now() - interval '90 days'
             ORDER BY received_at LIMIT $1 FOR UPDATE SKIP LOCKED))",
        BATCH
    )
    .execute(db)
    .await
    .map(|deleted| deleted.rows_affected())
}
