//! The one client for Stripe's API: payment intents, refunds and disputes, at Stripe or at whatever speaks the same.

use std::time::{Duration, Instant};

use anyhow::Context;
use metrics::{counter, histogram};
use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use serde::de::DeserializeOwned;
use tracing::{Span, field::Empty};
use url::Url;
use uuid::Uuid;

use crate::{config::PaymentConfig, transport::is_loopback};
use amounts::to_stripe;

pub mod amounts;
mod errors;
mod objects;

pub use errors::StripeError;
use errors::{refusal, unavailable};
pub use objects::{
    Dispute, DisputeStatus, EvidenceDetails, Intent, IntentError, IntentStatus, List, Refund, RefundStatus,
};

/// The shapes of objects and errors that this client was written for.
pub const VERSION: &str = "2024-06-20";

/// What the provider is asked for, in metrics.
pub const OPERATIONS: &[&str] = &[
    "create_payment",
    "read_payment",
    "cancel_payment",
    "create_refund",
    "read_refund",
    "list_refunds",
    "read_dispute",
    "list_disputes",
];

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const STRIPE_VERSION: HeaderName = HeaderName::from_static("stripe-version");
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// As long as a page of Stripe's can be.
const PAGE: &str = "100";
/// Of a list; a payment of which more was made is none that a store knows.
const MAX_PAGES: usize = 20;
/// How often a request is sent again while another one with its key runs, and how long the first wait is; each is twice the
/// one before.
const KEY_IN_USE_RETRIES: u32 = 5;
const KEY_IN_USE_WAIT: Duration = Duration::from_millis(50);
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
        if config.stripe_api_url.host_str().is_some_and(is_loopback) {
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

    /// Every refund of a payment, those that were made by hand too, the oldest first.
    ///
    /// # Errors
    /// When the provider is away, does not know the payment, or lists more refunds than any payment has.
    pub async fn refunds_of(&self, payment_intent: &str) -> Result<Vec<Refund>, StripeError> {
        let mut refunds: Vec<Refund> = Vec::new();
        for _ in 0..MAX_PAGES {
            let mut query = vec![("payment_intent", payment_intent), ("limit", PAGE)];
            let last = refunds.last().map(|refund| refund.id.clone());
            query.extend(last.as_deref().map(|id| ("starting_after", id)));
            let page: List<Refund> = send("list_refunds", self.list(&["refunds"], &query)).await?;
            let is_last = !page.has_more || page.data.is_empty();
            for refund in page.data {
                refunds.push(refund.in_our_units()?);
            }
            if is_last {
                refunds.reverse();
                return Ok(refunds);
            }
        }
        Err(StripeError::Unreadable(format!("{payment_intent} has more than {MAX_PAGES} pages of refunds")))
    }

    /// A dispute as it is now.
    ///
    /// # Errors
    /// When the provider is away or does not know it.
    pub async fn dispute(&self, id: &str) -> Result<Dispute, StripeError> {
        send::<Dispute>("read_dispute", self.request(Method::GET, &["disputes", id])).await?.in_our_units()
    }

    /// The latest 100 disputes of the account, the newest first.
    ///
    /// # Errors
    /// When the provider is away.
    pub async fn latest_disputes(&self) -> Result<Vec<Dispute>, StripeError> {
        let page: List<Dispute> = send("list_disputes", self.list(&["disputes"], &[("limit", PAGE)])).await?;
        page.data.into_iter().map(Dispute::in_our_units).collect()
    }

    fn list(&self, parts: &[&str], query: &[(&str, &str)]) -> RequestBuilder {
        let mut url = self.url(parts);
        url.query_pairs_mut().extend_pairs(query);
        self.client.get(url)
    }

    fn request(&self, method: Method, parts: &[&str]) -> RequestBuilder {
        self.client.request(method, self.url(parts))
    }

    /// Each part becomes one segment of the path, whatever is in it.
    fn url(&self, parts: &[&str]) -> Url {
        let mut url = self.origin.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1").extend(parts);
        }
        url
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
        Err(_) => "unavailable",
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
    for retry in 0..KEY_IN_USE_RETRIES {
        let Some(attempt) = request.try_clone() else { break };
        let response = attempt.send().await.map_err(unavailable)?;
        if response.status() != StatusCode::CONFLICT {
            return answer(response).await;
        }
        // Another request with the same key still runs: what it is answered is the answer.
        tokio::time::sleep(KEY_IN_USE_WAIT * 2_u32.pow(retry)).await;
    }
    answer(request.send().await.map_err(unavailable)?).await
}

async fn answer<T: DeserializeOwned>(response: Response) -> Result<T, StripeError> {
    let status = response.status();
    let is_replayed = response.headers().get(IDEMPOTENT_REPLAYED).is_some_and(|value| value == "true");
    let body = response.bytes().await.map_err(unavailable)?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| StripeError::Unreadable(error.to_string()));
    }
    Err(refusal(status, &body, is_replayed))
}
