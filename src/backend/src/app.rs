//! What every handler shares: the database, the pictures, the payment provider, the secrets, the configuration.

use std::{
    net::IpAddr,
    sync::{Arc, Once},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use url::Url;

use crate::{
    capability::Secrets,
    config::{PaymentConfig, ServeConfig},
    database::Pool,
    error::Error,
    extract::{client_network, cookie},
    files::FileStore,
    passwords::Passwords,
    policy::Policy,
    stripe::Stripe,
};

/// The state of the public origin; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Connections to PostgreSQL.
    pub db: Pool,
    /// Where pictures are kept.
    pub media: FileStore,
    /// Where the storefront's files of every release are kept, if they are.
    pub static_files: Option<FileStore>,
    /// The address that visitors know the store by.
    pub public_url: Url,
    /// The payment provider.
    pub stripe: Stripe,
    /// The payment provider's keys and addresses.
    pub payment: Arc<PaymentConfig>,
    /// What tokens are derived with.
    pub secrets: Secrets,
    /// How passwords are kept.
    pub passwords: Passwords,
    /// Who may do what.
    pub policy: Policy,
    /// What was configured.
    pub config: Arc<ServeConfig>,
}

impl App {
    /// The value of a cookie that [`App::set_cookie`] set.
    pub fn cookie<'a>(&self, headers: &'a HeaderMap, name: &str, path: &str) -> Option<&'a str> {
        cookie(headers, &self.cookie_name(name, path))
    }

    /// Where the store is served by TLS a prefix makes browsers refuse what a neighbouring host or a wiretap would set.
    fn cookie_name(&self, name: &str, path: &str) -> String {
        let prefix = match (self.public_url.scheme(), path) {
            ("https", "/") => "__Host-",
            ("https", _) => "__Secure-",
            _ => "",
        };
        format!("{prefix}{name}")
    }

    /// Sets a cookie that scripts cannot read and other sites' requests do not carry (RFC 6265bis; OWASP ASVS 5.0, 3.3).
    pub fn set_cookie(&self, answer: &mut HeaderMap, name: &str, value: &str, path: &str, max_age_seconds: u32) {
        let secure = if self.public_url.scheme() == "https" { "; Secure" } else { "" };
        let name = self.cookie_name(name, path);
        let cookie = format!("{name}={value}; Path={path}; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            answer.append(header::SET_COOKIE, cookie);
        }
    }
}

/// Where a request comes from.
pub struct ClientAddress(pub Option<IpAddr>);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        if app.config.trusted_proxies.is_empty() && parts.headers.contains_key("x-forwarded-for") {
            NO_PROXY_TRUSTED.call_once(|| {
                tracing::warn!(
                    "a request came with X-Forwarded-For and TRUSTED_PROXIES is not set: if a proxy stands in front, all \
                     visitors count as one for limits until its network is given"
                );
            });
        }
        Ok(Self(client_network(parts, &app.config.trusted_proxies)))
    }
}

/// The warning is logged once: every request has the same reason, and any client can send the header.
static NO_PROXY_TRUSTED: Once = Once::new();
