//! Passes pages on to Next.js, which only renders: streaming, with timeouts, and upgrades for its hot reload.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri, header, request::Parts},
    response::IntoResponse,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use metrics::{counter, histogram};
use tower_http::timeout::TimeoutBody;
use url::Url;

use super::{door, failure, gate::Gate, headers, headers::Nonce, router_state, routes, strain::Strain};
use crate::{
    database::Pool,
    error::Error,
    telemetry::{self, RequestId},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// The development server compiles a page when it is first asked for.
const HEAD_TIMEOUT_IN_DEVELOPMENT: Duration = Duration::from_secs(60);
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const HOT_RELOAD: &str = "/_next/webpack-hmr";

/// Marks an answer that may be compressed: it is the same for everybody, so its size betrays nothing (BREACH).
#[derive(Clone, Copy)]
pub struct Shared;

/// Next.js, as the edge talks to it; cheap to clone.
#[derive(Clone)]
pub struct Storefront {
    client: Client<HttpConnector, Body>,
    origin: Url,
    public: Url,
    /// Whether it is the development server.
    pub dev: bool,
}

/// What passing a page on takes.
#[derive(Clone)]
pub struct Pages {
    /// Next.js.
    pub storefront: Storefront,
    /// How many pages are rendered at once.
    pub gate: Gate,
    /// Asked only to tell a missing database from a fault of the page.
    pub db: Pool,
    /// Asked likewise: pages fail when the API refuses their reads under load.
    pub strain: Strain,
    /// Who is talked to where a payment is made.
    pub payment: Arc<headers::Origins>,
}

impl Storefront {
    /// Talks to Next.js at `origin` on behalf of `public`.
    pub fn new(origin: Url, public: Url, dev: bool) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(4)).build(connector);
        Self { client, origin, public, dev }
    }

    /// Sends a request on and waits for the answer's head.
    ///
    /// # Errors
    /// With the reason, when Next.js is not there or takes too long.
    pub async fn send(&self, mut request: Request) -> Result<Response<Body>, &'static str> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let uri = format!("{}{path}", self.origin.as_str().trim_end_matches('/'));
        *request.uri_mut() = uri.parse::<Uri>().map_err(|_| "address")?;
        *request.version_mut() = axum::http::Version::HTTP_11;
        request.headers_mut().remove(header::HOST);
        let patience = if self.dev { HEAD_TIMEOUT_IN_DEVELOPMENT } else { HEAD_TIMEOUT };
        match tokio::time::timeout(patience, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response.map(Body::new)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the storefront cannot be reached");
                Err("unreachable")
            }
            Err(_) => Err("timeout"),
        }
    }
}

/// Answers with the page that Next.js renders, or with a friendly one when it cannot.
pub async fn pass(
    State(pages): State<Pages>,
    Extension(door::Client(client)): Extension<door::Client>,
    request: Request,
) -> Response<Body> {
    let Pages { storefront, gate, db, strain, payment } = pages;
    if storefront.dev && request.headers().contains_key(header::UPGRADE) && request.uri().path() == HOT_RELOAD {
        return upgrade(&storefront, request).await;
    }
    if !storefront.dev && !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, "GET,HEAD")];
        return (allow, Error::MethodNotAllowed).into_response();
    }
    // Next.js keeps what is its own below names that begin so: its build's files, which are not asked for here, and its faults.
    if !storefront.dev && request.uri().path().starts_with("/_") {
        return Error::NotFound("file").into_response();
    }
    let (mut parts, body) = request.into_parts();
    let shared = routes::shared(parts.uri.path());
    let origins = if routes::takes_payment(parts.uri.path()) { &payment } else { &headers::Origins::default() };
    let policy = parts.extensions.get::<Nonce>().map(|nonce| headers::page_policy(nonce, storefront.dev, origins));
    prepare(&mut parts, shared, policy.as_deref(), &storefront);
    let body = if storefront.dev { body } else { Body::empty() };
    let Ok(rendering) = gate.enter(client).await else { return failure::unavailable() };
    let asked = Instant::now();
    let answer = storefront.send(Request::from_parts(parts, body)).await;
    drop(rendering);
    let route = shared.map_or(routes::OTHER, |page| page.path);
    histogram!("storefront_render_duration_seconds", "route" => route).record(asked.elapsed());
    let response = match answer {
        Ok(response) if response.status().is_server_error() => return failed(response.status(), &db, &strain).await,
        Ok(response) => response,
        Err(reason) => {
            counter!("storefront_failures_total", "reason" => reason).increment(1);
            return failure::unavailable();
        }
    };
    finish(response, shared.is_some(), policy.as_deref())
}

/// Makes of a visitor's request what the renderer may see. A shared page is rendered from its path and the parameters that
/// matter; nothing else of the request reaches it.
fn prepare(parts: &mut Parts, shared: Option<&routes::SharedPage>, policy: Option<&str>, storefront: &Storefront) {
    let visitor = std::mem::take(&mut parts.headers);
    let given = parts.uri.query().unwrap_or_default();
    let query = shared.map_or_else(|| routes::passable(given), |page| page.relevant(given));
    let path = parts.uri.path();
    let address = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    if let Ok(uri) = address.parse() {
        parts.uri = uri;
    }
    let mut headers = match shared {
        Some(_) => HeaderMap::new(),
        None if storefront.dev => all_but_proxies(visitor),
        None => passable(visitor, routes::navigates(parts.uri.path())),
    };
    let public = &storefront.public;
    if let Some(policy) = policy {
        headers::set(&mut headers, header::CONTENT_SECURITY_POLICY, policy);
    }
    if let Some(RequestId(id)) = parts.extensions.get() {
        headers::set(&mut headers, HeaderName::from_static("x-request-id"), &id.to_string());
    }
    // The renderer asks the API in the same trace.
    if let Some(traceparent) = telemetry::traceparent() {
        headers::set(&mut headers, telemetry::TRACEPARENT, &traceparent);
    }
    headers::set(&mut headers, HeaderName::from_static("x-forwarded-proto"), public.scheme());
    headers::set(&mut headers, HeaderName::from_static("x-forwarded-host"), public.authority());
    // Compression happens once, here.
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    parts.headers = headers;
}

/// Of a visitor's headers those that a page may depend on. Only pages that browsers navigate within get what Next.js's router
/// says, and only if Next.js can read it; else the browser gets the whole page.
fn passable(headers: HeaderMap, navigates: bool) -> HeaderMap {
    let is_readable = router_state::is_readable(&headers);
    let is_passed = |name: &HeaderName| match name.as_str() {
        "if-none-match" | "if-modified-since" => true,
        "cookie" | "accept" | "accept-language" | "user-agent" => navigates,
        "rsc" | router_state::NAME | "next-router-prefetch" | "next-router-segment-prefetch" | "next-url" => {
            navigates && is_readable
        }
        _ => false,
    };
    let mut passed = HeaderMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| is_passed(name)) {
        passed.append(name, value.clone());
    }
    passed
}

/// A visitor's headers without those that only proxies may set, and without what is of one hop (RFC 9110, section 7.6.1): what the
/// development server gets, which asks itself for more than pages.
fn all_but_proxies(mut headers: HeaderMap) -> HeaderMap {
    let refused: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            let name = name.as_str();
            name.starts_with("x-middleware-")
                || name.starts_with("x-forwarded-")
                || matches!(
                    name,
                    "forwarded"
                        | "x-request-id"
                        | "traceparent"
                        | "tracestate"
                        | "connection"
                        | "keep-alive"
                        | "te"
                        | "trailer"
                        | "transfer-encoding"
                        | "upgrade"
                        | "content-length"
                        | "expect"
                        | "proxy-authorization"
                        | "x-nonce"
                        | "content-security-policy"
                )
        })
        .cloned()
        .collect();
    for name in refused {
        headers.remove(name);
    }
    headers
}

fn finish(response: Response<Body>, shared: bool, policy: Option<&str>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    for name in ["connection", "keep-alive", "transfer-encoding", "x-powered-by", "content-security-policy"] {
        parts.headers.remove(name);
    }
    let is_page = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if let (true, Some(policy)) = (is_page, policy) {
        headers::set(&mut parts.headers, header::CONTENT_SECURITY_POLICY, policy);
        headers::set(&mut parts.headers, HeaderName::from_static("speculation-rules"), "\"/speculation-rules.json\"");
        // What the page asks the API for goes on with the page's trace.
        if let Some(traceparent) = telemetry::traceparent() {
            let timing = format!("traceparent;desc=\"{traceparent}\"");
            headers::set(&mut parts.headers, HeaderName::from_static("server-timing"), &timing);
        }
    }
    if shared {
        parts.headers.remove(header::SET_COOKIE);
        parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        parts.extensions.insert(Shared);
    }
    Response::from_parts(parts, Body::new(TimeoutBody::new(BODY_TIMEOUT, body)))
}

/// A page that failed because the API refused its reads, or the database is away, is told apart from one that is broken.
async fn failed(status: StatusCode, db: &Pool, strain: &Strain) -> Response<Body> {
    if strain.is_felt() {
        counter!("storefront_failures_total", "reason" => "overload").increment(1);
        return failure::unavailable();
    }
    let ask = async { sqlx::query("SELECT 1").execute(&mut *db.acquire().await?).await };
    let asked = tokio::time::timeout(Duration::from_secs(1), ask).await;
    if matches!(asked, Ok(Ok(_))) && status == StatusCode::INTERNAL_SERVER_ERROR {
        counter!("storefront_failures_total", "reason" => "render").increment(1);
        return failure::error();
    }
    counter!("storefront_failures_total", "reason" => "database").increment(1);
    failure::unavailable()
}

/// Joins a visitor's upgraded connection with one to the development server.
async fn upgrade(storefront: &Storefront, mut request: Request) -> Response<Body> {
    let visitor = hyper::upgrade::on(&mut request);
    let (parts, _) = request.into_parts();
    let mut response = match storefront.send(Request::from_parts(parts, Body::empty())).await {
        Ok(response) if response.status() == StatusCode::SWITCHING_PROTOCOLS => response,
        Ok(response) => return response,
        Err(_) => return failure::unavailable(),
    };
    let renderer = hyper::upgrade::on(&mut response);
    tokio::spawn(async move {
        if let (Ok(visitor), Ok(renderer)) = tokio::join!(visitor, renderer) {
            // Either side may hang up at any time; that is how it ends.
            let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(visitor), &mut TokioIo::new(renderer)).await;
        }
    });
    response
}
