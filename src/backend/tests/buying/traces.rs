//! One trace of a checkout: from the page's requests through the API and its SQL to the provider and the jobs.

use std::{
    fmt::Write,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, routing::post};
use opentelemetry_proto::tonic::{collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span};
use prost::Message;
use reqwest::{
    Client, StatusCode,
    header::{HeaderMap, HeaderValue},
};
use sqlx::PgPool;

use super::Street;
use crate::support::{
    self,
    builders::product,
    guest::{Guest, variant_of},
    provider::GOOD_CARD,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PAGE: &str = "00f067aa0ba902b7";

/// What collects spans, as OpenTelemetry's collector does.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(String, Span)>>>);

impl Collector {
    async fn open() -> (Self, String) {
        let collector = Self::default();
        let taking = collector.clone();
        let router = Router::new().route(
            "/v1/traces",
            post(move |body: Bytes| async move {
                for of_process in ExportTraceServiceRequest::decode(body).unwrap().resource_spans {
                    let service = of_process.resource.unwrap().attributes;
                    let service = service.iter().find(|attribute| attribute.key == "service.name").unwrap();
                    let service = format!("{:?}", service.value);
                    let service = if service.contains("worker") { "worker" } else { "api" };
                    let spans = of_process.scope_spans.into_iter().flat_map(|scope| scope.spans);
                    taking.0.lock().unwrap().extend(spans.map(|span| (service.to_owned(), span)));
                }
            }),
        );
        (collector, support::serve(router).await.to_string())
    }

    /// The spans of a trace, once there is one of that name.
    async fn trace(&self, id: &str, name: &str) -> Trace {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let spans: Vec<_> =
                self.0.lock().unwrap().iter().filter(|(_, span)| hex(&span.trace_id) == id).cloned().collect();
            if spans.iter().any(|(_, span)| span.name == name) {
                return Trace(spans);
            }
            let names: Vec<_> = spans.iter().map(|(_, span)| &span.name).collect();
            assert!(Instant::now() < deadline, "no {name} among {names:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

struct Trace(Vec<(String, Span)>);

impl Trace {
    fn children(&self, parent: &str) -> Vec<&(String, Span)> {
        let mut children: Vec<_> = self.0.iter().filter(|(_, span)| hex(&span.parent_span_id) == parent).collect();
        children.sort_by_key(|(_, span)| span.start_time_unix_nano);
        children
    }

    /// The tree below a span, a line each.
    fn tree(&self, parent: &str, depth: usize) -> String {
        self.children(parent).into_iter().fold(String::new(), |mut text, (service, span)| {
            let took = Duration::from_nanos(span.end_time_unix_nano - span.start_time_unix_nano);
            writeln!(text, "{:indent$}{service}: {} ({took:.1?})", "", span.name, indent = depth * 2).unwrap();
            text + &self.tree(&hex(&span.span_id), depth + 1)
        })
    }

    /// The names of what is directly below a span of that name.
    fn below(&self, name: &str) -> Vec<&str> {
        let (_, span) = self.0.iter().find(|(_, span)| span.name == name).unwrap_or_else(|| panic!("no {name}"));
        self.children(&hex(&span.span_id)).into_iter().map(|(_, span)| span.name.as_str()).collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_checkout_is_one_trace(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let (collector, address) = Collector::open().await;
    let mut street = Street::prepared(db).await;
    for program in [&mut street.serve, &mut street.worker] {
        program.set("OTEL_EXPORTER_OTLP_ENDPOINT", &address);
        program.set("OTEL_BSP_SCHEDULE_DELAY", "100");
    }
    street.start().await;
    // What a page sends with each of its requests.
    let traceparent = HeaderValue::from_str(&format!("00-{TRACE}-{PAGE}-01")).unwrap();
    let headers = HeaderMap::from_iter([("traceparent".parse().unwrap(), traceparent)]);
    street.shop.client = Client::builder().default_headers(headers).no_proxy().build().unwrap();

    let bought = Guest::with(&street.shop, mug, 1).await.buy().await;
    let start = bought.pay().await.expect(StatusCode::OK).json();
    assert_eq!(street.provider.confirm(&start, GOOD_CARD).await.0, StatusCode::OK);
    street.shop.until("the mail", "SELECT EXISTS (SELECT FROM order_events WHERE kind = 'confirmation_sent')").await;

    let trace = collector.trace(TRACE, "send_confirmation").await;
    println!("{}", trace.tree(PAGE, 0));
    for request in ["POST /api/carts", "POST /api/orders", "POST /api/orders/{number}/payment"] {
        assert!(trace.children(PAGE).iter().any(|(_, span)| span.name == request), "{request} is not the page's");
        assert!(!trace.below(request).is_empty(), "{request} has no SQL");
    }
    assert!(trace.below("POST /api/orders/{number}/payment").contains(&"payment provider"));
    // Whichever webhook is the first to come after the buyer paid finds it paid.
    let webhooks =
        trace.0.iter().map(|(_, span)| span.name.as_str()).filter(|name| name.starts_with("payment_intent."));
    assert!(
        webhooks.into_iter().any(|webhook| trace.below(webhook).contains(&"send_confirmation")),
        "the mail is not of the payment"
    );
    assert!(!trace.below("send_confirmation").is_empty(), "the mail has no SQL");
    let told: Vec<_> =
        trace.0.iter().map(|(_, span)| format!("{} {:?} {:?}", span.name, span.attributes, span.events)).collect();
    assert!(
        told.iter().any(|text| text.starts_with("payment provider ") && text.contains("create_payment")),
        "{told:?}"
    );
    for private in ["ada@example.com", "Lovelace", "Hauptstr", bought.token.as_str()] {
        assert!(told.iter().all(|text| !text.contains(private)), "{private} is in {told:?}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_collector_that_is_away_changes_nothing(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let mut street = Street::prepared(db).await;
    street.serve.set("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    street.start().await;
    let bought = Guest::with(&street.shop, mug, 1).await.buy().await;
    assert_eq!(bought.read().await["status"], "pending");
}
