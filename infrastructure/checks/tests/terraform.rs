//! Terraform: its form, its validity, its own tests, what must hold of every resource, and a life against an AWS on loopback.
//!
//! The provider comes from the folder that `TF_PLUGIN_DIR` names, or from the registry. Where neither has it, what needs it is
//! skipped, loudly; in a workflow it fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "terraform/commands.rs"]
mod commands;
#[path = "terraform/invariants.rs"]
mod invariants;
#[path = "terraform/stand_in.rs"]
mod stand_in;
#[path = "terraform/tree.rs"]
mod tree;

use std::{collections::BTreeSet, time::Instant};

use infrastructure_checks::{files, run, text, tool};
use serde_json::Value;

use invariants::Resource;
use tree::{ENVIRONMENTS, TERRAFORM, Tree};

#[test]
fn terraform_is_formatted() {
    let folders = [TERRAFORM, "infrastructure/checks/tests/terraform"];
    run(tool("terraform").args(["fmt", "-check", "-diff", "-recursive"]).args(folders));
    let count: usize = folders.map(|folder| files(folder, &["tf", "hcl", "tfvars"]).len()).iter().sum();
    println!("  terraform: {count} files formatted");
}

/// What differs between environments are values, the place of the state, and what their tests expect of the values.
#[test]
fn environments_differ_by_values_alone() {
    let root = |environment: &str| format!("{TERRAFORM}/environments/{environment}");
    let shared = |environment: &str| -> BTreeSet<String> {
        let prefix = format!("{}/", root(environment));
        let own = |file: &String| file.contains('/') || file == "backend.tf" || file == "terraform.tfvars";
        let names = files(&root(environment), &["tf", "tfvars"]).into_iter();
        names.map(|file| file.strip_prefix(&prefix).unwrap().to_owned()).filter(|file| !own(file)).collect()
    };
    let [first, others @ ..] = ENVIRONMENTS;
    for other in others {
        assert_eq!(shared(first), shared(other), "{first} and {other} have different files");
        for file in shared(first).iter().chain([&".terraform.lock.hcl".to_owned()]) {
            let (left, right) = (text(&format!("{}/{file}", root(first))), text(&format!("{}/{file}", root(other))));
            assert!(left == right, "{file} differs between {first} and {other}");
        }
        let backend = |environment| text(&format!("{}/backend.tf", root(environment)));
        assert_eq!(
            backend(first).replace(first, other),
            backend(other),
            "more than the key differs in backend.tf of {other}"
        );
        let values = |environment| keys(&text(&format!("{}/terraform.tfvars", root(environment))));
        assert_eq!(values(first), values(other), "{first} and {other} set different values");
    }
    println!("  terraform: {} environments, {} files each the same", ENVIRONMENTS.len(), shared(first).len() + 1);
}

/// The names that a file of values sets.
fn keys(values: &str) -> BTreeSet<String> {
    let names = values.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()));
    names.filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim().to_owned()).collect()
}

#[test]
fn terraform_is_valid() {
    let Some(tree) = tree::prepared("validate") else { return };
    let roots = tree::roots();
    for root in &roots {
        let said: Value = serde_json::from_str(&run(tree.terraform(root).args(["validate", "-json"]))).unwrap();
        assert_eq!(said["diagnostics"], Value::Array(vec![]), "{root}");
    }
    println!("  terraform: {} roots valid", roots.len());
}

#[test]
fn modules_keep_their_promises() {
    let Some(tree) = tree::prepared("tests of modules") else { return };
    let tested = tree::tested("modules");
    let runs: usize = tested.iter().map(|module| test(tree, module).0).sum();
    assert!(runs > tested.len(), "modules have next to no tests");
    println!("  terraform: {} modules, {runs} runs of their tests", tested.len());
}

/// The own tests of bootstrap and of each environment, and the invariants of every resource that they would have.
#[test]
fn roots_keep_the_invariants() {
    let Some(tree) = tree::prepared("invariants of roots") else { return };
    let (mut resources, mut held) = (0, 0);
    for (root, path) in [("bootstrap", "bootstrap".to_owned())]
        .into_iter()
        .chain(ENVIRONMENTS.map(|environment| (environment, format!("environments/{environment}"))))
    {
        let (runs, planned) = test(tree, &path);
        assert!(runs > 0, "{root} has no tests");
        held += invariants::hold(root, &planned);
        resources += planned.len();
    }
    println!(
        "  terraform: bootstrap and {} environments, {resources} resources, {held} invariants",
        ENVIRONMENTS.len()
    );
}

/// Runs the tests of a root: how many runs there were, and the resources of the first.
fn test(tree: &Tree, root: &str) -> (usize, Vec<Resource>) {
    let said = run(tree.terraform(root).args(["test", "-json", "-verbose"]));
    let lines = || said.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    let summary = lines().find(|line| line["type"] == "test_summary").expect("a summary");
    let count = |what: &str| summary["test_summary"][what].as_u64().unwrap();
    assert_eq!((count("failed"), count("errored"), count("skipped")), (0, 0, 0), "{root}: {summary}");
    let state = lines().find(|line| line["type"] == "test_state").map(|line| line["test_state"].clone());
    (usize::try_from(count("passed")).unwrap(), state.map(|state| invariants::resources(&state)).unwrap_or_default())
}

/// Production by its own page: made, planned again without a change, and taken down, against an AWS on loopback. It mostly waits;
/// tests are started by their names, so that this one is the first and the others run beside it.
#[test]
fn all_of_production_is_made_unchanged_and_taken_down() {
    if tree::prepared("production against a stand-in of AWS").is_none() {
        return;
    }
    let (aws, tree) = (stand_in::Aws::start(), Tree::for_stand_in());
    commands::execute(&tree, &aws, "docs/operations/bootstrap.md");

    let (bootstrap, production) = ("bootstrap", "environments/production");
    let mut made = Vec::new();
    for root in [bootstrap, production] {
        let started = Instant::now();
        let said = run(aws.speak_to(&mut tree.terraform(root)).args(["plan", "-detailed-exitcode", "-no-color"]));
        commands::tell(root, &said, started);
        let state: Value =
            serde_json::from_str(&run(aws.speak_to(&mut tree.terraform(root)).args(["show", "-json"]))).unwrap();
        let resources = invariants::resources(&state["values"]);
        made.push((resources.len(), invariants::hold(root, &resources)));
    }
    commands::execute(&tree, &aws, "docs/operations/teardown.md");
    let left = run(aws.speak_to(&mut tree.terraform(production)).args(["state", "list"]));
    assert_eq!(left.trim(), "", "production was not taken down as a whole");
    let ((below, held_below), (above, held_above)) = (made[0], made[1]);
    let held = held_below + held_above;
    println!(
        "  terraform: {above} resources of production and {below} of bootstrap made, no changes, {held} invariants, taken down"
    );
}

/// What checkov finds is put right, or left for a reason that stands beside it.
#[test]
fn checkov_finds_nothing_without_a_reason() {
    let mut checkov = tool("checkov");
    checkov.args(["--directory", TERRAFORM, "--framework", "terraform", "--output", "json", "--quiet", "--compact"]);
    checkov.args(["--skip-download", "--soft-fail"]);
    let found: Value = serde_json::from_str(&run(&mut checkov)).expect("checkov's JSON");
    let checks = |kind: &str| found["results"][kind].as_array().cloned().unwrap_or_default();
    let tell = |check: &Value| format!("{} {} {}", check["check_id"], check["resource"], check["check_name"]);
    let failed: BTreeSet<String> = checks("failed_checks").iter().map(tell).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    for skipped in checks("skipped_checks") {
        let reason = skipped["check_result"]["suppress_comment"].as_str().unwrap_or_default();
        assert!(reason.split_whitespace().count() >= 4, "skipped without a reason: {}", tell(&skipped));
    }
    let passed = found["summary"]["passed"].as_u64().unwrap();
    assert!(passed > 0 && found["summary"]["parsing_errors"] == 0, "{}", found["summary"]);
    println!("  terraform: checkov passed {passed} checks, {} skipped with a reason", checks("skipped_checks").len());
}

/// Roots, variables and outputs that the pages' commands name are there.
#[test]
fn commands_of_the_pages_name_what_is_there() {
    let commands: usize =
        ["docs/operations/bootstrap.md", "docs/operations/teardown.md"].map(commands::check).iter().sum();
    println!("  terraform: {commands} of its commands on 2 pages");
}
