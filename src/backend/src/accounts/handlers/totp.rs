//! The second factor.

use axum::{extract::State, response::Response};

use crate::{
    accounts::{model::*, session::Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathParam, Query},
    store::NoParameters,
};

/// Begins to set up an authenticator; it counts when a code of it was confirmed.
#[utoipa::path(post, path = "/api/account/totp", tag = "account", request_body = PasswordProof,
    responses((status = 200, body = TotpEnrolment), Refusals))]
pub async fn enrol_totp(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<PasswordProof>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
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
    Err(Error::Internal("soon".into()))
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
    Err(Error::Internal("soon".into()))
}

/// Removes the authenticator and the recovery codes.
#[utoipa::path(post, path = "/api/account/totp/removal", tag = "account", request_body = PasswordProof,
    responses((status = 204, description = "Removed"), Refusals))]
pub async fn remove_totp(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<PasswordProof>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}
