//! Registration and sign-in.

use axum::{extract::State, response::Response};

use crate::{
    accounts::{model::*, session::Caller},
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathParam, Query},
    store::NoParameters,
};

/// Asks for an account. The answer is the same whether the address has one or not: a mail says what comes next.
#[utoipa::path(post, path = "/api/auth/register", tag = "auth", request_body = Register,
    responses((status = 202, description = "A mail is on its way"), Refusals))]
pub async fn register(State(app): State<App>, _: Query<NoParameters>, Json(input): Json<Register>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Makes a registration an account, by the link of the mail and the password that was chosen, and signs in.
#[utoipa::path(post, path = "/api/auth/verify", tag = "auth", request_body = VerifyRegistration,
    responses((status = 200, body = SignedIn), Refusals))]
pub async fn verify(
    State(app): State<App>,
    _: Query<NoParameters>,
    Json(input): Json<VerifyRegistration>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Signs in. The guest's cart joins the account's.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = SignIn,
    responses((status = 200, body = SignedIn), Refusals))]
pub async fn login(State(app): State<App>, _: Query<NoParameters>, Json(input): Json<SignIn>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// The second step of signing in, where there is a second factor.
#[utoipa::path(post, path = "/api/auth/login/totp", tag = "auth", request_body = SecondFactorCode,
    responses((status = 200, body = SignedIn), Refusals))]
pub async fn login_totp(
    State(app): State<App>,
    _: Query<NoParameters>,
    Json(input): Json<SecondFactorCode>,
) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}

/// Signs out; also who is not signed in.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth",
    responses((status = 204, description = "Signed out"), Refusals))]
pub async fn logout(State(app): State<App>, _: Query<NoParameters>) -> Result<Response> {
    Err(Error::Internal("soon".into()))
}
