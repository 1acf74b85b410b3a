//! Tells a customer that a part of an order was cancelled, or that money goes back.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};

use super::order_mail::{About, OrderMail};
use crate::{
    mail::{self, order::Part},
    queue::{Payload, SendAdjustment, Subject},
};

pub(super) const MAIL: OrderMail = OrderMail {
    name: "adjustment",
    sent: "adjustment_sent",
    statuses: &["confirmed", "completed", "cancelled"],
    compose: |told, jobs| mail::adjustment(told, &jobs.secrets, &jobs.public_url),
};

impl TaskHandler for SendAdjustment {
    const IDENTIFIER: &'static str = Self::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let part = match self.subject {
            Subject::Cancellation(id) => Part::Cancellation(id),
            Subject::Refund(id) => Part::Refund(id),
        };
        MAIL.deliver(&context, About { order_id: self.order_id, part }).await
    }
}
