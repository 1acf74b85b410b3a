//! A forgotten password, and a changed address.

use axum::{extract::State, response::Response};

use crate::{
    accounts::{model::*, session::Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathParam, Query},
    store::NoParameters,
};

/// Asks for a link that sets a new password. The answer is the same whether there is such an account or not.
#[utoipa::path(post, path = "/api/auth/password/forgot", tag = "auth", request_body = ForgotPassword,
    responses((status = 202, description = "A mail is on its way if there is such an account"), Refusals))]
pub async fn forgot_password(
    State(app): State<App>,
    _: Query<NoParameters>,
    Json(input): Json<ForgotPassword>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Sets a new password by the link of the mail, once and within 30 minutes, and ends every session.
#[utoipa::path(post, path = "/api/auth/password/reset", tag = "auth", request_body = ResetPassword,
    responses((status = 204, description = "The password is set: sign in"), Refusals))]
pub async fn reset_password(
    State(app): State<App>,
    _: Query<NoParameters>,
    Json(input): Json<ResetPassword>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Confirms a new address of mail by the link of the mail to the old or to the new one.
#[utoipa::path(post, path = "/api/auth/email/confirm", tag = "auth", request_body = ConfirmEmail,
    responses((status = 200, body = EmailConfirmation), Refusals))]
pub async fn confirm_email(
    State(app): State<App>,
    _: Query<NoParameters>,
    Json(input): Json<ConfirmEmail>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}
