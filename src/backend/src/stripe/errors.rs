//! What can go wrong with a request to the provider, and what to do about it.

use std::error::Error;

use reqwest::StatusCode;
use serde::Deserialize;

/// Why the provider did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StripeError {
    /// It does not answer or cannot just now; it may have done it all the same. The same again later is right.
    #[error("the payment provider is not available: {0}")]
    Unavailable(String),
    /// It answered with an error of its own (5xx), and may have done it all the same. That answer may be what it keeps for the
    /// idempotency key and gives again whenever the key comes (docs.stripe.com/api/idempotent_requests).
    #[error("the payment provider failed with {status}: {message}")]
    Failed {
        /// The HTTP status.
        status: u16,
        /// For developers.
        message: String,
    },
    /// The idempotency key stands for an earlier answer that was no success, or for a request with other parameters: it will
    /// never be answered otherwise. Read how things are, then ask again with another key.
    #[error("the payment provider keeps answering {status} to this idempotency key: {message}")]
    KeySpent {
        /// The HTTP status.
        status: u16,
        /// Stable, such as `charge_disputed`.
        code: Option<String>,
        /// For developers.
        message: String,
    },
    /// It says no, and will say so again.
    #[error("the payment provider refused with {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Stable, such as `payment_intent_unexpected_state`.
        code: Option<String>,
        /// For developers.
        message: String,
    },
    /// It answered what cannot be understood.
    #[error("the payment provider's answer cannot be read: {0}")]
    Unreadable(String),
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Default, Deserialize)]
struct ErrorDetail {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

/// The error that an answer is whose status is no success; `is_replayed` when it was given to the same key before.
pub(super) fn refusal(status: StatusCode, body: &[u8], is_replayed: bool) -> StripeError {
    let detail = serde_json::from_slice::<ErrorBody>(body).map(|body| body.error).unwrap_or_default();
    let message = detail.message.unwrap_or_else(|| format!("it answered {status} without a reason"));
    let code = detail.code;
    // 409 is another request with the same key that still runs, 429 one too many: neither says no, and neither is kept.
    if matches!(status, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS) {
        return StripeError::Unavailable(format!("{status}: {message}"));
    }
    if !status.is_client_error() && !status.is_server_error() {
        return StripeError::Unreadable(format!("{status}: {message}"));
    }
    let is_other_request = detail.kind.as_deref() == Some("idempotency_error");
    match status.as_u16() {
        status if is_replayed || is_other_request => StripeError::KeySpent { status, code, message },
        status if status >= 500 => StripeError::Failed { status, message },
        status => StripeError::Refused { status, code, message },
    }
}

/// The whole chain of reasons: the first one says only that sending failed.
pub(super) fn unavailable(error: reqwest::Error) -> StripeError {
    let error = error.without_url();
    let reasons = std::iter::successors(Some(&error as &dyn Error), |&error| error.source());
    StripeError::Unavailable(reasons.map(ToString::to_string).collect::<Vec<_>>().join(": "))
}
