//! What cancelling takes and answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::orders::cancellations::CancellationLine;

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

/// Why an order whose money went back is closed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseOrder {
    /// For the staff; customers do not see it.
    #[schema(min_length = 1, max_length = 255, example = "Refunded at the provider")]
    pub reason: String,
}
