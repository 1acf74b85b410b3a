//! The front door: what every request passes before anything is asked of anybody.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Uri, uri::PathAndQuery},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use ipnet::IpNet;
use metrics::counter;

use super::{failure, paths};
use crate::{error::Error, extract::client_network};

/// The longest path and query, in bytes. Next.js takes no head of more than 16 KiB (Node.js, `--max-http-header-size`).
const LONGEST_ADDRESS: usize = 8 << 10;
/// The largest header fields together, with 32 bytes for each (RFC 9113, section 6.5.2); HTTP/1.1 is limited by the server.
const LARGEST_FIELDS: usize = 16 << 10;

/// Why an address cannot be used, noted where addresses are read and answered where headers and logs are made.
#[derive(Clone, Copy)]
enum Unusable {
    /// It names nothing.
    Path,
    /// Path and query are too long.
    TooLong,
}

/// Gives a request the one spelling of its path, or notes that it has none; before routes are found.
pub fn spell(mut request: Request) -> Request {
    let spelled = match paths::canonical(request.uri().path()) {
        _ if address_bytes(request.uri()) > LONGEST_ADDRESS => Err(Unusable::TooLong),
        None => Err(Unusable::Path),
        Some(path) => spell_uri(request.uri(), &path),
    };
    match spelled {
        Ok(Some(uri)) => *request.uri_mut() = uri,
        Ok(None) => {}
        Err(unusable) => {
            request.extensions_mut().insert(unusable);
        }
    }
    request
}

/// The address with its path in the one spelling; none if it is spelled so already.
fn spell_uri(uri: &Uri, path: &str) -> Result<Option<Uri>, Unusable> {
    if uri.path() == path {
        return Ok(None);
    }
    let address = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(address).map_err(|_| Unusable::Path)?);
    Uri::from_parts(parts).map(Some).map_err(|_| Unusable::Path)
}

fn address_bytes(uri: &Uri) -> usize {
    uri.path().len() + uri.query().map_or(0, str::len)
}

/// Answers what cannot be used.
pub async fn refuse(request: Request, next: Next) -> Response {
    let unusable = request.extensions().get::<Unusable>().copied();
    match unusable {
        Some(Unusable::TooLong) => Error::UriTooLong.into_response(),
        Some(Unusable::Path) if is_page(request.uri().path()) => failure::not_found(),
        Some(Unusable::Path) => Error::NotFound("resource").into_response(),
        None if bytes(request.headers()) > LARGEST_FIELDS => Error::HeadTooLarge.into_response(),
        None => next.run(request).await,
    }
}

/// Whether people look at what is at this address; programs read the rest.
pub fn is_page(path: &str) -> bool {
    !["/api", "/media", "/_next"]
        .iter()
        .any(|files| path.strip_prefix(files).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
}

/// Counts the requests that are answered at this moment, in total and of each client; cheap to clone.
#[derive(Clone)]
pub struct Admission {
    total: usize,
    per_client: usize,
    proxies: Arc<[IpNet]>,
    present: Arc<Mutex<Presence>>,
}

#[derive(Default)]
struct Presence {
    total: usize,
    clients: HashMap<IpAddr, usize>,
}

/// A request that was admitted, until its answer was sent or given up.
struct Admitted {
    admission: Admission,
    client: IpAddr,
}

impl Admission {
    /// Admits so many at once, in total and of one client; `proxies` say for whom they ask.
    pub fn new(total: usize, per_client: usize, proxies: &[IpNet]) -> Self {
        Self { total, per_client, proxies: proxies.into(), present: Arc::default() }
    }

    /// Counts one more of `client`, or says which limit is reached.
    fn enter(&self, client: IpAddr) -> Result<Admitted, &'static str> {
        let mut present = self.lock();
        if present.total >= self.total {
            return Err("requests");
        }
        let of_client = present.clients.entry(client).or_default();
        if *of_client >= self.per_client {
            return Err("client");
        }
        *of_client += 1;
        present.total += 1;
        Ok(Admitted { admission: self.clone(), client })
    }

    fn lock(&self) -> MutexGuard<'_, Presence> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut present = self.admission.lock();
        present.total = present.total.saturating_sub(1);
        if let Some(of_client) = present.clients.get_mut(&self.client) {
            *of_client = of_client.saturating_sub(1);
            if *of_client == 0 {
                present.clients.remove(&self.client);
            }
        }
    }
}

/// Who asks: the network of the visitor's address, for limits.
#[derive(Clone, Copy)]
pub struct Client(pub IpAddr);

/// Answers a request unless too many are answered already, in total or of its client: then it is refused at once.
pub async fn admit(State(admission): State<Admission>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    // Only tests ask without a connection.
    let client = client_network(&parts, &admission.proxies).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let admitted = match admission.enter(client) {
        Ok(admitted) => admitted,
        Err(reason) => {
            counter!("http_refusals_total", "reason" => reason).increment(1);
            return overloaded(parts.uri.path());
        }
    };
    parts.extensions.insert(Client(client));
    let response = next.run(Request::from_parts(parts, body)).await;
    response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            // It is there until the last byte is on its way.
            let _present = &admitted;
            frame
        }))
    })
}

/// More than can be done now: 503 with `Retry-After`, as a page or as a problem.
pub fn overloaded(path: &str) -> Response {
    if is_page(path) { failure::unavailable() } else { Error::Overloaded.into_response() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_does_not_take_all() {
        let admission = Admission::new(3, 2, &[]);
        let [one, other] = [1, 2].map(|last| IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)));
        let first = admission.enter(one).ok();
        let _second = admission.enter(one).ok();
        assert_eq!(admission.enter(one).err(), Some("client"));
        let _third = admission.enter(other).ok();
        assert_eq!(admission.enter(other).err(), Some("requests"));
        drop(first);
        assert!(admission.enter(other).is_ok());
        assert!(admission.enter(one).is_ok(), "one that was dropped is still counted");
    }

    #[test]
    fn pages_are_told_from_what_programs_read() {
        for page in ["/", "/products", "/apiary", "/mediation", "*", ""] {
            assert!(is_page(page), "{page}");
        }
        for other in ["/api", "/api/", "/api/%", "/media/x", "/_next", "/_next/static/a.js"] {
            assert!(!is_page(other), "{other}");
        }
    }

    #[test]
    fn an_address_keeps_its_origin_and_query() {
        let spelled = |uri: &str| {
            let request = Request::get(uri).body(Body::empty()).unwrap();
            spell(request).uri().to_string()
        };
        assert_eq!(spelled("/%70roducts?q=%61"), "/products?q=%61");
        assert_eq!(spelled("http://shop.example/%70roducts"), "http://shop.example/products");
        assert_eq!(spelled("/products"), "/products");
    }
}
