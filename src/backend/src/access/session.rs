//! Who is asking: a session's cookie or a program's token, looked up once a request, and the gate that the policy keeps.

use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::queries;
use crate::{
    app::App,
    error::{Error, Result},
    policy::{Access, Role, Scope},
};

/// Who is asking.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The row of `accounts`.
    pub account_id: Uuid,
    /// The account's address of mail.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// How they proved it.
    pub proof: Proof,
    /// The row of `sessions`, or of `api_tokens`.
    pub proof_id: Uuid,
}

/// How somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A session that began with a password.
    Password,
    /// A session that began with a password and a second factor.
    SecondFactor,
    /// A program's token, which may do no more than this.
    Token(Vec<Scope>),
}

/// Nobody guesses 256 bits (OWASP ASVS 5.0, 7.2.3).
const TOKEN_BYTES: usize = 32;
/// What a program's token begins with, so that scanners for leaked secrets know it.
pub const PROGRAM_PREFIX: &str = "dvp_";
const COOKIE: &str = "session";
/// Of `__Host-` cookies, which no other host of the domain can set.
const PATH: &str = "/";

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        asked_by(parts, app).await?.ok_or(Error::SignInRequired)
    }
}

/// Who is asking where nobody has to say, for what is their own. A program whose token does not allow that is nobody here.
pub struct AnyCaller(pub Option<Caller>);

impl FromRequestParts<App> for AnyCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let scope = if parts.method.is_safe() { Scope::AccountRead } else { Scope::AccountWrite };
        Ok(Self(asked_by(parts, app).await?.filter(|caller| caller.may(scope))))
    }
}

impl Caller {
    /// Whether the role allows it, and the token, if it is a program that asks.
    pub fn may(&self, scope: Scope) -> bool {
        self.role.permits(scope)
            && match &self.proof {
                Proof::Token(scopes) => scopes.contains(&scope),
                Proof::Password | Proof::SecondFactor => true,
            }
    }
}

impl Access {
    /// Lets through whom it is for.
    ///
    /// # Errors
    /// 401 for who is not signed in, 403 for who may not.
    pub fn expect(self, caller: Option<&Caller>) -> Result<()> {
        let signed_in = || caller.ok_or(Error::SignInRequired);
        match self {
            Self::Public => Ok(()),
            Self::Own(scope) => expect_scope(signed_in()?, scope),
            Self::Session => match signed_in()?.proof {
                Proof::Token(_) => Err(Error::forbidden("session_required", "This is not for programs: sign in.")),
                Proof::Password | Proof::SecondFactor => Ok(()),
            },
            Self::Staff(scope) => {
                let caller = signed_in()?;
                expect_scope(caller, scope)?;
                match caller.proof {
                    Proof::Password => Err(Error::forbidden(
                        "second_factor_required",
                        "Staff prove who they are by a second factor: set one up in the account's security settings.",
                    )),
                    Proof::SecondFactor | Proof::Token(_) => Ok(()),
                }
            }
        }
    }
}

/// Lets through whose role, and whose token if it is a program, allows it.
///
/// # Errors
/// 403 for who may not.
pub fn expect_scope(caller: &Caller, scope: Scope) -> Result<()> {
    if !caller.role.permits(scope) {
        return Err(Error::forbidden("forbidden", "Your role does not allow this."));
    }
    if !caller.may(scope) {
        return Err(Error::forbidden("scope_missing", "The token's scopes do not allow this."));
    }
    Ok(())
}

/// Lets through whom the policy lets; a route that no rule knows is for nobody.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let access = app.policy.access(&parts.method, path).ok_or(Error::MethodNotAllowed)?;
    if access != Access::Public {
        let caller = asked_by(&mut parts, &app).await?;
        access.expect(caller.as_ref())?;
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// Looks up who is asking, once a request.
async fn asked_by(parts: &mut Parts, app: &App) -> Result<Option<Caller>> {
    if let Some(Known(caller)) = parts.extensions.get() {
        return Ok(caller.clone());
    }
    // Another scheme is somebody else's, such as a proxy's in front of us.
    let bearer =
        parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let caller = match (bearer.filter(|token| token.starts_with(PROGRAM_PREFIX)), token(app, &parts.headers)) {
        (Some(token), _) => {
            let found = queries::by_token(&mut *app.db.acquire().await?, &digest(token)).await?;
            Some(found.ok_or(Error::SignInRequired)?)
        }
        (None, Some(token)) => queries::by_session(&mut *app.db.acquire().await?, &digest(token)).await?,
        (None, None) => None,
    };
    parts.extensions.insert(Known(caller.clone()));
    Ok(caller)
}

#[derive(Clone)]
struct Known(Option<Caller>);

/// A secret for a cookie or a header, of which only the digest is stored.
///
/// # Errors
/// When the system has no randomness to give.
pub fn secret() -> Result<String> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a secret. It is random, so a fast digest is enough (OWASP ASVS 5.0, 11.4.2 is about passwords).
pub fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

/// How long a session lasts at the most, by what may be done with it (OWASP ASVS 5.0, 7.3.2): 90 days, 12 hours for staff.
pub fn lifetime(role: Role) -> i32 {
    if role.is_staff() { 12 * 60 * 60 } else { 90 * 24 * 60 * 60 }
}

/// The token in a browser's cookie.
pub fn token<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    app.cookie(headers, COOKIE, PATH)
}

/// Hands a session to a browser.
pub fn grant(app: &App, answer: &mut HeaderMap, token: &str, seconds: i32) {
    app.set_cookie(answer, COOKIE, token, PATH, seconds.unsigned_abs());
}

/// Takes the cookie of a session away.
pub fn revoke(app: &App, answer: &mut HeaderMap) {
    app.set_cookie(answer, COOKIE, "", PATH, 0);
}
