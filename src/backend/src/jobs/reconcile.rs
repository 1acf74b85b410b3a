//! Asks the provider, every minute, about what is open for too long.

use std::time::SystemTime;

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use metrics::gauge;
use serde::{Deserialize, Serialize};

use super::JobContext;
use crate::payments::reconcile::{self, PATIENCE};

/// One round of the reconciler.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reconcile {}

impl TaskHandler for Reconcile {
    const IDENTIFIER: &'static str = "reconcile";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        reconcile::reconcile(&jobs.db, &jobs.stripe, PATIENCE).await.map_err(|error| error.to_string())?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        gauge!("reconciler_last_success_timestamp_seconds").set(now);
        Ok(())
    }
}
