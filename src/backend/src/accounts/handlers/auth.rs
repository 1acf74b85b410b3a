//! Registration, signing in and signing out.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use metrics::counter;

use crate::{
    access::session::{self, digest},
    accounts::{
        limits::{self, Attempt, SignInAttempt},
        model::{Register, SecondFactorCode, SignIn, SignedIn, VerifyRegistration},
        queries::{people, sessions},
        sign_in::{self, Browser, Shown, expired, link_invalid, refused},
        totp,
    },
    app::App,
    capability::Capability,
    cart,
    email::is_email,
    error::{Error, Refusals, Result},
    extract::{Json, Query},
    passwords,
    queue::{self, AccountNews},
    store::{self, NoParameters},
};

const LONGEST_NAME: usize = 100;

/// Asks for an account. The answer is the same whether the address has one or not: a mail says what comes next.
#[utoipa::path(post, path = "/api/auth/register", tag = "auth", request_body = Register,
    responses((status = 202, description = "A mail is on its way"), Refusals))]
pub async fn register(
    State(app): State<App>,
    browser: Browser,
    _: Query<NoParameters>,
    Json(input): Json<Register>,
) -> Result<StatusCode> {
    let email = expect_email("email", &input.email)?;
    let name = expect_name(&input.name)?;
    let store = store::settings(&mut *app.db.acquire().await?).await?;
    passwords::expect_good("password", &input.password, &email, &store.name)?;
    let mut turn = app.passwords.turn(browser.address).await?;
    limits::count_mail(&app, browser.source(), &email).await?;
    let hash = turn.hash(&input.password).await?;
    drop(turn);
    let mut tx = app.db.begin().await?;
    let id = people::register(&mut tx, &email, &name, &hash).await?;
    // Whether there is such an account is looked up where the mail is written, so nobody can tell by the answer or its time.
    queue::enqueue_account_mail(&mut tx, AccountNews::Registration { id }).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// Makes a registration an account, by the link of the mail and the password that was chosen, and signs in.
#[utoipa::path(post, path = "/api/auth/verify", tag = "auth", request_body = VerifyRegistration,
    responses((status = 200, body = SignedIn), Refusals))]
pub async fn verify(
    State(app): State<App>,
    browser: Browser,
    _: Query<NoParameters>,
    Json(input): Json<VerifyRegistration>,
) -> Result<Response> {
    let id = app.secrets.opened(Capability::Registration, &input.token).ok_or_else(link_invalid)?;
    let registered = people::registered(&mut *app.db.acquire().await?, id).await?;
    let (_, hash) = registered.ok_or_else(link_invalid)?;
    let mut turn = app.passwords.turn(browser.address).await?;
    // No one gets here without the mail, so that no one else can use these up.
    let attempts = [Attempt::Registration(id)];
    limits::count(&app, &attempts).await?;
    // Who asks in somebody else's name knows the password but not the mail; who opens such a mail, the other way round.
    if !turn.verify(&input.password, Some(&hash)).await? {
        return Err(wrong());
    }
    drop(turn);
    limits::forgive(&app, &attempts).await?;
    let mut tx = app.db.begin().await?;
    let account = people::confirm_registration(&mut tx, id).await?.ok_or_else(link_invalid)?;
    tx.commit().await?;
    counter!("registrations_total").increment(1);
    sign_in::open(&app, &browser, account, Shown::Password(&hash)).await
}

/// Signs in. The guest's cart joins the account's.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = SignIn,
    responses((status = 200, body = SignedIn), Refusals))]
pub async fn login(
    State(app): State<App>,
    browser: Browser,
    _: Query<NoParameters>,
    Json(input): Json<SignIn>,
) -> Result<Response> {
    by_password(&app, &browser, &input).await.inspect_err(sign_in::count_refusal)
}

async fn by_password(app: &App, browser: &Browser, input: &SignIn) -> Result<Response> {
    let mut turn = app.passwords.turn(browser.address).await?;
    let email = input.email.trim();
    let attempt = limits::count_sign_in(app, browser.source(), email).await?;
    let person = people::by_email(&mut *app.db.acquire().await?, email).await?;
    // The same work whether there is such an account or not.
    let stored = person.as_ref().map(|person| person.password_hash.as_str());
    let is_right = turn.verify(&input.password, stored).await?;
    let person = person.filter(|_| is_right).ok_or_else(wrong)?;
    let current = match passwords::is_outdated(&person.password_hash) {
        true => Some(turn.hash(&input.password).await?),
        false => None,
    };
    drop(turn);
    // Where a second factor is still to be shown, the password alone begins nothing anew.
    if let (SignInAttempt::OfStranger(attempts), false) = (attempt, person.has_second_factor) {
        limits::forgive(app, &attempts).await?;
    }
    let response = sign_in::open(app, browser, person.id, Shown::Password(&person.password_hash)).await?;
    if let Some(hash) = current {
        people::rehash(&mut *app.db.acquire().await?, person.id, &person.password_hash, &hash).await?;
    }
    Ok(response)
}

/// The second step of signing in, where there is a second factor.
#[utoipa::path(post, path = "/api/auth/login/totp", tag = "auth", request_body = SecondFactorCode,
    responses((status = 200, body = SignedIn), Refusals))]
pub async fn login_totp(
    State(app): State<App>,
    browser: Browser,
    _: Query<NoParameters>,
    Json(input): Json<SecondFactorCode>,
) -> Result<Response> {
    by_code(&app, &browser, &input).await.inspect_err(sign_in::count_refusal)
}

async fn by_code(app: &App, browser: &Browser, input: &SecondFactorCode) -> Result<Response> {
    let token = session::token(app, &browser.headers).ok_or_else(expired)?;
    let half = sessions::half(&mut *app.db.acquire().await?, &digest(token)).await?;
    let (_, account_id) = half.ok_or_else(expired)?;
    let attempt = limits::count_code(app, browser.device, account_id).await?;
    let mut tx = app.db.begin().await?;
    if !totp::take(app, &mut tx, account_id, &input.code).await? {
        return Err(refused("invalid_code", "The code is not right, or was used already."));
    }
    tx.commit().await?;
    limits::forgive(app, &[attempt]).await?;
    sign_in::open(app, browser, account_id, Shown::Code).await
}

/// Signs out; also who is not signed in.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses((status = 204, description = "Signed out"), Refusals))]
pub async fn logout(State(app): State<App>, browser: Browser, _: Query<NoParameters>) -> Result<Response> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(token) = session::token(&app, &browser.headers) {
        sessions::end_token(&mut *app.db.acquire().await?, &digest(token)).await?;
        session::revoke(&app, response.headers_mut());
        cart::access::revoke(&app, response.headers_mut());
    }
    Ok(response)
}

fn wrong() -> Error {
    refused("invalid_credentials", "The address or the password is not right, or the address was not confirmed yet.")
}

pub(super) fn expect_email(field: &str, email: &str) -> Result<String> {
    let email = email.trim();
    if is_email(email) {
        return Ok(email.to_owned());
    }
    Err(Error::field(field, "must be an address of mail, such as ada@example.com"))
}

pub(super) fn expect_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        return Err(Error::field("name", format!("must be at most {LONGEST_NAME} characters, in one line")));
    }
    Ok(name.to_owned())
}
