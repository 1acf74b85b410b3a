//! Tokens for programs.

use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    access::session::{self, Caller, Proof, digest},
    accounts::{
        model::{ApiTokenList, CreateApiToken, CreatedApiToken},
        queries::{people, tokens},
        sign_in::expect_password,
    },
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathId, Query},
    policy::{Role, Scope},
    queue::{self, AccountNews},
    response::{created, private},
    store::NoParameters,
};

const LONGEST_NAME: usize = 100;
const LONGEST_DAYS: u16 = 366;
/// Of one account.
const MOST: usize = 50;

/// The tokens of who is signed in.
#[utoipa::path(get, path = "/api/account/tokens", tag = "account", responses((status = 200, body = ApiTokenList), Guarded))]
pub async fn list_tokens(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    let items = tokens::list(&mut *app.db.acquire().await?, caller.account_id).await?;
    Ok(private(&ApiTokenList { items }))
}

/// Makes a token; it is shown this once.
#[utoipa::path(post, path = "/api/account/tokens", tag = "account", request_body = CreateApiToken,
    responses((status = 201, body = CreatedApiToken), Refusals))]
pub async fn create_token(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<CreateApiToken>,
) -> Result<Response> {
    let name = input.name.trim();
    expect_details(name, &input)?;
    expect_permitted(&caller, &input.scopes)?;
    expect_password(&app, &caller, &input.password).await?;
    let mut tx = app.db.begin().await?;
    people::lock(&mut tx, caller.account_id).await?.ok_or(Error::SignInRequired)?;
    if tokens::list(&mut tx, caller.account_id).await?.len() >= MOST {
        return Err(Error::conflict(
            "too_many_tokens",
            format!("An account has {MOST} tokens at the most: revoke one."),
        ));
    }
    let token = format!("{}{}", session::PROGRAM_PREFIX, session::secret()?);
    let scopes: Vec<String> = input.scopes.iter().map(|scope| scope.name()).collect();
    let id = tokens::create(&mut tx, caller.account_id, name, &digest(&token), &scopes, input.expires_in_days).await?;
    let details = tokens::list(&mut tx, caller.account_id).await?.into_iter().find(|token| token.id == id);
    let details = details.ok_or_else(|| Error::Internal("a token that was just made is gone".into()))?;
    queue::enqueue_account_mail(&mut tx, AccountNews::TokenCreated { account_id: caller.account_id }).await?;
    tx.commit().await?;
    Ok(created(&CreatedApiToken { token, details }))
}

/// Revokes a token.
#[utoipa::path(delete, path = "/api/account/tokens/{id}", tag = "account", params(("id" = uuid::Uuid, Path, description = "The token's id")),
    responses((status = 204, description = "Revoked"), Refusals))]
pub async fn revoke_token(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    _: Query<NoParameters>,
) -> Result<StatusCode> {
    if !tokens::revoke(&mut *app.db.acquire().await?, caller.account_id, id).await? {
        return Err(Error::NotFound("token"));
    }
    Ok(StatusCode::NO_CONTENT)
}

fn expect_details(name: &str, input: &CreateApiToken) -> Result<()> {
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
        return Err(Error::field("name", format!("must be 1 to {LONGEST_NAME} characters, in one line")));
    }
    if input.scopes.is_empty() {
        return Err(Error::field("scopes", "must name one at least"));
    }
    if !(1..=LONGEST_DAYS).contains(&input.expires_in_days) {
        return Err(Error::field("expires_in_days", format!("must be between 1 and {LONGEST_DAYS}")));
    }
    Ok(())
}

/// Nobody gives what they do not have: a token for what staff may is made by who has shown a second factor.
fn expect_permitted(caller: &Caller, scopes: &[Scope]) -> Result<()> {
    if let Some(scope) = scopes.iter().find(|scope| !caller.role.permits(**scope)) {
        return Err(Error::field("scopes", format!("your role does not allow {}", scope.name())));
    }
    let is_for_staff = scopes.iter().any(|scope| !Role::Customer.permits(*scope));
    if is_for_staff && caller.proof != Proof::SecondFactor {
        return Err(Error::forbidden(
            "second_factor_required",
            "A token for what staff may is made by who has set up a second factor: do that first.",
        ));
    }
    Ok(())
}
