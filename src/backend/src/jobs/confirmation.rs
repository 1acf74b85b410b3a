//! Tells a customer that an order was paid.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};

use super::order_mail::{About, OrderMail};
use crate::{
    mail::{self, order::Part},
    queue::{Payload, SendConfirmation},
};

pub(super) const MAIL: OrderMail = OrderMail {
    name: "confirmation",
    sent: "confirmation_sent",
    statuses: &["confirmed", "completed"],
    compose: |told, jobs| mail::confirmation(told, &jobs.secrets, &jobs.public_url),
};

impl TaskHandler for SendConfirmation {
    const IDENTIFIER: &'static str = Self::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        MAIL.deliver(&context, About { order_id: self.order_id, part: Part::Whole }).await
    }
}
