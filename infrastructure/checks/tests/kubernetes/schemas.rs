//! Objects against the schemas of Kubernetes, and of those who define custom kinds.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, process::Command};

use infrastructure_checks::{run, tool, tools, try_run};
use serde_json::Value;

use super::{INSTALLERS, at, group, title};

/// The oldest that is supported, and everything newer that there are schemas of.
pub const VERSIONS: [&str; 4] = ["1.34", "1.35", "1.36", "1.37"];

/// Holds objects against their schemas, equal ones once, and tells how many there were.
pub fn expect_valid(objects: &[Value]) -> usize {
    let distinct: BTreeMap<String, &Value> = objects.iter().map(|object| (object.to_string(), object)).collect();
    let is_custom = |object: &Value| INSTALLERS.iter().any(|(known, ..)| group(object) == *known);
    let (custom, built_in): (Vec<&Value>, Vec<&Value>) = distinct.values().partition(|object| is_custom(object));
    expect_built_in(&built_in);
    let (by_hand, packaged): (Vec<&Value>, Vec<&Value>) =
        custom.into_iter().partition(|object| group(object) == "eks.amazonaws.com");
    by_hand.iter().for_each(|object| expect_ingress_class_params(object));
    expect_packaged(&packaged);
    distinct.len()
}

/// Every field known (`--strict`) in every version.
fn expect_built_in(objects: &[&Value]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("objects.yaml");
    let yaml: String = objects.iter().map(|object| format!("---\n{object}\n")).collect();
    fs::write(&file, yaml).unwrap();
    for version in VERSIONS {
        let said = run(tool("kubernetes-validate").args(["--strict", "--kubernetes-version", version]).arg(&file));
        let passed = said.lines().filter(|line| line.starts_with("INFO")).count();
        assert_eq!(passed, objects.len(), "Kubernetes {version}: {said}");
    }
}

/// By the models of the packages: their types refuse fields that are not known, their schemas values that are wrong.
fn expect_packaged(objects: &[&Value]) {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules");
    let folder = tempfile::tempdir_in(&modules).unwrap_or_else(|error| panic!("{}: {error}", modules.display()));
    let mut module = String::new();
    for (index, object) in objects.iter().enumerate() {
        let (version, kind) = (at(object, "/apiVersion"), at(object, "/kind"));
        let package = match group(object) {
            "argoproj.io" => "argo-cd",
            "external-secrets.io" => "external-secrets",
            _ => "prometheus-operator",
        };
        // The class stands for both, and its constructor wants neither.
        let mut object = (*object).clone();
        object.as_object_mut().unwrap().retain(|key, _| key != "apiVersion" && key != "kind");
        writeln!(module, "import {{ {kind} as Kind{index} }} from '@kubernetes-models/{package}/{version}';").unwrap();
        writeln!(module, "new Kind{index}({object}).validate();").unwrap();
    }
    let file = folder.path().join("objects.mjs");
    fs::write(&file, module).unwrap();
    let compile = ["--noEmit", "--allowJs", "--checkJs", "--strict", "--skipLibCheck", "--target", "es2022"];
    let mut compiler = Command::new("node");
    compiler.arg(modules.join("typescript/bin/tsc")).args(compile).args(["--module", "nodenext"]).arg(&file);
    for mut held in [compiler, Command::new("node")] {
        let held = if held.get_args().len() == 0 { held.arg(&file) } else { &mut held };
        if let Err(said) = try_run(held) {
            let titles: Vec<String> =
                objects.iter().enumerate().map(|(i, object)| format!("{}: {}", 2 * i + 2, title(object))).collect();
            panic!("{said}\nobjects by line: {titles:#?}");
        }
    }
}

/// By the schema beside this crate.
fn expect_ingress_class_params(object: &Value) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/ingressclassparams.json");
    let check =
        "import sys, json, jsonschema; jsonschema.validate(json.loads(sys.argv[2]), json.load(open(sys.argv[1])))";
    let python = tools().join("venv/bin/python");
    run(Command::new(python).args(["-c", check]).arg(schema).arg(object.to_string()));
}

/// Holds Prometheus's own opinion of rules against them.
pub fn expect_rules(rules: &[&Value]) {
    let folder = tempfile::tempdir().unwrap();
    for rule in rules {
        let file = folder.path().join("rules.yaml");
        fs::write(&file, rule["spec"].to_string()).unwrap();
        run(tool("promtool").args(["check", "rules"]).arg(&file));
    }
}
