//! What cancelling takes and answers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::money::Money;

/// What of an order will not be shipped.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelOrder {
    /// What is cancelled; left out for everything that is still to be shipped.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Option<Vec<CancellationLine>>,
    /// For the staff; customers do not see it.
    #[schema(min_length = 1, max_length = 255, example = "Broken in the warehouse")]
    pub reason: String,
    /// Whether the money for it goes back to the customer; that requires `refunds:write`.
    pub refund: bool,
}

/// How many of a variant are cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancellationLine {
    /// The variant.
    pub variant_id: Uuid,
    /// How many.
    #[schema(minimum = 1)]
    pub quantity: i32,
}

/// Why an order whose money went back is closed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseOrder {
    /// For the staff; customers do not see it.
    #[schema(min_length = 1, max_length = 255, example = "Refunded at the provider")]
    pub reason: String,
}

/// What the staff cancelled of an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Cancellation {
    /// UUIDv7.
    pub id: Uuid,
    /// What was cancelled, in the order of the order's lines.
    pub lines: Vec<CancellationLine>,
    /// What was paid for it, tax included; with the shipping when nothing of the order is shipped.
    pub amount: Money,
    /// What was requested to be given back for it.
    pub refund: Money,
    /// When.
    pub cancelled_at: DateTime<Utc>,
    /// Why; left out of what customers see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
