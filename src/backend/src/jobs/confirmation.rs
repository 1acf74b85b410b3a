//! Tells a customer that an order was paid.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::order_mail::{About, OrderMail};
use crate::mail::{self, order::Part};

pub(super) const MAIL: OrderMail = OrderMail {
    name: "confirmation",
    sent: "confirmation_sent",
    statuses: &["confirmed", "completed"],
    compose: |told, jobs| mail::confirmation(told, &jobs.secrets, &jobs.public_url),
};

/// Sends the confirmation of one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendConfirmation {
    /// The row of `orders`.
    pub order_id: Uuid,
}

impl TaskHandler for SendConfirmation {
    const IDENTIFIER: &'static str = "send_confirmation";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        MAIL.deliver(&context, About { order_id: self.order_id, part: Part::Whole }).await
    }
}
