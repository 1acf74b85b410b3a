//! The pictures of the products: read from beside the file and put into the media store. Nothing is encoded here.

use std::{
    collections::{BTreeSet, HashMap},
    io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use bytes::Bytes;
use imagesize::{Compression, ImageType};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{catalog::text, files::FileStore};

/// The largest picture file, in bytes.
const MAX_FILE: u64 = 32 * 1024 * 1024;
const MAX_SIZES: usize = 32;

/// A picture that can be used.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its address or the digest of its content.
    pub source: String,
    /// Its rendered sizes; none if a job is to make them.
    pub renditions: Vec<Rendition>,
}

/// A rendered size of a picture.
#[derive(Debug, Clone, Serialize)]
pub struct Rendition {
    #[serde(rename = "type")]
    kind: &'static str,
    width: i32,
    height: i32,
    path: String,
}

/// Why a picture cannot be used.
#[derive(Debug)]
pub enum Trouble {
    /// The file is missing or no picture: the product does without.
    Missing(String),
    /// The path leads out of the file's folder.
    Outside,
    /// The media store cannot be written.
    Store(anyhow::Error),
}

/// Where pictures come from and go to.
pub struct Pictures<'a> {
    root: PathBuf,
    media: &'a FileStore,
    writes: bool,
    folders: HashMap<PathBuf, BTreeSet<String>>,
}

impl<'a> Pictures<'a> {
    /// Pictures below the folder of `file`; they are only looked at unless `writes`.
    ///
    /// # Errors
    /// When the folder cannot be found.
    pub async fn beside(file: &Path, media: &'a FileStore, writes: bool) -> anyhow::Result<Self> {
        let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let root = tokio::fs::canonicalize(folder)
            .await
            .with_context(|| format!("the folder {} cannot be found", folder.display()))?;
        Ok(Self { root, media, writes, folders: HashMap::new() })
    }

    /// Finds a picture by its address or path.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn find(&mut self, source: &str) -> Result<Found, Trouble> {
        if text::is_address(source) {
            return Ok(Found { source: source.to_owned(), renditions: Vec::new() });
        }
        let path = self.root.join(source);
        let content = self.read(&path).await?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match text::rendered_size(name) {
            Some((stem, ..)) => self.rendered(&path, stem).await,
            None => self.original(source, content).await,
        }
    }

    async fn original(&self, source: &str, content: Bytes) -> Result<Found, Trouble> {
        if imagesize::image_type(&content).is_err() {
            return Err(Trouble::Missing(format!("{source} is no picture")));
        }
        let digest = hex(&Sha256::digest(&content));
        self.put(&format!("originals/{digest}"), content).await?;
        Ok(Found { source: format!("sha256:{digest}"), renditions: Vec::new() })
    }

    /// All sizes of the picture: `cap-640w.webp` and `cap-1280w.avif` are of one set.
    async fn rendered(&mut self, path: &Path, stem: &str) -> Result<Found, Trouble> {
        let folder = path.parent().unwrap_or(&self.root).to_owned();
        let mut sizes: Vec<(&str, &str, i32, i32, Bytes)> = Vec::new();
        let mut hash = Sha256::new();
        for name in self.siblings(&folder, stem).await? {
            let content = self.read(&folder.join(&name)).await?;
            let (kind, extension, width, height) = measure(&content).ok_or_else(|| {
                Trouble::Missing(format!("{name} is no AVIF or WebP picture, whatever its name says"))
            })?;
            if sizes.iter().any(|(other, _, of, ..)| *other == kind && *of == width) {
                continue;
            }
            hash.update(format!("{kind} {width} {height} {}\n", content.len()));
            hash.update(&content);
            sizes.push((kind, extension, width, height, content));
        }
        let digest = hex(&hash.finalize());
        let mut renditions = Vec::new();
        for (kind, extension, width, height, content) in sizes {
            let path = format!("{}/{width}.{extension}", &digest[..32]);
            self.put(&path, content).await?;
            renditions.push(Rendition { kind, width, height, path });
        }
        Ok(Found { source: format!("sha256:{digest}"), renditions })
    }

    async fn siblings(&mut self, folder: &Path, stem: &str) -> Result<Vec<String>, Trouble> {
        if !self.folders.contains_key(folder) {
            let names = names(folder).await.map_err(|error| Trouble::Missing(told(folder, &error)))?;
            self.folders.insert(folder.to_owned(), names);
        }
        let prefix = format!("{stem}-");
        let known = self.folders.get(folder).into_iter().flat_map(|names| names.range(prefix.clone()..));
        let same = known.take_while(|name| name.starts_with(&prefix));
        Ok(same
            .filter(|name| text::rendered_size(name).is_some_and(|(of, ..)| of == stem))
            .take(MAX_SIZES)
            .cloned()
            .collect())
    }

    /// Reads a file that is below the root even after all symbolic links were followed.
    async fn read(&self, path: &Path) -> Result<Bytes, Trouble> {
        let missing = |error: io::Error| Trouble::Missing(told(path.strip_prefix(&self.root).unwrap_or(path), &error));
        let real = tokio::fs::canonicalize(path).await.map_err(missing)?;
        if !real.starts_with(&self.root) {
            return Err(Trouble::Outside);
        }
        let found = tokio::fs::metadata(&real).await.map_err(missing)?;
        // Opening a pipe would wait for a writer that never comes.
        if !found.is_file() {
            return Err(missing(io::Error::other("it is no file")));
        }
        if found.len() > MAX_FILE {
            return Err(missing(io::Error::other("it is larger than 32 MiB")));
        }
        tokio::fs::read(&real).await.map(Bytes::from).map_err(missing)
    }

    async fn put(&self, path: &str, content: Bytes) -> Result<(), Trouble> {
        if !self.writes {
            return Ok(());
        }
        let written = self
            .media
            .put(path, content)
            .await
            .context("a picture cannot be written to the media store; nothing was written");
        written.map_err(Trouble::Store)
    }
}

async fn names(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut entries = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        names.extend(entry.file_name().into_string().ok().filter(|name| text::rendered_size(name).is_some()));
    }
    Ok(names)
}

fn told(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file {}", path.display()),
        _ => format!("{} cannot be read: {error}", path.display()),
    }
}

fn measure(content: &[u8]) -> Option<(&'static str, &'static str, i32, i32)> {
    let (kind, extension) = match imagesize::image_type(content).ok()? {
        ImageType::Heif(Compression::Av1) => ("image/avif", "avif"),
        ImageType::Webp => ("image/webp", "webp"),
        _ => return None,
    };
    let size = imagesize::blob_size(content).ok()?;
    let (width, height) = (i32::try_from(size.width).ok()?, i32::try_from(size.height).ok()?);
    (width > 0 && height > 0).then_some((kind, extension, width, height))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
