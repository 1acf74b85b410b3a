//! Deletes what was kept for a while only, once that while is over.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::JobContext;
use crate::database::Pool;

/// Rows that one statement deletes at the most.
const BATCH: i64 = 5000;

/// Tables, and which of their rows are stale.
const STALE: [(&str, &str); 11] = [
    // Nothing repeats these any more.
    ("idempotency_keys", "created_at < now() - interval '24 hours'"),
    ("provider_events", "received_at < now() - interval '90 days'"),
    // The links that were sent for these open nothing any more.
    ("registrations", "expires_at < now()"),
    ("password_resets", "expires_at < now()"),
    ("email_changes", "expires_at < now()"),
    ("sessions", "expires_at < now() OR last_used_at < now() - interval '14 days'"),
    ("api_tokens", "expires_at < now() - interval '30 days'"),
    ("exports", "expires_at < now()"),
    // A mail that nobody takes may tell an address that nobody has any more.
    (
        "graphile_worker._private_jobs",
        "attempts >= max_attempts AND locked_at IS NULL AND updated_at < now() - interval '7 days'
         AND task_id IN (SELECT id FROM graphile_worker._private_tasks WHERE identifier = 'send_account_mail')",
    ),
    // Every count has sunk to nothing by then. What has no levels was written by the release before.
    ("attempts", "last_at < now() - CASE WHEN levels IS NULL THEN interval '2 hours' ELSE interval '24 hours' END"),
    // As long as browsers keep the cookie.
    ("account_devices", "last_used_at < now() - interval '400 days'"),
];

/// Deletes answers to idempotency keys, the provider's events, spent links, ended sessions and the like.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DeleteStaleRecords {}

impl TaskHandler for DeleteStaleRecords {
    const IDENTIFIER: &'static str = "delete_stale_records";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        for (table, stale) in STALE {
            let deleted = delete(&jobs.db, table, stale).await.map_err(|error| format!("{table}: {error}"))?;
            tracing::info!(table, deleted, "stale records were deleted");
        }
        Ok(())
    }
}

/// In batches. Locking rows first would need the right to update them, which the application does not have for history.
async fn delete(db: &Pool, table: &str, stale: &str) -> sqlx::Result<u64> {
    // Not compile-checked: the tables and the conditions are the ones above, and a test deletes from each.
    let statement =
        format!("DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {stale} LIMIT {BATCH}))");
    let (mut total, mut connection) = (0, db.acquire().await?);
    loop {
        let deleted = sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut *connection).await?.rows_affected();
        if deleted == 0 {
            return Ok(total);
        }
        total += deleted;
    }
}
