//! Every rule reads as PromQL, and every alert says how bad it is, what it counted, and where to read on.

use std::collections::BTreeSet;

use super::{files, promql};

#[test]
fn every_rule_is_promql_that_keeps_the_labels_it_tells_of() {
    let wrong: Vec<_> = files::rules()
        .iter()
        .filter_map(|rule| {
            Some((&rule.place, promql::uses(&rule.expr, &rule.told_labels()).err()?))
                .map(|(place, error)| format!("{place}: {error}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_alert_says_how_bad_it_is_and_what_it_counted() {
    for alert in files::rules().iter().filter(|rule| rule.is_alert) {
        assert!(["page", "ticket"].contains(&alert.label("severity")), "{}: nobody knows how bad it is", alert.place);
        assert!(alert.annotation("summary").contains("$value"), "{}: the summary has no number", alert.place);
        let url = alert.annotation("runbook_url");
        let runbook =
            url.split('#').next().unwrap().split("monitoring/prometheus/runbooks/").nth(1).unwrap_or_default();
        assert!(
            !runbook.is_empty() && files::monitoring("prometheus/runbooks").join(runbook).is_file(),
            "{}: there is no runbook at {url:?}",
            alert.place
        );
    }
}

/// Alerts are told apart by name: two of one name are the same fault, at most at two severities.
#[test]
fn names_are_of_one_kind() {
    let mut seen = BTreeSet::new();
    for rule in files::rules() {
        assert_eq!(rule.is_alert, !rule.name.contains(':'), "{}: recordings are level:metric:operations", rule.place);
        if rule.is_alert {
            assert!(
                seen.insert((rule.name.clone(), rule.label("severity").to_owned())),
                "{} is there twice",
                rule.place
            );
        }
    }
}

#[test]
fn every_external_metric_is_used() {
    let rules = files::rules().into_iter().map(|rule| rule.expr);
    let panels = files::asking_panels().into_iter().flat_map(|panel| panel.queries()).map(|(query, _)| query);
    let used: BTreeSet<_> =
        rules.chain(panels).flat_map(|expr| promql::uses(&expr, &BTreeSet::new()).unwrap()).collect();
    let used: BTreeSet<_> = used.into_iter().map(|found| found.metric).collect();
    let unused: Vec<_> = files::external_metrics().into_iter().filter(|metric| !used.contains(metric)).collect();
    assert!(unused.is_empty(), "external-metrics.yaml: nothing uses {unused:?}");
}
