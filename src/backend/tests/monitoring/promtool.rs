//! What Prometheus's own tool says: of the configuration, of the rules, and of the tests of the alerts.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use super::files::{self, array, text};

fn promtool(arguments: &[&str]) {
    let output = Command::new("promtool").args(arguments).current_dir(files::monitoring("prometheus")).output();
    let output = output.expect("promtool, which comes with Prometheus, is in PATH");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "promtool {}:\n{}", arguments.join(" "), String::from_utf8_lossy(&said));
}

/// promtool, with files as its last arguments.
fn promtool_of(arguments: &[&str], files: &[PathBuf]) {
    let files = files.iter().map(|file| file.to_str().unwrap());
    promtool(&arguments.iter().copied().chain(files).collect::<Vec<_>>());
}

fn test_files() -> Vec<PathBuf> {
    files::files(&files::monitoring("prometheus/tests"), &["yaml", "yml"])
}

#[test]
fn the_configuration_and_the_rules_are_valid() {
    promtool(&["check", "config", "prometheus.yml"]);
    promtool_of(&["check", "rules", "--lint=all", "--lint-fatal"], &files::rule_files());
}

#[test]
fn the_tests_of_the_alerts_pass() {
    promtool_of(&["test", "rules"], &test_files());
}

/// Whether an alert is seen to fire, and seen not to.
#[test]
fn every_alert_has_a_test_that_fires_and_one_that_stays_silent() {
    let mut seen: BTreeMap<String, [bool; 2]> = BTreeMap::new();
    for file in test_files() {
        for check in array(&files::yaml(&file), "tests").iter().flat_map(|test| array(test, "alert_rule_test")) {
            let fires = !array(check, "exp_alerts").is_empty();
            seen.entry(text(check, "alertname").to_owned()).or_default()[usize::from(!fires)] = true;
        }
    }
    let alerts = files::rules().into_iter().filter(|rule| rule.is_alert);
    let untested: Vec<_> =
        alerts.filter(|alert| seen.get(&alert.name) != Some(&[true, true])).map(|alert| alert.place).collect();
    assert!(untested.is_empty(), "without both tests: {untested:#?}");
    let names: Vec<_> = files::rules().into_iter().map(|rule| rule.name).collect();
    let gone: Vec<_> = seen.keys().filter(|name| !names.contains(name)).collect();
    assert!(gone.is_empty(), "tested, and no alert: {gone:?}");
}
