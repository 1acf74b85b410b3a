//! What the endpoints of `/api/auth` and `/api/account` take and answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    address::Address,
    cart::model::Cart,
    orders::model::OrderSummary,
    passwords::Password,
    policy::{Role, Scope},
};

/// Who asks for an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Where the link that confirms it is sent.
    #[schema(format = Email, max_length = 254, example = "ada@example.com")]
    pub email: String,
    /// How the store addresses them.
    #[serde(default)]
    #[schema(max_length = 100, example = "Ada Lovelace")]
    pub name: String,
    /// 12 to 128 characters, and not one of the most common.
    pub password: Password,
}

/// The link of a mail, and the password that was chosen when it was asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyRegistration {
    /// What stands after `#` in the link.
    #[schema(max_length = 100)]
    pub token: String,
    /// The one that was chosen: who opens somebody else's link by mistake confirms nothing.
    pub password: Password,
}

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The account's address of mail.
    #[schema(format = Email, max_length = 254, example = "ada@example.com")]
    pub email: String,
    /// The account's password.
    pub password: Password,
}

/// The second step of signing in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorCode {
    /// Six digits of the authenticator, or one of the recovery codes.
    #[schema(max_length = 40, example = "123456")]
    pub code: String,
}

/// How far signing in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInState {
    /// The session is there.
    SignedIn,
    /// A code is wanted at `/api/auth/login/totp`, within 10 minutes.
    SecondFactorRequired,
}

/// The answer to who signs in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// How far it has come.
    pub state: SignInState,
    /// Who it is; null while a code is wanted.
    #[schema(required)]
    pub account: Option<Account>,
}

/// Who forgot the password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgotPassword {
    /// Where the link is sent, if there is such an account.
    #[schema(format = Email, max_length = 254, example = "ada@example.com")]
    pub email: String,
}

/// The link of a mail, and a new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// What stands after `#` in the link.
    #[schema(max_length = 100)]
    pub token: String,
    /// The new one.
    pub password: Password,
}

/// The link of a mail that confirms a new address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmEmail {
    /// What stands after `#` in the link.
    #[schema(max_length = 100)]
    pub token: String,
}

/// How far a change of address has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmailChangeState {
    /// The account has the new address.
    Changed,
    /// The link in the mail to the other address is still to be opened.
    WaitingForTheOther,
}

/// The answer to the link that confirms a new address.
#[derive(Debug, Serialize, ToSchema)]
pub struct EmailConfirmation {
    /// How far it has come.
    pub state: EmailChangeState,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// Where mails go; confirmed.
    pub email: String,
    /// How the store addresses them; may be empty.
    pub name: String,
    /// What they are to the store.
    pub role: Role,
    /// What they may do, and let programs do.
    pub scopes: Vec<Scope>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// A new address that is not confirmed by both yet.
    #[schema(required)]
    pub new_email: Option<String>,
    /// Whether signing in wants a code.
    pub has_second_factor: bool,
    /// How many recovery codes are not used yet.
    pub recovery_codes_left: i64,
    /// Whether something that this role may do waits until there is a second factor.
    pub needs_second_factor: bool,
}

/// What of the profile is changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeProfile {
    /// How the store addresses them.
    #[schema(max_length = 100, example = "Ada Lovelace")]
    pub name: String,
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The present one.
    pub current_password: Password,
    /// The new one.
    pub password: Password,
}

/// A new address of mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeEmail {
    /// The new one.
    #[schema(format = Email, max_length = 254, example = "ada@example.org")]
    pub email: String,
    /// The account's password.
    pub password: Password,
}

/// The account's password, for what matters too much to be done by whoever finds the browser open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordProof {
    /// The account's password.
    pub password: Password,
}

/// The address book.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddressBook {
    /// The defaults first, then the newest.
    pub items: Vec<SavedAddress>,
}

/// An address of the book.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedAddress {
    /// UUIDv7.
    pub id: Uuid,
    /// The address.
    pub address: Address,
    /// Whether parcels go there unless another is chosen.
    pub default_shipping: bool,
    /// Whether bills go there unless another is chosen.
    pub default_billing: bool,
}

/// An address for the book.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveAddress {
    /// The address.
    pub address: Address,
    /// Makes it the one that parcels go to; the first one is that anyway, and stays it until another one is.
    #[serde(default)]
    pub default_shipping: bool,
    /// Makes it the one that bills go to; the first one is that anyway, and stays it until another one is.
    #[serde(default)]
    pub default_billing: bool,
}

/// A page of somebody's orders.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderHistory {
    /// Newest first.
    pub items: Vec<OrderSummary>,
    /// Where the next page begins; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// What came of ordering the same again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reordered {
    /// The cart with as much of it as there is.
    pub cart: Cart,
    /// The names of what is not sold any more, sold out, or fewer than then.
    pub missing: Vec<String>,
}

/// Where somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionList {
    /// The one that asks first, then by last use.
    pub items: Vec<Session>,
}

/// A browser that is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// UUIDv7; it opens nothing.
    pub id: Uuid,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Where it was signed in from.
    #[schema(required, example = "192.0.2.7")]
    pub client_address: Option<String>,
    /// What the browser calls itself.
    #[schema(required)]
    pub user_agent: Option<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// To the minute.
    pub last_used_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// What an authenticator is set up with; shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct TotpEnrolment {
    /// For typing it in: base 32 (RFC 4648).
    pub secret: String,
    /// For a QR code: `otpauth://totp/…`.
    pub url: String,
}

/// Codes for when the authenticator is gone; each works once, and they are shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten of them.
    pub codes: Vec<String>,
}

/// The tokens of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiTokenList {
    /// Newest first.
    pub items: Vec<ApiToken>,
}

/// What a program signs in with.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiToken {
    /// UUIDv7; it opens nothing.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// What it may do, of what its account may.
    pub scopes: Vec<Scope>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// To the minute; null until it is used.
    #[schema(required)]
    pub last_used_at: Option<DateTime<Utc>>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// A token that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiToken {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100, example = "Label printer")]
    pub name: String,
    /// What it may do.
    #[schema(min_items = 1)]
    pub scopes: Vec<Scope>,
    /// How long it is good for.
    #[schema(minimum = 1, maximum = 366)]
    pub expires_in_days: u16,
    /// The account's password.
    pub password: Password,
}

/// A new token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedApiToken {
    /// For the header `Authorization: Bearer …`.
    #[schema(example = "dvp_u3R1...")]
    pub token: String,
    /// What is kept of it.
    pub details: ApiToken,
}

/// A copy of everything that is known of somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// Per cent of it that is gathered; at 100 it can be fetched.
    #[schema(minimum = 0, maximum = 100)]
    pub progress: i16,
    /// Until when it is kept; null until it is ready.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// Which page of the orders.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Where the page begins; left out for the first.
    pub cursor: Option<String>,
}
