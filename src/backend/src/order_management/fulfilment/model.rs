//! What shipping takes and answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::orders::fulfilments::FulfilmentLine;

/// What leaves in one parcel.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipOrder {
    /// What is in it; left out for everything that is still to be shipped.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Option<Vec<FulfilmentLine>>,
    /// Who carries it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, example = "DHL")]
    pub carrier: Option<String>,
    /// What the carrier knows it by.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, example = "00340434161094042557")]
    pub tracking_number: Option<String>,
    /// Where the customer can follow it; `https` only.
    #[serde(default)]
    #[schema(format = Uri, max_length = 2000, example = "https://carrier.example/parcels/00340434161094042557")]
    pub tracking_url: Option<String>,
}

/// A line of an order with what of it is still to be shipped.
#[derive(Debug, Clone)]
pub struct Open {
    /// The variant.
    pub variant_id: Uuid,
    /// How many are still to be shipped.
    pub held: i32,
    /// How many are on the shelf, for all orders together.
    pub on_hand: i32,
}
