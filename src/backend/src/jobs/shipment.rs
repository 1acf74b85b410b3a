//! Tells a customer what of an order is on its way, and how to follow it.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::order_mail::{About, OrderMail};
use crate::mail::{self, order::Part};

pub(super) const MAIL: OrderMail = OrderMail {
    name: "shipment",
    sent: "shipment_sent",
    statuses: &["confirmed", "completed"],
    compose: |told, jobs| mail::shipment(told, &jobs.secrets, &jobs.public_url),
};

/// Sends the mail about one parcel of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendShipment {
    /// The row of `orders`.
    pub order_id: Uuid,
    /// The row of `fulfilments`.
    pub fulfilment_id: Uuid,
}

impl TaskHandler for SendShipment {
    const IDENTIFIER: &'static str = "send_shipment";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        MAIL.deliver(&context, About { order_id: self.order_id, part: Part::Parcel(self.fulfilment_id) }).await
    }
}
