//! The address book.

use axum::{extract::State, http::StatusCode, response::Response};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    access::session::Caller,
    accounts::{
        model::{AddressBook, SaveAddress, SavedAddress},
        queries::addresses,
    },
    app::App,
    error::{Error, Guarded, Refusals, Result},
    extract::{Json, PathId, Query},
    response::{created, private},
    store::NoParameters,
};

/// Of one account.
const MOST: i64 = 50;

/// The address book.
#[utoipa::path(get, path = "/api/account/addresses", tag = "account", responses((status = 200, body = AddressBook), Guarded))]
pub async fn list_addresses(State(app): State<App>, caller: Caller, _: Query<NoParameters>) -> Result<Response> {
    let items = addresses::list(&mut *app.db.acquire().await?, caller.account_id).await?;
    Ok(private(&AddressBook { items }))
}

/// Adds an address.
#[utoipa::path(post, path = "/api/account/addresses", tag = "account", request_body = SaveAddress,
    responses((status = 201, body = SavedAddress), Refusals))]
pub async fn add_address(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoParameters>,
    Json(input): Json<SaveAddress>,
) -> Result<Response> {
    let mut input = checked(input)?;
    let mut tx = app.db.begin().await?;
    let before = addresses::lock(&mut tx, caller.account_id).await?;
    if before >= MOST {
        return Err(Error::conflict("address_book_full", format!("The book holds {MOST} addresses: remove one.")));
    }
    input.default_shipping |= before == 0;
    input.default_billing |= before == 0;
    let id = addresses::save(&mut tx, caller.account_id, None, &input).await?;
    let saved = read(&mut tx, caller.account_id, id).await?;
    tx.commit().await?;
    Ok(created(&saved))
}

/// Changes an address.
#[utoipa::path(put, path = "/api/account/addresses/{id}", tag = "account", params(("id" = Uuid, Path, description = "The address's id")),
    request_body = SaveAddress, responses((status = 200, body = SavedAddress), Refusals))]
pub async fn change_address(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    _: Query<NoParameters>,
    Json(input): Json<SaveAddress>,
) -> Result<Response> {
    let input = checked(input)?;
    let mut tx = app.db.begin().await?;
    addresses::lock(&mut tx, caller.account_id).await?;
    let id = addresses::save(&mut tx, caller.account_id, Some(id), &input).await?;
    let saved = read(&mut tx, caller.account_id, id).await?;
    tx.commit().await?;
    Ok(private(&saved))
}

/// Removes an address.
#[utoipa::path(delete, path = "/api/account/addresses/{id}", tag = "account", params(("id" = Uuid, Path, description = "The address's id")),
    responses((status = 204, description = "Removed"), Refusals))]
pub async fn remove_address(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    _: Query<NoParameters>,
) -> Result<StatusCode> {
    if !addresses::remove(&mut *app.db.acquire().await?, caller.account_id, id).await? {
        return Err(Error::NotFound("address"));
    }
    Ok(StatusCode::NO_CONTENT)
}

fn checked(input: SaveAddress) -> Result<SaveAddress> {
    let address = input.address.checked("address").map_err(Error::Invalid)?;
    Ok(SaveAddress { address, ..input })
}

async fn read(connection: &mut PgConnection, account_id: Uuid, id: Option<Uuid>) -> Result<SavedAddress> {
    let saved = addresses::list(connection, account_id).await?;
    saved.into_iter().find(|saved| Some(saved.id) == id).ok_or(Error::NotFound("address"))
}
