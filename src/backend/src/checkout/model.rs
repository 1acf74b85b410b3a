//! What the checkout's endpoints take and answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{address::Address, money::Money, orders::model::Tax};

/// The destinations, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountryList {
    /// Where the store ships to.
    pub items: Vec<Country>,
}

/// A destination with its address form.
#[derive(Debug, Serialize, ToSchema)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    #[schema(example = "US")]
    pub code: &'static str,
    /// In English.
    pub name: &'static str,
    /// What to ask for, in this order.
    pub fields: Vec<AddressField>,
}

/// A field of a country's addresses.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddressField {
    /// A field of `Address`.
    pub name: FieldName,
    /// What it is called there.
    #[schema(example = "ZIP code")]
    pub label: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// What one looks like.
    #[schema(required)]
    pub example: Option<&'static str>,
    /// What there is to choose; null where any text is taken.
    #[schema(required)]
    pub options: Option<Vec<FieldOption>>,
}

/// The fields of `Address` that a country's form may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they are named as the fields of Address are")]
pub enum FieldName {
    Name,
    Company,
    Line1,
    Line2,
    PostalCode,
    City,
    Region,
    Phone,
}

/// A choice.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldOption {
    /// What to send.
    pub value: &'static str,
    /// What to show.
    pub label: &'static str,
}

/// Where to ship to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Destination {
    /// ISO 3166-1 alpha-2.
    #[param(min_length = 2, max_length = 2, example = "AT")]
    pub country: String,
}

/// What a cart costs at a destination.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShippingQuotes {
    /// The ways of shipping, in the store's order; none means that the cart cannot be shipped there.
    pub items: Vec<ShippingQuote>,
    /// The lines at the destination's prices.
    pub lines: Vec<QuotedLine>,
    /// Of all lines.
    pub subtotal: Money,
    /// Whether the tax is a part of the prices or comes on top of them.
    pub prices_include_tax: bool,
}

/// What a cart costs when it travels this way.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShippingQuote {
    /// The method.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// More about it.
    pub description: String,
    /// Working days, at the least.
    pub min_days: i16,
    /// Working days, at the most.
    pub max_days: i16,
    /// What it costs.
    pub price: Money,
    /// From which subtotal on it costs nothing.
    #[schema(required)]
    pub free_from: Option<Money>,
    /// A row a rate, the highest first.
    pub taxes: Vec<Tax>,
    /// Of all rates.
    pub tax: Money,
    /// What is to be paid.
    pub total: Money,
    /// The total as the payment provider counts it, in its own minor units: not for people. Null for one that it cannot charge.
    #[schema(required)]
    pub provider_amount: Option<i64>,
}

/// A line at the destination's price.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotedLine {
    /// The variant.
    pub variant_id: Uuid,
    /// What one costs.
    pub unit_price: Money,
    /// What the line costs.
    pub total: Money,
}

/// An order to place.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// What to buy.
    pub cart_id: Uuid,
    /// Where mails about the order go.
    #[schema(min_length = 3, max_length = 254, example = "ada@example.com")]
    pub email: String,
    /// Where it goes.
    pub shipping_address: Address,
    /// Whom it is billed to; null for the shipping address.
    #[serde(default)]
    #[schema(required)]
    pub billing_address: Option<Address>,
    /// How it travels.
    pub shipping_method_id: Uuid,
    /// What the shopper was shown; another total is refused.
    pub expected_total: Money,
}

/// An order as it is written down.
#[derive(Debug)]
pub struct NewOrder<'a> {
    /// The cart that it is made of.
    pub cart_id: Uuid,
    /// Who is signed in.
    pub account_id: Option<Uuid>,
    /// Where mails about it go.
    pub email: &'a str,
    /// ISO 4217.
    pub currency: &'a str,
    /// Whether prices include tax.
    pub prices_include_tax: bool,
    /// The method, its name and its days.
    pub method: &'a super::queries::Method,
    /// What it comes to.
    pub totals: &'a super::rules::Totals,
    /// The network and the browser that the request came from.
    pub origin: super::holds::Origin,
    /// The units that make its hold a large one, 0 for an ordinary one.
    pub large_hold_units: i32,
    /// When it is given up.
    pub expires_at: DateTime<Utc>,
}
