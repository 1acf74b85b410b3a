//! Every metric of this program: its name, its labels, and what it says.

use crate::{audit, edge::observe::METHODS, jobs, payments, readings, stripe};

/// A metric as it is told.
pub struct Metric {
    /// By Prometheus's conventions: base units, `_total` for counters.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// Whose it is; none for one of both.
    pub of: Option<Process>,
    /// What divides it into series.
    pub labels: &'static [Label],
    /// For people.
    pub meaning: &'static str,
}

/// A process that has metrics.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// `devopsify serve`.
    Serve,
    /// `devopsify worker`.
    Worker,
}

/// What a metric does.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Only rises.
    Counter,
    /// Is 0 until something is there.
    Gauge,
    /// A gauge that is told only while it is known.
    Reading,
    /// Counts what is at most as large as each of these.
    Histogram(&'static [f64]),
}

/// What divides a metric into series.
pub struct Label {
    /// In snake case.
    pub name: &'static str,
    /// What it can be.
    pub values: Values,
}

/// What a label can be; never what a visitor sends.
#[derive(Clone, Copy)]
pub enum Values {
    /// These.
    Known(&'static [&'static str]),
    /// What this says.
    Bounded(&'static str),
}

use Process::{Serve, Worker};

const fn known(name: &'static str, values: &'static [&'static str]) -> Label {
    Label { name, values: Values::Known(values) }
}

const fn bounded(name: &'static str, by: &'static str) -> Label {
    Label { name, values: Values::Bounded(by) }
}

const fn counter(name: &'static str, labels: &'static [Label], meaning: &'static str) -> Metric {
    Metric { name, kind: Kind::Counter, of: None, labels, meaning }
}

const fn gauge(name: &'static str, labels: &'static [Label], meaning: &'static str) -> Metric {
    Metric { kind: Kind::Gauge, ..counter(name, labels, meaning) }
}

const fn reading(name: &'static str, labels: &'static [Label], meaning: &'static str) -> Metric {
    Metric { kind: Kind::Reading, ..counter(name, labels, meaning) }
}

const fn histogram(
    name: &'static str,
    buckets: &'static [f64],
    labels: &'static [Label],
    meaning: &'static str,
) -> Metric {
    Metric { kind: Kind::Histogram(buckets), ..counter(name, labels, meaning) }
}

const fn of(process: Process, metric: Metric) -> Metric {
    Metric { of: Some(process), ..metric }
}

/// What answers take; the objectives are at 0.25, 0.5 and 1.
const ANSWERS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
/// A statement is cancelled after 4 s, who waits for a connection gives up after 3.
const STATEMENTS: &[f64] = &[0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 2.5];
const PROVIDER: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0];
const JOBS: &[f64] = &[0.01, 0.05, 0.25, 1.0, 5.0, 15.0, 30.0, 60.0, 300.0];
const DELAYS: &[f64] = &[0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 86_400.0];
const BYTES: &[f64] = &[256.0, 1024.0, 4096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0];

const METHOD: Label = known("method", METHODS);
const ROUTE: Label =
    bounded("route", "the router's templates, the edge's table of shared pages, `storefront` for every other page");
const TASK: Label = known("task", jobs::TASKS);
const CACHE: Label = known("cache", &["assets"]);
/// The limits that connections and requests are held to.
const REFUSALS: &[&str] = &[
    "connections",
    "head",
    "idle",
    "share",
    "stalled",
    "requests",
    "client",
    "body_memory",
    "storefront_client",
    "storefront_queue",
    "storefront_wait",
];
const OPERATION: Label = known("operation", stripe::OPERATIONS);

/// All of them.
pub const METRICS: &[Metric] = &[
    gauge(
        "build_info",
        &[bounded("version", "the program's"), bounded("commit", "the program's")],
        "1; its labels say which program this is",
    ),
    gauge("database_up", &[], "1 while the database answers, else 0; asked every second"),
    gauge("database_pool_connections", &[known("state", &["idle", "used"])], "Open connections of the pool"),
    gauge("database_pool_max_connections", &[], "How many connections the pool may open"),
    gauge(
        "database_pool_waiting",
        &[],
        "Who waits for a connection now, because all are in use; the queue's own waits are not among them",
    ),
    histogram(
        "database_pool_acquire_duration_seconds",
        STATEMENTS,
        &[],
        "Time until a connection was there, or nobody waited for it any more",
    ),
    counter("database_pool_timeouts_total", &[], "Those who waited for a connection in vain"),
    histogram(
        "database_query_duration_seconds",
        STATEMENTS,
        &[bounded(
            "query",
            "a statement's operation and first table, as compiled in; `other` for those after the 250th",
        )],
        "Time of statements, with the reading of their rows",
    ),
    counter(
        "database_query_errors_total",
        &[known("kind", &["unavailable", "timeout", "pool", "serialization", "other"])],
        "Failures of the database that a request or a payment's job ended with",
    ),
    counter(
        "payment_provider_requests_total",
        &[OPERATION, known("outcome", &["ok", "refused", "unavailable"])],
        "Requests to the payment provider; what it answers unreadably counts as unavailable",
    ),
    histogram(
        "payment_provider_request_duration_seconds",
        PROVIDER,
        &[OPERATION],
        "Time of requests to the payment provider",
    ),
    counter(
        "orders_total",
        &[known("event", &["placed", "confirmed", "cancelled", "expired"])],
        "Orders that were placed, paid, cancelled, or given up unpaid",
    ),
    counter(
        "order_revenue_minor_units_total",
        &[bounded("currency", "the store's (ISO 4217)")],
        "Totals of orders that were confirmed, in minor units",
    ),
    counter(
        "payments_total",
        &[
            known("provider", &[payments::PROVIDER]),
            known("outcome", &["succeeded", "failed", "processing", "canceled", "given_back"]),
        ],
        "Payments, and tries to pay that failed; given back is what was paid for an order that was gone",
    ),
    counter(
        "refunds_total",
        &[known("outcome", &["succeeded", "failed"])],
        "Refunds that came to their end at the provider",
    ),
    counter(
        "disputes_total",
        &[known("outcome", payments::disputes::OUTCOMES)],
        "Disputes of payments that were opened, won and lost",
    ),
    of(
        Serve,
        counter(
            "http_requests_total",
            &[METHOD, ROUTE, bounded("status", "ours and the storefront's")],
            "Requests answered",
        ),
    ),
    of(
        Serve,
        histogram("http_request_duration_seconds", ANSWERS, &[METHOD, ROUTE], "Time until the answer's head was ready"),
    ),
    of(Serve, gauge("http_connections", &[], "Connections to the public port that are open")),
    of(
        Serve,
        counter(
            "http_refusals_total",
            &[known("reason", REFUSALS)],
            "Connections and requests that were refused, or ended, because a limit was reached: 503 with `Retry-After`, but \
             for heads (400, 408, 414, 431) and for what stalls, which is closed",
        ),
    ),
    of(Serve, gauge("http_requests_in_flight", &[], "Requests being worked on, until the last byte of the answer")),
    of(
        Serve,
        histogram(
            "http_request_body_bytes",
            BYTES,
            &[ROUTE],
            "Sizes of what requests brought, of those that brought any",
        ),
    ),
    of(Serve, histogram("http_response_body_bytes", BYTES, &[ROUTE], "Sizes of what was sent, compressed as it was")),
    of(
        Serve,
        counter(
            "http_problems_total",
            &[bounded("code", "the codes that are compiled in")],
            "Answers that are problems (RFC 9457)",
        ),
    ),
    of(
        Serve,
        counter("cache_requests_total", &[CACHE, known("outcome", &["hit", "miss"])], "What was asked of a cache"),
    ),
    of(Serve, gauge("cache_entries", &[CACHE], "What is in a cache")),
    of(Serve, gauge("cache_bytes", &[CACHE], "How large what is in a cache is")),
    of(
        Serve,
        histogram(
            "storefront_render_duration_seconds",
            ANSWERS,
            &[ROUTE],
            "Time that the edge waited for the head of a page",
        ),
    ),
    of(
        Serve,
        gauge(
            "storefront_requests",
            &[known("of", &["pages", "files"]), known("state", &["running", "waiting"])],
            "What Next.js is asked for now, and what waits until it may be",
        ),
    ),
    of(
        Serve,
        counter(
            "storefront_failures_total",
            &[known("reason", &["unreachable", "timeout", "render", "database", "address", "overload"])],
            "Pages that the storefront could not render",
        ),
    ),
    of(Serve, counter("carts_created_total", &[], "Carts that were begun")),
    of(Serve, counter("cart_items_added_total", &[], "Times that something was put into a cart")),
    of(
        Serve,
        counter(
            "out_of_stock_refusals_total",
            &[known("at", &["cart", "order"])],
            "Refusals because there was not enough of something",
        ),
    ),
    of(
        Serve,
        counter(
            "webhooks_total",
            &[known("outcome", &["settled", "repeated", "ignored", "foreign", "refused", "failed"])],
            "The payment provider's webhooks; refused are those that it did not sign",
        ),
    ),
    of(
        Serve,
        histogram("webhook_lag_seconds", DELAYS, &[], "Time from an event at the provider until it was settled here"),
    ),
    of(
        Serve,
        counter(
            "sign_ins_total",
            &[known("outcome", &["succeeded", "refused", "second_factor", "locked"])],
            "Tries to sign in; second_factor are those whose password was right and whose code is still to come",
        ),
    ),
    of(Serve, counter("registrations_total", &[], "Accounts that were confirmed")),
    of(
        Worker,
        counter(
            "jobs_total",
            &[TASK, known("outcome", &["completed", "failed", "dead"])],
            "Runs of jobs; failed ones run again, dead ones do not",
        ),
    ),
    of(Worker, histogram("job_duration_seconds", JOBS, &[TASK], "Time that a completed job ran")),
    of(Worker, histogram("job_delay_seconds", DELAYS, &[TASK], "Time from when a job was due until it began")),
    of(
        Worker,
        counter(
            "readings_failed_total",
            &[known("reading", readings::NAMES)],
            "Times that the gauges of the queue, of money or of the catalogue could not be read",
        ),
    ),
    of(Worker, reading("jobs", &[known("state", &["ready", "scheduled", "running", "dead"])], "Jobs in the queue")),
    of(
        Worker,
        reading("jobs_oldest_ready_age_seconds", &[], "For how long the job that is due the longest has been waiting"),
    ),
    of(
        Worker,
        counter(
            "mails_total",
            &[known("mail", jobs::MAILS), known("outcome", &["sent", "failed", "refused"])],
            "Mails to customers",
        ),
    ),
    of(
        Worker,
        counter(
            "reconciler_findings_total",
            &[known("kind", payments::reconcile::FINDINGS)],
            "What was told and lost, or never told, and found by asking",
        ),
    ),
    of(
        Worker,
        reading(
            "reconciler_last_success_timestamp_seconds",
            &[],
            "When the reconciler of this process last asked about everything without a failure",
        ),
    ),
    of(
        Worker,
        reading("payments_unsettled", &[], "Open payments that the reconciler should have asked about and has not"),
    ),
    of(
        Worker,
        reading(
            "refunds_unfinished",
            &[],
            "Refunds that have not reached their end in time, and orders whose customers are owed what a refund failed to give back",
        ),
    ),
    of(Worker, reading("orders_overdue", &[], "Unpaid orders that should have been given up")),
    of(Worker, reading("disputes_open", &[], "Payments that customers dispute at their banks, which have not decided")),
    of(
        Worker,
        reading("audit_violations", &[known("invariant", &audit::NAMES)], "What broke an invariant at the last audit"),
    ),
    of(
        Worker,
        reading("audit_last_success_timestamp_seconds", &[], "When the last audit of this process came to its end"),
    ),
    of(Worker, reading("audit_duration_seconds", &[], "How long the last audit took")),
    of(Worker, reading("products_sellable", &[], "Products of which something can be bought")),
    of(Worker, reading("variants_out_of_stock", &[], "Variants that are sold and of which there are none")),
    of(
        Worker,
        reading(
            "best_seller_available_units",
            &[bounded("sku", "the 20 variants that sold most in 30 days and cannot be ordered without stock")],
            "How many of a best seller can be bought",
        ),
    ),
    of(Worker, reading("best_sellers_out_of_stock", &[], "Best sellers of which there are none")),
    of(Worker, reading("carts_active", &[], "Carts that were changed in the last 30 minutes")),
];
