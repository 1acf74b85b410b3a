//! The pages shown instead of one that could not be rendered; whole in themselves, and they recover by themselves.

use std::sync::LazyLock;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

static UNAVAILABLE: LazyLock<Page> =
    LazyLock::new(|| Page::new(include_str!("../../../frontend/edge-pages/unavailable.html")));
static NOT_FOUND: LazyLock<Page> =
    LazyLock::new(|| Page::new(include_str!("../../../frontend/edge-pages/not-found.html")));
static ERROR: LazyLock<Page> = LazyLock::new(|| Page::new(include_str!("../../../frontend/edge-pages/error.html")));

/// The storefront or the database does not answer: 503, and the page comes back by itself.
pub fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], UNAVAILABLE.response()).into_response()
}

/// The address names nothing, so that nothing need be asked: 404.
pub fn not_found() -> Response {
    (StatusCode::NOT_FOUND, NOT_FOUND.response()).into_response()
}

/// The storefront could not render this page, although all that it needs is there: 500.
pub fn error() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, ERROR.response()).into_response()
}

struct Page {
    html: &'static str,
    policy: String,
}

impl Page {
    /// Allows the page's own style element by its hash, and nothing else.
    fn new(html: &'static str) -> Self {
        let style =
            html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map_or("", |(style, _)| style);
        let hash = STANDARD.encode(Sha256::digest(style));
        Self {
            html,
            policy: format!("default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'; base-uri 'none'"),
        }
    }

    fn response(&self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_SECURITY_POLICY, self.policy.as_str()),
        ];
        (headers, self.html).into_response()
    }
}
