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

use infrastructure_checks::{checkov, files, run, text, tool, try_run};
use serde_json::Value;

use invariants::Resource;
use tree::{ENVIRONMENTS, STORE, TERRAFORM, Tree};

#[test]
fn terraform_is_formatted() {
    let folders = [TERRAFORM, "infrastructure/checks/tests/terraform"];
    run(tool("terraform").args(["fmt", "-check", "-diff", "-recursive"]).args(folders));
    let count: usize = folders.map(|folder| files(folder, &["tf", "hcl", "tfvars"]).len()).iter().sum();
    println!("  terraform: {count} files formatted");
}

/// Environments share a root: each has its values and the key of its state, and there is nothing else that tells them apart.
#[test]
fn environments_differ_by_values_alone() {
    let root = format!("{TERRAFORM}/{STORE}");
    let expected: BTreeSet<String> = ENVIRONMENTS
        .iter()
        .flat_map(|environment| {
            ["tfvars", "backend.hcl"].map(|kind| format!("{root}/environments/{environment}.{kind}"))
        })
        .collect();
    let found: BTreeSet<String> = files(&root, &["tfvars", "hcl"])
        .into_iter()
        .filter(|file| !file.ends_with(".tftest.hcl") && !file.ends_with(".terraform.lock.hcl"))
        .collect();
    // Values beside the configuration would be those of every environment.
    assert_eq!(found, expected);
    let values = |environment| text(&format!("{root}/environments/{environment}.tfvars"));
    for environment in ENVIRONMENTS {
        let backend = text(&format!("{root}/environments/{environment}.backend.hcl"));
        let key = format!("key = \"{environment}/terraform.tfstate\"");
        assert!(backend.lines().any(|line| line == key), "{environment} has another's state");
        let named = format!("\nenvironment = \"{environment}\"\n");
        assert!(values(environment).contains(&named), "{environment}.tfvars is of another environment");
        assert_eq!(keys(&values(environment)), keys(&values(ENVIRONMENTS[0])), "{environment} sets other values");
    }
    println!("  terraform: {} environments of {} values", ENVIRONMENTS.len(), keys(&values(ENVIRONMENTS[0])).len());
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
    let runs: usize = tested.iter().map(|module| test(tree, module, &[]).0).sum();
    assert!(runs > tested.len(), "modules have next to no tests");
    println!("  terraform: {} modules, {runs} runs of their tests", tested.len());
}

/// The own tests of bootstrap and of each environment, and the invariants of every resource that they would have.
#[test]
fn roots_keep_the_invariants() {
    let Some(tree) = tree::prepared("invariants of roots") else { return };
    let (mut resources, mut held) = (0, 0);
    let environments = ENVIRONMENTS.map(|environment| {
        (environment, STORE, vec![tree::values(environment), format!("-filter=tests/{environment}.tftest.hcl")])
    });
    for (name, root, arguments) in [("bootstrap", "bootstrap", vec![])].into_iter().chain(environments) {
        let (runs, planned) = test(tree, root, &arguments);
        assert!(runs > 0, "{name} has no tests");
        held += invariants::hold(name, &planned);
        resources += planned.len();
    }
    println!(
        "  terraform: bootstrap and {} environments, {resources} resources, {held} invariants",
        ENVIRONMENTS.len()
    );
}

/// Runs the tests of a root: how many runs there were, and the resources of the first.
fn test(tree: &Tree, root: &str, arguments: &[String]) -> (usize, Vec<Resource>) {
    let said = run(tree.terraform(root).args(["test", "-json", "-verbose"]).args(arguments));
    let lines = || said.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    let summary = lines().find(|line| line["type"] == "test_summary").expect("a summary");
    let count = |what: &str| summary["test_summary"][what].as_u64().unwrap();
    assert_eq!((count("failed"), count("errored"), count("skipped")), (0, 0, 0), "{root}: {summary}");
    let state = lines().find(|line| line["type"] == "test_state").map(|line| line["test_state"].clone());
    (usize::try_from(count("passed")).unwrap(), state.map(|state| invariants::resources(&state)).unwrap_or_default())
}

/// Production by its own page: made, planned again without a change, and taken down, against an AWS on loopback. It mostly waits;
/// tests are started by their names, so that this one is among the first and the others run beside it.
#[test]
fn all_of_production_is_made_unchanged_and_taken_down() {
    if tree::prepared("production against a stand-in of AWS").is_none() {
        return;
    }
    let (aws, tree) = (stand_in::Aws::start("production"), Tree::for_stand_in("production"));
    commands::execute(&tree, &aws, "docs/operations/bootstrap.md");

    let mut made = Vec::new();
    for (root, values) in [("bootstrap", None), (STORE, Some(tree::values("production")))] {
        let started = Instant::now();
        let mut plan = tree.terraform(root);
        plan.args(["plan", "-detailed-exitcode", "-no-color"]).args(values);
        let said = run(aws.speak_to(&mut plan));
        commands::tell(root, &said, started);
        let state: Value =
            serde_json::from_str(&run(aws.speak_to(&mut tree.terraform(root)).args(["show", "-json"]))).unwrap();
        let resources = invariants::resources(&state["values"]);
        made.push((resources.len(), invariants::hold(root, &resources)));
    }
    commands::execute(&tree, &aws, "docs/operations/teardown.md");
    let left = run(aws.speak_to(&mut tree.terraform(STORE)).args(["state", "list"]));
    assert_eq!(left.trim(), "", "production was not taken down as a whole");
    let ((below, held_below), (above, held_above)) = (made[0], made[1]);
    let held = held_below + held_above;
    println!(
        "  terraform: {above} resources of production and {below} of bootstrap made, no changes, {held} invariants, taken down"
    );
}

/// A root that was initialised for one environment does nothing with the values of another one.
#[test]
fn a_state_takes_the_values_of_its_environment_alone() {
    if tree::prepared("states and values against a stand-in of AWS").is_none() {
        return;
    }
    let (aws, tree) = (stand_in::Aws::start("states"), Tree::for_stand_in("states"));
    aws.make_bucket("devopsify-terraform-123456789012");
    let terraform = |arguments: &[&str], environment: &str| {
        let mut command = tree.terraform(STORE);
        command.args(arguments).arg("-no-color").arg(tree::values(environment));
        let zone = "module.dns.aws_route53_zone.this";
        command.args(if arguments[0] == "import" { vec![zone, "Z1"] } else { vec!["-target", zone] });
        try_run(aws.speak_to(&mut command))
    };
    let mut init = tree.terraform(STORE);
    run(aws.speak_to(init.args(["init", "-no-color", "-backend-config=environments/production.backend.hcl"])));
    terraform(&["apply", "-auto-approve"], "production").unwrap();
    let commands: [&[&str]; 4] = [&["plan"], &["apply", "-auto-approve"], &["destroy", "-auto-approve"], &["import"]];
    for arguments in commands {
        let said = terraform(arguments, "staging").expect_err("production is staging's");
        // Terraform draws a frame around what it says, and breaks lines.
        let said = said.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = "the values of staging, and production/terraform.tfstate is another environment's state";
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    terraform(&["destroy", "-auto-approve"], "production").unwrap();
    println!("  terraform: {} commands refuse the values of another environment", commands.len());
}

/// What checkov finds with any environment's values is put right, or left for a reason that stands beside it.
#[test]
fn checkov_finds_nothing_without_a_reason() {
    for environment in ENVIRONMENTS {
        let values = format!("{TERRAFORM}/{STORE}/environments/{environment}.tfvars");
        let (passed, skipped) = checkov::expect_clean("terraform", &["--directory", TERRAFORM, "--var-file", &values]);
        println!("  terraform: {environment}: checkov passed {passed} checks, {skipped} skipped with a reason");
    }
}

/// Roots, variables and outputs that the pages' commands name are there.
#[test]
fn commands_of_the_pages_name_what_is_there() {
    let commands: usize = ["bootstrap", "restore", "teardown"]
        .map(|page| commands::check(&format!("docs/operations/{page}.md")))
        .iter()
        .sum();
    println!("  terraform: {commands} of its commands on 3 pages");
}
