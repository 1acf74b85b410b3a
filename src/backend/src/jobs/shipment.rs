//! Tells a customer what of an order is on its way, and how to follow it.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};

use super::order_mail::{About, OrderMail};
use crate::{
    mail::{self, order::Part},
    queue::{Payload, SendShipment},
};

pub(super) const MAIL: OrderMail = OrderMail {
    name: "shipment",
    sent: "shipment_sent",
    statuses: &["confirmed", "completed"],
    compose: |told, jobs| mail::shipment(told, &jobs.secrets, &jobs.public_url),
};

impl TaskHandler for SendShipment {
    const IDENTIFIER: &'static str = Self::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        MAIL.deliver(&context, About { order_id: self.order_id, part: Part::Parcel(self.fulfilment_id) }).await
    }
}
