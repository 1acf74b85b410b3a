//! Answers that are for one reader only: nobody on the way keeps them.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::error::{Error, Result};

/// 200 with JSON that nobody keeps.
pub fn private(body: &impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(body)).into_response()
}

/// 201 with JSON that nobody keeps.
pub fn created(body: &impl Serialize) -> Response {
    (StatusCode::CREATED, private(body)).into_response()
}

/// 201 with JSON that was written before, as it is kept for an `Idempotency-Key`.
pub fn created_as(body: String) -> Response {
    let about = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::CREATED, about, body).into_response()
}

/// An answer in the form that is kept.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn as_text(body: &impl Serialize) -> Result<String> {
    serde_json::to_string(body).map_err(|error| Error::Internal(error.to_string()))
}

/// 204 that nobody keeps.
pub fn done() -> Response {
    (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response()
}

/// Whether a browser sends a request. Browsers say how it came about by a header that scripts can neither set nor remove (Fetch
/// Metadata).
pub fn is_browser(request: &HeaderMap) -> bool {
    request.contains_key("sec-fetch-site") || request.contains_key(header::ORIGIN)
}

/// Hands a token to a program, which has no use for a cookie that it cannot read.
pub fn hand_to_program(request: &HeaderMap, answer: &mut HeaderMap, name: HeaderName, token: &str) {
    if is_browser(request) {
        return;
    }
    if let Ok(token) = HeaderValue::from_str(token) {
        answer.insert(name, token);
    }
}
