//! What refunding takes and answers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::money::Money;

/// How money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundMethod {
    /// By the payment provider, to where it came from.
    Provider,
    /// By other means, such as a bank transfer: it was paid back already, and is recorded here.
    Other,
}

/// Money that goes back to a customer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundOrder {
    /// How much, in minor units of the order's currency; at most what is left of what was paid.
    #[schema(minimum = 1, example = 500)]
    pub amount: i64,
    /// For the staff; customers do not see it.
    #[schema(min_length = 1, max_length = 255, example = "Scratched")]
    pub reason: String,
    /// How.
    pub method: RefundMethod,
    /// By what it can be found again when it was paid back by other means; left out else.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 255, example = "Bank transfer of 3 March, 4711")]
    pub reference: Option<String>,
}

/// How the money of a refund that cannot be made was paid back by other means.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveRefund {
    /// By what the payment can be found again.
    #[schema(min_length = 1, max_length = 255, example = "Bank transfer of 3 March, 4711")]
    pub reference: String,
    /// For the staff; customers do not see it.
    #[schema(min_length = 1, max_length = 255, example = "The card has expired")]
    pub note: String,
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// The provider does not know it yet.
    Requested,
    /// The provider is at work on it.
    Pending,
    /// The money went back.
    Succeeded,
    /// The money is still here.
    Failed,
    /// It was never made: its money went back another way.
    Superseded,
}

/// What the staff can do about a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundAction {
    /// Make it again: `POST /api/admin/refunds/{id}/retry`.
    Retry,
    /// Record that its money was paid back by other means: `POST /api/admin/refunds/{id}/resolution`.
    Resolve,
}

/// A refund, as the staff see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffRefund {
    /// UUIDv7.
    pub id: Uuid,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub status: RefundStatus,
    /// How.
    pub method: RefundMethod,
    /// Why.
    pub reason: String,
    /// By what it can be found again when it was paid back by other means.
    #[schema(required)]
    pub reference: Option<String>,
    /// Why it failed.
    #[schema(required)]
    pub failure: Option<String>,
    /// What of one that failed has not been given back another way since.
    pub outstanding: Money,
    /// The provider's id of it.
    #[schema(required, example = "re_1Nispe2eZvKYlo2Cd31jOCgZ")]
    pub provider_id: Option<String>,
    /// The refund that it was made instead of.
    #[schema(required)]
    pub replaces: Option<Uuid>,
    /// When it was requested or recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last looked at or moved on.
    pub updated_at: DateTime<Utc>,
    /// What can be done about it.
    pub actions: Vec<RefundAction>,
}
