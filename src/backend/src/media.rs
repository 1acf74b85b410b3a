//! How visitors get pictures: content-addressed, so an answer never changes.

use std::time::Duration;

use axum::{
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use object_store::path::Path as ObjectPath;
use tower_http::timeout::TimeoutBody;

use crate::{
    app::App,
    error::{Error, Result},
    extract::PathParam,
};

/// How long the next part of a picture may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest name in a picture's path; a digest in hexadecimal has 64 characters.
const LONGEST_NAME: usize = 100;

/// Sends a picture. Only the two formats that renditions have are ever sent, whatever else lies in the store.
pub async fn get_media(State(app): State<App>, PathParam(path): PathParam) -> Result<Response> {
    let (path, kind) = rendition(&path).ok_or(Error::NotFound("picture"))?;
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
    let content = TimeoutBody::new(BODY_TIMEOUT, Body::from_stream(found.into_stream()));
    Ok((StatusCode::OK, headers, Body::new(content)).into_response())
}

/// Where a rendition is and what it is, if the path can be one: `<digest>/<width>.<format>`. What cannot be is never asked of the
/// store, whose answers to odd names differ.
fn rendition(path: &str) -> Option<(ObjectPath, &'static str)> {
    let (folder, file) = path.split_once('/')?;
    let (width, format) = file.split_once('.')?;
    let kind = match format {
        "avif" => "image/avif",
        "webp" => "image/webp",
        _ => return None,
    };
    let is_name = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain)
    };
    (is_name(folder) && is_name(width)).then(|| ObjectPath::parse(path).ok()).flatten().map(|path| (path, kind))
}

#[cfg(test)]
mod tests {
    use super::rendition;

    #[test]
    fn only_what_can_be_a_rendition_is_looked_for() {
        let digest = "0123456789abcdef".repeat(4);
        for (path, kind) in [("abc/400.webp", "image/webp"), (&*format!("{digest}/1280.avif"), "image/avif")] {
            let (found, is) = rendition(path).unwrap();
            assert_eq!((found.as_ref(), is), (path, kind));
        }
        let long = "a".repeat(300);
        for path in [
            "",
            "abc",
            "400.webp",
            "originals/abc",
            "abc/page.html",
            "abc/400.webp/400.webp",
            "abc/.webp",
            "abc/4.00.webp",
            "/400.webp",
            "../400.webp",
            "abc/4 0.webp",
            "ab\u{e9}/400.webp",
            &long,
            &format!("{long}/400.webp"),
            &format!("abc/{long}.webp"),
        ] {
            assert!(rendition(path).is_none(), "{path}");
        }
    }
}
