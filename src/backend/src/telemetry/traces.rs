//! Traces: W3C trace context from a browser's request through the storefront, the API and SQL to the jobs.
//!
//! Every request and job has a trace, whose id stands in its log lines. Spans are recorded and sent, by OTLP, only where
//! `OTEL_EXPORTER_OTLP_ENDPOINT` says to whom; OpenTelemetry's other variables hold too (OpenTelemetry specification,
//! "Environment Variable Specification"). Who samples does it by `OTEL_TRACES_SAMPLER=traceidratio`: the parent may be
//! anybody's browser.

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use axum::http::HeaderName;
use opentelemetry::{
    Context, KeyValue,
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::{Span as _, SpanBuilder, SpanKind, TraceContextExt, TracerProvider},
};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracer, SdkTracerProvider},
};
use tracing::{
    Dispatch, Event, Level, Span, Subscriber,
    dispatcher::WeakDispatch,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_opentelemetry::{OpenTelemetrySpanExt, get_otel_context};
use tracing_subscriber::{Layer, filter::Targets, layer, registry::LookupSpan};

use url::Url;

use super::queries;
use crate::transport::{expect_https, says_yes};

/// What says which trace a request belongs to, and which span of it asked (W3C Trace Context).
pub const TRACEPARENT: HeaderName = HeaderName::from_static(NAME);

const NAME: &str = "traceparent";

/// This process's spans, until it ends.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    is_sent: bool,
}

impl Traces {
    /// Spans of `service`, sent to where the environment says, if it does.
    ///
    /// # Errors
    /// When the environment's address is none, or would have its keys sent elsewhere without TLS.
    pub fn of(service: &'static str) -> anyhow::Result<Self> {
        let is_sent = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
            .iter()
            .any(|variable| std::env::var_os(variable).is_some_and(|address| !address.is_empty()));
        if is_sent {
            expect_encrypted(|variable| std::env::var(variable).ok())?;
        }
        let provider = SdkTracerProvider::builder();
        let provider = if is_sent {
            let resource = Resource::builder();
            let resource = if std::env::var_os("OTEL_SERVICE_NAME").is_some() {
                resource
            } else {
                resource.with_service_name(service)
            };
            let resource = resource.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
            // Another part of the process may have chosen a provider of TLS already; any will do.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let exporter = SpanExporter::builder().with_http().build()?;
            provider.with_resource(resource.build()).with_batch_exporter(exporter)
        } else {
            // Ids are given all the same; nothing else is kept.
            provider.with_sampler(Sampler::AlwaysOff)
        };
        Ok(Self { provider: provider.build(), is_sent })
    }

    /// What makes spans of this program's own, and of its SQL where they are sent.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), Level::INFO);
        let spans = tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("devopsify"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            // Both cost something each time that a future is polled, and nobody asks for them.
            .with_tracked_inactivity(false)
            .with_context_activation(false)
            .with_filter(own);
        // A filter hides what it leaves out, and a statement's span is to find its parent: one of ours.
        let heard = if self.is_sent { LevelFilter::DEBUG } else { LevelFilter::OFF };
        let queries =
            Targets::new().with_target(queries::TARGET, heard).with_target(env!("CARGO_CRATE_NAME"), Level::INFO);
        // No option of a layer: that one is not told of its dispatcher.
        let sql = Statements::new(self.provider.tracer("sqlx")).with_filter(queries);
        spans.and_then(sql)
    }
}

/// Spans hold no secrets, so a collector on the same network needs no TLS; the headers that a service wants with them do.
fn expect_encrypted(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<()> {
    let allow = ("OTEL_ALLOW_PLAINTEXT", says_yes(variable("OTEL_ALLOW_PLAINTEXT").as_deref()));
    let given = |name: &str| variable(name).filter(|value| !value.is_empty());
    let headers = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];
    for address in ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] {
        let url = given(address).and_then(|url| Url::parse(&url).ok());
        if let (Some(url), true) = (url, headers.iter().any(|header| given(header).is_some())) {
            expect_https(address, &url, allow)?;
        }
    }
    Ok(())
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let (true, Err(error)) = (self.is_sent, self.provider.shutdown()) {
            tracing::warn!(%error, "the last spans could not be sent");
        }
    }
}

/// Makes a span go on with the trace of `parent`, a `traceparent`, or begin one; its field `trace_id` says which.
pub fn continue_trace(span: &Span, parent: Option<&str>) {
    let carrier = Carrier(parent.map(ToOwned::to_owned));
    // It fails only without a layer of traces, as in tests: then there is no trace.
    let _ = span.set_parent(TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier));
    let context = span.context();
    let id = context.span().span_context().trace_id();
    if context.span().span_context().is_valid() {
        span.record("trace_id", tracing::field::display(id));
    }
}

/// The `traceparent` of what is being done now, for handing it on.
pub fn traceparent() -> Option<String> {
    let mut carrier = Carrier(None);
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.0
}

/// The one header that is handed on.
struct Carrier(Option<String>);

impl Extractor for Carrier {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.as_deref().filter(|_| key == NAME)
    }

    fn keys(&self) -> Vec<&str> {
        vec![NAME]
    }
}

impl Injector for Carrier {
    fn set(&mut self, key: &str, value: String) {
        if key == NAME {
            self.0 = Some(value);
        }
    }
}

/// Makes a span of each statement, which sqlx tells of when it is done.
struct Statements {
    tracer: SdkTracer,
    dispatch: OnceLock<WeakDispatch>,
}

impl Statements {
    fn new(tracer: SdkTracer) -> Self {
        Self { tracer, dispatch: OnceLock::new() }
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Statements {
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        // There is one; a second would see the same spans.
        let _ = self.dispatch.set(dispatch.downgrade());
    }

    fn on_event(&self, event: &Event<'_>, context: layer::Context<'_, S>) {
        if event.metadata().target() != queries::TARGET {
            return;
        }
        let Some(span) = context.event_span(event) else { return };
        let Some(dispatch) = self.dispatch.get().and_then(WeakDispatch::upgrade) else { return };
        let Some(parent) = get_otel_context(&span.id(), &dispatch) else { return };
        if !parent.span().span_context().is_sampled() {
            return;
        }
        let mut statement = Statement::default();
        event.record(&mut statement);
        let ended = SystemTime::now();
        let began = ended.checked_sub(statement.took).unwrap_or(ended);
        let summary = queries::summary(&statement.text);
        let attributes = [
            KeyValue::new("db.system.name", "postgresql"),
            KeyValue::new("db.query.summary", summary.clone()),
            KeyValue::new("db.response.returned_rows", statement.rows),
        ];
        SpanBuilder::from_name(summary)
            .with_kind(SpanKind::Client)
            .with_start_time(began)
            .with_attributes(attributes)
            .start_with_context(&self.tracer, &parent)
            .end_with_timestamp(ended);
    }
}

/// What sqlx tells of a statement. Its values are not among it.
#[derive(Default)]
struct Statement {
    text: String,
    took: Duration,
    rows: i64,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some(text) = queries::text(field, value) {
            text.clone_into(&mut self.text);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.took = Duration::try_from_secs_f64(value).unwrap_or_default();
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            self.rows = i64::try_from(value).unwrap_or(i64::MAX);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
