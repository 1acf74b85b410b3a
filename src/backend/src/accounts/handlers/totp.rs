//! The second factor.

use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    access::session::{self, Caller, digest},
    accounts::{
        limits::{self, Attempt},
        model::{PasswordProof, RecoveryCodes, SecondFactorCode, TotpEnrolment},
        queries::{factors, sessions, tokens},
        sign_in::expect_password,
        totp,
    },
    app::App,
    error::{Error, Refusals, Result},
    extract::{Json, Query},
    queue::{self, AccountNews},
    response::private,
    store::{self, NoParameters},
};

const SEED_BYTES: usize = 20;

/// Begins to set up an authenticator; it counts when a code of it was confirmed.
#[utoipa::path(post, path = "/api/account/totp", tag = "account", request_body = PasswordProof,
    responses((status = 200, body = TotpEnrolment), Refusals))]
pub async fn enrol_totp(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<PasswordProof>,
) -> Result<Response> {
    expect_password(&app, &caller, &input.password).await?;
    let mut seed = [0; SEED_BYTES];
    getrandom::fill(&mut seed).map_err(|error| Error::Internal(error.to_string()))?;
    let mut db = app.db.acquire().await?;
    if !factors::enrol(&mut db, caller.account_id, &seed).await? {
        return Err(Error::conflict("second_factor_exists", "There is an authenticator already: remove it first."));
    }
    let store = store::settings(&mut db).await?;
    let authenticator = totp::authenticators(&app.secrets, &seed, &caller.email, &store.name)?.into_iter().next();
    let authenticator = authenticator.ok_or_else(|| Error::Internal("there is no secret key".into()))?;
    let url = authenticator.to_url().map_err(|error| Error::Internal(error.to_string()))?;
    let secret = url::Url::parse(&url)
        .ok()
        .and_then(|url| url.query_pairs().find_map(|(name, value)| (name == "secret").then(|| value.into_owned())));
    Ok(private(&TotpEnrolment { secret: secret.unwrap_or_default(), url }))
}

/// Ends the setting up by a code of the authenticator; from now on signing in wants one. Every other session ends.
#[utoipa::path(post, path = "/api/account/totp/confirmation", tag = "account", request_body = SecondFactorCode,
    responses((status = 200, body = RecoveryCodes), Refusals))]
pub async fn confirm_totp(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<SecondFactorCode>,
) -> Result<Response> {
    let attempts = [Attempt::CodeOfSetup(caller.proof_id)];
    limits::count(&app, &attempts).await?;
    let mut tx = app.db.begin().await?;
    let account_id = caller.account_id;
    if !totp::take_time(&app, &mut tx, account_id, input.code.trim(), false).await?
        || !factors::confirm(&mut tx, account_id).await?
    {
        return Err(Error::field("code", "is not right: enter the six digits that the authenticator shows now"));
    }
    let codes = totp::renew_recovery_codes(&mut tx, account_id).await?;
    // The session may do more from here on: its token of before is worth nothing any more (ASVS 7.2.4).
    let token = session::secret()?;
    factors::prove(&mut tx, caller.proof_id, &digest(&token)).await?;
    sessions::end_others(&mut tx, account_id, Some(caller.proof_id)).await?;
    queue::enqueue_account_mail(&mut tx, AccountNews::SecondFactorAdded { account_id }).await?;
    tx.commit().await?;
    limits::forgive(&app, &attempts).await?;
    let mut response = private(&RecoveryCodes { codes });
    session::grant(&app, response.headers_mut(), &token, session::lifetime(caller.role));
    Ok(response)
}

/// Makes new recovery codes; the old ones end.
#[utoipa::path(post, path = "/api/account/totp/recovery-codes", tag = "account", request_body = PasswordProof,
    responses((status = 200, body = RecoveryCodes), Refusals))]
pub async fn renew_recovery_codes(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<PasswordProof>,
) -> Result<Response> {
    expect_password(&app, &caller, &input.password).await?;
    let mut tx = app.db.begin().await?;
    if factors::seed(&mut tx, caller.account_id, true).await?.is_none() {
        return Err(no_factor());
    }
    let codes = totp::renew_recovery_codes(&mut tx, caller.account_id).await?;
    queue::enqueue_account_mail(&mut tx, AccountNews::RecoveryCodesRenewed { account_id: caller.account_id }).await?;
    tx.commit().await?;
    Ok(private(&RecoveryCodes { codes }))
}

/// Removes the authenticator and the recovery codes. Tokens that may do what staff may end with it.
#[utoipa::path(post, path = "/api/account/totp/removal", tag = "account", request_body = PasswordProof,
    responses((status = 204, description = "Removed"), Refusals))]
pub async fn remove_totp(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<PasswordProof>,
) -> Result<StatusCode> {
    expect_password(&app, &caller, &input.password).await?;
    let account_id = caller.account_id;
    let mut tx = app.db.begin().await?;
    if !factors::remove(&mut tx, account_id).await? {
        return Err(no_factor());
    }
    if caller.role.is_staff() {
        tokens::revoke_all(&mut tx, account_id).await?;
    }
    queue::enqueue_account_mail(&mut tx, AccountNews::SecondFactorRemoved { account_id }).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn no_factor() -> Error {
    Error::conflict("no_second_factor", "There is no authenticator.")
}
