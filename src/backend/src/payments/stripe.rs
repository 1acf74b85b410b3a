//! The one client for Stripe's API: payment intents and refunds, at Stripe or at whatever speaks the same.

use std::{
    collections::HashMap,
    error::Error,
    time::{Duration, Instant},
};

use anyhow::Context;
use metrics::{counter, histogram};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use tracing::{Span, field::Empty};
use url::{Host, Url};
use uuid::Uuid;

use super::amounts::{from_stripe, to_stripe};
use crate::config::PaymentConfig;

/// The shapes of objects and errors that this client was written for.
pub const VERSION: &str = "2024-06-20";

/// What the provider is asked for, in metrics.
pub const OPERATIONS: &[&str] =
    &["create_payment", "read_payment", "cancel_payment", "create_refund", "read_refund", "list_refunds"];

/// The most that the provider lists at once.
const PAGE: usize = 100;
/// Of a list; a payment of which more was made is none that a store knows.
const MAX_PAGES: usize = 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const STRIPE_VERSION: HeaderName = HeaderName::from_static("stripe-version");
const UNEXPECTED_STATE: &str = "payment_intent_unexpected_state";

/// Speaks to the provider; cheap to clone.
#[derive(Clone)]
pub struct Stripe {
    client: Client,
    origin: Url,
}

/// A payment that is to be made.
#[derive(Clone, Copy)]
pub struct NewIntent<'a> {
    /// Repeated with the same key, the same intent is answered.
    pub idempotency_key: &'a str,
    /// In ISO 4217 minor units.
    pub amount: i64,
    /// ISO 4217, three capital letters.
    pub currency: &'a str,
    /// Ours; comes back as `metadata[payment_id]`.
    pub payment_id: Uuid,
    /// Ours; comes back as `metadata[store_id]`, which tells our payments from those of others on the same account.
    pub store_id: Uuid,
    /// Comes back as `metadata[order_number]`.
    pub order_number: i64,
    /// Where the provider sends its receipt, if it sends any.
    pub receipt_email: Option<&'a str>,
    /// What the merchant reads at the provider.
    pub description: &'a str,
}

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
    /// What we gave along.
    #[serde(default)]
    pub metadata: HashMap<String, String>,
}

/// How far a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    /// Nothing was tried, or the last attempt failed.
    RequiresPaymentMethod,
    /// A means of payment is there, and nobody confirmed it.
    RequiresConfirmation,
    /// The customer is asked to authenticate.
    RequiresAction,
    /// The bank is thinking; the money may still come.
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
    /// What we gave along.
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

/// Why the provider did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StripeError {
    /// It does not answer or cannot just now; it may have done it all the same. The same again later is right.
    #[error("the payment provider is not available: {0}")]
    Unavailable(String),
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

impl std::fmt::Debug for Stripe {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Stripe").field("origin", &self.origin.as_str()).finish_non_exhaustive()
    }
}

impl Stripe {
    /// A client whose requests take `timeout` at the most.
    ///
    /// # Errors
    /// When the secret key is missing or none, or TLS cannot be set up on this machine.
    pub fn new(config: &PaymentConfig, timeout: Duration) -> anyhow::Result<Self> {
        // Another part of the process may have chosen a provider already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", config.required()?.secret))
            .context("STRIPE_SECRET_KEY has characters that no key has")?;
        authorization.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, authorization),
            (STRIPE_VERSION, HeaderValue::from_static(VERSION)),
            (CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")),
        ]);
        let mut client = Client::builder()
            .user_agent(concat!("DevOpsify/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(timeout)
            .redirect(Policy::none());
        // A proxy for the outside does not lead to this machine.
        if is_loopback(&config.stripe_api_url) {
            client = client.no_proxy();
        }
        Ok(Self { client: client.build()?, origin: config.stripe_api_url.clone() })
    }

    /// Makes a payment that a browser can confirm; until then it moves no money.
    ///
    /// # Errors
    /// When the provider is away or refuses, or cannot charge exactly this amount.
    pub async fn create_payment_intent(&self, new: &NewIntent<'_>) -> Result<Intent, StripeError> {
        let amount = exactly(new.amount, new.currency)?;
        let mut form = vec![
            ("amount", amount.to_string()),
            ("currency", new.currency.to_ascii_lowercase()),
            ("automatic_payment_methods[enabled]", "true".into()),
            ("capture_method", "automatic".into()),
            ("description", new.description.into()),
            ("metadata[payment_id]", new.payment_id.to_string()),
            ("metadata[store_id]", new.store_id.to_string()),
            ("metadata[order_number]", new.order_number.to_string()),
        ];
        form.extend(new.receipt_email.map(|email| ("receipt_email", email.to_owned())));
        let request = self.request(Method::POST, &["payment_intents"]).header(IDEMPOTENCY_KEY, new.idempotency_key);
        send::<Intent>("create_payment", with_form(request, &form)?).await?.in_our_units()
    }

    /// A payment as it is now.
    ///
    /// # Errors
    /// When the provider is away or does not know it.
    pub async fn payment_intent(&self, id: &str) -> Result<Intent, StripeError> {
        send::<Intent>("read_payment", self.request(Method::GET, &["payment_intents", id])).await?.in_our_units()
    }

    /// Cancels a payment. One that cannot be cancelled any more, because it succeeded or was cancelled before, is answered
    /// as it is now: only the status `Canceled` says that nothing will be paid.
    ///
    /// # Errors
    /// When the provider is away or does not know it.
    pub async fn cancel_payment_intent(&self, id: &str) -> Result<Intent, StripeError> {
        let request = self.request(Method::POST, &["payment_intents", id, "cancel"]);
        match send::<Intent>("cancel_payment", request).await {
            Err(StripeError::Refused { code: Some(code), .. }) if code == UNEXPECTED_STATE => {
                self.payment_intent(id).await
            }
            answer => answer?.in_our_units(),
        }
    }

    /// Gives `amount` of a payment back, in ISO 4217 minor units of `currency`; `refund_id` is ours and comes back as
    /// `metadata[refund_id]`. Repeated with the same key, the same refund is answered.
    ///
    /// # Errors
    /// When the provider is away or refuses, such as for more than is left of the payment.
    pub async fn create_refund(
        &self,
        idempotency_key: &str,
        payment_intent: &str,
        amount: i64,
        currency: &str,
        refund_id: Uuid,
    ) -> Result<Refund, StripeError> {
        let form = [
            ("payment_intent", payment_intent.to_owned()),
            ("amount", exactly(amount, currency)?.to_string()),
            ("metadata[refund_id]", refund_id.to_string()),
        ];
        let request = self.request(Method::POST, &["refunds"]).header(IDEMPOTENCY_KEY, idempotency_key);
        send::<Refund>("create_refund", with_form(request, &form)?).await?.in_our_units()
    }

    /// A refund as it is now.
    ///
    /// # Errors
    /// When the provider is away or does not know it.
    pub async fn refund(&self, id: &str) -> Result<Refund, StripeError> {
        send::<Refund>("read_refund", self.request(Method::GET, &["refunds", id])).await?.in_our_units()
    }

    /// Each part becomes one segment of the path, whatever is in it.
    fn request(&self, method: Method, parts: &[&str]) -> RequestBuilder {
        self.client.request(method, self.url(parts))
    }

    fn url(&self, parts: &[&str]) -> Url {
        let mut url = self.origin.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1").extend(parts);
        }
        url
    }

    /// Every refund of a payment, those that were made by hand too, the oldest first.
    ///
    /// # Errors
    /// When the provider is away, does not know the payment, or lists more refunds than any payment has.
    pub async fn refunds_of(&self, payment_intent: &str) -> Result<Vec<Refund>, StripeError> {
        let mut refunds: Vec<Refund> = Vec::new();
        for _ in 0..MAX_PAGES {
            let mut url = self.url(&["refunds"]);
            url.query_pairs_mut()
                .append_pair("payment_intent", payment_intent)
                .append_pair("limit", &PAGE.to_string())
                .extend_pairs(refunds.last().map(|last| ("starting_after", &last.id)));
            let page: Page<Refund> = send("list_refunds", self.client.get(url)).await?;
            let is_last = !page.has_more || page.data.is_empty();
            for refund in page.data {
                refunds.push(refund.in_our_units()?);
            }
            if is_last {
                refunds.reverse();
                return Ok(refunds);
            }
        }
        Err(StripeError::Unreadable(format!("{payment_intent} has more than {} refunds", MAX_PAGES * PAGE)))
    }
}

/// A page of a list.
#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    has_more: bool,
}

impl Intent {
    fn in_our_units(mut self) -> Result<Self, StripeError> {
        self.currency.make_ascii_uppercase();
        self.amount = from_stripe(self.amount, &self.currency).map_err(StripeError::Unreadable)?;
        self.amount_received = from_stripe(self.amount_received, &self.currency).map_err(StripeError::Unreadable)?;
        Ok(self)
    }
}

impl Refund {
    fn in_our_units(mut self) -> Result<Self, StripeError> {
        self.currency.make_ascii_uppercase();
        self.amount = from_stripe(self.amount, &self.currency).map_err(StripeError::Unreadable)?;
        Ok(self)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Refused before anything is sent, in the shape of the provider's own refusals.
fn exactly(amount: i64, currency: &str) -> Result<i64, StripeError> {
    to_stripe(amount, currency).map_err(|message| StripeError::Refused {
        status: StatusCode::BAD_REQUEST.as_u16(),
        code: Some("parameter_invalid_integer".into()),
        message,
    })
}

fn with_form(request: RequestBuilder, form: &[(&str, String)]) -> Result<RequestBuilder, StripeError> {
    let body = serde_html_form::to_string(form).map_err(|error| StripeError::Unreadable(error.to_string()))?;
    Ok(request.body(body))
}

#[tracing::instrument(
    name = "payment provider",
    skip_all,
    fields(otel.kind = "client", operation = operation, outcome = Empty, otel.status_code = Empty)
)]
async fn send<T: DeserializeOwned>(operation: &'static str, request: RequestBuilder) -> Result<T, StripeError> {
    let asked = Instant::now();
    let answer = exchange(request).await;
    let outcome = match &answer {
        Ok(_) => "ok",
        Err(StripeError::Refused { .. }) => "refused",
        Err(StripeError::Unavailable(_) | StripeError::Unreadable(_)) => "unavailable",
    };
    let span = Span::current();
    span.record("outcome", outcome);
    if answer.is_err() {
        span.record("otel.status_code", "ERROR");
    }
    histogram!("payment_provider_request_duration_seconds", "operation" => operation).record(asked.elapsed());
    counter!("payment_provider_requests_total", "operation" => operation, "outcome" => outcome).increment(1);
    answer
}

async fn exchange<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, StripeError> {
    let response = request.send().await.map_err(unavailable)?;
    let status = response.status();
    let body = response.bytes().await.map_err(unavailable)?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| StripeError::Unreadable(error.to_string()));
    }
    Err(refusal(status, &body))
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Deserialize)]
struct ErrorDetail {
    code: Option<String>,
    message: Option<String>,
}

fn refusal(status: StatusCode, body: &[u8]) -> StripeError {
    let detail = serde_json::from_slice::<ErrorBody>(body).map(|body| body.error);
    let (code, message) = detail.map_or((None, None), |detail| (detail.code, detail.message));
    let message = message.unwrap_or_else(|| format!("it answered {status} without a reason"));
    // 409 is another request with the same key that still runs, 429 one too many: neither says no.
    if status.is_server_error() || matches!(status, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS) {
        return StripeError::Unavailable(format!("{status}: {message}"));
    }
    if !status.is_client_error() {
        return StripeError::Unreadable(format!("{status}: {message}"));
    }
    StripeError::Refused { status: status.as_u16(), code, message }
}

/// The whole chain of reasons: the first one says only that sending failed.
fn unavailable(error: reqwest::Error) -> StripeError {
    let error = error.without_url();
    let reasons = std::iter::successors(Some(&error as &dyn Error), |&error| error.source());
    StripeError::Unavailable(reasons.map(ToString::to_string).collect::<Vec<_>>().join(": "))
}

fn null_is_unknown<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RefundStatus, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(RefundStatus::Unknown))
}
