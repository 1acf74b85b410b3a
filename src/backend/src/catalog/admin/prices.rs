//! Prices over HTTP, for the staff: one a variant and currency.

use axum::{
    extract::{Path, State},
    response::Response,
};
use uuid::Uuid;

use super::{
    change::{answer, finish, told},
    input::SetPrice,
    model::{EditableProduct, VariantPrice},
    rules::{self, Refused},
    variant_queries,
    variants::lock_variant,
};
use crate::{
    access::actor::Actor,
    app::App,
    audit_log::Subject,
    error::{Error, Refusals, Result},
    extract::{Json, Query},
    store::NoParameters,
};

/// Says what a variant costs in a currency.
#[utoipa::path(put, path = "/api/admin/variants/{id}/prices/{currency}", tag = "admin", request_body = SetPrice,
    params(("id" = Uuid, Path, description = "The variant"), ("currency" = String, Path, description = "ISO 4217")),
    responses((status = 200, body = EditableProduct), Refusals))]
pub async fn set_price(
    State(app): State<App>,
    actor: Actor,
    Path(place): Path<(String, String)>,
    _: Query<NoParameters>,
    Json(SetPrice { amount, compare_at, cost }): Json<SetPrice>,
) -> Result<Response> {
    let (id, currency) = read(place)?;
    let price = VariantPrice { currency, amount, compare_at, cost };
    let mut refused = Refused::none();
    rules::price("", &price, &mut refused);
    refused.expect_none()?;
    let mut tx = app.db.begin().await?;
    let (product, variant) = lock_variant(&mut tx, id).await?;
    let before = variant.prices.iter().find(|before| before.currency == price.currency);
    variant_queries::set_price(&mut tx, id, &price).await?;
    let before = before.map(told).transpose()?.flatten();
    let subject = Subject("price", format!("{id}/{}", price.currency));
    let product = finish(&mut tx, &actor, product.id, ("price.set", subject), (before, told(&price)?)).await?;
    tx.commit().await?;
    Ok(answer(&product))
}

/// Takes a price away: the variant is not sold in that currency any more.
#[utoipa::path(delete, path = "/api/admin/variants/{id}/prices/{currency}", tag = "admin",
    params(("id" = Uuid, Path, description = "The variant"), ("currency" = String, Path, description = "ISO 4217")),
    responses((status = 200, body = EditableProduct), Refusals))]
pub async fn remove_price(
    State(app): State<App>,
    actor: Actor,
    Path(place): Path<(String, String)>,
    _: Query<NoParameters>,
) -> Result<Response> {
    let (id, currency) = read(place)?;
    let mut tx = app.db.begin().await?;
    let (product, variant) = lock_variant(&mut tx, id).await?;
    let before = variant.prices.iter().find(|price| price.currency == currency).ok_or(Error::NotFound("price"))?;
    variant_queries::remove_price(&mut tx, id, &currency).await?;
    let subject = Subject("price", format!("{id}/{currency}"));
    let product = finish(&mut tx, &actor, product.id, ("price.removed", subject), (told(before)?, None)).await?;
    tx.commit().await?;
    Ok(answer(&product))
}

fn read((id, currency): (String, String)) -> Result<(Uuid, String)> {
    let id = id.parse().map_err(|_| Error::NotFound("variant"))?;
    if !rules::is_currency(&currency) {
        return Err(Error::field("currency", "must be three capital letters of ISO 4217, such as EUR"));
    }
    Ok((id, currency))
}
