//! Opening a session, and what comes with it: the guest's cart and orders.

use std::net::IpAddr;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::Response,
};
use uuid::Uuid;

use super::{
    limits::{self, Tries},
    model::{Password, SignInState, SignedIn},
    policy::Role,
    queries::{people, sessions, sessions::NewSession},
    session::{self, Caller, digest, secret},
};
use crate::{
    app::App,
    cart,
    error::{Error, Refusal, Result},
    extract::ClientAddress,
    response::private,
};

/// How long the second step of signing in may take.
const HALF_SECONDS: i32 = 10 * 60;
const LONGEST_USER_AGENT: usize = 300;

/// The browser that a request comes from.
pub struct Browser {
    /// Where it is.
    pub address: Option<IpAddr>,
    /// What it sent.
    pub headers: HeaderMap,
}

impl FromRequestParts<App> for Browser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        Ok(Self { address, headers: parts.headers.clone() })
    }
}

impl Browser {
    /// What it calls itself, as far as it is kept.
    fn name(&self) -> Option<String> {
        let name = self.headers.get(header::USER_AGENT)?.to_str().ok()?;
        Some(name.chars().take(LONGEST_USER_AGENT).collect())
    }
}

/// What somebody showed to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The password, which is enough.
    Password,
    /// The password, where a code is wanted too.
    Half,
    /// Both.
    SecondFactor,
}

/// Opens a session in place of the one that the browser had (a token that somebody planted before is worth nothing then:
/// OWASP ASVS 5.0, 7.2.4). With it, in the same transaction, the guest's cart joins the account's, and orders that were placed
/// with its address become its own.
///
/// # Errors
/// When the database refuses; nothing has changed then.
pub async fn open(app: &App, browser: &Browser, account_id: Uuid, role: Role, shown: Shown) -> Result<Response> {
    let new_token = secret()?;
    let seconds = if shown == Shown::Half { HALF_SECONDS } else { session::lifetime(role) };
    let name = browser.name();
    let mut tx = app.db.begin().await?;
    if let Some(before) = session::token(app, &browser.headers) {
        sessions::end_token(&mut tx, &digest(before)).await?;
    }
    let proof = match shown {
        Shown::Password => "password",
        Shown::Half => "half",
        Shown::SecondFactor => "second_factor",
    };
    let new = NewSession {
        account_id,
        token_hash: &digest(&new_token),
        proof,
        seconds,
        client_address: browser.address,
        user_agent: name.as_deref(),
    };
    sessions::begin(&mut tx, &new).await?;
    if shown == Shown::Half {
        tx.commit().await?;
        let mut response = private(&SignedIn { state: SignInState::SecondFactorRequired, account: None });
        session::grant(app, response.headers_mut(), &new_token, seconds);
        return Ok(response);
    }
    people::adopt_orders(&mut tx, account_id).await?;
    let guest = cart::access::held(app, &browser.headers);
    let cart = cart::merge::join(&mut tx, guest, account_id).await?;
    let account = people::account(&mut tx, account_id).await?;
    tx.commit().await?;
    let mut response = private(&SignedIn { state: SignInState::SignedIn, account });
    session::grant(app, response.headers_mut(), &new_token, seconds);
    if let Some(cart) = cart {
        cart::access::set_cookie(app, response.headers_mut(), cart);
    }
    Ok(response)
}

/// Makes sure that it is the account's owner who asks, and not whoever found the browser open (OWASP ASVS 5.0, 7.5.1).
///
/// # Errors
/// 403 `wrong_password`; 429 when it was tried too often.
pub async fn expect_password(app: &App, caller: &Caller, password: &Password) -> Result<()> {
    let tries = [Tries::SignIn(&caller.email)];
    limits::count(app, &tries).await?;
    let stored = people::password_hash(&mut *app.db.acquire().await?, caller.account_id).await?;
    if !app.passwords.verify(password, stored.as_deref()).await? {
        return Err(Error::forbidden("wrong_password", "The password is not right."));
    }
    limits::forgive(app, &tries).await
}

/// A link of a mail that is spent, too old or not ours: the answer tells nothing more.
pub fn link_invalid() -> Error {
    Error::conflict("link_invalid", "The link is too old or was used already: ask for a new one.")
}

/// Not let in, for whatever reason: the answer is always the same.
pub fn refused(code: &'static str, detail: &str) -> Error {
    Error::Refused(Refusal { status: StatusCode::UNAUTHORIZED, code, detail: detail.into(), errors: Vec::new() })
}
