//! Products over HTTP, for the staff.

use axum::{extract::State, http::HeaderMap, response::Response};
use chrono::Utc;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    change::{answer, expect_match, finish, lock, made, told},
    input::{ChangeProduct, ChangedValues, CreateProduct, NewVariant},
    model::{EditableProduct, FindProducts, FoundProducts, ProductFields, VariantFields, VariantPrice},
    queries,
    rules::{self, Refused},
    variant_queries,
};
use crate::{
    access::actor::Actor,
    app::App,
    audit_log::Subject,
    catalog::model::ProductOption,
    error::{Error, Guarded, Problem, Refusals, Result},
    extract::{Json, PathId, Query},
    pagination,
    response::private,
    store::NoParameters,
};

/// Variants that may come with a product at once.
const MAX_FIRST_VARIANTS: usize = 250;

/// Finds products, those that are not for sale too, the newest first.
#[utoipa::path(get, path = "/api/admin/products", tag = "admin", params(FindProducts),
    responses((status = 200, body = FoundProducts), Guarded))]
pub async fn find_products(State(app): State<App>, Query(input): Query<FindProducts>) -> Result<Response> {
    let limit = pagination::limit(input.limit)?;
    if input.q.as_ref().is_some_and(|q| q.chars().count() > 100) {
        return Err(Error::field("q", "must have at most 100 characters"));
    }
    let list = ("products", input.status, input.q.as_deref());
    let before = input.cursor.as_deref().map(|cursor| pagination::decode::<Uuid>(&list, cursor)).transpose()?;
    let found = queries::find(&mut *app.db.acquire().await?, &input, before, limit + 1).await?;
    let (items, next_cursor) = pagination::page(found, limit, &list, |product| product.id)?;
    Ok(private(&FoundProducts { items, next_cursor }))
}

/// A product with all that may be changed of it. Its `ETag` is its version, for `If-Match`.
#[utoipa::path(get, path = "/api/admin/products/{id}", tag = "admin", params(("id" = Uuid, Path, description = "The product")),
    responses((status = 200, body = EditableProduct), Guarded))]
pub async fn inspect_product(State(app): State<App>, PathId(id): PathId, _: Query<NoParameters>) -> Result<Response> {
    let product = queries::read(&mut *app.db.acquire().await?, id).await?.ok_or(Error::NotFound("product"))?;
    Ok(answer(&product))
}

/// Makes a product, with its first variants. Their stock comes by stock movements, and pictures one by one.
#[utoipa::path(post, path = "/api/admin/products", tag = "admin", request_body = CreateProduct,
    responses((status = 201, body = EditableProduct), Refusals))]
pub async fn create_product(
    State(app): State<App>,
    actor: Actor,
    _: Query<NoParameters>,
    Json(input): Json<CreateProduct>,
) -> Result<Response> {
    let is_named = input.slug.is_some();
    let (fields, variants) = input.split();
    let mut refused = Refused::none();
    if is_named && fields.slug.trim().is_empty() {
        refused.add("slug", "must not be empty: leave it out to have one made of the title");
    }
    let mut fields = rules::product(fields, Utc::now(), &mut refused);
    let variants = first_variants(variants, &fields.options, &mut refused);
    refused.expect_none()?;
    let mut tx = app.db.begin().await?;
    expect_categories(&mut tx, &fields).await?;
    if !is_named {
        fields.slug = queries::free_slug(&mut tx, &fields.slug).await?;
    }
    let id = queries::insert(&mut tx, &fields).await?;
    queries::write(&mut tx, id, &fields).await?;
    variant_queries::insert(&mut tx, id, &variants).await?;
    let after = told(&Made { fields: &fields, variants: &variants })?;
    let what = ("product.created", Subject("product", id.to_string()));
    let product = finish(&mut tx, &actor, id, what, (None, after)).await?;
    tx.commit().await?;
    Ok(made(&product))
}

/// What the audit log tells of a new product.
#[derive(serde::Serialize)]
struct Made<'a> {
    #[serde(flatten)]
    fields: &'a ProductFields,
    variants: &'a [(VariantFields, Vec<VariantPrice>)],
}

fn first_variants(
    variants: Vec<NewVariant>,
    options: &[ProductOption],
    refused: &mut Refused,
) -> Vec<(VariantFields, Vec<VariantPrice>)> {
    if variants.len() > MAX_FIRST_VARIANTS {
        refused.add("variants", format!("must be at most {MAX_FIRST_VARIANTS}: add the others one by one"));
    }
    let mut checked = Vec::with_capacity(variants.len());
    for (place, variant) in variants.into_iter().enumerate() {
        let path = format!("variants[{place}].");
        let (fields, prices) = variant.split();
        if fields.picture_id.is_some() {
            refused.add(format!("{path}picture_id"), "must be left out: the product has no pictures yet");
        }
        rules::prices(&path, &prices, refused);
        checked.push((rules::variant(&path, fields, options, refused), prices));
    }
    checked
}

/// Changes a product. With `If-Match` only the version that was read.
#[utoipa::path(patch, path = "/api/admin/products/{id}", tag = "admin", request_body = ChangeProduct,
    params(("id" = Uuid, Path, description = "The product"),
           ("If-Match" = Option<String>, Header, description = "The `ETag` of what was read")),
    responses((status = 200, body = EditableProduct),
              (status = 412, body = Problem, content_type = "application/problem+json", description = "It was changed since it was read"), Refusals))]
pub async fn change_product(
    State(app): State<App>,
    actor: Actor,
    PathId(id): PathId,
    headers: HeaderMap,
    _: Query<NoParameters>,
    Json(input): Json<ChangeProduct>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let before = lock(&mut tx, id).await?;
    expect_match(&headers, &before)?;
    let (fields, values) = input.apply(&before.fields);
    let mut refused = Refused::none();
    if fields.slug.trim().is_empty() {
        refused.add("slug", "must not be empty");
    }
    let fields = rules::product(fields, Utc::now(), &mut refused);
    let values = changed_values(&before, values, &fields.options, &mut refused);
    refused.expect_none()?;
    expect_categories(&mut tx, &fields).await?;
    queries::write(&mut tx, id, &fields).await?;
    variant_queries::set_values(&mut tx, &values).await?;
    let (old, new) = (values_before(&before, &values), values);
    let (old, new) = (
        told(&Changed { fields: &before.fields, option_values: &old })?,
        told(&Changed { fields: &fields, option_values: &new })?,
    );
    let what = ("product.changed", Subject("product", id.to_string()));
    let product = finish(&mut tx, &actor, id, what, (old, new)).await?;
    tx.commit().await?;
    Ok(answer(&product))
}

/// What the audit log tells of a change.
#[derive(serde::Serialize)]
struct Changed<'a> {
    #[serde(flatten)]
    fields: &'a ProductFields,
    option_values: &'a [(Uuid, Vec<String>)],
}

fn changed_values(
    product: &EditableProduct,
    values: Vec<ChangedValues>,
    options: &[ProductOption],
    refused: &mut Refused,
) -> Vec<(Uuid, Vec<String>)> {
    let mut checked = Vec::with_capacity(values.len());
    for (place, changed) in values.into_iter().enumerate() {
        let path = format!("variants[{place}].");
        if !product.variants.iter().any(|variant| variant.id == changed.id) {
            refused.add(format!("{path}id"), "is no variant of this product");
        }
        if checked.iter().any(|(id, _)| *id == changed.id) {
            refused.add(format!("{path}id"), "is named twice");
        }
        checked.push((changed.id, rules::option_values(&path, &changed.option_values, options, refused)));
    }
    checked
}

fn values_before(product: &EditableProduct, changed: &[(Uuid, Vec<String>)]) -> Vec<(Uuid, Vec<String>)> {
    let before = |id: Uuid| product.variants.iter().find(|variant| variant.id == id);
    changed.iter().filter_map(|(id, _)| before(*id)).map(|old| (old.id, old.fields.option_values.clone())).collect()
}

async fn expect_categories(connection: &mut PgConnection, fields: &ProductFields) -> Result<()> {
    let missing = queries::missing_categories(connection, &fields.categories).await?;
    let mut refused = Refused::none();
    for (place, id) in fields.categories.iter().enumerate() {
        if missing.contains(id) {
            refused.add(format!("categories[{place}]"), "is no category of this store");
        }
    }
    refused.expect_none()
}
