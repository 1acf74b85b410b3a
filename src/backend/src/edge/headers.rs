//! Security headers, on every answer (OWASP Secure Headers Project; Content Security Policy level 3).

use std::fmt::Write;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use uuid::Uuid;

use crate::{
    app::App,
    config::{PaymentConfig, STRIPE_API_URL},
};

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(self), usb=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

const HSTS: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");

/// The policy of what is no page.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";
/// The policy of the API's reader, which styles itself inline.
const READER: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The headers of every answer but for its policy; `https` says whether the store is served by TLS.
fn always(https: bool) -> impl Iterator<Item = (HeaderName, &'static str)> {
    ALWAYS.into_iter().chain(https.then_some(HSTS))
}

/// All security headers of an answer that is no page, for those that no handler makes.
pub fn plain(https: bool) -> impl Iterator<Item = (HeaderName, &'static str)> {
    always(https).chain([(header::CONTENT_SECURITY_POLICY, NOTHING)])
}

/// A number used once: scripts that carry it may run, injected ones cannot know it.
#[derive(Clone)]
pub struct Nonce(String);

/// Gives each request a nonce and each answer its security headers; a policy that the answer already has stays.
pub async fn secure(State(app): State<App>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Nonce(Uuid::new_v4().simple().to_string()));
    let reader = request.uri().path().starts_with("/api/docs");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in always(app.public_url.scheme() == "https") {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = HeaderValue::from_static(if reader { READER } else { NOTHING });
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Other origins that a page may use, as lists for the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// Whose scripts may run.
    pub script: String,
    /// Whose pages may be framed.
    pub frame: String,
    /// Who may be talked to.
    pub connect: String,
    /// Whose pictures may be shown.
    pub picture: String,
}

impl Origins {
    /// The origins that a page where a payment is made needs (Stripe: "Integration security guide", Content Security Policy).
    pub fn of_payments(config: &PaymentConfig) -> Self {
        match config.browser_url() {
            Some(url) => Self { connect: url.origin().ascii_serialization(), ..Self::default() },
            None => Self {
                script: "https://js.stripe.com https://*.js.stripe.com".into(),
                frame: "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com".into(),
                connect: STRIPE_API_URL.into(),
                picture: "https://*.stripe.com".into(),
            },
        }
    }
}

/// The policy of a page: scripts by nonce only, everything else from this origin and from `origins`. In development the
/// storefront's hot reload evaluates code and writes style elements.
pub fn page_policy(nonce: &Nonce, dev: bool, origins: &Origins) -> String {
    let (script, style, connect) = if dev { (" 'unsafe-eval'", " 'unsafe-inline'", " ws:") } else { ("", "", "") };
    let with = |origins: &str| if origins.is_empty() { String::new() } else { format!(" {origins}") };
    let mut policy = String::from("default-src 'none'; ");
    let _ = write!(policy, "script-src 'nonce-{}' 'strict-dynamic'{script}{}; ", nonce.0, with(&origins.script));
    let _ = write!(policy, "style-src 'self'{style}; connect-src 'self'{connect}{}; ", with(&origins.connect));
    let _ = write!(policy, "img-src 'self'{}; font-src 'self'; manifest-src 'self'; ", with(&origins.picture));
    if !origins.frame.is_empty() {
        let _ = write!(policy, "frame-src {}; ", origins.frame);
    }
    policy.push_str("form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    policy
}

/// Sets a header from text that is known to be one.
pub fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::Origins;
    use crate::config::PaymentConfig;

    fn origins(api: &str) -> Origins {
        Origins::of_payments(&PaymentConfig {
            stripe_secret_key: None,
            stripe_publishable_key: None,
            stripe_webhook_secret: None,
            stripe_api_url: api.parse().unwrap(),
            stripe_browser_url: None,
        })
    }

    #[test]
    fn stripes_origins_are_allowed_with_stripe_alone() {
        let stripe = origins("https://api.stripe.com");
        assert!(stripe.script.contains("https://js.stripe.com") && stripe.frame.contains("https://hooks.stripe.com"));
        assert_eq!(stripe.connect, "https://api.stripe.com");
        let demo = origins("http://localhost:8083");
        assert_eq!(
            (demo.script.as_str(), demo.frame.as_str(), demo.connect.as_str()),
            ("", "", "http://localhost:8083")
        );
    }
}
