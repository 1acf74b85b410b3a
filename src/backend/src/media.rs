//! How visitors get pictures: content-addressed, so an answer never changes.

use axum::{
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use object_store::path::Path as ObjectPath;

use crate::{
    app::App,
    error::{Error, Result},
    extract::PathParam,
};

/// Sends a picture. Only the two formats that renditions have are ever sent, whatever else lies in the store.
pub async fn get_media(State(app): State<App>, PathParam(path): PathParam) -> Result<Response> {
    let kind = match path.rsplit_once('.') {
        Some((_, "avif")) => "image/avif",
        Some((_, "webp")) => "image/webp",
        _ => return Err(Error::NotFound("picture")),
    };
    let path = ObjectPath::parse(&path).map_err(|_| Error::NotFound("picture"))?;
    let found = match app.media.get(&path).await {
        Ok(found) => found,
        Err(object_store::Error::NotFound { .. }) => return Err(Error::NotFound("picture")),
        Err(error) => return Err(error.into()),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, found.meta.size.to_string()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
    ];
    Ok((StatusCode::OK, headers, Body::from_stream(found.into_stream())).into_response())
}
