//! What is known of somebody: a copy of it, and its end.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    access::session::{self, Caller},
    accounts::{
        model::{Export, PasswordProof},
        queries::{people, privacy},
        sign_in::expect_password,
    },
    app::App,
    cart,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, Query},
    policy::Role,
    queue::{self, AccountNews},
    response::private,
    store::NoParameters,
};

/// The copy that was asked for last, and how far it is.
#[utoipa::path(get, path = "/api/account/export", tag = "account", responses((status = 200, body = Export), Guarded))]
pub async fn get_export(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    let export = privacy::export(&mut *app.db.acquire().await?, caller.account_id).await?;
    Ok(private(&export.ok_or(Error::NotFound("export"))?))
}

/// Asks for a copy of everything that is known of one.
#[utoipa::path(post, path = "/api/account/export", tag = "account", request_body = PasswordProof,
    responses((status = 202, body = Export), Refusals))]
pub async fn request_export(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<PasswordProof>,
) -> Result<Response> {
    expect_password(&app, &caller, &input.password).await?;
    let mut tx = app.db.begin().await?;
    people::lock(&mut tx, caller.account_id).await?.ok_or(Error::SignInRequired)?;
    people::adopt_orders(&mut tx, caller.account_id).await?;
    // While one is being made, asking again asks for that one.
    if let Some(export_id) = privacy::ask_export(&mut tx, caller.account_id).await? {
        queue::enqueue_export(&mut tx, export_id).await?;
    }
    let export = privacy::export(&mut tx, caller.account_id).await?.ok_or(Error::NotFound("export"))?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, private(&export)).into_response())
}

/// The copy itself, as JSON to keep.
#[utoipa::path(get, path = "/api/account/export/file", tag = "account", responses((status = 200, body = Object), Guarded))]
pub async fn get_export_file(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    let body = privacy::export_body(&mut *app.db.acquire().await?, caller.account_id).await?;
    let about = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"my-data.json\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((about, body.ok_or(Error::NotFound("export"))?).into_response())
}

/// Erases the account. What book-keeping law wants kept of orders stays, without the person.
#[utoipa::path(post, path = "/api/account/erasure", tag = "account", request_body = PasswordProof,
    responses((status = 204, description = "Erased"), Refusals))]
pub async fn erase_account(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<PasswordProof>,
) -> Result<Response> {
    expect_password(&app, &caller, &input.password).await?;
    let mut tx = app.db.begin().await?;
    if caller.role == Role::Administrator && privacy::is_last_administrator(&mut tx, caller.account_id).await? {
        return Err(Error::conflict("last_administrator", "Make somebody else an administrator first."));
    }
    if !privacy::lock(&mut tx, caller.account_id).await? {
        return Err(Error::SignInRequired);
    }
    privacy::adopt_settled(&mut tx, caller.account_id).await?;
    if privacy::open_orders(&mut tx, caller.account_id).await? > 0 {
        return Err(Error::conflict(
            "orders_open",
            "An order is still to be paid, to be shipped or to be refunded: erase the account when that is done, or cancel the order first.",
        ));
    }
    privacy::anonymise_orders(&mut tx, caller.account_id).await?;
    queue::enqueue_account_mail(&mut tx, AccountNews::Erased { before: caller.email }).await?;
    privacy::delete(&mut tx, caller.account_id).await?;
    tx.commit().await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    session::revoke(&app, response.headers_mut());
    cart::access::revoke(&app, response.headers_mut());
    Ok(response)
}
