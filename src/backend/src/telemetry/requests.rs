//! What is told of each request: its id, its log line, its metrics.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use metrics::{counter, gauge, histogram};
use tracing::{Instrument, field::Empty};
use uuid::Uuid;

use super::traces;

/// Gives a request its id, its log line and its metrics.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = Uuid::now_v7();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("storefront", MatchedPath::as_str).to_owned();
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(RequestId(id));
    let in_flight = InFlight::begin();
    let name = format!("{} {route}", method_label(&method));
    let span =
        tracing::info_span!("request", otel.name = name, otel.kind = "server", request_id = %id, trace_id = Empty);
    let parent = request.headers().get(traces::TRACEPARENT).and_then(|parent| parent.to_str().ok());
    traces::continue_trace(&span, parent);
    let mut response = async {
        let response = next.run(request).await;
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
    drop(in_flight);
    let status = response.status().as_u16().to_string();
    counter!("http_requests_total", "method" => method_label(&method), "route" => route.clone(), "status" => status)
        .increment(1);
    histogram!("http_request_duration_seconds", "method" => method_label(&method), "route" => route)
        .record(started.elapsed().as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// Counts a request while it is worked on, also when its client goes away and the work is dropped.
struct InFlight;

impl InFlight {
    fn begin() -> Self {
        gauge!("http_requests_in_flight").increment(1);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!("http_requests_in_flight").decrement(1);
    }
}

/// The id of a request, for handing it on to the storefront.
#[derive(Clone, Copy)]
pub struct RequestId(pub Uuid);

/// A client can invent methods; a label must not grow with them.
fn method_label(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
