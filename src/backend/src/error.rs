//! The one error type and the one shape it is answered in: RFC 9457 `application/problem+json` with a stable `code`.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use metrics::counter;
use serde::Serialize;
use utoipa::{ToSchema, openapi};

use crate::{constraints, stripe::StripeError};

/// What a handler answers.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that can go wrong on the way of a request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One or more fields were refused.
    #[error("the request has fields that cannot be used")]
    Invalid(Vec<FieldError>),
    /// There is nothing at this address.
    #[error("there is no {0} at this address")]
    NotFound(&'static str),
    /// The address exists, but not for this method.
    #[error("this address does not answer that method")]
    MethodNotAllowed,
    /// The body is larger than the limit.
    #[error("the body is larger than this address takes")]
    TooLarge,
    /// Somebody tries too often.
    #[error("that was tried too often: wait {seconds} s and try again")]
    TooManyAttempts {
        /// How long to wait.
        seconds: u64,
    },
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInRequired,
    /// Who is signed in may not.
    #[error("{detail}")]
    Forbidden {
        /// Stable; programs decide by it.
        code: &'static str,
        /// In words, with the way out.
        detail: &'static str,
    },
    /// The database refused, failed or is gone.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
    /// The pictures cannot be read.
    #[error("the media store failed: {0}")]
    Media(#[from] object_store::Error),
    /// The body is not of the type that the endpoint reads.
    #[error("send the body as application/json")]
    UnsupportedMediaType,
    /// The request is understood, but the present state of things refuses it.
    #[error("{}", .0.detail)]
    Refused(Refusal),
    /// The payment provider failed or is gone.
    #[error("the payment provider failed: {0}")]
    Provider(#[from] StripeError),
    /// The request took too long.
    #[error("the request took too long")]
    Timeout,
    /// The body did not arrive in time.
    #[error("the body did not arrive in time")]
    BodyTimeout,
    /// Path and query are too long.
    #[error("the address is longer than 8 KiB")]
    UriTooLong,
    /// The header fields are too large.
    #[error("the header fields are larger than 16 KiB")]
    HeadTooLarge,
    /// More is asked for than can be done at once.
    #[error("more is asked for than can be done at once")]
    Overloaded,
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

/// A field of a request that was refused, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The parameter's or the JSON field's name.
    #[schema(example = "limit")]
    pub field: String,
    /// What is wrong with it and what would be right.
    #[schema(example = "must be between 1 and 100")]
    pub message: String,
}

/// Why a request that could be read is not done.
#[derive(Debug)]
pub struct Refusal {
    /// 409, 422 or 429.
    pub status: StatusCode,
    /// Stable; programs decide by it.
    pub code: &'static str,
    /// In words, with the way out.
    pub detail: String,
    /// The fields or lines that it is about.
    pub errors: Vec<FieldError>,
}

/// RFC 9457 problem details.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A URI that names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "/api/docs#invalid_request")]
    kind: String,
    /// The kind of problem in words.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened this time.
    detail: String,
    /// Stable; programs decide by it.
    #[schema(example = "invalid_request")]
    code: &'static str,
    /// The fields or lines that were refused; empty when it is about the request as a whole.
    errors: Vec<FieldError>,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let violated = error.as_database_error().and_then(|error| error.constraint());
        match violated.and_then(constraints::refusal) {
            Some((code, detail)) => Self::conflict(code, detail),
            // What let it through is to be mended, so it is in the log; who asked can only ask for something else.
            None if is_unusable_value(&error) => {
                counter!("database_query_errors_total", "kind" => kind(&error)).increment(1);
                tracing::error!(%error, "a value of a request reached the database, which cannot hold it");
                Self::field("request", "has a value that the store cannot work with")
            }
            None => {
                counter!("database_query_errors_total", "kind" => kind(&error)).increment(1);
                Self::Database(error)
            }
        }
    }
}

impl Error {
    /// A single field that was refused.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// Refused because of the present state of things.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Refused(Refusal { status: StatusCode::CONFLICT, code, detail: detail.into(), errors: Vec::new() })
    }

    /// Not for who is asking.
    pub fn forbidden(code: &'static str, detail: &'static str) -> Self {
        Self::Forbidden { code, detail }
    }

    fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid_request", "The request cannot be used"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found", "Not found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is too large"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The body's type cannot be read")
            }
            Self::TooManyAttempts { .. } => {
                (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "There were too many tries")
            }
            Self::SignInRequired => (StatusCode::UNAUTHORIZED, "sign_in_required", "Nobody is signed in"),
            Self::Forbidden { code, .. } => (StatusCode::FORBIDDEN, code, "It is not allowed"),
            Self::Refused(refusal) => (refusal.status, refusal.code, refusal.title()),
            Self::Provider(StripeError::Refused { .. }) => {
                (StatusCode::CONFLICT, "payment_refused", "The payment provider refuses this payment")
            }
            Self::Provider(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "provider_unavailable", "The payment provider does not answer")
            }
            Self::Database(error) if is_outage(error) => {
                (StatusCode::SERVICE_UNAVAILABLE, "database_unavailable", "The database does not answer")
            }
            Self::Timeout => (StatusCode::SERVICE_UNAVAILABLE, "timeout", "The request took too long"),
            Self::BodyTimeout => (StatusCode::REQUEST_TIMEOUT, "body_timeout", "The body did not arrive"),
            Self::UriTooLong => (StatusCode::URI_TOO_LONG, "uri_too_long", "The address is too long"),
            Self::HeadTooLarge => {
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", "The header fields are too large")
            }
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Too much is asked for at once"),
            Self::Database(_) | Self::Media(_) | Self::Internal(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side")
            }
        }
    }

    /// What a visitor may read; the inside of a fault goes to the log only.
    fn detail(&self, status: StatusCode) -> String {
        match status {
            StatusCode::INTERNAL_SERVER_ERROR => "The fault was logged under this answer's X-Request-Id.".into(),
            StatusCode::SERVICE_UNAVAILABLE => "Try again in a few seconds.".into(),
            // What the provider says is for the merchant; it may name a key or a balance.
            StatusCode::CONFLICT if matches!(self, Self::Provider(_)) => {
                "The payment provider does not take this payment: write to the store.".into()
            }
            _ => self.to_string(),
        }
    }
}

impl Refusal {
    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => "There are too many of them",
            StatusCode::UNPROCESSABLE_ENTITY => "The request contradicts an earlier one",
            _ => "The present state does not allow it",
        }
    }
}

/// Whether the database is away or overloaded, as against having refused this statement.
pub(crate) fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Tls(_) => true,
        // Connection exceptions, rollbacks (deadlocks), resources, locks that are not to be had, operator intervention
        // (cancelled by a timeout or shut down): PostgreSQL's appendix A, error codes.
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| ["08", "40", "53", "55", "57"].iter().any(|class| code.starts_with(class)))
        }
        _ => false,
    }
}

/// Whether a value is out of the range of its type or no value of it, which only input makes so (PostgreSQL's appendix A):
/// too long, out of range, no moment, no character, no text of that type.
fn is_unusable_value(error: &sqlx::Error) -> bool {
    const CODES: [&str; 7] = ["22001", "22003", "22007", "22008", "22021", "22P02", "22P05"];
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| CODES.contains(&code.as_ref()))
}

/// What kind of failure it is, in metrics.
fn kind(error: &sqlx::Error) -> &'static str {
    let code = error.as_database_error().and_then(|error| error.code());
    match (error, code.as_deref()) {
        (sqlx::Error::PoolTimedOut, _) => "pool",
        // A statement that was cancelled, a lock that was not to be had.
        (_, Some("57014" | "55P03")) => "timeout",
        (_, Some(code)) if code.starts_with("40") => "serialization",
        _ if is_outage(error) => "unavailable",
        _ => "other",
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code, title) = self.parts();
        counter!("http_problems_total", "code" => code).increment(1);
        // Refusals under load are counted: a line for each would be a load of its own.
        let is_fault = status.is_server_error() && !matches!(self, Self::Overloaded);
        if is_fault || matches!(self, Self::Provider(_)) {
            tracing::error!(code, error = %self, "request failed");
        }
        let detail = self.detail(status);
        let retry_after = match self {
            Self::TooManyAttempts { seconds } => Some(seconds),
            _ => (status == StatusCode::SERVICE_UNAVAILABLE).then_some(5),
        };
        let errors = match self {
            Self::Invalid(errors) | Self::Refused(Refusal { errors, .. }) => errors,
            _ => Vec::new(),
        };
        let problem =
            Problem { kind: format!("/api/docs#{code}"), title, status: status.as_u16(), detail, code, errors };
        let mut response = (status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

type Responses = std::collections::BTreeMap<String, openapi::RefOr<openapi::response::Response>>;

/// Documents the answers that every endpoint shares; name it in an operation's `responses`.
impl utoipa::IntoResponses for Problem {
    fn responses() -> Responses {
        problems(&[
            ("400", "A field was refused; `errors` names each one"),
            ("414", "Path and query are longer than 8 KiB"),
            ("503", "The database does not answer; try again after `Retry-After`"),
        ])
    }
}

/// Documents the answers that every change of something in particular shares.
pub struct Refusals;

impl utoipa::IntoResponses for Refusals {
    fn responses() -> Responses {
        let mut responses = Problem::responses();
        responses.extend(problems(&[
            ("401", "Nobody is signed in"),
            ("403", "Who is signed in may not do it, or the request comes from another site"),
            ("404", "There is no such thing, or the request does not carry the capability for it"),
            ("409", "The present state does not allow it; `code` says why"),
            ("413", "The body is too large"),
            ("415", "The body is not `application/json`"),
            ("429", "There were too many of them; try again after `Retry-After`"),
        ]));
        responses
    }
}

/// Documents the answers that every reading of something that is not for everybody shares.
pub struct Guarded;

impl utoipa::IntoResponses for Guarded {
    fn responses() -> Responses {
        let mut responses = Problem::responses();
        responses.extend(problems(&[
            ("401", "Nobody is signed in"),
            ("403", "Who is signed in may not see it"),
            ("404", "There is no such thing, or it is somebody else's"),
        ]));
        responses
    }
}

fn problems(answers: &[(&str, &str)]) -> Responses {
    let problem = |description: &str| {
        let content = openapi::ContentBuilder::new().schema(Some(openapi::Ref::from_schema_name("Problem"))).build();
        let response =
            openapi::ResponseBuilder::new().description(description).content("application/problem+json", content);
        openapi::RefOr::T(response.build())
    };
    answers.iter().map(|(status, description)| ((*status).to_owned(), problem(description))).collect()
}
