//! Pictures over HTTP, for the staff: by their address, or by their bytes. Sizes are made by a job.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request, State},
    http::header,
    response::Response,
};
use bytes::Bytes;
use imagesize::ImageType;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    change::{answer, finish, lock, made, told},
    model::{EditablePicture, EditableProduct},
    picture_queries,
    rules::{self, Refused},
};
use crate::{
    access::actor::Actor,
    app::App,
    audit_log::Subject,
    catalog::text,
    error::{Error, Refusals, Result},
    extract::{Json, PathId, Query},
    patch::given,
    queue,
    store::NoParameters,
};

/// Where pictures are sent: the one address that takes more than JSON.
pub const UPLOAD_PATH: &str = "/api/admin/products/{id}/pictures";
/// The largest picture, as for those that are fetched.
pub const MAX_BYTES: usize = 20 << 20;
/// The most pictures that a product may have, as for an import.
const MAX_PICTURES: usize = 250;

/// A picture that is somewhere on the Internet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPicture {
    /// Its address, which is fetched by a job.
    #[schema(format = Uri, max_length = 2000, example = "https://pictures.example/hoodie.jpg")]
    pub source: String,
    /// What is seen, for those who do not see it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub alt: String,
    /// Its place, from 1; the last when left out.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub position: Option<i32>,
}

/// What is said of a picture whose bytes are the body.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadAs {
    /// What is seen, for those who do not see it.
    #[param(max_length = 1000)]
    alt: Option<String>,
    /// Its place, from 1; the last when left out.
    #[param(minimum = 1)]
    position: Option<i32>,
}

/// A file of the type that the request says.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct PictureBytes(#[allow(dead_code, reason = "it is read as it comes")] Bytes);

/// What of a picture is changed; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePicture {
    /// What is seen, for those who do not see it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, max_length = 1000)]
    pub alt: Option<String>,
    /// Its place, from 1.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i32, minimum = 1)]
    pub position: Option<i32>,
}

/// What the audit log tells of a picture.
#[derive(Serialize)]
struct Told<'a> {
    product_id: Uuid,
    source: &'a str,
    alt: &'a str,
    position: i32,
}

/// Adds a picture: JSON with its address, or its bytes with their type, and `alt` and `position` as parameters.
#[utoipa::path(post, path = UPLOAD_PATH, tag = "admin", params(("id" = Uuid, Path, description = "The product"), UploadAs),
    request_body(content((AddPicture = "application/json"), (PictureBytes = "image/png"), (PictureBytes = "image/jpeg"),
                         (PictureBytes = "image/webp"), (PictureBytes = "image/gif"))),
    responses((status = 201, body = EditableProduct), Refusals))]
pub async fn add_picture(
    State(app): State<App>,
    actor: Actor,
    PathId(product_id): PathId,
    Query(parameters): Query<UploadAs>,
    request: Request,
) -> Result<Response> {
    let picture = read(&app, request, parameters).await?;
    let mut tx = app.db.begin().await?;
    let product = lock(&mut tx, product_id).await?;
    if product.pictures.len() >= MAX_PICTURES {
        return Err(Error::conflict("too_many_pictures", format!("A product has at most {MAX_PICTURES} pictures.")));
    }
    let id = picture_queries::insert(&mut tx, product_id, &picture.alt, &picture.source).await?;
    if let Some(position) = picture.position {
        picture_queries::place(&mut tx, product_id, id, position).await?;
    }
    queue::enqueue_pictures(&mut tx, &[id]).await?;
    let last = i32::try_from(product.pictures.len()).unwrap_or(i32::MAX) + 1;
    let position = picture.position.map_or(last, |position| position.min(last));
    let after = told(&Told { product_id, source: &picture.source, alt: &picture.alt, position })?;
    let what = ("picture.added", Subject("picture", id.to_string()));
    let product = finish(&mut tx, &actor, product_id, what, (None, after)).await?;
    tx.commit().await?;
    Ok(made(&product))
}

/// The picture that a request brings, by its address or in its body; bytes are put into the media store.
async fn read(app: &App, request: Request, parameters: UploadAs) -> Result<AddPicture> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = match kind.split(';').next().unwrap_or_default().trim() {
        "image/png" => ImageType::Png,
        "image/jpeg" => ImageType::Jpeg,
        "image/webp" => ImageType::Webp,
        "image/gif" => ImageType::Gif,
        _ => {
            for (name, is_given) in [("alt", parameters.alt.is_some()), ("position", parameters.position.is_some())] {
                if is_given {
                    return Err(Error::field(name, "stands in the body where the picture is given by its address"));
                }
            }
            let Json(picture) = Json::<AddPicture>::from_request(request, app).await?;
            return checked(picture);
        }
    };
    let UploadAs { alt, position } = parameters;
    let described = checked_words(AddPicture { source: String::new(), alt: alt.unwrap_or_default(), position })?;
    // What cannot be read to its end was cut off by the limit.
    let bytes = to_bytes(request.into_body(), MAX_BYTES).await.map_err(|_| Error::TooLarge)?;
    Ok(AddPicture { source: store(app, kind, bytes).await?, ..described })
}

/// Puts an original into the media store, under the digest of its content.
async fn store(app: &App, kind: ImageType, bytes: Bytes) -> Result<String> {
    if imagesize::image_type(&bytes).ok() != Some(kind) {
        return Err(Error::field("body", "is no picture of the type that the request says"));
    }
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    app.media.put(&format!("originals/{digest}"), bytes).await?;
    Ok(format!("sha256:{digest}"))
}

fn checked(picture: AddPicture) -> Result<AddPicture> {
    let source = text::picture_source(picture.source.trim()).ok().filter(|source| text::is_address(source));
    let Some(source) = source else {
        return Err(Error::field("source", "must be an http or https address of at most 2000 bytes"));
    };
    checked_words(AddPicture { source, ..picture })
}

fn checked_words(picture: AddPicture) -> Result<AddPicture> {
    let mut refused = Refused::none();
    let alt = rules::alt(&picture.alt, &mut refused);
    expect_place(picture.position, &mut refused);
    refused.expect_none()?;
    Ok(AddPicture { alt, ..picture })
}

fn expect_place(position: Option<i32>, refused: &mut Refused) {
    if position.is_some_and(|position| position < 1) {
        refused.add("position", "must be at least 1");
    }
}

/// Changes what is said of a picture, or its place.
#[utoipa::path(patch, path = "/api/admin/pictures/{id}", tag = "admin", request_body = ChangePicture,
    params(("id" = Uuid, Path, description = "The picture")), responses((status = 200, body = EditableProduct), Refusals))]
pub async fn change_picture(
    State(app): State<App>,
    actor: Actor,
    PathId(id): PathId,
    _: Query<NoParameters>,
    Json(input): Json<ChangePicture>,
) -> Result<Response> {
    let mut refused = Refused::none();
    let alt = input.alt.map(|alt| rules::alt(&alt, &mut refused));
    expect_place(input.position, &mut refused);
    refused.expect_none()?;
    let mut tx = app.db.begin().await?;
    let (product, before) = lock_picture(&mut tx, id).await?;
    let alt = alt.unwrap_or_else(|| before.alt.clone());
    picture_queries::set_alt(&mut tx, id, &alt).await?;
    let last = i32::try_from(product.pictures.len()).unwrap_or(i32::MAX);
    let position = input.position.unwrap_or(before.position).min(last);
    picture_queries::place(&mut tx, product.id, id, position).await?;
    let (product_id, source) = (product.id, before.source.as_str());
    let old = told(&Told { product_id, source, alt: &before.alt, position: before.position })?;
    let new = told(&Told { product_id, source, alt: &alt, position })?;
    let what = ("picture.changed", Subject("picture", id.to_string()));
    let product = finish(&mut tx, &actor, product_id, what, (old, new)).await?;
    tx.commit().await?;
    Ok(answer(&product))
}

/// Takes a picture away; variants that it showed are shown by the product's first.
#[utoipa::path(delete, path = "/api/admin/pictures/{id}", tag = "admin", params(("id" = Uuid, Path, description = "The picture")),
    responses((status = 200, body = EditableProduct), Refusals))]
pub async fn remove_picture(
    State(app): State<App>,
    actor: Actor,
    PathId(id): PathId,
    _: Query<NoParameters>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let (product, before) = lock_picture(&mut tx, id).await?;
    picture_queries::delete(&mut tx, id).await?;
    let (product_id, EditablePicture { source, alt, position, .. }) = (product.id, &before);
    let old = told(&Told { product_id, source, alt, position: *position })?;
    let what = ("picture.removed", Subject("picture", id.to_string()));
    let product = finish(&mut tx, &actor, product_id, what, (old, None)).await?;
    tx.commit().await?;
    Ok(answer(&product))
}

async fn lock_picture(connection: &mut PgConnection, id: Uuid) -> Result<(EditableProduct, EditablePicture)> {
    let product_id = picture_queries::product_of(connection, id).await?.ok_or(Error::NotFound("picture"))?;
    let product = lock(connection, product_id).await?;
    let picture = product.pictures.iter().find(|picture| picture.id == id).cloned();
    Ok((product, picture.ok_or(Error::NotFound("picture"))?))
}
