//! Gives money back at the provider.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::JobContext;
use crate::payments::refunds;

/// Makes one refund.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MakeRefund {
    /// The row of `refunds`.
    pub refund_id: Uuid,
}

impl TaskHandler for MakeRefund {
    const IDENTIFIER: &'static str = "make_refund";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        refunds::make(&jobs.db, &jobs.stripe, self.refund_id).await.map(drop).map_err(|error| error.to_string())
    }
}
