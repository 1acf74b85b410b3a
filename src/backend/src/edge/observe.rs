//! What is told of each request: its id, its log line, its metrics.

use std::{sync::Arc, time::Instant};

use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame};
use metrics::{Histogram, SharedString, counter, gauge, histogram};
use tracing::{Instrument, Level, field::Empty};
use uuid::Uuid;

use super::routes;
use crate::telemetry::{self, Present, RequestId};

/// What a request can ask for in metrics: a client can invent methods, and a label must not grow with them.
pub const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", OTHER];
const OTHER: &str = "other";
/// Who asked left before there was an answer. Nobody is told this status; nginx made it customary.
const GIVEN_UP: u16 = 499;
/// What an answer's status is when something of ours failed.
const FAILURES: [&str; 4] = ["500", "502", "503", "504"];

/// Makes the failures of these requests, methods and routes, be told as 0 before the first one: a rate needs a beginning.
pub fn expect_requests(requests: impl IntoIterator<Item = (&'static str, String)>) {
    let pages = routes::templates().map(|page| ("GET", page.to_owned()));
    for (method, route) in requests.into_iter().chain(pages) {
        // What can be got can be asked for without its body.
        for method in [method].into_iter().chain((method == "GET").then_some("HEAD")) {
            for status in FAILURES {
                let labels = [("method", method.into()), ("route", route.clone().into()), ("status", status.into())];
                counter!("http_requests_total", &labels as &[(&str, SharedString)]).increment(0);
            }
        }
    }
}

/// Gives a request its id, its log line and its metrics.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7();
    let method = METHODS.iter().find(|known| **known == request.method().as_str()).copied().unwrap_or(OTHER);
    let route = route(&request);
    let mut asked = Asked::new(method, route.clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(RequestId(id));
    let in_flight = Present::new(gauge!("http_requests_in_flight"));
    let name = format!("{method} {route}");
    // Of the gravest level, because every line of it is to have the ids, also where the log is to have only warnings.
    let span = tracing::span!(Level::ERROR, "request", otel.name = name, otel.kind = "server", request_id = %id, trace_id = Empty);
    let parent = request.headers().get(telemetry::TRACEPARENT).and_then(|parent| parent.to_str().ok());
    telemetry::continue_trace(&span, parent);
    let mut response = async {
        let response = next.run(measured(request, &asked.route)).await;
        asked.status = response.status().as_u16();
        drop(asked);
        response
    }
    .instrument(span)
    .await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    let mut sent = Tally::new(histogram!("http_response_body_bytes", "route" => route), Some(in_flight));
    response.map(|body| Body::new(body.inspect_frame(move |frame| sent.add(frame))))
}

/// A request until it is answered or given up by who asked, which is when it is counted and told in the log.
struct Asked {
    method: &'static str,
    route: SharedString,
    path: String,
    at: Instant,
    status: u16,
}

impl Asked {
    fn new(method: &'static str, route: SharedString, path: String) -> Self {
        Self { method, route, path, at: Instant::now(), status: GIVEN_UP }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let Self { method, route, path, at, status } = self;
        let (took, method) = (at.elapsed(), *method);
        let outcome = if *status == GIVEN_UP { "given up by who asked" } else { "answered" };
        tracing::info!(path, status, duration_ms = took.as_secs_f64() * 1e3, "{outcome}");
        counter!("http_requests_total", "method" => method, "route" => route.clone(), "status" => status.to_string())
            .increment(1);
        histogram!("http_request_duration_seconds", "method" => method, "route" => route.clone()).record(took);
    }
}

/// The template of a request's path; of a page the one in the edge's table.
fn route(request: &Request) -> SharedString {
    match request.extensions().get::<MatchedPath>() {
        Some(path) => Arc::<str>::from(path.as_str()).into(),
        None => routes::shared(request.uri().path()).map_or(routes::OTHER, |page| page.path).into(),
    }
}

/// Counts what a request brings while it is read.
fn measured(request: Request, route: &SharedString) -> Request {
    if request.body().is_end_stream() {
        return request;
    }
    let mut brought = Tally::new(histogram!("http_request_body_bytes", "route" => route.clone()), None);
    request.map(|body| Body::new(body.inspect_frame(move |frame| brought.add(frame))))
}

/// The bytes of a body, told when it came to its end or was given up.
struct Tally {
    bytes: u64,
    histogram: Histogram,
    /// Whoever is still being answered is worked on.
    _request: Option<Present>,
}

impl Tally {
    fn new(histogram: Histogram, request: Option<Present>) -> Self {
        Self { bytes: 0, histogram, _request: request }
    }

    fn add(&mut self, frame: &Frame<Bytes>) {
        self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.histogram.record(self.bytes as f64);
    }
}
