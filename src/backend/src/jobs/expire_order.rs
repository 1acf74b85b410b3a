//! Gives up an order that was not paid in time.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};

use super::JobContext;
use crate::{
    payments::close::{self, Closed, Reason},
    queue::{ExpireOrder, Payload},
};

impl TaskHandler for ExpireOrder {
    const IDENTIFIER: &'static str = Self::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        match close::cancel(&jobs.db, &jobs.stripe, self.order_id, Reason::Expired).await {
            Ok(Closed::Cancelled | Closed::Paid) => Ok(()),
            // The hold stays; the reconciler asks the provider until the bank has decided.
            Ok(Closed::Processing) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}
