//! The profile, the password and the address of mail.

use axum::{extract::State, response::Response};

use crate::{
    accounts::{model::*, session::Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathParam, Query},
    store::NoParameters,
};

/// Who is signed in.
#[utoipa::path(get, path = "/api/account", tag = "account",
    responses((status = 200, body = Account), Guarded))]
pub async fn get_account(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
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
    Err(Error::Internal("soon".into()))
}

/// Sets a new password and ends every other session.
#[utoipa::path(post, path = "/api/account/password", tag = "account", request_body = ChangePassword,
    responses((status = 204, description = "Changed"), Refusals))]
pub async fn change_password(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<ChangePassword>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Asks for another address of mail: a link is sent to both, and both have to be opened.
#[utoipa::path(post, path = "/api/account/email", tag = "account", request_body = ChangeEmail,
    responses((status = 202, description = "Two mails are on their way"), Refusals))]
pub async fn change_email(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<ChangeEmail>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Gives a change of address up.
#[utoipa::path(delete, path = "/api/account/email", tag = "account",
    responses((status = 204, description = "Given up"), Refusals))]
pub async fn drop_email_change(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}
