//! Prometheus's rules from the objectives, so that each number stands in one place.
//!
//! Alerts follow the Google SRE Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts": a budget that burns so fast that
//! it would be felt (the long window) and that still burns (the short one).

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_saphyr::LitString;

/// Which objectives to make rules of.
#[derive(Clone, Args)]
pub struct SloCommand {
    /// The file of the objectives.
    pub file: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Objectives {
    window: String,
    minimum_failures: u32,
    journeys: Vec<Journey>,
}

/// What shoppers do, with what they may expect of it; objectives are in percent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Journey {
    name: String,
    description: String,
    requests: String,
    availability: f64,
    latency: Latency,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Latency {
    objective: f64,
    seconds: f64,
}

/// A pair of windows, and how many times too fast the budget burns that they alert on.
struct Burn {
    rate: f64,
    long: &'static str,
    short: &'static str,
}

const PAGE: [Burn; 2] = [Burn { rate: 14.4, long: "1h", short: "5m" }, Burn { rate: 6.0, long: "6h", short: "30m" }];
const TICKET: [Burn; 2] = [Burn { rate: 3.0, long: "1d", short: "2h" }, Burn { rate: 1.0, long: "3d", short: "6h" }];
/// Every window of the pairs but the first, whose rates the others are averages of.
const WINDOWS: [&str; 6] = ["30m", "1h", "2h", "6h", "1d", "3d"];
/// Between two evaluations, as Prometheus writes it and in seconds: the sum of rates times this is a number of requests.
const INTERVAL: (&str, u32) = ("1m", 60);
/// Without a request nothing is divided by zero, and no budget burns.
const NEARLY_NONE: &str = "1e-9";

#[derive(Serialize)]
struct Rules {
    groups: [Group; 1],
}

/// One group, because its rules are evaluated in their order: rates, what they burn, alerts.
#[derive(Serialize)]
struct Group {
    name: &'static str,
    interval: &'static str,
    rules: Vec<Rule>,
}

type Labels = BTreeMap<&'static str, String>;

#[derive(Serialize)]
#[serde(untagged)]
enum Rule {
    Record {
        record: String,
        expr: LitString,
        #[serde(skip_serializing_if = "Labels::is_empty")]
        labels: Labels,
    },
    Alert {
        alert: String,
        expr: LitString,
        labels: Labels,
        annotations: Labels,
    },
}

/// Prints the rules of the objectives.
///
/// # Errors
/// When the file cannot be read, or holds what is no objective.
pub fn run(command: &SloCommand) -> anyhow::Result<()> {
    let file = command.file.display();
    let text = std::fs::read_to_string(&command.file).with_context(|| format!("{file} cannot be read"))?;
    print!("{}", rules(&text).with_context(|| format!("{file} is no file of objectives"))?);
    Ok(())
}

/// The file of rules for a file of objectives, both as YAML.
///
/// # Errors
/// When the text holds what is no objective.
pub fn rules(text: &str) -> anyhow::Result<String> {
    let objectives: Objectives = serde_saphyr::from_str(text)?;
    objectives.journeys.iter().try_for_each(Journey::check)?;
    let group = Group { name: "slo", interval: INTERVAL.0, rules: objectives.rules() };
    let yaml = serde_saphyr::to_string(&Rules { groups: [group] })?;
    Ok(format!("# Generated from slo.yaml by `make generate`: change that.\n\n{yaml}"))
}

impl Journey {
    fn check(&self) -> anyhow::Result<()> {
        let name = &self.name;
        ensure!(
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase()),
            "{name:?} is no name: use lower-case letters, because alerts are named by it"
        );
        for objective in [self.availability, self.latency.objective] {
            ensure!(
                objective > 0.0 && objective < 100.0,
                "{name}: {objective} is no objective between 0 and 100 percent"
            );
        }
        ensure!(self.latency.seconds > 0.0, "{name}: the latency is to be more than 0 seconds");
        Ok(())
    }

    fn availability(&self) -> Objective<'_> {
        let all = format!("http_requests_total{{{}}}", self.requests);
        let failed = format!("http_requests_total{{{},status=~\"5..\"}}", self.requests);
        // Without a single failure there is no series of failures.
        let failures = format!("{}\n  or 0 * {}", rate(&failed), rate(&all));
        Objective { journey: self, name: "availability", percent: self.availability, requests: rate(&all), failures }
    }

    fn latency(&self) -> Objective<'_> {
        let Latency { objective, seconds } = self.latency;
        // Prometheus 3 writes a boundary without decimals with one.
        let boundary = if seconds.fract() == 0.0 {
            format!("le=~\"{seconds}|{seconds}[.]0\"")
        } else {
            format!("le=\"{seconds}\"")
        };
        let all = rate(&format!("http_request_duration_seconds_count{{{}}}", self.requests));
        let quick = rate(&format!("http_request_duration_seconds_bucket{{{},{boundary}}}", self.requests));
        let failures = format!("clamp_min(\n  {all}\n  - {quick}, 0)");
        Objective { journey: self, name: "latency", percent: objective, requests: all, failures }
    }
}

/// One objective of a journey: its requests and those that fail it, in PromQL, per second.
struct Objective<'a> {
    journey: &'a Journey,
    name: &'static str,
    percent: f64,
    requests: String,
    failures: String,
}

impl Objective<'_> {
    fn labels(&self) -> Labels {
        Labels::from([("journey", self.journey.name.clone()), ("objective", self.name.into())])
    }

    fn selector(&self) -> String {
        format!("{{journey=\"{}\",objective=\"{}\"}}", self.journey.name, self.name)
    }

    fn records(&self, window: &str) -> [Rule; 3] {
        // Binary fractions do not hold 99.95 %, six decimals do.
        let budget = (100.0 - self.percent) * 1e4;
        // There is a budget as long as any of its requests count: it outlives an outage in which none is measured.
        let requests = format!("last_over_time(slo:requests:rate5m{}[{window}])", self.selector());
        let budget = format!("{} + 0 * {requests}", budget.round() / 1e6);
        [("requests:rate5m", &self.requests), ("failures:rate5m", &self.failures), ("error_budget:ratio", &budget)]
            .map(|(name, expr)| record(&format!("slo:{name}"), expr, self.labels()))
    }

    fn alert(&self, severity: &str, burns: &[Burn; 2], objectives: &Objectives) -> Rule {
        let Objectives { window, minimum_failures, .. } = objectives;
        let selector = self.selector();
        let conditions = burns.each_ref().map(|Burn { rate, long, short }| {
            format!(
                "  slo:burn_rate:{long}{selector} > {rate}\n  and slo:burn_rate:{short}{selector} > {rate}\n  \
                 and sum_over_time(slo:failures:rate5m{selector}[{long}]) * {} >= {minimum_failures}\n",
                INTERVAL.1
            )
        });
        let alert = [self.journey.name.as_str(), self.name, "burn"].map(capitalised).concat();
        let summary = format!(
            "The {} of {} burns its error budget of {window} {{{{ $value | humanize }}}} times too fast",
            self.name, self.journey.name
        );
        Rule::Alert {
            expr: LitString(format!("(\n{})", conditions.join(") or (\n"))),
            labels: Labels::from([("severity", severity.into())]),
            annotations: Labels::from([
                ("description", self.journey.description.clone()),
                ("runbook_url", format!("monitoring/prometheus/runbooks/{alert}.md")),
                ("summary", summary),
            ]),
            alert,
        }
    }
}

impl Objectives {
    fn rules(&self) -> Vec<Rule> {
        let objectives: Vec<Objective> =
            self.journeys.iter().flat_map(|journey| [journey.availability(), journey.latency()]).collect();
        let records = objectives.iter().flat_map(|objective| objective.records(&self.window));
        let alerts = objectives
            .iter()
            .flat_map(|objective| [objective.alert("page", &PAGE, self), objective.alert("ticket", &TICKET, self)]);
        records.chain(self.burn_rates()).chain(alerts).collect()
    }

    /// How many times faster the budget burns than it may, over each window, and what is left of it: the same for all.
    fn burn_rates(&self) -> impl Iterator<Item = Rule> {
        let shortest = ("burn_rate:5m".into(), burn("slo:failures:rate5m", "slo:requests:rate5m"));
        let left = ("error_budget:remaining_ratio".into(), format!("1 - {}", burn_over(&self.window)));
        let longer = WINDOWS.map(|window| (format!("burn_rate:{window}"), burn_over(window)));
        let all = [shortest].into_iter().chain(longer).chain([left]);
        all.map(|(name, expr): (String, String)| record(&format!("slo:{name}"), &expr, Labels::new()))
    }
}

fn burn(failures: &str, requests: &str) -> String {
    format!("{failures}\n  / clamp_min({requests}, {NEARLY_NONE})\n  / slo:error_budget:ratio")
}

fn burn_over(window: &str) -> String {
    let over = |name| format!("avg_over_time(slo:{name}:rate5m[{window}])");
    burn(&over("failures"), &over("requests"))
}

fn record(name: &str, expr: &str, labels: Labels) -> Rule {
    Rule::Record { record: name.into(), expr: LitString(expr.into()), labels }
}

fn rate(selector: &str) -> String {
    format!("sum by (environment) (rate({selector}[5m]))")
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_ascii_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKOUT: &str = "
window: 30d
minimum_failures: 10
journeys:
  - name: checkout
    description: From the form to the paid order.
    requests: route=~\"/api/orders(/.*)?\"
    availability: 99.95
    latency: { objective: 99, seconds: 1 }
";

    fn lines(text: &str) -> Vec<String> {
        rules(text).unwrap().lines().map(|line| line.trim().to_owned()).collect()
    }

    #[track_caller]
    fn expect_line(line: &str) {
        let lines = lines(CHECKOUT);
        assert!(lines.iter().any(|found| found == line), "{line} is not in\n{}", lines.join("\n"));
    }

    #[test]
    fn the_budget_is_what_the_objective_leaves_without_a_binary_remainder() {
        for (budget, objective) in [("0.0005", "availability"), ("0.01", "latency")] {
            let selector = format!("{{journey=\"checkout\",objective=\"{objective}\"}}");
            expect_line(&format!("{budget} + 0 * last_over_time(slo:requests:rate5m{selector}[30d])"));
        }
    }

    #[test]
    fn a_boundary_is_found_as_both_majors_of_prometheus_write_it() {
        expect_line(
            "- sum by (environment) (rate(http_request_duration_seconds_bucket{route=~\"/api/orders(/.*)?\",le=~\"1|1[.]0\"}[5m])), 0)",
        );
        let quarter = lines(&CHECKOUT.replace("seconds: 1", "seconds: 0.25"));
        assert!(quarter.iter().any(|line| line.contains("le=\"0.25\"")), "{quarter:?}");
    }

    #[test]
    fn an_alert_needs_both_windows_and_more_than_one_error() {
        let selector = "{journey=\"checkout\",objective=\"availability\"}";
        for (rate, long, short) in [("14.4", "1h", "5m"), ("6", "6h", "30m"), ("3", "1d", "2h"), ("1", "3d", "6h")] {
            expect_line(&format!("slo:burn_rate:{long}{selector} > {rate}"));
            expect_line(&format!("and slo:burn_rate:{short}{selector} > {rate}"));
            expect_line(&format!("and sum_over_time(slo:failures:rate5m{selector}[{long}]) * 60 >= 10"));
        }
    }

    #[test]
    fn every_window_of_an_alert_is_recorded() {
        for Burn { long, short, .. } in PAGE.iter().chain(&TICKET) {
            for window in [long, short] {
                expect_line(&format!("- record: slo:burn_rate:{window}"));
            }
        }
    }

    #[test]
    fn each_objective_pages_and_writes_a_ticket_with_one_runbook() {
        let lines = lines(CHECKOUT);
        for alert in ["CheckoutAvailabilityBurn", "CheckoutLatencyBurn"] {
            let count = |line: String| lines.iter().filter(|found| **found == line).count();
            assert_eq!(count(format!("- alert: {alert}")), 2);
            assert_eq!(count(format!("runbook_url: monitoring/prometheus/runbooks/{alert}.md")), 2);
        }
    }

    #[test]
    fn what_is_no_objective_is_refused() {
        for (right, wrong) in [
            ("99.95", "100"),
            ("99.95", "0"),
            ("seconds: 1", "seconds: 0"),
            ("name: checkout", "name: Check out"),
            ("availability", "availabilty"),
        ] {
            assert!(rules(&CHECKOUT.replace(right, wrong)).is_err(), "{wrong} was taken");
        }
    }
}
