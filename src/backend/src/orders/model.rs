//! What the orders' endpoints answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{cancellations::Cancellation, fulfilments::Fulfilment};
use crate::{address::Address, catalog::model::Picture, money::Money};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// It waits for its payment.
    Pending,
    /// It is paid, or costs nothing, and is to be shipped.
    Confirmed,
    /// Everything of it that was not cancelled was shipped.
    Completed,
    /// It will not be shipped.
    Cancelled,
}

/// Where its payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// No money has moved.
    Unpaid,
    /// The provider is waiting for the bank.
    Processing,
    /// Paid in full, or nothing was to be paid.
    Paid,
    /// A part was given back.
    PartiallyRefunded,
    /// Everything was given back.
    Refunded,
    /// The customer asked the bank for the money back, and the bank has not decided.
    Disputed,
    /// The bank gave the money back to the customer.
    ChargedBack,
    /// It was given up before money moved.
    Cancelled,
}

/// How much of it was shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FulfilmentStatus {
    /// Nothing.
    Unfulfilled,
    /// Some.
    PartiallyFulfilled,
    /// Everything.
    Fulfilled,
}

/// What was sold, at the prices of then.
#[derive(Debug, Serialize, ToSchema)]
pub struct Order {
    /// For people; it grants nothing.
    pub number: i64,
    /// Where it stands.
    pub status: OrderStatus,
    /// Where its payment stands.
    pub payment_status: PaymentStatus,
    /// How much of it was shipped.
    pub fulfilment_status: FulfilmentStatus,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When it is given up unless it is paid.
    pub expires_at: DateTime<Utc>,
    /// Where mails about it go.
    pub email: String,
    /// ISO 4217.
    pub currency: String,
    /// What was sold.
    pub lines: Vec<OrderLine>,
    /// Of all lines.
    pub subtotal: Money,
    /// How it travels, and for how much.
    pub shipping: Shipping,
    /// What was taken off.
    pub discount: Money,
    /// A row a rate.
    pub taxes: Vec<Tax>,
    /// Of all rates.
    pub tax: Money,
    /// Whether the tax is a part of the prices or comes on top of them.
    pub prices_include_tax: bool,
    /// What is to be paid.
    pub total: Money,
    /// The total as the payment provider counts it, in its own minor units: not for people. Null for one that it cannot charge.
    #[schema(required)]
    pub provider_amount: Option<i64>,
    /// What was given back.
    pub refunded: Money,
    /// Where it goes.
    pub shipping_address: Address,
    /// Whom it is billed to.
    pub billing_address: Address,
    /// Why the last try to pay failed.
    #[schema(required)]
    pub payment_error: Option<PaymentError>,
    /// Whether it can be paid now.
    pub can_pay: bool,
    /// Whether it can be cancelled now.
    pub can_cancel: bool,
    /// What left, the first parcel first.
    pub fulfilments: Vec<Fulfilment>,
    /// What the store cancelled of it, the first cancellation first.
    pub cancellations: Vec<Cancellation>,
    /// Its history, oldest first.
    pub events: Vec<OrderEvent>,
}

/// An order in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderSummary {
    /// For people; `/api/orders/{number}` tells all of it.
    pub number: i64,
    /// Where it stands.
    pub status: OrderStatus,
    /// Where its payment stands.
    pub payment_status: PaymentStatus,
    /// How much of it was shipped.
    pub fulfilment_status: FulfilmentStatus,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// What is to be paid.
    pub total: Money,
    /// Of all lines together.
    pub item_count: i64,
    /// The names of what was sold.
    pub titles: Vec<String>,
    /// What shows the first lines.
    pub pictures: Vec<Picture>,
}

/// What was sold of one variant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderLine {
    /// The variant.
    pub variant_id: Uuid,
    /// The product's address was `/products/{slug}`.
    pub product_slug: String,
    /// The product's name then.
    pub title: String,
    /// The names of the product's options then.
    pub option_names: Vec<String>,
    /// One value of each.
    pub option_values: Vec<String>,
    /// The merchant's own number.
    #[schema(required)]
    pub sku: Option<String>,
    /// What shows it now.
    #[schema(required)]
    pub picture: Option<Picture>,
    /// How many.
    pub quantity: i32,
    /// How many of these the store cancelled.
    pub cancelled_quantity: i32,
    /// What one cost at the destination.
    pub unit_price: Money,
    /// What the line cost.
    pub total: Money,
}

/// How an order travels.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shipping {
    /// The method's name then.
    pub name: String,
    /// Working days, at the least.
    pub min_days: i16,
    /// Working days, at the most.
    pub max_days: i16,
    /// What it costs.
    pub price: Money,
}

/// The tax of one rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tax {
    /// As in `VAT`.
    pub name: String,
    /// Per cent, as people write it: `19` or `25.5`.
    #[schema(example = "19")]
    pub percent: String,
    /// What it comes to.
    pub amount: Money,
}

/// Why a try to pay failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentError {
    /// The provider's code, such as `card_declined`.
    pub code: String,
    /// The provider's words.
    pub message: String,
}

/// Something that happened to an order.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderEvent {
    /// What happened.
    #[schema(example = "placed")]
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// More about it, by its kind.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

/// What the browser needs to confirm a payment with the provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentStart {
    /// The provider's payment.
    #[schema(example = "pi_3MtwBwLkdIwHu7ix28a3tqPa")]
    pub payment_intent: String,
    /// Lets the browser confirm this payment and nothing else.
    pub client_secret: String,
    /// What is to be paid.
    pub amount: Money,
    /// When the order is given up.
    pub expires_at: DateTime<Utc>,
}
