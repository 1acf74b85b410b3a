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
use tracing::{Instrument, field::Empty};
use uuid::Uuid;

use super::{Present, traces};
use crate::edge::routes;

/// What a request can ask for in metrics: a client can invent methods, and a label must not grow with them.
pub const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", OTHER];
const OTHER: &str = "other";

/// Gives a request its id, its log line and its metrics.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = Uuid::now_v7();
    let method = request.method().clone();
    let label = METHODS.iter().find(|known| **known == method.as_str()).copied().unwrap_or(OTHER);
    let route = route(&request);
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(RequestId(id));
    let in_flight = Present::new(gauge!("http_requests_in_flight"));
    let name = format!("{label} {route}");
    let span =
        tracing::info_span!("request", otel.name = name, otel.kind = "server", request_id = %id, trace_id = Empty);
    let parent = request.headers().get(traces::TRACEPARENT).and_then(|parent| parent.to_str().ok());
    traces::continue_trace(&span, parent);
    let mut response = async {
        let response = next.run(measured(request, &route)).await;
        tracing::info!(
            path,
            status = response.status().as_u16(),
            duration_ms = started.elapsed().as_secs_f64() * 1e3,
            "answered"
        );
        response
    }
    .instrument(span)
    .await;
    let status = response.status().as_str().to_owned();
    counter!("http_requests_total", "method" => label, "route" => route.clone(), "status" => status).increment(1);
    histogram!("http_request_duration_seconds", "method" => label, "route" => route.clone()).record(started.elapsed());
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    let mut sent = Tally::new(histogram!("http_response_body_bytes", "route" => route), Some(in_flight));
    response.map(|body| Body::new(body.inspect_frame(move |frame| sent.add(frame))))
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

/// The id of a request, for handing it on to the storefront.
#[derive(Clone, Copy)]
pub struct RequestId(pub Uuid);
