//! What the staff's endpoints of orders take and answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::refund::model::StaffRefund;
use crate::{
    money::Money,
    orders::model::{FulfilmentStatus, Order, OrderStatus, PaymentStatus},
};

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindOrders {
    /// Where they stand.
    pub status: Option<OrderStatus>,
    /// Where their payments stand.
    pub payment_status: Option<PaymentStatus>,
    /// How much of them was shipped.
    pub fulfilment_status: Option<FulfilmentStatus>,
    /// The number of an order, or how the customer's address of mail begins.
    #[param(min_length = 1, max_length = 254)]
    pub q: Option<String>,
    /// Whose they are.
    pub account_id: Option<Uuid>,
    /// How many; 50 when left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// Where the page begins; left out for the first.
    pub cursor: Option<String>,
}

/// A page of orders.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundOrders {
    /// The newest first.
    pub items: Vec<FoundOrder>,
    /// Where the next page begins; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// An order in the staff's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundOrder {
    /// The row.
    #[serde(skip)]
    pub id: Uuid,
    /// For people; `/api/admin/orders/{number}` tells all of it.
    pub number: i64,
    /// Where it stands.
    pub status: OrderStatus,
    /// Where its payment stands.
    pub payment_status: PaymentStatus,
    /// How much of it was shipped.
    pub fulfilment_status: FulfilmentStatus,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// Where mails about it go.
    pub email: String,
    /// Who it goes to.
    pub name: String,
    /// Where it goes: ISO 3166-1 alpha-2.
    pub country: String,
    /// Whose it is; null for a guest's.
    #[schema(required)]
    pub account_id: Option<Uuid>,
    /// Of all lines together.
    pub item_count: i64,
    /// What is to be paid.
    pub total: Money,
}

/// An order with what only the staff sees of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectedOrder {
    /// As its buyer sees it.
    #[serde(flatten)]
    pub order: Order,
    /// Whose it is; null for a guest's.
    #[schema(required)]
    pub account: Option<OrderAccount>,
    /// How it is paid; null for one that costs nothing.
    #[schema(required)]
    pub payment: Option<ProviderPayment>,
    /// What is still to be shipped.
    pub unshipped: Vec<Unshipped>,
    /// What went back, is about to, or failed to; the first one first.
    pub refunds: Vec<StaffRefund>,
    /// What can still be given back: neither is it, nor is that under way.
    pub refundable: Money,
    /// What the customer should have back and no refund is under way for: a refund failed, or an order was cancelled without.
    pub owed: Money,
    /// What can be done about it now.
    pub actions: Vec<OrderAction>,
}

/// What the staff can do about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderAction {
    /// `POST /api/admin/orders/{number}/fulfilments`.
    Ship,
    /// `POST /api/admin/orders/{number}/cancellations`.
    Cancel,
    /// `POST /api/admin/orders/{number}/refunds`.
    Refund,
    /// All its money went back: `POST /api/admin/orders/{number}/close`.
    Close,
}

impl OrderAction {
    /// What can be done about an order of which so many units are `held`, so much was `captured`, and `left` can be given back.
    pub fn possible(status: OrderStatus, payment: PaymentStatus, held: i64, captured: i64, left: i64) -> Vec<Self> {
        let is_paid_back = captured > 0 && left <= 0;
        let is_open = status == OrderStatus::Confirmed && held > 0;
        let is_unpaid = status == OrderStatus::Pending && payment != PaymentStatus::Processing;
        [
            (Self::Ship, is_open && !is_paid_back),
            (Self::Cancel, is_open || is_unpaid),
            (Self::Refund, left > 0),
            (Self::Close, is_open && is_paid_back),
        ]
        .into_iter()
        .filter_map(|(action, is_possible)| is_possible.then_some(action))
        .collect()
    }
}

/// Whose an order is.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderAccount {
    /// `/api/admin/customers/{id}` tells more.
    pub id: Uuid,
    /// The account's address of mail, which may be another than the order's.
    pub email: String,
    /// How the store addresses them; may be empty.
    pub name: String,
}

/// A payment, as the provider's own pages show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderPayment {
    /// The provider's id of it; null until the customer began to pay.
    #[schema(required, example = "pi_3MtwBwLkdIwHu7ix28a3tqPa")]
    pub provider_id: Option<String>,
    /// `open`, `processing`, `captured` or `cancelled`.
    #[schema(example = "captured")]
    pub status: String,
    /// What was taken.
    pub captured: Money,
}

/// What of a line is still to be shipped.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unshipped {
    /// The variant.
    pub variant_id: Uuid,
    /// How many.
    pub quantity: i32,
    /// How many of the variant are on the shelf, for all orders together.
    pub on_hand: i32,
}
