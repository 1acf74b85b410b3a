//! What is written under `monitoring/`, and the rules and dashboards among the chart's files, as the tests read them.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// A rule of any file: an alert or a recording.
pub struct Rule {
    /// Its file and its name.
    pub place: String,
    pub name: String,
    pub expr: String,
    pub is_alert: bool,
    json: Value,
}

/// A panel of any dashboard that shows something of Prometheus's.
pub struct Panel {
    /// Its dashboard's file and its title.
    pub place: String,
    pub json: Value,
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A path below `monitoring/`.
pub fn monitoring(path: &str) -> PathBuf {
    root().join("monitoring").join(path)
}

/// A path below the chart's files.
fn chart(path: &str) -> PathBuf {
    root().join("infrastructure/kubernetes/charts/devopsify/files").join(path)
}

/// The files of a folder with one of these extensions, by name.
pub fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let is_wanted =
        |path: &PathBuf| path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(is_wanted).collect();
    files.sort();
    assert!(!files.is_empty(), "nothing is in {}", folder.display());
    files
}

pub fn rule_files() -> Vec<PathBuf> {
    files(&chart("rules"), &["yaml"])
}

pub fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

pub fn yaml(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn array<'a>(json: &'a Value, key: &str) -> &'a [Value] {
    json[key].as_array().map_or(&[], Vec::as_slice)
}

pub fn text<'a>(json: &'a Value, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_default()
}

/// All rules of all files.
pub fn rules() -> Vec<Rule> {
    let of_file = |path: PathBuf| {
        let file = yaml(&path);
        let rules: Vec<_> = array(&file, "groups").iter().flat_map(|group| array(group, "rules").to_vec()).collect();
        rules.into_iter().map(move |json| Rule::read(&name(&path), json))
    };
    rule_files().into_iter().flat_map(of_file).collect()
}

impl Rule {
    fn read(file: &str, json: Value) -> Self {
        let is_alert = json.get("alert").is_some();
        let name = text(&json, if is_alert { "alert" } else { "record" }).to_owned();
        let expr = text(&json, "expr").to_owned();
        assert!(!name.is_empty() && !expr.is_empty(), "{file}: {json} is no rule");
        Self { place: format!("{file}: {name}"), name, expr, is_alert, json }
    }

    pub fn label(&self, name: &str) -> &str {
        text(&self.json["labels"], name)
    }

    pub fn annotation(&self, name: &str) -> &str {
        text(&self.json["annotations"], name)
    }

    /// The labels that its annotations tell of, as `$labels.name`, but for those that it sets itself.
    pub fn told_labels(&self) -> BTreeSet<String> {
        let annotations = self.json["annotations"].to_string();
        let told = annotations.split("$labels.").skip(1);
        let names = told.map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
        names.filter(|name: &String| self.json["labels"].get(name).is_none()).collect()
    }
}

/// The dashboards, each with its file's name.
pub fn dashboards() -> Vec<(String, Value)> {
    let read = |path: PathBuf| {
        let json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap());
        (name(&path), json.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    };
    files(&chart("dashboards"), &["json"]).into_iter().map(read).collect()
}

/// What stands on a dashboard, also within rows.
pub fn panels(dashboard: &Value) -> Vec<&Value> {
    array(dashboard, "panels").iter().flat_map(|panel| std::iter::once(panel).chain(array(panel, "panels"))).collect()
}

/// All panels of all dashboards that ask Prometheus.
pub fn asking_panels() -> Vec<Panel> {
    let of_dashboard = |(file, dashboard): (String, Value)| {
        let asking = panels(&dashboard).into_iter().filter(|panel| !array(panel, "targets").is_empty());
        asking
            .map(|panel| Panel { place: format!("{file}: {}", text(panel, "title")), json: panel.clone() })
            .collect::<Vec<_>>()
    };
    dashboards().into_iter().flat_map(of_dashboard).collect()
}

/// What Grafana puts in place of its variables. The longer names come first, because one is the beginning of another.
const VARIABLES: [(&str, &str); 6] = [
    ("__rate_interval", "1m"),
    ("__interval_ms", "15000"),
    ("__interval", "15s"),
    ("__range_s", "3600"),
    ("__range", "1h"),
    ("instance", ".*"),
];

/// The environment that this machine's Prometheus is of.
fn environment() -> String {
    let configuration = yaml(&monitoring("prometheus/prometheus.yml"));
    text(&configuration["global"]["external_labels"], "environment").to_owned()
}

impl Panel {
    /// Its queries, with every variable replaced, and the labels that the legend of each tells of.
    pub fn queries(&self) -> Vec<(String, BTreeSet<String>)> {
        let environment = environment();
        let query = |target: &Value| {
            let filled = VARIABLES.iter().chain(&[("environment", environment.as_str())]).fold(
                text(target, "expr").to_owned(),
                |query, (name, value)| {
                    query.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
                },
            );
            assert!(
                !filled.is_empty() && !filled.contains('$'),
                "{}: {filled:?} has a variable that is unknown",
                self.place
            );
            let legend = text(target, "legendFormat");
            let labels = legend.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
            (filled, labels.map(|label| label.trim().to_owned()).collect())
        };
        array(&self.json, "targets").iter().map(query).collect()
    }
}

/// The metrics of exporters that do not run on one machine, by `external-metrics.yaml`.
pub fn external_metrics() -> BTreeSet<String> {
    let file = yaml(&monitoring("prometheus/external-metrics.yaml"));
    let name = |metric: &Value| {
        for key in ["name", "exporter", "version"] {
            assert!(!text(metric, key).is_empty(), "external-metrics.yaml: {metric} has no {key}");
        }
        text(metric, "name").to_owned()
    };
    array(&file, "metrics").iter().map(name).collect()
}
