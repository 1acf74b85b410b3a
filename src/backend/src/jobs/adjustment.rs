//! Tells a customer that a part of an order was cancelled, or that money goes back.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::order_mail::{About, OrderMail};
use crate::mail::{self, order::Part};

pub(super) const MAIL: OrderMail = OrderMail {
    name: "adjustment",
    sent: "adjustment_sent",
    statuses: &["confirmed", "completed", "cancelled"],
    compose: |told, jobs| mail::adjustment(told, &jobs.secrets, &jobs.public_url),
};

/// Sends the mail about one cancellation of a part of an order, or one refund.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendAdjustment {
    /// The row of `orders`.
    pub order_id: Uuid,
    /// What the mail is about.
    pub subject: Subject,
}

/// What an adjustment is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The row of `order_cancellations`.
    Cancellation(Uuid),
    /// The row of `refunds`.
    Refund(Uuid),
}

impl TaskHandler for SendAdjustment {
    const IDENTIFIER: &'static str = "send_adjustment";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let part = match self.subject {
            Subject::Cancellation(id) => Part::Cancellation(id),
            Subject::Refund(id) => Part::Refund(id),
        };
        MAIL.deliver(&context, About { order_id: self.order_id, part }).await
    }
}
