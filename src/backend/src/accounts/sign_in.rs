//! Opening a session, and what comes with it: the guest's cart and orders.

use std::net::IpAddr;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::Response,
};
use metrics::counter;
use sqlx::PgTransaction;
use uuid::Uuid;

use super::{
    limits::{self, Attempt, Source},
    model::{SignInState, SignedIn},
    queries::{
        devices, people,
        sessions::{self, NewSession},
    },
};
use crate::{
    access::session::{self, Caller, digest, secret},
    app::{App, ClientAddress},
    cart, device,
    error::{Error, Refusal, Result},
    passwords::{Client, Password},
    response::private,
};

/// How long the second step of signing in may take.
const HALF_SECONDS: i32 = 10 * 60;
const LONGEST_USER_AGENT: usize = 300;

/// The browser that a request comes from.
pub struct Browser {
    /// Where it is.
    pub address: Option<IpAddr>,
    /// The device that it was identified as before.
    pub device: Option<Uuid>,
    /// What it sent.
    pub headers: HeaderMap,
}

impl FromRequestParts<App> for Browser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        Ok(Self { address, device: device::held(app, &parts.headers), headers: parts.headers.clone() })
    }
}

impl Browser {
    /// Whom its attempts are counted for.
    pub fn source(&self) -> Source {
        Source { network: self.address, device: self.device }
    }

    /// What it calls itself, as far as it is kept.
    fn name(&self) -> Option<String> {
        let name = self.headers.get(header::USER_AGENT)?.to_str().ok()?;
        Some(name.chars().take(LONGEST_USER_AGENT).collect())
    }
}

/// What somebody showed to be let in.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// The password of this hash, which is enough where there is no second factor.
    Password(&'a str),
    /// A code, after the password: the session of that is given up for the new one.
    Code,
}

/// Opens a session in place of the one that the browser had (a token that somebody planted before is worth nothing then:
/// OWASP ASVS 5.0, 7.2.4). With it, in the same transaction, the guest's cart joins the account's, and orders that were placed
/// with its address become its own.
///
/// The account is locked first, and looked at once more: a password that was changed, a factor that was added or a role that was
/// given while the password was being hashed counts. The browser's device is known to the account from here on, unless a second
/// factor is still to be shown.
///
/// # Errors
/// 401 when what was shown does not hold any more; when the database refuses. Nothing has changed then.
pub async fn open(app: &App, browser: &Browser, account_id: Uuid, shown: Shown<'_>) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let person = people::lock(&mut tx, account_id).await?.ok_or_else(expired)?;
    let replaced = match session::token(app, &browser.headers) {
        Some(before) => sessions::end_token(&mut tx, &digest(before)).await?,
        None => false,
    };
    let proof = match shown {
        Shown::Password(hash) if hash != person.password_hash => return Err(expired()),
        Shown::Password(_) if person.has_second_factor => "half",
        Shown::Password(_) => "password",
        Shown::Code if replaced && person.has_second_factor => "second_factor",
        Shown::Code => return Err(expired()),
    };
    let seconds = if proof == "half" { HALF_SECONDS } else { session::lifetime(person.role) };
    let token = secret()?;
    let name = browser.name();
    let new = NewSession {
        account_id,
        token_hash: &digest(&token),
        proof,
        seconds,
        client_address: browser.address,
        user_agent: name.as_deref(),
    };
    sessions::begin(&mut tx, &new).await?;
    if proof == "half" {
        tx.commit().await?;
        count("second_factor");
        let mut response = private(&SignedIn { state: SignInState::SecondFactorRequired, account: None });
        session::grant(app, response.headers_mut(), &token, seconds);
        return Ok(response);
    }
    let device = browser.device.unwrap_or_else(Uuid::now_v7);
    devices::remember(&mut tx, account_id, device).await?;
    let mut response = bring_along(app, browser, tx, account_id).await?;
    session::grant(app, response.headers_mut(), &token, seconds);
    device::grant(app, response.headers_mut(), device);
    Ok(response)
}

/// What the browser had as a guest, and what was ordered with the account's address.
async fn bring_along(app: &App, browser: &Browser, mut tx: PgTransaction<'_>, account_id: Uuid) -> Result<Response> {
    people::adopt_orders(&mut tx, account_id).await?;
    let guest = cart::access::held(app, &browser.headers);
    let cart = cart::merge::join(&mut tx, guest, account_id).await?;
    let account = people::account(&mut tx, account_id).await?;
    tx.commit().await?;
    count("succeeded");
    let mut response = private(&SignedIn { state: SignInState::SignedIn, account });
    if let Some(cart) = cart {
        cart::access::set_cookie(app, response.headers_mut(), cart);
    }
    Ok(response)
}

fn count(outcome: &'static str) {
    counter!("sign_ins_total", "outcome" => outcome).increment(1);
}

/// Counts a try to sign in that was refused; what failed by a fault of ours is no try.
pub fn count_refusal(error: &Error) {
    match error {
        Error::TooManyAttempts { .. } => count("locked"),
        Error::Refused(_) => count("refused"),
        _ => {}
    }
}

/// What was begun cannot be gone on with.
pub fn expired() -> Error {
    refused("sign_in_expired", "Signing in took too long: begin again.")
}

/// Makes sure that it is the account's owner who asks, and not whoever found the browser open (OWASP ASVS 5.0, 7.5.1).
///
/// # Errors
/// 403 `wrong_password`; 429 when it was tried too often.
pub async fn expect_password(app: &App, caller: &Caller, password: &Password) -> Result<()> {
    let mut turn = app.passwords.turn(Client::Account(caller.account_id)).await?;
    let attempts = [Attempt::Password(caller.proof_id)];
    limits::count(app, &attempts).await?;
    let stored = people::password_hash(&mut *app.db.acquire().await?, caller.account_id).await?;
    if !turn.verify(password, stored.as_deref()).await? {
        return Err(Error::forbidden("wrong_password", "The password is not right."));
    }
    limits::forgive(app, &attempts).await
}

/// A link of a mail that is spent, too old or not ours: the answer tells nothing more.
pub fn link_invalid() -> Error {
    Error::conflict("link_invalid", "The link is too old or was used already: ask for a new one.")
}

/// Not let in, for whatever reason: the answer is always the same.
pub fn refused(code: &'static str, detail: &str) -> Error {
    Error::Refused(Refusal { status: StatusCode::UNAUTHORIZED, code, detail: detail.into(), errors: Vec::new() })
}
