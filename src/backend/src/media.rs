//! Where pictures are kept, and how visitors get them: content-addressed, so an answer never changes.

use std::sync::Arc;

use anyhow::{Context, ensure};
use axum::{
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path as ObjectPath};
use url::Url;

use crate::{
    app::App,
    error::{Error, Result},
    extract::PathParam,
};

/// The store of pictures; cheap to clone.
#[derive(Clone, Debug)]
pub struct MediaStore(Arc<dyn ObjectStore>);

impl MediaStore {
    /// Opens the store at a `file:` address, making the folder if it is missing.
    ///
    /// # Errors
    /// When the address has another scheme or the folder cannot be made.
    pub fn open(url: &Url) -> anyhow::Result<Self> {
        ensure!(
            url.scheme() == "file",
            "MEDIA_URL must be a file: address, such as file:///var/lib/devopsify/media, not {url}"
        );
        let folder = url
            .to_file_path()
            .map_err(|()| anyhow::anyhow!("MEDIA_URL must name a folder of this machine, not {url}"))?;
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("the media folder {} cannot be made", folder.display()))?;
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(folder)?)))
    }

    /// Writes a file unless it is there already; its path names its content.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn put(&self, path: &str, content: impl Into<PutPayload>) -> object_store::Result<()> {
        let path = ObjectPath::parse(path)?;
        match self.0.head(&path).await {
            Ok(_) => Ok(()),
            Err(object_store::Error::NotFound { .. }) => self.0.put(&path, content.into()).await.map(drop),
            Err(error) => Err(error),
        }
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub async fn read(&self, path: &str) -> object_store::Result<bytes::Bytes> {
        self.0.get(&ObjectPath::parse(path)?).await?.bytes().await
    }
}

/// Sends a picture. Only the two formats that renditions have are ever sent, whatever else lies in the store.
pub async fn get_media(State(app): State<App>, PathParam(path): PathParam) -> Result<Response> {
    let kind = match path.rsplit_once('.') {
        Some((_, "avif")) => "image/avif",
        Some((_, "webp")) => "image/webp",
        _ => return Err(Error::NotFound("picture")),
    };
    let path = ObjectPath::parse(&path).map_err(|_| Error::NotFound("picture"))?;
    let found = match app.media.0.get(&path).await {
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
