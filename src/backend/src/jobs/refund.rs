//! Gives money back at the provider.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};

use super::JobContext;
use crate::{
    payments::refunds,
    queue::{MakeRefund, Payload},
};

impl TaskHandler for MakeRefund {
    const IDENTIFIER: &'static str = Self::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        refunds::make(&jobs.db, &jobs.stripe, self.refund_id).await.map(drop).map_err(|error| error.to_string())
    }
}
