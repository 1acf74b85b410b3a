//! A forgotten password, and a changed address of mail: what the links of mails do.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::auth::expect_email;
use crate::{
    accounts::{
        limits::{self, Attempt},
        model::{ConfirmEmail, EmailChangeState, EmailConfirmation, ForgotPassword, ResetPassword},
        queries::{devices, people, sessions, tokens},
        sign_in::{Browser, link_invalid},
    },
    app::App,
    capability::Capability,
    device,
    error::{Refusals, Result},
    extract::{Json, Query},
    passwords::{self, Client},
    queue::{self, AccountNews},
    response::private,
    store::{self, NoParameters},
};

/// Asks for a link that sets a new password. The answer is the same whether there is such an account or not.
#[utoipa::path(post, path = "/api/auth/password/forgot", tag = "auth", request_body = ForgotPassword,
    responses((status = 202, description = "A mail is on its way if there is such an account"), Refusals))]
pub async fn forgot_password(
    State(app): State<App>,
    browser: Browser,
    _: Query<NoParameters>,
    Json(input): Json<ForgotPassword>,
) -> Result<StatusCode> {
    let email = expect_email("email", &input.email)?;
    if !limits::count_reset(&app, browser.source(), &email).await? {
        return Ok(StatusCode::ACCEPTED);
    }
    let mut tx = app.db.begin().await?;
    let id = people::ask_reset(&mut tx, &email).await?;
    queue::enqueue_account_mail(&mut tx, AccountNews::PasswordReset { id }).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sets a new password by the link of the mail, once and within 30 minutes, ends every session and revokes every token. The account
/// knows this device from here on and no other, so that its owner can sign in whatever strangers try meanwhile.
#[utoipa::path(post, path = "/api/auth/password/reset", tag = "auth", request_body = ResetPassword,
    responses((status = 204, description = "The password is set: sign in"), Refusals))]
pub async fn reset_password(
    State(app): State<App>,
    browser: Browser,
    _: Query<NoParameters>,
    Json(input): Json<ResetPassword>,
) -> Result<Response> {
    let id = app.secrets.opened(Capability::PasswordReset, &input.token).ok_or_else(link_invalid)?;
    let mut db = app.db.acquire().await?;
    let asked_by = people::reset_email(&mut db, id).await?.ok_or_else(link_invalid)?;
    let store = store::settings(&mut db).await?;
    drop(db);
    passwords::expect_good("password", &input.password, &asked_by, &store.name)?;
    let hash = app.passwords.turn(Client::Account(id)).await?.hash(&input.password).await?;
    let mut tx = app.db.begin().await?;
    let (account_id, email) = people::take_reset(&mut tx, id).await?.ok_or_else(link_invalid)?;
    people::set_password(&mut tx, account_id, &hash).await?;
    sessions::end_others(&mut tx, account_id, None).await?;
    tokens::revoke_all(&mut tx, account_id).await?;
    let device_id = browser.device.unwrap_or_else(Uuid::now_v7);
    devices::forget_others(&mut tx, account_id, None).await?;
    devices::remember(&mut tx, account_id, device_id).await?;
    queue::enqueue_account_mail(&mut tx, AccountNews::PasswordChanged { account_id }).await?;
    tx.commit().await?;
    // What was guessed at the password of before counts no more, also for a browser that keeps no cookies.
    limits::clear(&app, &[Attempt::SignIn(&email), Attempt::SignInFromNetwork(&email, browser.address)]).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    device::grant(&app, response.headers_mut(), device_id);
    Ok(response)
}

/// Confirms a new address of mail by the link of the mail to the old or to the new one.
#[utoipa::path(post, path = "/api/auth/email/confirm", tag = "auth", request_body = ConfirmEmail,
    responses((status = 200, body = EmailConfirmation), Refusals))]
pub async fn confirm_email(
    State(app): State<App>,
    _: Query<NoParameters>,
    Json(input): Json<ConfirmEmail>,
) -> Result<Response> {
    let opened = |capability| app.secrets.opened(capability, &input.token);
    let (id, by_new) = match (opened(Capability::OldEmail), opened(Capability::NewEmail)) {
        (Some(id), _) => (id, false),
        (None, Some(id)) => (id, true),
        (None, None) => return Err(link_invalid()),
    };
    let mut tx = app.db.begin().await?;
    let change = people::confirm_email_change(&mut tx, id, by_new).await?.ok_or_else(link_invalid)?;
    let state = if change.is_confirmed {
        people::drop_email_change(&mut tx, change.account_id).await?;
        if !people::set_email(&mut tx, change.account_id, &change.after).await? {
            return Err(link_invalid());
        }
        people::adopt_orders(&mut tx, change.account_id).await?;
        let news = AccountNews::EmailChanged { account_id: change.account_id, before: change.before };
        queue::enqueue_account_mail(&mut tx, news).await?;
        EmailChangeState::Changed
    } else {
        EmailChangeState::WaitingForTheOther
    };
    tx.commit().await?;
    Ok(private(&EmailConfirmation { state }))
}
