//! The profile, the password and the address of mail.

use axum::{extract::State, http::StatusCode, response::Response};

use super::auth::{expect_email, expect_name};
use crate::{
    access::session::Caller,
    accounts::{
        limits,
        model::{Account, ChangeEmail, ChangePassword, ChangeProfile},
        queries::{devices, people, sessions, tokens},
        sign_in::{Browser, expect_password},
    },
    app::App,
    email::canonical,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, Query},
    passwords::{self, Client},
    queue::{self, AccountNews, Side},
    response::private,
    store::{self, NoParameters},
};

/// Who is signed in.
#[utoipa::path(get, path = "/api/account", tag = "account", responses((status = 200, body = Account), Guarded))]
pub async fn get_account(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    let account = people::account(&mut *app.db.acquire().await?, caller.account_id).await?;
    Ok(private(&account.ok_or(Error::SignInRequired)?))
}

/// Changes the profile.
#[utoipa::path(patch, path = "/api/account", tag = "account", request_body = ChangeProfile,
    responses((status = 200, body = Account), Refusals))]
pub async fn change_profile(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<ChangeProfile>,
) -> Result<Response> {
    let name = expect_name(&input.name)?;
    let mut db = app.db.acquire().await?;
    people::rename(&mut db, caller.account_id, &name).await?;
    let account = people::account(&mut db, caller.account_id).await?;
    Ok(private(&account.ok_or(Error::SignInRequired)?))
}

/// Sets a new password, ends every other session and revokes every token.
#[utoipa::path(post, path = "/api/account/password", tag = "account", request_body = ChangePassword,
    responses((status = 204, description = "Changed"), Refusals))]
pub async fn change_password(
    State(app): State<App>,
    caller: Caller,
    browser: Browser,
    _: Query<NoParameters>,
    Json(input): Json<ChangePassword>,
) -> Result<StatusCode> {
    let store = store::settings(&mut *app.db.acquire().await?).await?;
    passwords::expect_good("password", &input.password, &caller.email, &store.name)?;
    expect_password(&app, &caller, &input.current_password).await?;
    let hash = app.passwords.turn(Client::Account(caller.account_id)).await?.hash(&input.password).await?;
    let mut tx = app.db.begin().await?;
    people::set_password(&mut tx, caller.account_id, &hash).await?;
    sessions::end_others(&mut tx, caller.account_id, Some(caller.proof_id)).await?;
    devices::forget_others(&mut tx, caller.account_id, browser.device).await?;
    tokens::revoke_all(&mut tx, caller.account_id).await?;
    queue::enqueue_account_mail(&mut tx, AccountNews::PasswordChanged { account_id: caller.account_id }).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for another address of mail: a link is sent to both, and both have to be opened.
#[utoipa::path(post, path = "/api/account/email", tag = "account", request_body = ChangeEmail,
    responses((status = 202, description = "Two mails are on their way"), Refusals))]
pub async fn change_email(
    State(app): State<App>,
    caller: Caller,
    browser: Browser,
    _: Query<NoParameters>,
    Json(input): Json<ChangeEmail>,
) -> Result<StatusCode> {
    let email = expect_email("email", &input.email)?;
    if canonical(&email) == canonical(&caller.email) {
        return Err(Error::field("email", "is the address that the account has"));
    }
    expect_password(&app, &caller, &input.password).await?;
    limits::count_mail(&app, browser.source(), &email).await?;
    let mut tx = app.db.begin().await?;
    let id = people::ask_email_change(&mut tx, caller.account_id, &email).await?;
    for side in [Side::Old, Side::New] {
        queue::enqueue_account_mail(&mut tx, AccountNews::EmailChange { id, side }).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// Gives a change of address up.
#[utoipa::path(delete, path = "/api/account/email", tag = "account", responses((status = 204, description = "Given up"), Refusals))]
pub async fn drop_email_change(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<StatusCode> {
    people::drop_email_change(&mut *app.db.acquire().await?, caller.account_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
