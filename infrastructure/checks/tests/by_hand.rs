//! What people do by hand, once, before anything works alone: that the pages tell all of it, in an order that works.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeSet, process::Command};

use infrastructure_checks::{documents, root, run, text};
use serde_json::Value;

const BOOTSTRAP: &str = "docs/operations/bootstrap.md";
const ONE_MACHINE: &str = "docs/operations/one-machine.md";
const DEPLOYMENT: &str = "docs/deployment.md";

/// Whatever names nobody yet is in the table of the first step, and the table names nothing else.
#[test]
fn what_is_to_be_set_is_told() {
    let page = text(BOOTSTRAP);
    let table = page.split("## 1. ").nth(1).unwrap().split("## 2. ").next().unwrap();
    let cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let told: BTreeSet<&str> = cells.flat_map(|cell| cell.split('`').filter(|place| place.contains('/'))).collect();
    let mut list = Command::new("git");
    list.args(["ls-files", "--", ".github", "gitops", "infrastructure/terraform"]);
    let tracked = run(list.current_dir(root()));
    let open: BTreeSet<&str> = tracked
        .lines()
        .filter(|file| !file.ends_with(".tftest.hcl"))
        .filter(|file| {
            let text = text(file);
            text.to_lowercase().contains("to be set") || text.contains("example/")
        })
        .collect();
    let missing: Vec<_> = open.iter().filter(|file| !told.iter().any(|place| fits(place, file))).collect();
    assert!(missing.is_empty(), "{BOOTSTRAP} does not say that these are to be set: {missing:?}");
    let idle: Vec<_> = told.iter().filter(|place| !open.iter().any(|file| fits(place, file))).collect();
    assert!(idle.is_empty(), "{BOOTSTRAP}: nothing is to be set in {idle:?}");
    println!("  by hand: {} files are to be set, and told", open.len());
}

/// Whether a place, in which `*` is a part of one name, is a file.
fn fits(place: &str, file: &str) -> bool {
    let (places, names): (Vec<&str>, Vec<&str>) = (place.split('/').collect(), file.split('/').collect());
    let same = |(place, name): (&&str, &&str)| match place.split_once('*') {
        Some((before, after)) => name.starts_with(before) && name.ends_with(after),
        None => place == name,
    };
    places.len() == names.len() && places.iter().zip(&names).all(same)
}

/// ArgoCD follows `main`, so what is set is there first; a role is taken by who may.
#[test]
fn the_steps_are_in_an_order_that_works() {
    let page = text(BOOTSTRAP);
    let order = [
        "infrastructure/terraform/bootstrap apply",
        "apply -var-file=environments/production.tfvars -target=module.dns.aws_route53_zone.this",
        "aws secretsmanager put-secret-value",
        "infrastructure/terraform/store output\n",
        "git push",
        "gh pr merge",
        "aws eks update-kubeconfig",
        "helm upgrade --install argocd",
        "argocd.argoproj.io/secret-type=repository",
        "kubectl apply --filename gitops/argocd/root.yaml",
    ];
    let mut at = 0;
    for step in order {
        at += page[at..].find(step).unwrap_or_else(|| panic!("{BOOTSTRAP}: {step} is missing, or comes too early"));
    }
    let values = text("infrastructure/terraform/store/environments/production.tfvars");
    let administrator = values.lines().find_map(|line| line.strip_prefix("administrators ")).unwrap();
    let role = administrator.split('"').nth(1).unwrap();
    assert!(page.contains(&format!("--role-arn {role}")), "kubectl is refused without a role of `administrators`");
}

/// The body of a page's request to GitHub.
fn request(page: &str, path: &str) -> Value {
    let (_, rest) = page.split_once(path).unwrap_or_else(|| panic!("{DEPLOYMENT}: no request for {path}"));
    let body = rest.split_once("<<END\n").unwrap().1.split("END\n").next().unwrap();
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{DEPLOYMENT}: {path}: {error}"))
}

#[test]
fn what_github_must_hold_is_told() {
    let page = text(DEPLOYMENT);
    let protection = request(&page, "/branches/main/protection\"");
    let ci = documents(&text(".github/workflows/ci.yml")).remove(0);
    assert_eq!(
        protection["required_status_checks"]["contexts"],
        Value::from([ci["jobs"]["gate"]["name"].clone()].to_vec())
    );
    let reviews = &protection["required_pull_request_reviews"];
    for asked in ["dismiss_stale_reviews", "require_code_owner_reviews", "require_last_push_approval"] {
        assert_eq!(reviews[asked], true, "what was approved is not what is merged: {asked}");
    }
    let environment = request(&page, "/environments/$environment\"");
    assert!(!environment["reviewers"].as_array().unwrap().is_empty(), "anybody applies");
    assert_eq!(environment["deployment_branch_policy"]["custom_branch_policies"], true);
    assert!(
        page.contains("/environments/$environment/deployment-branch-policies\" --field name=main"),
        "any branch applies"
    );
    let infra = documents(&text(".github/workflows/infra.yml")).remove(0);
    let all = infra["jobs"]["apply"]["strategy"]["matrix"]["environment"].as_array().unwrap();
    let all: Vec<&str> = all.iter().map(|name| name.as_str().unwrap()).collect();
    assert!(page.contains(&format!("for environment in {}; do", all.join(" "))), "an environment is unprotected");
    println!("  by hand: {} environments and a branch of GitHub are protected", all.len());
}

/// The events of the payment provider that a page subscribes to.
fn events_of(page: &str) -> BTreeSet<&str> {
    page.split("enabled_events[]=").skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The version of them.
fn version_of(page: &str) -> &str {
    page.split_once("api_version=").expect("a version").1.split_whitespace().next().unwrap()
}

/// The payment provider tells the program what it acts upon, and nothing that it does not know.
#[test]
fn the_webhook_is_the_programs() {
    let page = text(BOOTSTRAP);
    let one_machine = text(ONE_MACHINE);
    let handlers = text("src/backend/src/payments/handlers.rs");
    let mut paths = handlers.split("utoipa::path(post, path = \"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let path = paths.find(|path| path.contains("webhooks")).expect("a path of webhooks");
    assert!(page.contains(&format!("url=https://shop.example.com{path}")), "the endpoint is {path}");
    assert!(
        one_machine.contains(&format!("url=https://store.example.com{path}")),
        "{ONE_MACHINE}: the endpoint is {path}"
    );
    let events = events_of(&page);
    assert_eq!(events_of(&one_machine), events, "{ONE_MACHINE} names other events than {BOOTSTRAP}");
    assert_eq!(version_of(&one_machine), version_of(&page), "{ONE_MACHINE} names another version than {BOOTSTRAP}");
    let (_, receives) = handlers.split_once("async fn receive(").unwrap();
    let known: BTreeSet<&str> = ["payment_intent", "charge", "refund", "charge.dispute"].into();
    for kind in &known {
        assert!(receives.contains(&format!("\"{}", kind.split('.').next().unwrap())), "the program ignores {kind}");
    }
    let told: BTreeSet<&str> = events.iter().map(|event| event.rsplit_once('.').unwrap().0).collect();
    assert_eq!(told, known);
    let mail = page.split("\"SMTP_URL\": \"").nth(1).unwrap().split('"').next().unwrap();
    assert!(mail.starts_with("smtps://") || mail.ends_with("?tls=required"), "the program refuses {mail}");
    println!("  by hand: {} events of the payment provider", events.len());
}
