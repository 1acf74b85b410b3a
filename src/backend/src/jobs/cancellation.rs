//! Tells a customer that a paid order was cancelled, and what is given back.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};

use super::order_mail::{About, OrderMail};
use crate::{
    mail::{self, order::Part},
    queue::{Payload, SendCancellation},
};

pub(super) const MAIL: OrderMail = OrderMail {
    name: "cancellation",
    sent: "cancellation_sent",
    statuses: &["cancelled"],
    compose: |told, jobs| mail::cancellation(told, &jobs.secrets, &jobs.public_url),
};

impl TaskHandler for SendCancellation {
    const IDENTIFIER: &'static str = Self::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        MAIL.deliver(&context, About { order_id: self.order_id, part: Part::Whole }).await
    }
}
