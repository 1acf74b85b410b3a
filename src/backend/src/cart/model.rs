//! What the cart's endpoints take and answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    catalog::model::{Availability, Picture},
    money::Money,
};

/// A cart at the prices and the stock of this moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cart {
    /// UUIDv7; it grants nothing.
    pub id: Uuid,
    /// ISO 4217.
    pub currency: String,
    /// In the order in which they were added.
    pub items: Vec<CartItem>,
    /// Of all lines together.
    pub item_count: i64,
    /// What the lines cost in the home market, without shipping.
    pub subtotal: Money,
    /// Whether every line can be bought as it is.
    pub can_check_out: bool,
    /// An order of this cart that waits for its payment; a request that changes a line cancels it.
    #[schema(required)]
    pub pending_order: Option<PendingOrder>,
    /// The order that this very request cancelled, because it changed a line; null for every other request.
    #[schema(required)]
    pub cancelled_order: Option<CancelledOrder>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A line of a cart.
#[derive(Debug, Serialize, ToSchema)]
pub struct CartItem {
    /// What is to be bought.
    pub variant_id: Uuid,
    /// The product's address is `/products/{slug}`.
    pub product_slug: String,
    /// The product's name.
    pub title: String,
    /// One value of each of the product's options.
    pub option_values: Vec<String>,
    /// The merchant's own number.
    #[schema(required)]
    pub sku: Option<String>,
    /// What shows it.
    #[schema(required)]
    pub picture: Option<Picture>,
    /// How many.
    #[schema(minimum = 1, maximum = 999)]
    pub quantity: i32,
    /// What one costs in the home market; what it cost last for what is no longer sold.
    pub unit_price: Money,
    /// What the line costs.
    pub total: Money,
    /// Whether it can be bought.
    pub availability: Availability,
    /// How many of it could be bought, 999 at the most; 0 for what is no longer sold.
    pub available_quantity: i32,
    /// What is not as it was when the cart was last changed or acknowledged.
    #[schema(required)]
    pub changed: Option<Changed>,
}

/// What is not as it was.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Changed {
    /// What one cost then.
    #[schema(required)]
    pub previous_price: Option<Money>,
    /// How many were wanted, if fewer are left.
    #[schema(required)]
    pub previous_quantity: Option<i32>,
}

/// An order that waits for its payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct PendingOrder {
    /// The order.
    #[serde(skip)]
    pub id: Uuid,
    /// The order's number.
    pub number: i64,
    /// What is to be paid.
    pub total: Money,
    /// When it is given up.
    pub expires_at: DateTime<Utc>,
}

/// An order that was cancelled by a change of its cart.
#[derive(Debug, Serialize, ToSchema)]
pub struct CancelledOrder {
    /// The order's number.
    pub number: i64,
}

/// A new cart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCart {
    /// What to begin with.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub items: Vec<AddItem>,
}

/// More of something.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddItem {
    /// What to buy.
    pub variant_id: Uuid,
    /// How many, added to what is there.
    #[schema(minimum = 1, maximum = 999)]
    pub quantity: i32,
}

/// Another quantity.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeItem {
    /// How many, instead of what is there.
    #[schema(minimum = 1, maximum = 999)]
    pub quantity: i32,
}
