//! Answers that are for one reader only: nobody on the way keeps them.

use axum::{
    http::{HeaderValue, StatusCode, header},
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
