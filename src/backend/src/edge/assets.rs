//! Next.js's immutable files, from memory: fetched once, compressed once, bounded by bytes.
//!
//! A page and its files may be of two releases, while one replaces the other and as long as the page stays open. What the
//! storefront that was asked does not have is in the store of every release's files; their names carry a digest.

use std::{io::Write, sync::Arc};

use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use metrics::{counter, gauge};
use moka::future::Cache;
use object_store::path::Path as ObjectPath;

use super::{door::Client, failure, gate::Gate, proxy::Storefront};
use crate::{error::Error, files::FileStore};

/// Its name in metrics.
const CACHE: &str = "assets";
const CAPACITY: u64 = 64 << 20;
const LARGEST: usize = 8 << 20;

/// The files that were asked for so far; cheap to clone.
#[derive(Clone)]
pub struct Assets {
    storefront: Storefront,
    releases: Option<FileStore>,
    gate: Gate,
    cache: Cache<String, Arc<Asset>>,
}

struct Asset {
    kind: HeaderValue,
    plain: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

/// Why a file is not there.
#[derive(Clone, Copy)]
enum Missing {
    Unknown,
    Storefront,
}

impl Assets {
    /// Nothing in memory yet.
    pub fn new(storefront: Storefront, releases: Option<FileStore>, gate: Gate) -> Self {
        let weigh = |path: &String, asset: &Arc<Asset>| u32::try_from(path.len() + asset.bytes()).unwrap_or(u32::MAX);
        Self { storefront, releases, gate, cache: Cache::builder().max_capacity(CAPACITY).weigher(weigh).build() }
    }

    /// The file, from memory if it is there. Concurrent requests for one that is not fetch it once.
    async fn get(&self, path: &str, client: Client) -> Result<Arc<Asset>, Missing> {
        let fetched = self.cache.entry_by_ref(path).or_try_insert_with(self.fetch(path, client)).await;
        let found = fetched.map_err(|missing| *missing);
        let is_hit = found.as_ref().is_ok_and(|entry| !entry.is_fresh());
        counter!("cache_requests_total", "cache" => CACHE, "outcome" => if is_hit { "hit" } else { "miss" })
            .increment(1);
        if found.as_ref().is_ok_and(|entry| entry.is_fresh()) {
            self.cache.run_pending_tasks().await;
            gauge!("cache_entries", "cache" => CACHE).set(self.cache.entry_count() as f64);
            gauge!("cache_bytes", "cache" => CACHE).set(self.cache.weighted_size() as f64);
        }
        found.map(moka::Entry::into_value)
    }

    /// The file as the storefront has it, or else as a release had it.
    async fn fetch(&self, path: &str, Client(client): Client) -> Result<Arc<Asset>, Missing> {
        let _pass = self.gate.enter(client).await.map_err(|_| Missing::Storefront)?;
        let (kind, plain) = match (self.rendered(path).await, &self.releases) {
            (Err(missing), Some(releases)) => released(releases, path).await.ok_or(missing)?,
            (found, _) => found?,
        };
        tokio::task::spawn_blocking(move || Arc::new(Asset::new(kind, plain))).await.map_err(|_| Missing::Storefront)
    }

    async fn rendered(&self, path: &str) -> Result<(HeaderValue, Bytes), Missing> {
        let request = Request::get(path).body(Body::empty()).map_err(|_| Missing::Unknown)?;
        let response = self.storefront.send(request).await.map_err(|_| Missing::Storefront)?;
        match response.status() {
            StatusCode::OK => {}
            status if status.is_server_error() => return Err(Missing::Storefront),
            _ => return Err(Missing::Unknown),
        }
        let unknown = HeaderValue::from_static("application/octet-stream");
        let kind = response.headers().get(header::CONTENT_TYPE).cloned().unwrap_or(unknown);
        // A page is no file of the build, whatever answered with it: it must not become immutable.
        if kind.as_bytes().starts_with(b"text/html") {
            return Err(Missing::Unknown);
        }
        let body = Limited::new(response.into_body(), LARGEST).collect().await.map_err(|_| Missing::Storefront)?;
        Ok((kind, body.to_bytes()))
    }
}

/// A file of some release; none if none has it, or the store cannot be asked.
async fn released(releases: &FileStore, path: &str) -> Option<(HeaderValue, Bytes)> {
    let path = ObjectPath::parse(path.strip_prefix("/_next/")?).ok()?;
    let found = match releases.get(&path).await {
        Ok(found) if found.meta.size <= LARGEST as u64 => found,
        Ok(_) | Err(object_store::Error::NotFound { .. }) => return None,
        Err(error) => {
            tracing::warn!(%path, %error, "the files of other releases cannot be read");
            return None;
        }
    };
    let kind = HeaderValue::from_str(mime_guess::from_path(path.as_ref()).first_or_octet_stream().as_ref()).ok()?;
    Some((kind, found.bytes().await.ok()?))
}

impl Asset {
    fn new(kind: HeaderValue, plain: Bytes) -> Self {
        let text = ["text/", "application/javascript", "application/json", "image/svg", "application/manifest"];
        let compressible = text.iter().any(|prefix| kind.as_bytes().starts_with(prefix.as_bytes()));
        let smaller = |packed: Vec<u8>| (packed.len() < plain.len()).then(|| Bytes::from(packed));
        let (gzip, brotli) = if compressible {
            (gzip(&plain).and_then(smaller), brotli(&plain).and_then(smaller))
        } else {
            (None, None)
        };
        Self { kind, plain, gzip, brotli }
    }

    fn bytes(&self) -> usize {
        self.plain.len() + self.gzip.as_ref().map_or(0, Bytes::len) + self.brotli.as_ref().map_or(0, Bytes::len)
    }

    fn answer(&self, request: &HeaderMap) -> Response<Body> {
        let accepts = |encoding: &str| {
            let values = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
            values.flat_map(|value| value.split(',')).any(|item| {
                let mut parts = item.trim().split(';');
                parts.next() == Some(encoding) && !parts.any(|weight| matches!(weight.trim(), "q=0" | "q=0.0"))
            })
        };
        let (encoding, body) = match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepts("br") => (Some("br"), brotli),
            (_, Some(gzip)) if accepts("gzip") => (Some("gzip"), gzip),
            _ => (None, &self.plain),
        };
        let mut response = Body::from(body.clone()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.kind.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// Sends one of Next.js's files.
pub async fn get_asset(
    State(assets): State<Assets>,
    Extension(client): Extension<Client>,
    request: Request,
) -> Response<Body> {
    match assets.get(request.uri().path(), client).await {
        Ok(asset) => asset.answer(request.headers()),
        Err(Missing::Unknown) => Error::NotFound("file").into_response(),
        Err(Missing::Storefront) => failure::unavailable(),
    }
}

fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

fn brotli(plain: &[u8]) -> Option<Vec<u8>> {
    let mut packed = Vec::new();
    brotli::CompressorWriter::new(&mut packed, 4096, 9, 22).write_all(plain).ok()?;
    Some(packed)
}
