//! Conditional requests (RFC 9110, section 13): an answer that has not changed is not sent again.

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Answers `body` as JSON with an `ETag`, or 304 when the client has it already.
///
/// The tag is weak, since the compressed and the plain answer carry the same one.
///
/// # Errors
/// When `body` cannot be written as JSON.
pub fn conditional(request: &HeaderMap, body: &impl Serialize) -> Result<Response> {
    let json = serde_json::to_vec(body).map_err(|error| Error::Internal(error.to_string()))?;
    let digest: String = Sha256::digest(&json)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("W/\"{digest}\"");
    let headers = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, "public, no-cache".to_owned())];
    if is_current(request, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, [(header::CONTENT_TYPE, "application/json")], Body::from(json)).into_response())
}

fn is_current(request: &HeaderMap, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || opaque(tag) == opaque(etag))
}
