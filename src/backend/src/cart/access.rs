//! Whose cart it is: the token in a cookie that scripts cannot read, or in a header.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, HeaderName, request::Parts},
};
use uuid::Uuid;

use super::queries;
use crate::{
    access::session::{AnyCaller, Caller},
    app::App,
    capability::Capability,
    error::{Error, Result},
    response::hand_to_program,
};

const COOKIE: &str = "cart";
const PATH: &str = "/api";
/// What stands in a path for the cart that the browser goes on with.
const CURRENT: &str = "current";
const TOKEN: HeaderName = HeaderName::from_static("cart-token");
/// As long as an abandoned cart is kept.
const MAX_AGE_SECONDS: u32 = 90 * 24 * 60 * 60;

/// The cart that a request's path names, and may use.
pub struct CartAccess(pub Uuid);

impl FromRequestParts<App> for CartAccess {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let named = named(parts, app).await?;
        let AnyCaller(caller) = AnyCaller::from_request_parts(parts, app).await?;
        let id = match named.as_str() {
            CURRENT => current(app, &parts.headers, caller.as_ref()).await?,
            id => id.parse().ok(),
        };
        expect(app, &parts.headers, caller.as_ref(), id.ok_or(Error::NotFound("cart"))?).await
    }
}

/// The cart that something is added to.
pub enum Target {
    /// The cart with this id, and no other.
    Named(Uuid),
    /// The visitor's current cart.
    Current(Uuid),
    /// A new one, or the account's: the visitor's last cart was bought, or its payment is in processing.
    Next,
}

impl FromRequestParts<App> for Target {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        if named(parts, app).await? != CURRENT {
            return Ok(Self::Named(CartAccess::from_request_parts(parts, app).await?.0));
        }
        let AnyCaller(caller) = AnyCaller::from_request_parts(parts, app).await?;
        let Some(id) = current(app, &parts.headers, caller.as_ref()).await? else {
            return caller.map(|_| Self::Next).ok_or(Error::NotFound("cart"));
        };
        let CartAccess(id) = expect(app, &parts.headers, caller.as_ref(), id).await?;
        let state = queries::state(&mut *app.db.acquire().await?, id).await?;
        Ok(if state.is_none_or(|state| state.is_finished()) { Self::Next } else { Self::Current(id) })
    }
}

/// How a request's path names its cart.
async fn named(parts: &mut Parts, app: &App) -> Result<String> {
    let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Error::NotFound("cart"))?;
    Ok(params.iter().find_map(|(name, value)| (name == "id").then(|| value.to_owned())).unwrap_or_default())
}

/// The cart that a browser goes on with: the one in its cookie, else the one of who is signed in. Of these two, one that is
/// finished comes last.
async fn current(app: &App, headers: &HeaderMap, caller: Option<&Caller>) -> Result<Option<Uuid>> {
    let held = held(app, headers);
    let Some(caller) = caller else { return Ok(held) };
    let mut db = app.db.acquire().await?;
    let own = queries::of_account(&mut db, caller.account_id).await?;
    let Some(id) = held else { return Ok(own) };
    let is_usable =
        queries::owner(&mut db, id).await?.is_some_and(|owner| owner.is_none_or(|owner| owner == caller.account_id));
    let is_finished = queries::state(&mut db, id).await?.is_none_or(|state| state.is_finished());
    Ok(match (is_usable, is_finished) {
        (true, false) => held,
        (true, true) => own.or(held),
        (false, _) => own,
    })
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

/// Makes sure that a request may use the cart `id`: a guest's by its token, an account's by its owner's session.
///
/// # Errors
/// `not_found` for anybody else, as if there were no such cart.
pub async fn expect(app: &App, headers: &HeaderMap, caller: Option<&Caller>, id: Uuid) -> Result<CartAccess> {
    let in_header = headers.get(TOKEN).and_then(|token| token.to_str().ok());
    let has_token = held(app, headers) == Some(id)
        || in_header.is_some_and(|token| app.secrets.accepts(Capability::Cart, id, token));
    if !has_token && caller.is_none() {
        return Err(Error::NotFound("cart"));
    }
    match queries::owner(&mut *app.db.acquire().await?, id).await? {
        Some(None) if has_token => Ok(CartAccess(id)),
        Some(Some(owner)) if caller.is_some_and(|caller| caller.account_id == owner) => Ok(CartAccess(id)),
        _ => Err(Error::NotFound("cart")),
    }
}

/// The cart whose token a browser holds.
pub fn held(app: &App, headers: &HeaderMap) -> Option<Uuid> {
    let (id, token) = app.cookie(headers, COOKIE, PATH)?.split_once('.')?;
    let id = id.parse().ok()?;
    app.secrets.accepts(Capability::Cart, id, token).then_some(id)
}

/// Hands a new cart to who made it.
pub fn grant(app: &App, request: &HeaderMap, answer: &mut HeaderMap, id: Uuid) {
    set_cookie(app, answer, id);
    hand_to_program(request, answer, TOKEN, &app.secrets.token(Capability::Cart, id));
}

/// Hands a cart to a browser.
pub fn set_cookie(app: &App, answer: &mut HeaderMap, id: Uuid) {
    let token = app.secrets.token(Capability::Cart, id);
    app.set_cookie(answer, COOKIE, &format!("{id}.{token}"), PATH, MAX_AGE_SECONDS);
}

/// Takes the cart of a browser away.
pub fn revoke(app: &App, answer: &mut HeaderMap) {
    app.set_cookie(answer, COOKIE, "", PATH, 0);
}
