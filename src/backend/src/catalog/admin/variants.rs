//! Variants over HTTP, for the staff. Each change answers the product as it is afterwards.

use axum::{extract::State, response::Response};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    change::{answer, finish, lock, made, told},
    input::{ChangeVariant, NewVariant},
    model::{EditableProduct, EditableVariant, VariantFields, VariantPrice},
    rules::{self, Refused},
    variant_queries,
};
use crate::{
    access::actor::Actor,
    app::App,
    audit_log::Subject,
    error::{Error, Refusals, Result},
    extract::{Json, PathId, Query},
    store::NoParameters,
};

/// The most variants that a product may have, as for an import.
const MAX_VARIANTS: usize = 2048;

/// Adds a variant to a product.
#[utoipa::path(post, path = "/api/admin/products/{id}/variants", tag = "admin", request_body = NewVariant,
    params(("id" = Uuid, Path, description = "The product")), responses((status = 201, body = EditableProduct), Refusals))]
pub async fn add_variant(
    State(app): State<App>,
    actor: Actor,
    PathId(product_id): PathId,
    _: Query<NoParameters>,
    Json(input): Json<NewVariant>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let product = lock(&mut tx, product_id).await?;
    if product.variants.len() >= MAX_VARIANTS {
        return Err(Error::conflict("too_many_variants", format!("A product has at most {MAX_VARIANTS} variants.")));
    }
    let (fields, prices) = input.split();
    let mut refused = Refused::none();
    rules::prices("", &prices, &mut refused);
    let fields = checked(&product, fields, &mut refused);
    refused.expect_none()?;
    let new = [(fields, prices)];
    let ids = variant_queries::insert(&mut tx, product_id, &new).await?;
    let id = ids.first().copied().unwrap_or_default();
    let after = told(&Made { product_id, fields: &new[0].0, prices: &new[0].1 })?;
    let what = ("variant.created", Subject("variant", id.to_string()));
    let product = finish(&mut tx, &actor, product_id, what, (None, after)).await?;
    tx.commit().await?;
    Ok(made(&product))
}

/// What the audit log tells of a new variant.
#[derive(serde::Serialize)]
struct Made<'a> {
    product_id: Uuid,
    #[serde(flatten)]
    fields: &'a VariantFields,
    prices: &'a [VariantPrice],
}

/// Changes a variant.
#[utoipa::path(patch, path = "/api/admin/variants/{id}", tag = "admin", request_body = ChangeVariant,
    params(("id" = Uuid, Path, description = "The variant")), responses((status = 200, body = EditableProduct), Refusals))]
pub async fn change_variant(
    State(app): State<App>,
    actor: Actor,
    PathId(id): PathId,
    _: Query<NoParameters>,
    Json(input): Json<ChangeVariant>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let (product, before) = lock_variant(&mut tx, id).await?;
    let mut refused = Refused::none();
    let fields = checked(&product, input.apply(&before.fields), &mut refused);
    refused.expect_none()?;
    variant_queries::write(&mut tx, id, &fields).await?;
    let what = ("variant.changed", Subject("variant", id.to_string()));
    let product = finish(&mut tx, &actor, product.id, what, (told(&before.fields)?, told(&fields)?)).await?;
    tx.commit().await?;
    Ok(answer(&product))
}

fn checked(product: &EditableProduct, fields: VariantFields, refused: &mut Refused) -> VariantFields {
    if fields.picture_id.is_some_and(|id| !product.pictures.iter().any(|picture| picture.id == id)) {
        refused.add("picture_id", "is no picture of this product");
    }
    rules::variant("", fields, &product.fields.options, refused)
}

/// Locks the product of a variant, and reads both.
///
/// # Errors
/// 404 when there is no such variant.
pub async fn lock_variant(connection: &mut PgConnection, id: Uuid) -> Result<(EditableProduct, EditableVariant)> {
    let product_id = variant_queries::product_of(connection, id).await?.ok_or(Error::NotFound("variant"))?;
    let product = lock(connection, product_id).await?;
    let variant = product.variants.iter().find(|variant| variant.id == id).cloned();
    Ok((product, variant.ok_or(Error::NotFound("variant"))?))
}
