//! The objects of Stripe's API as far as a store reads them, with amounts in ISO 4217 minor units.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer};

use super::{StripeError, amounts::from_stripe};

/// A payment as it is at the provider.
#[derive(Debug, Clone, Deserialize)]
pub struct Intent {
    /// The provider's id, `pi_…`.
    pub id: String,
    /// In ISO 4217 minor units.
    pub amount: i64,
    /// What was captured, in ISO 4217 minor units.
    pub amount_received: i64,
    /// ISO 4217, three capital letters.
    pub currency: String,
    /// How far it is.
    pub status: IntentStatus,
    /// With it and the publishable key a browser confirms the payment.
    pub client_secret: Option<String>,
    /// Why the last attempt failed.
    pub last_payment_error: Option<IntentError>,
    /// The provider's id of the last attempt, `ch_…`.
    pub latest_charge: Option<String>,
    /// The store's own data.
    #[serde(default)]
    pub metadata: HashMap<String, String>,
}

/// How far a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    /// Nothing was tried, or the last attempt failed.
    RequiresPaymentMethod,
    /// A payment method is attached and not confirmed yet.
    RequiresConfirmation,
    /// The customer is asked to authenticate.
    RequiresAction,
    /// The bank has not decided; the money may still come.
    Processing,
    /// Authorised, not captured.
    RequiresCapture,
    /// Nothing can be paid any more.
    Canceled,
    /// Captured.
    Succeeded,
    /// A status that was thought of later.
    #[serde(other)]
    Unknown,
}

/// Why an attempt to pay failed.
#[derive(Debug, Clone, Deserialize)]
pub struct IntentError {
    /// Such as `card_declined`.
    pub code: Option<String>,
    /// The bank's reason, such as `insufficient_funds`.
    pub decline_code: Option<String>,
    /// For the customer.
    pub message: Option<String>,
    /// The provider's id of the attempt.
    pub charge: Option<String>,
}

/// A refund as it is at the provider.
#[derive(Debug, Clone, Deserialize)]
pub struct Refund {
    /// The provider's id, `re_…`.
    pub id: String,
    /// In ISO 4217 minor units.
    pub amount: i64,
    /// ISO 4217, three capital letters.
    pub currency: String,
    /// How far it is.
    #[serde(deserialize_with = "null_is_unknown")]
    pub status: RefundStatus,
    /// The payment that it gives back.
    pub payment_intent: Option<String>,
    /// Why it failed, such as `expired_or_canceled_card`.
    pub failure_reason: Option<String>,
    /// The store's own data.
    #[serde(default)]
    pub metadata: HashMap<String, String>,
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Under way.
    Pending,
    /// The customer has to say where the money goes.
    RequiresAction,
    /// Given back; it may still turn out to have failed.
    Succeeded,
    /// The money came back to the merchant.
    Failed,
    /// Called off.
    Canceled,
    /// A status that was thought of later, or none.
    #[serde(other)]
    Unknown,
}

/// A dispute as it is at the provider: a cardholder asked the bank for the money back
/// (docs.stripe.com/api/disputes/object).
#[derive(Debug, Clone, Deserialize)]
pub struct Dispute {
    /// The provider's id, `dp_…` or `du_…`.
    pub id: String,
    /// What is asked back, in ISO 4217 minor units.
    pub amount: i64,
    /// ISO 4217, three capital letters.
    pub currency: String,
    /// How far it is.
    pub status: DisputeStatus,
    /// Such as `fraudulent` or `product_not_received`.
    pub reason: String,
    /// The disputed payment.
    pub payment_intent: Option<String>,
    /// When it was opened, in seconds of Unix time.
    pub created: i64,
    /// Whether the payment can be refunded all the same, as it can be during an inquiry.
    #[serde(default)]
    pub is_charge_refundable: bool,
    /// What the merchant has to send, and by when.
    pub evidence_details: Option<EvidenceDetails>,
}

/// What a merchant has to send to the bank.
#[derive(Debug, Clone, Deserialize)]
pub struct EvidenceDetails {
    /// By when, in seconds of Unix time; none when it is too late or nothing is asked.
    pub due_by: Option<i64>,
}

/// How far a dispute is. Those that begin with a warning are inquiries, which take no money yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// The bank asks; an answer is due.
    WarningNeedsResponse,
    /// The bank looks at the answer to its inquiry.
    WarningUnderReview,
    /// The inquiry came to nothing.
    WarningClosed,
    /// The bank took the money; evidence is due.
    NeedsResponse,
    /// The bank looks at the evidence.
    UnderReview,
    /// The money is the merchant's.
    Won,
    /// The money is the cardholder's.
    Lost,
    /// It was resolved before it became a dispute.
    Prevented,
    /// A status that was thought of later.
    #[serde(other)]
    Unknown,
}

impl DisputeStatus {
    /// As the database has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningUnderReview => "warning_under_review",
            Self::WarningClosed => "warning_closed",
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Prevented => "prevented",
            Self::Unknown => "unknown",
        }
    }
}

/// A page of a list, the newest first.
#[derive(Debug, Clone, Deserialize)]
pub struct List<T> {
    /// What is on this page.
    pub data: Vec<T>,
    /// Whether there is another.
    #[serde(default)]
    pub has_more: bool,
}

impl Intent {
    pub(super) fn in_our_units(mut self) -> Result<Self, StripeError> {
        self.currency.make_ascii_uppercase();
        self.amount = from_stripe(self.amount, &self.currency).map_err(StripeError::Unreadable)?;
        self.amount_received = from_stripe(self.amount_received, &self.currency).map_err(StripeError::Unreadable)?;
        Ok(self)
    }
}

impl Refund {
    pub(super) fn in_our_units(mut self) -> Result<Self, StripeError> {
        self.currency.make_ascii_uppercase();
        self.amount = from_stripe(self.amount, &self.currency).map_err(StripeError::Unreadable)?;
        Ok(self)
    }
}

impl Dispute {
    pub(super) fn in_our_units(mut self) -> Result<Self, StripeError> {
        self.currency.make_ascii_uppercase();
        self.amount = from_stripe(self.amount, &self.currency).map_err(StripeError::Unreadable)?;
        Ok(self)
    }
}

fn null_is_unknown<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RefundStatus, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(RefundStatus::Unknown))
}
