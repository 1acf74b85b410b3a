//! Whose cart it is: the token in a cookie that scripts cannot read, or in a header.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};
use uuid::Uuid;

use crate::{
    app::App,
    capability::Capability,
    error::{Error, Result},
};

const COOKIE: &str = "cart";
const PATH: &str = "/api";
const TOKEN: HeaderName = HeaderName::from_static("cart-token");
/// As long as an abandoned cart is kept.
const MAX_AGE_SECONDS: u32 = 90 * 24 * 60 * 60;

/// The cart that a request's path names, and may use.
pub struct CartAccess(pub Uuid);

impl FromRequestParts<App> for CartAccess {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Error::NotFound("cart"))?;
        let named = params.iter().find_map(|(name, value)| (name == "id").then_some(value)).unwrap_or_default();
        let id = match named {
            "current" => in_cookie(app, &parts.headers).map(|(id, _)| id),
            id => id.parse().ok(),
        };
        expect(app, &parts.headers, id.ok_or(Error::NotFound("cart"))?)
    }
}

/// The variant that a request's path names.
pub struct LineVariant(pub Uuid);

impl FromRequestParts<App> for LineVariant {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Error::NotFound("line"))?;
        let named = params.iter().find_map(|(name, value)| (name == "variant_id").then(|| value.parse().ok()));
        named.flatten().map(Self).ok_or(Error::NotFound("line"))
    }
}

/// Makes sure that a request may use the cart `id`.
///
/// # Errors
/// `not_found` without the cart's token, as if there were no such cart.
pub fn expect(app: &App, headers: &HeaderMap, id: Uuid) -> Result<CartAccess> {
    let in_header = headers.get(TOKEN).and_then(|token| token.to_str().ok());
    let in_cookie = in_cookie(app, headers).filter(|(cookie, _)| *cookie == id).map(|(_, token)| token);
    let accepted = |token: &str| app.secrets.accepts(Capability::Cart, id, token);
    if in_header.into_iter().chain(in_cookie).any(accepted) { Ok(CartAccess(id)) } else { Err(Error::NotFound("cart")) }
}

fn in_cookie<'a>(app: &App, headers: &'a HeaderMap) -> Option<(Uuid, &'a str)> {
    let (id, token) = app.cookie(headers, COOKIE, PATH)?.split_once('.')?;
    Some((id.parse().ok()?, token))
}

/// Hands a new cart to who made it.
pub fn grant(app: &App, request: &HeaderMap, answer: &mut HeaderMap, id: Uuid) {
    let token = app.secrets.token(Capability::Cart, id);
    app.set_cookie(answer, COOKIE, &format!("{id}.{token}"), PATH, MAX_AGE_SECONDS);
    hand_to_program(request, answer, TOKEN, &token);
}

/// Browsers say how a request came about by a header that scripts can neither set nor remove (Fetch Metadata); who does not
/// is a program, which has no use for a cookie that it cannot read.
pub fn hand_to_program(request: &HeaderMap, answer: &mut HeaderMap, name: HeaderName, token: &str) {
    if request.contains_key("sec-fetch-site") || request.contains_key(header::ORIGIN) {
        return;
    }
    if let Ok(token) = HeaderValue::from_str(token) {
        answer.insert(name, token);
    }
}
