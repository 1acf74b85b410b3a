//! Tells a customer that a paid order was cancelled, and what is given back.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::order_mail::{About, OrderMail};
use crate::mail::{self, order::Part};

pub(super) const MAIL: OrderMail = OrderMail {
    name: "cancellation",
    sent: "cancellation_sent",
    statuses: &["cancelled"],
    compose: |told, jobs| mail::cancellation(told, &jobs.secrets, &jobs.public_url),
};

/// Sends the mail about the cancellation of one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendCancellation {
    /// The row of `orders`.
    pub order_id: Uuid,
}

impl TaskHandler for SendCancellation {
    const IDENTIFIER: &'static str = "send_cancellation";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        MAIL.deliver(&context, About { order_id: self.order_id, part: Part::Whole }).await
    }
}
