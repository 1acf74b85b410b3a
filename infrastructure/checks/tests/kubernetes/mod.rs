//! What the checks of the chart, the manifests and GitOps share: rendering, and ways to look into what was rendered.

#![allow(dead_code, reason = "each check uses a part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeSet, env, fs};

use infrastructure_checks::{documents, files, path, run, text, tool, try_run};
use serde_json::Value;

pub mod network;
pub mod schemas;

pub const CHART: &str = "infrastructure/kubernetes/charts/devopsify";
pub const ENVIRONMENTS: [&str; 3] = ["development", "staging", "production"];
/// What can be switched off, each for a cluster that does not bring what it needs.
pub const FEATURES: [&str; 4] = ["autoscaling.enabled", "ingress.enabled", "monitoring.enabled", "secrets.external"];
/// What brings the kinds of a group: a folder with a pinned chart, and that chart's name; EKS brings its own.
pub const INSTALLERS: [(&str, &str, &str); 4] = [
    ("argoproj.io", "gitops/argocd/install", "argo-cd"),
    ("eks.amazonaws.com", "", ""),
    ("external-secrets.io", "gitops/applications/platform/external-secrets", "external-secrets"),
    ("monitoring.coreos.com", "gitops/applications/platform/kube-prometheus-stack", "kube-prometheus-stack"),
];

/// What stands in for a release: without one nothing runs, and there would be little to check.
const RELEASED: [&str; 2] = [
    "images.api.digest=sha256:1111111111111111111111111111111111111111111111111111111111111111",
    "images.storefront.digest=sha256:2222222222222222222222222222222222222222222222222222222222222222",
];

/// The file of values that promotion edits.
pub fn values_of(environment: &str) -> String {
    format!("gitops/applications/devopsify/{environment}.yaml")
}

/// What the chart renders with files of values and single ones; what Helm says when it refuses.
pub fn try_render(files: &[&str], set: &[&str]) -> Result<Vec<Value>, String> {
    let mut helm = tool("helm");
    helm.args(["template", "devopsify", CHART, "--namespace", "devopsify"]);
    helm.args(files.iter().flat_map(|file| ["--values", file])).args(set.iter().flat_map(|value| ["--set", value]));
    try_run(&mut helm).map(|yaml| documents(&yaml))
}

/// As [`try_render`], of a release, and of what has to be rendered: objects of which each has a name of its own, in the
/// namespace.
pub fn render(files: &[&str], set: &[&str]) -> Vec<Value> {
    let objects = try_render(files, &[&RELEASED, set].concat()).unwrap_or_else(|said| panic!("{said}"));
    let mut names = BTreeSet::new();
    for object in &objects {
        assert!(names.insert(title(object)), "{} is there twice", title(object));
        assert_eq!(at(object, "/metadata/namespace"), "devopsify", "{} is in another namespace", title(object));
    }
    objects
}

/// The store in an environment, as ArgoCD renders it.
pub fn store_in(environment: &str) -> Vec<Value> {
    render(&[&values_of(environment)], &[])
}

/// What `kubectl apply -k` would send.
pub fn kustomize(folder: &str) -> Vec<Value> {
    documents(&run(tool("kubectl").args(["kustomize", folder])))
}

/// The one document of a YAML file.
pub fn yaml(relative: &str) -> Value {
    let mut found = documents(&text(relative));
    assert_eq!(found.len(), 1, "{relative} has {} documents", found.len());
    found.remove(0)
}

/// What stands between two marks, wherever it does.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split_once(after)).map(|(found, _)| found).collect()
}

/// The sources of what the production and the local program read from the environment.
pub fn program_config() -> String {
    let sources =
        files("src/backend/src/config", &["rs"]).into_iter().chain(["src/backend/local/src/config.rs".to_owned()]);
    sources.map(|file| text(&file)).collect()
}

/// The number that the program takes for a variable if nothing is said.
pub fn program_default(variable: &str) -> i64 {
    let config = program_config();
    let line = config
        .lines()
        .find(|line| line.contains(&format!("env = \"{variable}\"")))
        .unwrap_or_else(|| panic!("the program does not know {variable}"));
    let number = between(line, "default_value_t = ", ")")[0].split(',').next().unwrap();
    number.trim().parse().unwrap_or_else(|_| panic!("{variable} has no number as its default: {line}"))
}

/// The text at a JSON pointer; empty if there is none.
pub fn at<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The number at a JSON pointer.
pub fn number(object: &Value, pointer: &str) -> i64 {
    object
        .pointer(pointer)
        .and_then(Value::as_i64)
        .unwrap_or_else(|| panic!("{}: no number at {pointer}", title(object)))
}

/// The list at a JSON pointer; empty if there is none.
pub fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts of the list at a JSON pointer.
pub fn texts<'a>(object: &'a Value, pointer: &str) -> Vec<&'a str> {
    list(object, pointer).iter().filter_map(Value::as_str).collect()
}

/// The kind and the name, for messages.
pub fn title(object: &Value) -> String {
    format!("{}/{}", at(object, "/kind"), at(object, "/metadata/name"))
}

/// The group of its version; empty for the core.
pub fn group(object: &Value) -> &str {
    at(object, "/apiVersion").rsplit_once('/').map_or("", |(group, _)| group)
}

/// The objects of a kind.
pub fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| at(object, "/kind") == kind).collect()
}

/// The object of a kind and a name.
pub fn named<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let found = of_kind(objects, kind).into_iter().find(|object| at(object, "/metadata/name") == name);
    found.unwrap_or_else(|| panic!("there is no {kind}/{name}"))
}

/// What makes pods.
pub fn workloads(objects: &[Value]) -> Vec<&Value> {
    objects.iter().filter(|object| object.pointer("/spec/template/spec/containers").is_some()).collect()
}

/// The containers of a workload, those that run first too.
#[allow(dead_code, reason = "not every binary of tests needs it")]
pub fn containers(workload: &Value) -> Vec<&Value> {
    let pod = |field: &str| list(workload, &format!("/spec/template/spec/{field}"));
    pod("initContainers").iter().chain(pod("containers")).collect()
}

/// The one container of a workload.
pub fn container(workload: &Value) -> &Value {
    let containers = list(workload, "/spec/template/spec/containers");
    assert_eq!(containers.len(), 1, "{} has {} containers", title(workload), containers.len());
    &containers[0]
}

/// Whether all labels of a selector are among the labels.
pub fn selects(selector: Option<&Value>, labels: Option<&Value>) -> bool {
    let entries = selector.and_then(Value::as_object).filter(|entries| !entries.is_empty());
    entries.is_some_and(|entries| {
        entries.iter().all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
    })
}

/// Whether a selector means the pods of a workload.
pub fn selects_pods(selector: Option<&Value>, workload: &Value) -> bool {
    selects(selector, workload.pointer("/spec/template/metadata/labels"))
}

/// The wave of an object; 0 if it names none.
pub fn wave(object: &Value) -> i64 {
    match at(object, "/metadata/annotations/argocd.argoproj.io~1sync-wave") {
        "" => 0,
        wave => wave.parse().unwrap_or_else(|_| panic!("{}: the wave {wave} is no number", title(object))),
    }
}

/// An amount of memory in MiB, or of processors in thousandths.
pub fn quantity(text: &str) -> u64 {
    let parse = |number: &str| number.parse::<u64>().unwrap_or_else(|_| panic!("{text} is no quantity"));
    match (text.strip_suffix("Gi"), text.strip_suffix("Mi"), text.strip_suffix('m')) {
        (Some(gib), ..) => parse(gib) * 1024,
        (_, Some(mib), _) => parse(mib),
        (.., Some(milli)) => parse(milli),
        _ => parse(text) * 1000,
    }
}

/// Holds a generated file against what it is generated from; with `RENEW=1`, writes it instead.
pub fn expect_generated(relative: &str, expected: &str) {
    if env::var_os("RENEW").is_some() {
        fs::write(path(relative), expected).unwrap_or_else(|error| panic!("{relative}: {error}"));
    }
    let found = fs::read_to_string(path(relative)).unwrap_or_default();
    assert!(found == expected, "{relative} is not what it is generated from: run the checks with RENEW=1");
}
