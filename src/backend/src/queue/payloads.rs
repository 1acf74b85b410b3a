//! What each job needs to know, as the queue stores it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a job is queued with.
pub trait Payload: Serialize {
    /// The kind of job, as the queue and metrics name it.
    const TASK: &'static str;
}

/// Makes the sizes of one picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MakeRenditions {
    /// The row of `media`.
    pub media_id: Uuid,
}

impl Payload for MakeRenditions {
    const TASK: &'static str = "make_renditions";
}

/// Sends a mail about an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendAccountMail {
    /// Of this mail: a mail that is sent again has the same `Message-ID`.
    pub id: Uuid,
    /// What it is about.
    pub news: AccountNews,
}

/// Which address has to confirm a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The address that it has.
    Old,
    /// The address that it will have.
    New,
}

/// What a mail about an account is about. It holds no secrets: links are derived when the mail is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum AccountNews {
    /// A registration was requested.
    Registration {
        /// The row of `registrations`.
        id: Uuid,
    },
    /// A password reset was requested.
    PasswordReset {
        /// The row of `password_resets`.
        id: Uuid,
    },
    /// A change of the email address was requested.
    EmailChange {
        /// The row of `email_changes`.
        id: Uuid,
        /// Which address the mail goes to.
        side: Side,
    },
    /// The email address was changed; the mail goes to the previous one.
    EmailChanged {
        /// The row of `accounts`.
        account_id: Uuid,
        /// The previous address.
        before: String,
    },
    /// The account was deleted.
    Erased {
        /// Its email address.
        before: String,
    },
    /// The password was changed.
    PasswordChanged {
        /// The row of `accounts`.
        account_id: Uuid,
    },
    /// An authenticator was set up.
    SecondFactorAdded {
        /// The row of `accounts`.
        account_id: Uuid,
    },
    /// The authenticator was removed.
    SecondFactorRemoved {
        /// The row of `accounts`.
        account_id: Uuid,
    },
    /// Recovery codes were renewed.
    RecoveryCodesRenewed {
        /// The row of `accounts`.
        account_id: Uuid,
    },
    /// An API token was created.
    TokenCreated {
        /// The row of `accounts`.
        account_id: Uuid,
    },
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// The row of `accounts`.
        account_id: Uuid,
    },
}

impl AccountNews {
    /// What it is, in metrics and file names.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Registration { .. } => "registration",
            Self::PasswordReset { .. } => "password-reset",
            Self::EmailChange { side: Side::Old, .. } => "email-change-old",
            Self::EmailChange { side: Side::New, .. } => "email-change-new",
            Self::EmailChanged { .. } => "email-changed",
            Self::Erased { .. } => "account-erased",
            Self::PasswordChanged { .. } => "password-changed",
            Self::SecondFactorAdded { .. } => "second-factor-added",
            Self::SecondFactorRemoved { .. } => "second-factor-removed",
            Self::RecoveryCodesRenewed { .. } => "recovery-codes-renewed",
            Self::TokenCreated { .. } => "token-created",
            Self::RecoveryCodeUsed { .. } => "recovery-code-used",
        }
    }
}

impl Payload for SendAccountMail {
    const TASK: &'static str = "send_account_mail";
}

/// Sends the confirmation of one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendConfirmation {
    /// The row of `orders`.
    pub order_id: Uuid,
}

impl Payload for SendConfirmation {
    const TASK: &'static str = "send_confirmation";
}

/// Sends the mail about the cancellation of one order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendCancellation {
    /// The row of `orders`.
    pub order_id: Uuid,
}

impl Payload for SendCancellation {
    const TASK: &'static str = "send_cancellation";
}

/// Sends the mail about one parcel of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendShipment {
    /// The row of `orders`.
    pub order_id: Uuid,
    /// The row of `fulfilments`.
    pub fulfilment_id: Uuid,
}

impl Payload for SendShipment {
    const TASK: &'static str = "send_shipment";
}

/// Sends the mail about one cancellation of a part of an order, or one refund.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendAdjustment {
    /// The row of `orders`.
    pub order_id: Uuid,
    /// What the mail is about.
    pub subject: Subject,
}

/// What an adjustment is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The row of `order_cancellations`.
    Cancellation(Uuid),
    /// The row of `refunds`.
    Refund(Uuid),
}

impl Payload for SendAdjustment {
    const TASK: &'static str = "send_adjustment";
}

/// Cancels one order, unless it is paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExpireOrder {
    /// The order.
    pub order_id: Uuid,
}

impl Payload for ExpireOrder {
    const TASK: &'static str = "expire_order";
}

/// Exports the data of one account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExportAccount {
    /// The row of `exports`.
    pub export_id: Uuid,
}

impl Payload for ExportAccount {
    const TASK: &'static str = "export_account";
}

/// Makes one refund.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MakeRefund {
    /// The row of `refunds`.
    pub refund_id: Uuid,
}

impl Payload for MakeRefund {
    const TASK: &'static str = "make_refund";
}
