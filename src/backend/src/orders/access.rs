//! Whose order it is: its owner's session, or its token in a cookie of that order's addresses alone or in a header.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, HeaderName, request::Parts},
};
use uuid::Uuid;

use super::queries;
use crate::{
    access::session::AnyCaller,
    app::App,
    capability::Capability,
    error::{Error, Result},
    response::hand_to_program,
};

const COOKIE: &str = "order";
const PATH: &str = "/api/orders";
const TOKEN: HeaderName = HeaderName::from_static("order-token");
/// As long as somebody may come back for an order by the same browser.
const MAX_AGE_SECONDS: u32 = 180 * 24 * 60 * 60;

/// The order that a request's path names, and may see.
pub struct OrderAccess {
    /// The order.
    pub id: Uuid,
    /// Its number.
    pub number: i64,
    /// Whether the token came in a header, as from the link of a mail.
    pub by_header: bool,
}

impl FromRequestParts<App> for OrderAccess {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Error::NotFound("order"))?;
        let named = params.iter().find_map(|(name, value)| (name == "number").then(|| value.parse().ok()));
        let number = named.flatten().ok_or(Error::NotFound("order"))?;
        let AnyCaller(caller) = AnyCaller::from_request_parts(parts, app).await?;
        let in_header = parts.headers.get(TOKEN).and_then(|token| token.to_str().ok());
        let tokens = [in_header, app.cookie(&parts.headers, COOKIE, PATH)];
        if tokens.iter().all(Option::is_none) && caller.is_none() {
            return Err(Error::NotFound("order"));
        }
        let found = queries::find(&mut *app.db.acquire().await?, number).await?;
        let (id, owner) = found.ok_or(Error::NotFound("order"))?;
        let accepted = |token: &&str| app.secrets.accepts(Capability::Order, id, token);
        let is_owner = caller.is_some_and(|caller| owner == Some(caller.account_id));
        if !is_owner && !tokens.iter().flatten().any(accepted) {
            return Err(Error::NotFound("order"));
        }
        Ok(Self { id, number, by_header: in_header.is_some() })
    }
}

/// Hands an order to who placed it or came by its link.
pub fn grant(app: &App, request: &HeaderMap, answer: &mut HeaderMap, id: Uuid, number: i64) {
    let token = app.secrets.token(Capability::Order, id);
    app.set_cookie(answer, COOKIE, &token, &format!("{PATH}/{number}"), MAX_AGE_SECONDS);
    hand_to_program(request, answer, TOKEN, &token);
}
