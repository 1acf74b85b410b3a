//! The time of every statement, by what it does: taken from the events that sqlx tells of it, past the log's filter.

use std::{
    collections::{HashMap, HashSet},
    fmt::Debug,
    sync::{PoisonError, RwLock},
};

use metrics::{Histogram, histogram};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{Layer, filter::Targets, layer::Context, registry::LookupSpan};

/// What sqlx tells of statements by.
pub const TARGET: &str = "sqlx::query";
/// Statements that are remembered; the program and its queue have some four hundred.
const STATEMENTS: usize = 1000;
/// Summaries that get a series of their own.
const SUMMARIES: usize = 250;
const OTHER: &str = "other";

/// Listens to sqlx, whatever the log shows of it.
pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> {
    Queries::default().with_filter(Targets::new().with_target(TARGET, LevelFilter::DEBUG))
}

/// The histogram of each statement that was seen.
#[derive(Default)]
struct Queries(RwLock<Seen>);

#[derive(Default)]
struct Seen {
    statements: HashMap<String, Histogram>,
    summaries: HashSet<String>,
}

impl<S: Subscriber> Layer<S> for Queries {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut query = Query { seen: &self.0, histogram: None, seconds: None };
        event.record(&mut query);
        if let (Some(histogram), Some(seconds)) = (query.histogram, query.seconds) {
            histogram.record(seconds);
        }
    }
}

/// The statement, if the field has it: a short one is its own summary and nothing else, a long one comes with its whole text.
pub fn text<'a>(field: &Field, value: &'a str) -> Option<&'a str> {
    let is_text = match field.name() {
        "summary" => !value.ends_with('…'),
        "db.statement" => !value.is_empty(),
        _ => false,
    };
    is_text.then_some(value)
}

/// One event.
struct Query<'a> {
    seen: &'a RwLock<Seen>,
    histogram: Option<Histogram>,
    seconds: Option<f64>,
}

impl Visit for Query<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some(statement) = text(field, value) {
            self.histogram = Some(of_statement(self.seen, statement));
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.seconds = Some(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

fn of_statement(seen: &RwLock<Seen>, statement: &str) -> Histogram {
    if let Some(known) = seen.read().unwrap_or_else(PoisonError::into_inner).statements.get(statement) {
        return known.clone();
    }
    let mut seen = seen.write().unwrap_or_else(PoisonError::into_inner);
    let mut summary = summary(statement);
    if !seen.summaries.contains(&summary) {
        if seen.summaries.len() < SUMMARIES {
            seen.summaries.insert(summary.clone());
        } else {
            summary = OTHER.into();
        }
    }
    let histogram = histogram!("database_query_duration_seconds", "query" => summary);
    if seen.statements.len() < STATEMENTS {
        seen.statements.insert(statement.to_owned(), histogram.clone());
    }
    histogram
}

/// What a statement does and to which table: `SELECT products` (OpenTelemetry's `db.query.summary`, with the first table only).
pub fn summary(statement: &str) -> String {
    let words = words(statement);
    // What a statement does itself stands outside of parentheses; what only its parts do is second best.
    let Some(operation) = words.iter().find(|word| word.depth == 0 && is_operation(word.text)) else {
        return words
            .first()
            .filter(|word| is_command(word.text))
            .map_or(OTHER.into(), |word| word.text.to_uppercase());
    };
    let operation = operation.text.to_uppercase();
    let table = table(&words, true).or_else(|| table(&words, false));
    table.map_or_else(|| operation.clone(), |table| format!("{operation} {}", table.to_lowercase()))
}

struct Word<'a> {
    text: &'a str,
    /// How many parentheses it stands in.
    depth: usize,
}

/// Words, parentheses as words of their own, without comments and texts.
fn words(statement: &str) -> Vec<Word<'_>> {
    let (mut words, mut depth, mut rest) = (Vec::new(), 0_usize, statement);
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"');
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            c if is_part(c) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (text, after) = rest.split_at(length);
        depth = if first == ')' { depth.saturating_sub(1) } else { depth };
        if is_part(first) || first == '(' {
            words.push(Word { text, depth });
        }
        depth += usize::from(first == '(');
        rest = after;
    }
    words
}

/// The first name after FROM, INTO or UPDATE.
fn table<'a>(words: &[Word<'a>], outermost: bool) -> Option<&'a str> {
    let is = |word: &Word<'_>, keyword: &str| word.text.eq_ignore_ascii_case(keyword);
    words.iter().enumerate().find_map(|(at, word)| {
        let leads = match word.text.to_ascii_uppercase().as_str() {
            "INTO" => true,
            "FROM" => at == 0 || !is(&words[at - 1], "DISTINCT"),
            // Not FOR UPDATE, FOR NO KEY UPDATE, DO UPDATE.
            "UPDATE" => at == 0 || !["FOR", "KEY", "DO"].iter().any(|before| is(&words[at - 1], before)),
            _ => false,
        };
        let name = words[at + 1..].iter().find(|next| !is(next, "ONLY") && !is(next, "LATERAL"))?;
        let is_name = name.text != "(" && !is(name, "SELECT");
        (leads && is_name && !(outermost && word.depth > 0)).then(|| name.text.trim_matches('"'))
    })
}

fn is_operation(word: &str) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"].iter().any(|operation| word.eq_ignore_ascii_case(operation))
}

fn is_command(word: &str) -> bool {
    [
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT",
        "RELEASE",
        "SET",
        "LISTEN",
        "UNLISTEN",
        "NOTIFY",
        "COPY",
        "ANALYZE",
        "CREATE",
    ]
    .iter()
    .any(|command| word.eq_ignore_ascii_case(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_the_operation_and_the_first_table() {
        for (statement, expected) in [
            ("SELECT name FROM settings", "SELECT settings"),
            ("\n\nselect id\n  from orders where id = $1 for no key update\n", "SELECT orders"),
            (
                "INSERT INTO idempotency_keys (scope) VALUES ($1) ON CONFLICT DO UPDATE SET key = 'FROM x'",
                "INSERT idempotency_keys",
            ),
            ("UPDATE payments SET status = (SELECT 'a' FROM settings)", "UPDATE payments"),
            ("DELETE FROM attempts WHERE bucket = $1", "DELETE attempts"),
            ("WITH sold AS (SELECT 1 FROM order_lines) SELECT v.sku FROM sold JOIN variants v", "SELECT sold"),
            (
                "with j as (select 1 from a.b) update graphile_worker._private_jobs as jobs set x = 1",
                "UPDATE graphile_worker._private_jobs",
            ),
            ("SELECT a IS NOT DISTINCT FROM b FROM carts", "SELECT carts"),
            ("SELECT EXISTS (SELECT FROM provider_events WHERE id = $1)", "SELECT provider_events"),
            ("SELECT count(*) FROM (SELECT id FROM stock) AS found", "SELECT stock"),
            ("SELECT extract(epoch FROM now() - at) FROM -- the one\n \"sessions\"", "SELECT sessions"),
            ("SELECT * FROM matching_variants($1)", "SELECT matching_variants"),
            ("SELECT 1", "SELECT"),
            ("COMMIT", "COMMIT"),
            ("LISTEN \"jobs:insert\"", "LISTEN"),
            ("EXPLAIN what", "other"),
            ("'(", "other"),
            ("", "other"),
        ] {
            assert_eq!(summary(statement), expected, "{statement}");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let seen = RwLock::default();
        for table in 0..2 * STATEMENTS {
            drop(of_statement(&seen, &format!("SELECT FROM t{table}")));
        }
        let seen = seen.into_inner().unwrap();
        assert_eq!((seen.statements.len(), seen.summaries.len()), (STATEMENTS, SUMMARIES));
    }

    proptest::proptest! {
        #[test]
        fn no_statement_makes_it_panic(statement in ".*") {
            let _ = summary(&statement);
        }
    }
}
