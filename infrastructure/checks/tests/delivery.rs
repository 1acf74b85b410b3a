//! Runs the workflows' own scripts in scratch repositories: which parts a change checks, what a release, a promotion and a
//! rollback write, what a proposal shows and refuses, and when the gate closes. What is outside is a stand-in that writes down
//! how it was called.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use infrastructure_checks::{
    documents, path,
    repository::Repository,
    root, text,
    workflows::{jobs, script, steps, workflows},
};
use serde_json::Value;

const CI: &str = ".github/workflows/ci.yml";
const RELEASE: &str = ".github/workflows/release.yml";
const PROMOTE: &str = ".github/workflows/promote.yml";
const ROLLBACK: &str = ".github/workflows/rollback.yml";
const INFRA: &str = ".github/workflows/infra.yml";
const PROPOSE: &str = ".github/actions/propose/action.yml";
const RENDER: &str = ".github/actions/render/action.yml";
const VERIFY: &str = ".github/actions/verify/action.yml";

const APPLICATIONS: &str = "gitops/applications/devopsify";
const CHART: &str = "infrastructure/kubernetes/charts/devopsify";
const CLUSTER: &str = "infrastructure/kubernetes/manifests/cluster";

/// The digest of each image in an environment.
fn digests(repository: &Repository, environment: &str) -> [String; 2] {
    let values = documents(&repository.read(&file(environment))).remove(0);
    ["api", "storefront"].map(|image| values["images"][image]["digest"].as_str().unwrap().to_owned())
}

/// Puts digests into development's file, as a release does.
fn release(repository: &Repository, digests: [&str; 2]) {
    let [api, storefront] = digests;
    repository.run(&script(RELEASE, "move"), APPLICATIONS, &[("API", api), ("STOREFRONT", storefront)]).unwrap();
}

fn file(environment: &str) -> String {
    format!("{APPLICATIONS}/{environment}.yaml")
}

fn digest(digit: char) -> String {
    format!("sha256:{}", digit.to_string().repeat(64))
}

/// The environments' files, unless they are not there yet.
fn with_applications(more: &[&str]) -> Option<Repository> {
    let needed: Vec<PathBuf> = [APPLICATIONS].iter().chain(more).map(|entry| path(entry)).collect();
    if let Some(missing) = needed.iter().find(|entry| !entry.exists()) {
        println!("  SKIPPED: there is no {} yet", missing.strip_prefix(root()).unwrap().display());
        return None;
    }
    Some(Repository::with(&[&[APPLICATIONS], more].concat()))
}

#[test]
fn a_change_checks_what_it_can_break() {
    let script = script(CI, "parts");
    let parts = ["store", "infrastructure", "environments"];
    let table = [
        ("src/backend/src/main.rs", [true, true, false]),
        ("src/backend/tests/api/cart.rs", [true, false, false]),
        ("src/database/catalogue/products.csv", [true, false, false]),
        ("src/database/migrations/20260101000000_create_products.sql", [true, true, false]),
        ("monitoring/prometheus/slo.yaml", [true, true, false]),
        ("infrastructure/terraform/modules/rds/main.tf", [false, true, false]),
        // They are Rust, which `make lint` and cargo-deny look at.
        ("infrastructure/checks/src/lib.rs", [true, true, false]),
        ("infrastructure/kubernetes/charts/devopsify/values.yaml", [false, true, true]),
        ("infrastructure/kubernetes/charts/devopsify/templates/api.yaml", [false, true, true]),
        // The Prometheus of one machine has the same rules, and Grafana the same dashboards.
        ("infrastructure/kubernetes/charts/devopsify/files/rules/api.yaml", [true, true, true]),
        ("gitops/applications/platform/reloader/values.yaml", [false, true, true]),
        // A rollback, which somebody waits for.
        ("gitops/applications/devopsify/production.yaml", [false, false, true]),
        (".github/workflows/ci.yml", [true, true, false]),
        ("Makefile", [true, true, false]),
    ];
    for (changed, expected) in table {
        let repository = Repository::with(&[]);
        repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        repository.write(changed, "changed: true\n");
        repository.commit();
        let found = repository.run(&script, ".", &[("EVENT", "pull_request"), ("BASE", "main")]).unwrap();
        assert_eq!(parts.map(|part| found[part] == "true"), expected, "{changed}");
    }
    let repository = Repository::with(&["gitops/applications"]);
    repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let found = repository.run(&script, ".", &[("EVENT", "push"), ("BASE", "main")]).unwrap();
    assert!(parts.iter().all(|part| found[*part] == "true"), "a release leaves nothing out: {found:?}");
    println!("  ci: {} kinds of change", table.len());
}

/// Whoever changes what an environment pulls, by hand or by a workflow, needs signatures for it.
#[test]
fn what_an_environment_pulls_is_verified() {
    let Some(repository) = with_applications(&[]) else { return };
    let script = script(CI, "parts");
    let signatures = || {
        repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD^"]);
        repository.run(&script, ".", &[("EVENT", "pull_request"), ("BASE", "main")]).unwrap()["signatures"].clone()
    };
    let change = |environment: &str, from: &str, to: &str| {
        let before = repository.read(&file(environment));
        assert!(before.contains(from), "{environment} has no {from}");
        repository.write(&file(environment), &before.replace(from, to));
        repository.commit();
    };
    change("staging", "123456789012", "210987654321");
    assert_eq!(signatures(), "", "before the first release there is nothing to verify");
    let none = digest('0');
    change("staging", &none, &digest('a'));
    assert_eq!(signatures(), "staging");
    change("staging", "staging.example.com", "staging.example.org");
    assert_eq!(signatures(), "", "another value is no other image");
    change("staging", "210987654321.dkr", "111111111111.dkr");
    assert_eq!(signatures(), "staging", "another registry is another image");
    change("staging", &digest('a'), &none);
    assert_eq!(signatures(), "staging", "there is no way back to no image");
    release(&repository, [&digest('b'), &digest('c')]);
    repository.run(&self::script(PROMOTE, "move"), APPLICATIONS, &promotion("development", "staging")).unwrap();
    repository.commit();
    assert_eq!(signatures(), "development staging");
    println!("  ci: 6 changes of environments, 4 of them of what is pulled");
}

fn promotion<'a>(from: &'a str, to: &'a str) -> [(&'a str, &'a str); 2] {
    [("FROM", if from == "development" { "development.yaml" } else { "staging.yaml" }), ("ENVIRONMENT", to)]
}

#[test]
fn the_gate_closes_on_what_failed() {
    let (script, repository) = (script(CI, "gate"), Repository::with(&[]));
    let open = |job: &str, result: &str, parts: &str| {
        let changes = format!(r#"{{"result": "success", "outputs": {{{parts}}}}}"#);
        let results = format!(r#"{{"changes": {changes}, "{job}": {{"result": "{result}"}}}}"#);
        repository.run(&script, ".", &[("RESULTS", &results)]).is_ok()
    };
    for (result, expected) in [("success", true), ("skipped", true), ("failure", false), ("cancelled", false)] {
        assert_eq!(open("store", result, r#""store": "false""#), expected, "{result}");
        assert_eq!(open("signatures", result, ""), expected, "{result}");
    }
    assert!(!open("store", "skipped", r#""store": "true""#), "what the change can break was not looked at");
    assert!(!open("signatures", "skipped", r#""signatures": "staging""#), "a fork moved an environment");
    assert!(open("signatures", "success", r#""signatures": "staging""#));
    let ci = documents(&text(CI)).remove(0);
    let jobs = ci["jobs"].as_object().unwrap();
    let watched: Vec<&str> = ci["jobs"]["gate"]["needs"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let missing: Vec<_> = jobs.keys().filter(|job| *job != "gate" && !watched.contains(&job.as_str())).collect();
    assert!(missing.is_empty(), "the gate does not wait for {missing:?}");
    assert_eq!(ci["jobs"]["gate"]["if"], "always()", "a gate that is skipped is open");
    // A proposal's checks are a run by hand, which GitHub does not count for the pull request.
    repository.stand_in("gh", "");
    let said = [("STATE", "failure"), ("GITHUB_REPOSITORY", "example/devopsify"), ("GITHUB_SHA", "abc")];
    let said = [&said[..], &[("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_RUN_ID", "7")]].concat();
    repository.run(&self::script(CI, "status"), ".", &said).unwrap();
    let [call] = &repository.calls()[..] else { panic!("nobody tells the proposal") };
    for part in ["repos/example/devopsify/statuses/abc", "context=Gate", "state=failure", "/actions/runs/7"] {
        assert!(call.contains(part), "{call} has no {part}");
    }
}

#[test]
fn a_release_and_its_promotions_move_digests_and_nothing_else() {
    let Some(repository) = with_applications(&[]) else { return };
    let (api, storefront) = (digest('a'), digest('b'));
    let environments = ["development", "staging", "production"];
    let before = environments.map(|environment| digests(&repository, environment));
    release(&repository, [&api, &storefront]);
    for (index, environment) in environments.into_iter().enumerate() {
        if index > 0 {
            let variables = promotion(environments[index - 1], environment);
            repository.run(&script(PROMOTE, "move"), APPLICATIONS, &variables).unwrap();
        }
        assert_eq!(digests(&repository, environment), [api.clone(), storefront.clone()], "{environment}");
        assert_eq!(changed_lines(&repository), 2 * (index + 1), "{}", repository.git(&["diff"]));
    }
    assert!(before.iter().flatten().all(|digest| ![&api, &storefront].contains(&digest)));
    assert!(!repository.git(&["diff"]).lines().any(|line| line.starts_with('+') && line.contains("no release yet")));
    println!("  delivery: a release and 2 promotions, 6 changed lines");
}

/// Lines that a diff of the folder adds.
fn changed_lines(repository: &Repository) -> usize {
    let numbers = repository.git(&["diff", "--numstat"]);
    numbers.lines().map(|line| line.split('\t').next().unwrap().parse::<usize>().unwrap()).sum()
}

#[test]
fn a_rollback_undoes_one_commit() {
    let Some(repository) = with_applications(&[]) else { return };
    let script = script(ROLLBACK, "move");
    let mut commits = Vec::new();
    for digits in [['1', '2'], ['3', '4'], ['5', '6']] {
        release(&repository, [&digest(digits[0]), &digest(digits[1])]);
        commits.push(repository.commit());
        // A later change of something else is not what is undone, though it is in the same file.
        let values = repository.read(&file("development"));
        repository.write(&file("development"), &format!("{values}# {}\n", digits.iter().collect::<String>()));
        repository.commit();
    }
    let before = repository.read(&file("development"));
    let undone = repository.run(&script, ".", &[("ENVIRONMENT", "development"), ("COMMIT", "")]).unwrap();
    assert_eq!(undone["undone"], commits[2]);
    assert_eq!(digests(&repository, "development"), [digest('3'), digest('4')]);
    let after = repository.read(&file("development"));
    let there = after.replace(&digest('3'), &digest('5')).replace(&digest('4'), &digest('6'));
    assert_eq!(there, before, "a rollback takes back the digests, and no value that came since");
    repository.run(&script, ".", &[("ENVIRONMENT", "development"), ("COMMIT", &commits[1])]).unwrap();
    assert_eq!(digests(&repository, "development"), [digest('1'), digest('2')]);
    for (environment, commit) in [("production", commits[1].as_str()), ("development", "HEAD")] {
        let nothing = repository.run(&script, ".", &[("ENVIRONMENT", environment), ("COMMIT", commit)]);
        assert!(nothing.is_err(), "a commit that did not move {environment} cannot be undone there");
    }
    println!("  delivery: 2 rollbacks, and two that are none");
}

#[test]
fn a_rollback_undoes_a_merge() {
    let Some(repository) = with_applications(&[]) else { return };
    release(&repository, [&digest('1'), &digest('2')]);
    repository.commit();
    repository.git(&["switch", "--quiet", "--create", "release/development"]);
    release(&repository, [&digest('3'), &digest('4')]);
    repository.commit();
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("README.md", "# Another store\n");
    repository.commit();
    repository.git(&["merge", "--quiet", "--no-edit", "release/development"]);
    let variables = [("ENVIRONMENT", "development"), ("COMMIT", "")];
    let undone = repository.run(&script(ROLLBACK, "move"), ".", &variables).unwrap();
    assert_eq!(undone["undone"], repository.git(&["rev-parse", "HEAD"]));
    assert_eq!(digests(&repository, "development"), [digest('1'), digest('2')]);
}

/// Of release, promotion and rollback one at a time moves an environment; the others are told which.
#[test]
fn one_proposal_at_a_time_moves_an_environment() {
    let (script, repository) = (script(PROPOSE, "alone"), Repository::with(&[]));
    let url = "https://github.com/example/devopsify/pull/7";
    repository.stand_in("gh", &format!("[[ \"$*\" != *rollback/production* ]] || echo {url}"));
    for (kind, environment, alone) in
        [("promote", "production", false), ("rollback", "production", true), ("promote", "staging", true)]
    {
        let said = repository.run(&script, ".", &[("KIND", kind), ("ENVIRONMENT", environment)]);
        assert_eq!(said.is_ok(), alone, "{kind} of {environment}: {said:?}");
        assert!(alone || said.unwrap_err().contains(url), "which one is not told");
        assert!(!repository.calls().is_empty(), "nobody asked GitHub");
    }
    for (file, workflow) in workflows() {
        for (name, job) in jobs(&workflow) {
            let proposes =
                job["steps"].as_array().into_iter().flatten().any(|step| step["uses"] == "./.github/actions/propose");
            let group = job["concurrency"]["group"].as_str().or(workflow["concurrency"]["group"].as_str()).unwrap();
            assert!(
                !proposes || group.starts_with("move-"),
                "{file}: {name} may meet another that moves the environment"
            );
        }
    }
}

/// A release's files are where the store looks for them (`static/`), beside those of others, and in an environment no earlier
/// than somebody asked for it there.
#[test]
fn files_go_where_the_images_go() {
    let Some(repository) = with_applications(&[]) else { return };
    repository.write("sbom.spdx.json", "{}");
    repository.stand_in("docker", "mkdir -p \"$3/chunks\" && touch \"$3/chunks/main.js\"");
    repository.stand_in("aws", "test ! -d \"$3\" || find \"$3\" -type f | sort >>.git/stand-ins/calls");
    let digest = digest('e');
    for image in ["api", "storefront"] {
        let variables = [("ACCOUNT", "123456789012"), ("IMAGE", image), ("DIGEST", &digest)];
        repository.run(&script(RELEASE, "artifacts"), ".", &variables).unwrap();
    }
    let calls = repository.calls();
    let [first, _, docker, second, files @ ..] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!(docker, "docker cp storefront:/devopsify/.next/static artifacts/static");
    for upload in [first, second] {
        assert!(
            upload.starts_with("aws s3 cp artifacts s3://devopsify-development-artifacts-123456789012 "),
            "{upload}"
        );
    }
    assert_eq!(calls.iter().filter(|call| call.starts_with("aws ")).count(), 2, "{calls:?}");
    assert!(files.contains(&"artifacts/static/chunks/main.js".to_owned()), "{files:?}");
    assert!(files.contains(&format!("artifacts/sboms/storefront/{digest}.json")), "{files:?}");

    release(&repository, [&digest, &digest]);
    repository.run(&script(PROMOTE, "move"), APPLICATIONS, &promotion("development", "staging")).unwrap();
    let variables = [("ACCOUNT", "123456789012"), ("FROM", "development"), ("ENVIRONMENT", "staging")];
    repository.run(&script(PROMOTE, "artifacts"), ".", &variables).unwrap();
    let between = |what: &str| {
        ["development", "staging"]
            .map(|environment| format!("s3://devopsify-{environment}-artifacts-123456789012/{what}"))
            .join(" ")
    };
    let lists = ["api", "storefront"].map(|image| format!("sboms/{image}/{digest}.json"));
    let expected = [
        format!("aws s3 cp {} --recursive --no-progress", between("static")),
        format!("aws s3 cp {} --no-progress", between(&lists[0])),
        format!("aws s3 cp {} --no-progress", between(&lists[1])),
    ];
    assert_eq!(repository.calls(), expected);
    println!("  delivery: files of a release and of a promotion");
}

/// Only what is applied waits for the state's lock, and drift is found without anybody asking.
#[test]
fn a_plan_waits_for_no_one_and_tells_of_drift() {
    let (script, repository) = (script(INFRA, "plan"), Repository::with(&[]));
    for (event, code, lock, passes) in [
        ("pull_request", 2, "-lock=false", true),
        ("push", 2, "-lock-timeout=10m", true),
        ("schedule", 0, "-lock-timeout=10m", true),
        ("schedule", 2, "-lock-timeout=10m", false),
        ("pull_request", 1, "-lock=false", false),
    ] {
        repository.stand_in("terraform", &format!("test \"$1\" != plan || exit {code}"));
        let said = repository.run(&script, ".", &[("EVENT", event), ("ENVIRONMENT", "staging")]);
        assert_eq!(said.is_ok(), passes, "{event}, {code}: {said:?}");
        assert!(said.is_err() || said.unwrap()["staging"].len() > 64, "what was planned is not told to who applies it");
        let calls = repository.calls();
        let plan = calls.iter().find(|call| call.starts_with("terraform plan")).unwrap();
        assert!(plan.contains(lock), "{event}: {plan}");
        assert!(plan.contains(" -var-file=environments/staging.tfvars"), "{plan}");
        assert!(calls[0].ends_with(" -backend-config=environments/staging.backend.hcl"), "{calls:?}");
    }
    let infra = documents(&text(INFRA)).remove(0);
    assert!(infra["on"]["schedule"].is_array(), "nobody looks for drift");
    assert!(
        infra["jobs"]["apply"]["if"].as_str().unwrap().contains("github.event_name != 'schedule'"),
        "drift is not applied"
    );
}

#[test]
fn a_proposal_shows_what_changes_in_each_environment() {
    let Some(repository) = with_applications(&[CHART, CLUSTER]) else { return };
    release(&repository, [&digest('c'), &digest('d')]);
    let shown = &repository.run(&script(RENDER, "render"), ".", &[("BEFORE", "HEAD")]).unwrap()["changes"];
    let sections: Vec<&str> = shown.split("## ").skip(1).collect();
    assert_eq!(sections.len(), 3, "{shown}");
    assert!(sections[0].starts_with("development") && sections[0].contains(&format!("@{}", digest('c'))), "{shown}");
    assert!(sections[1..].iter().all(|section| section.contains("No change.")), "{shown}");
    println!("  delivery: a proposal of {} lines", shown.lines().count());
}

/// The chart and the cluster's base have no digest that is promoted: who changes them is shown that all environments follow.
#[test]
fn a_change_of_a_template_shows_in_every_environment() {
    let Some(repository) = with_applications(&[CHART, CLUSTER]) else { return };
    repository.git(&["worktree", "prune"]);
    for (changed, from, to) in [
        // What is rendered before the first release too, which nothing that runs is.
        (
            format!("{CHART}/templates/accounts.yaml"),
            "automountServiceAccountToken: false",
            "automountServiceAccountToken: true",
        ),
        (format!("{CLUSTER}/namespaces.yaml"), "restricted", "baseline"),
    ] {
        repository.write(&changed, &repository.read(&changed).replace(from, to));
        let shown = &repository.run(&script(RENDER, "render"), ".", &[("BEFORE", "HEAD")]).unwrap()["changes"];
        assert!(shown.split("## ").skip(1).all(|section| section.contains(to)), "{changed}: {shown}");
        repository.git(&["worktree", "prune"]);
    }
    let lines: String = (0..5_000).map(|line| format!("  line-{line}: is one of many\n")).collect();
    let large = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: large}}\ndata:\n{lines}");
    repository.write(&format!("{CHART}/templates/large.yaml"), &large);
    let shown = &repository.run(&script(RENDER, "render"), ".", &[("BEFORE", "HEAD")]).unwrap()["changes"];
    assert!(shown.len() < 65_536, "GitHub takes no description of {} characters", shown.len());
    let sections: Vec<&str> = shown.split("## ").skip(1).collect();
    assert_eq!(sections.len(), 3, "a large change hides what changes in other environments");
    assert!(sections.iter().all(|section| section.contains("The beginning of")), "it is not said that there is more");
}

/// Whose signature is asked for is whose is made: the release of the main branch.
#[test]
fn a_signature_is_verified_as_it_is_made() {
    let release = documents(&text(RELEASE)).remove(0);
    assert_eq!(release["on"]["push"]["branches"], serde_json::json!(["main"]));
    let signs = script(RELEASE, "signed");
    assert!(signs.contains("cosign sign --yes \"$REGISTRY/$IMAGE@$DIGEST\""), "{signs}");
    let order: Vec<String> = steps()
        .iter()
        .filter(|step| step.file == PROPOSE)
        .filter_map(|step| step.get("id").map(str::to_owned))
        .collect();
    assert_eq!(order, ["alone", "verify", "render", "request"], "nothing is proposed that was not verified");
    // cosign takes whatever is signed about an image for its signature.
    let steps = release["jobs"]["image"]["steps"].as_array().unwrap();
    let place = |what: &str| steps.iter().position(|step| step.to_string().contains(what)).unwrap();
    let tried = place("\"id\":\"artifacts\"");
    assert_eq!(
        [tried + 1, tried + 2],
        [place("attest-build-provenance"), steps.len() - 1],
        "signed before it was tried"
    );
    assert_eq!(
        release["jobs"]["propose"]["steps"][0]["with"]["ref"], "main",
        "a release undoes what was merged meanwhile"
    );

    let Some(repository) = with_applications(&[]) else { return };
    repository.stand_in("cosign", "[[ \"$2\" != *unsigned* ]]");
    let server = [("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REPOSITORY", "example/devopsify")];
    let verify = |environments: &str| {
        repository.run(&script(VERIFY, "verify"), ".", &[&server[..], &[("ENVIRONMENTS", environments)]].concat())
    };
    verify("development production").unwrap();
    let calls = repository.calls();
    assert_eq!(calls.len(), 4, "two images of each: {calls:?}");
    let identity = format!("--certificate-identity https://github.com/example/devopsify/{RELEASE}@refs/heads/main");
    for call in calls {
        let by = "--certificate-oidc-issuer https://token.actions.githubusercontent.com";
        assert!(call.starts_with("cosign verify ") && call.contains(by) && call.ends_with(&identity), "{call}");
    }
    let unsigned = repository.read(&file("production")).replace("devopsify/api ", "devopsify/unsigned ");
    repository.write(&file("production"), &unsigned);
    assert!(verify("development production").is_err() && verify("development").is_ok(), "a signature was missing");
}
