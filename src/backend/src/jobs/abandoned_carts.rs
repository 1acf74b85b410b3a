//! Deletes carts that nobody came back to.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::JobContext;
use crate::database::Pool;

/// Each batch is a transaction: carts are not locked longer than that.
const BATCH: i64 = 500;

/// Deletes carts that were untouched for 90 days and that no order waits for payment of.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DeleteAbandonedCarts {}

impl TaskHandler for DeleteAbandonedCarts {
    const IDENTIFIER: &'static str = "delete_abandoned_carts";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        let deleted = delete_all(&jobs.db).await.map_err(|error| error.to_string())?;
        tracing::info!(deleted, "abandoned carts were deleted");
        Ok(())
    }
}

async fn delete_all(db: &Pool) -> sqlx::Result<u64> {
    let mut deleted = 0;
    loop {
        match delete_batch(db).await? {
            0 => return Ok(deleted),
            more => deleted += more,
        }
    }
}

async fn delete_batch(db: &Pool) -> sqlx::Result<u64> {
    let mut tx = db.begin().await?;
    let carts: Vec<Uuid> = sqlx::query_scalar!(
        "SELECT id FROM carts
         WHERE updated_at < now() - interval '90 days'
           AND NOT EXISTS (SELECT FROM orders WHERE cart_id = carts.id AND status = 'pending')
         ORDER BY updated_at LIMIT $1 FOR UPDATE SKIP LOCKED",
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    // Asked again, now that nobody can place an order of them any more: one may have come between the look and the lock.
    let deleted = sqlx::query!(
        "DELETE FROM carts WHERE id = ANY ($1)
           AND NOT EXISTS (SELECT FROM orders WHERE cart_id = carts.id AND status = 'pending')",
        &carts
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(deleted.rows_affected())
}
