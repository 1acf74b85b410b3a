//! What rules and panels ask for is there: every metric with its labels, data in every panel, and rules that evaluate.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{
    files::{self, Panel, text},
    promql::{self, Use},
    stack::Stack,
};

/// A metric may take that long to come: what sold best is read every minute.
const PATIENCE: Duration = Duration::from_secs(75);
const MOST_SERIES: usize = 10_000;

/// What is wrong with the contract, while visitors do everything.
pub async fn faults_of_contract(stack: &Stack) -> Vec<String> {
    let mut wrong = metrics(stack).await;
    wrong.extend(panels(stack).await);
    wrong.extend(rules(stack).await);
    let is_scraped = async || stack.prometheus.down().await.is_empty();
    super::stack::until(PATIENCE, "a moment at which every target is scraped", is_scraped).await;
    for (job, address) in &stack.metrics {
        wrong.extend(cost(stack, job, address).await);
    }
    wrong
}

/// Asks again and again about what is not there yet; what is left when the patience ends.
async fn missing<T: Clone>(all: &[T], is_there: impl AsyncFn(&T) -> bool) -> Vec<T> {
    let (mut missing, deadline) = (all.to_vec(), Instant::now() + PATIENCE);
    loop {
        let mut still = Vec::new();
        for one in missing {
            if !is_there(&one).await {
                still.push(one);
            }
        }
        if still.is_empty() || Instant::now() > deadline {
            return still;
        }
        missing = still;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Every use of a metric, with the places that it is used in.
fn uses() -> BTreeMap<Use, BTreeSet<String>> {
    let rules = files::rules().into_iter().map(|rule| (rule.place.clone(), rule.expr.clone(), rule.told_labels()));
    let panels = files::asking_panels().into_iter().flat_map(|panel| {
        panel.queries().into_iter().map(move |(query, legend)| (panel.place.clone(), query, legend)).collect::<Vec<_>>()
    });
    let mut found: BTreeMap<Use, BTreeSet<String>> = BTreeMap::new();
    for (place, expr, labels) in rules.chain(panels) {
        for one in promql::uses(&expr, &labels).unwrap_or_else(|error| panic!("{place}: {error}")) {
            found.entry(one).or_default().insert(place.clone());
        }
    }
    found
}

async fn metrics(stack: &Stack) -> Vec<String> {
    let (external, all) = (files::external_metrics(), uses());
    let (elsewhere, ours): (Vec<&Use>, Vec<&Use>) = all.keys().partition(|found| external.contains(&found.metric));
    let missing = missing(&ours, async |found: &&Use| stack.prometheus.has(&found.selector).await).await;
    let names = |uses: &[&Use]| uses.iter().map(|found| found.metric.clone()).collect::<BTreeSet<_>>().len();
    println!(
        "  {} metrics in {} uses, {} uses without a series; {} external metrics in {} uses, tested by promtool alone",
        names(&ours),
        ours.len(),
        missing.len(),
        names(&elsewhere),
        elsewhere.len(),
    );
    missing.iter().map(|found| format!("{} has no series, used by {:?}", found.selector, all[*found])).collect()
}

async fn panels(stack: &Stack) -> Vec<String> {
    let external = files::external_metrics();
    let is_elsewhere = |query: &str| {
        let used = promql::uses(query, &BTreeSet::new()).unwrap();
        used.iter().any(|found| external.contains(&found.metric))
    };
    let queries = |panel: Panel| {
        let queries = panel.queries().into_iter();
        queries.map(move |(query, _)| (panel.place.clone(), query)).collect::<Vec<_>>()
    };
    let panels = files::asking_panels();
    let number = panels.len();
    let (elsewhere, ours): (Vec<_>, Vec<_>) =
        panels.into_iter().flat_map(queries).partition(|(_, query)| is_elsewhere(query));
    let has_data = async |(_, query): &(String, String)| {
        let values = stack.prometheus.query(query).await.unwrap_or_else(|error| panic!("{query}: {error}"));
        values.iter().any(|value| !value.is_nan())
    };
    let empty = missing(&ours, has_data).await;
    println!(
        "  {number} panels with {} queries, {} without data; {} queries of external metrics",
        ours.len(),
        empty.len(),
        elsewhere.len()
    );
    empty.into_iter().map(|(place, query)| format!("{place}: no data: {query}")).collect()
}

async fn rules(stack: &Stack) -> Vec<String> {
    let is_evaluated = async || stack.prometheus.rules().await.iter().all(|rule| text(rule, "health") != "unknown");
    super::stack::until(PATIENCE, "every rule's first evaluation", is_evaluated).await;
    let (loaded, written) = (stack.prometheus.rules().await, files::rules());
    let recordings = loaded.iter().filter(|rule| text(rule, "type") == "recording").count();
    println!("  {recordings} recordings and {} alerts evaluate", loaded.len() - recordings);
    assert_eq!(loaded.len(), written.len(), "Prometheus has not all rules");
    let failed = loaded.iter().filter(|rule| text(rule, "health") != "ok");
    failed.map(|rule| format!("{} fails: {}", text(rule, "name"), text(rule, "lastError"))).collect()
}

/// How many series a process shows, and how long it takes to show them (which is printed, not judged: machines differ).
async fn cost(stack: &Stack, job: &str, address: &str) -> Option<String> {
    let (mut took, mut series) = (Vec::new(), 0);
    for _ in 0..11 {
        let started = Instant::now();
        let answer =
            stack.shop.client.get(format!("http://{address}/metrics")).send().await.unwrap().text().await.unwrap();
        took.push(started.elapsed());
        series = answer.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
    }
    took.sort();
    println!(
        "  {job}: {series} series in {:.1} ms (median of {})",
        took[took.len() / 2].as_secs_f64() * 1e3,
        took.len()
    );
    (series > MOST_SERIES).then(|| format!("{job} has {series} series, and {MOST_SERIES} are the most"))
}
