//! Holds the pages of deployment and operations: each command is one that its tool has, each path and target exists.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use infrastructure_checks::{files, path, shell, text, tool, tools, try_run, workflows::FOLDER};

/// Programs that every machine has, or that a page says how to get, and words of the shell.
const PLAIN: [&str; 22] = [
    "cat",
    "cd",
    "chown",
    "curl",
    "dig",
    "echo",
    "export",
    "for",
    "install",
    "jq",
    "mv",
    "openssl",
    "printf",
    "psql",
    "rm",
    "ssh",
    "ssh-keygen",
    "sudo",
    "tar",
    "test",
    "tr",
    "yq",
];

/// Tools that are asked themselves, with the words that print what they know.
const ASKED: [(&str, &str); 4] =
    [("terraform", "-help"), ("kubectl", "--help"), ("helm", "--help"), ("devopsify", "--help")];

/// Tools that cannot be asked here, with what pages may use of them.
const KNOWN: [(&str, &[&str]); 6] = [
    ("argocd", &["app", "cluster", "login", "proj"]),
    ("cosign", &["verify", "verify-attestation"]),
    ("docker", &["build", "buildx", "compose", "exec", "load", "pull", "run", "save"]),
    ("gh", &["api", "attestation", "pr", "repo", "run", "secret", "variable", "workflow"]),
    (
        "git",
        &["add", "clone", "commit", "fetch", "grep", "log", "ls-remote", "pull", "push", "revert", "show", "switch"],
    ),
    ("apt-get", &["install", "update"]),
];

/// Options before a subcommand that take a value.
const WITH_VALUE: [&str; 6] = ["--namespace", "-n", "--context", "--kubeconfig", "--file", "-f"];

/// The pages, with the scripts of each.
fn pages() -> BTreeMap<String, Vec<String>> {
    let mut pages = files("docs/operations", &["md"]);
    pages.push("docs/deployment.md".into());
    pages.into_iter().map(|page| (page.clone(), scripts(&text(&page)))).collect()
}

/// What stands between "```sh" and "```", without its indentation.
fn scripts(page: &str) -> Vec<String> {
    let (mut scripts, mut within) = (Vec::<String>::new(), None);
    for line in page.lines().map(str::trim_start) {
        match (line.strip_prefix("```"), within) {
            (Some(language), None) => {
                within = Some(matches!(language, "sh" | "bash"));
                scripts.extend(within.filter(|shell| *shell).map(|_| String::new()));
            }
            (Some(_), Some(_)) => within = None,
            (None, Some(true)) => scripts.last_mut().unwrap().extend([line, "\n"]),
            (None, _) => {}
        }
    }
    scripts
}

/// The commands of all pages; a command that another one runs is one too.
fn commands() -> Vec<(String, Vec<String>)> {
    let of_a_page = |(page, scripts): (String, Vec<String>)| {
        let commands = scripts.iter().flat_map(|script| shell::commands(script)).flat_map(|words| unwrapped(&words));
        commands.map(|words| (page.clone(), words)).collect::<Vec<_>>()
    };
    pages().into_iter().flat_map(of_a_page).collect()
}

fn unwrapped(words: &[String]) -> Vec<Vec<String>> {
    let inner = match words[0].as_str() {
        "sudo" => words.iter().skip(1).position(|word| !word.starts_with('-')).map(|at| at + 1),
        "xargs" => words.iter().position(|word| ASKED.iter().any(|(tool, _)| word == tool)),
        "kubectl" => words.iter().position(|word| word == "--").map(|at| at + 1),
        _ => None,
    };
    let Some(inner) = inner else { return vec![words.to_vec()] };
    let outer = if words[0] == "xargs" { Vec::new() } else { vec![words[..inner].to_vec()] };
    outer.into_iter().chain(unwrapped(&words[inner..])).collect()
}

#[test]
fn the_commands_of_a_script_are_found() {
    for (script, expected) in [
        ("a b | c && d; e", &["a b", "c", "d", "e"][..]),
        ("a \\\n  --b 'c | d' \"e; f\" # | g\nh", &["a --b c | d e; f", "h"]),
        ("X=1 a \"$(b (c) | d)\" | e", &["b", "c", "d", "a $", "e"]),
        ("a >b 2>&1 <<END\nc $(d)\nEND\ne", &["a", "e"]),
        ("if a; then b <<<\"$c\"; fi", &["a", "b"]),
        ("for x in a b; do c $((1 + 2)); done", &["for x in a b", "c $"]),
    ] {
        let found: Vec<String> = shell::commands(script).iter().map(|words| words.join(" ")).collect();
        assert_eq!(found, expected, "{script}");
    }
}

#[test]
fn scripts_are_shell() {
    let pages = pages();
    for (page, script) in pages.iter().flat_map(|(page, scripts)| scripts.iter().map(move |script| (page, script))) {
        let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let output = bash.wait_with_output().unwrap();
        assert!(output.status.success(), "{page}:\n{script}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    println!("  docs: {} pages, {} scripts", pages.len(), pages.values().map(Vec::len).sum::<usize>());
}

#[test]
fn every_command_is_one_that_its_tool_has() {
    let (commands, makefile, mut helps) = (commands(), text("Makefile"), Helps::default());
    for (page, words) in &commands {
        let program = words[0].as_str();
        if let Some((_, ask)) = ASKED.iter().find(|(tool, _)| *tool == program) {
            helps.expect(page, words, ask);
        } else if let Some((_, known)) = KNOWN.iter().find(|(tool, _)| *tool == program) {
            let (_, subcommand) = subcommand(words);
            assert!(known.contains(&subcommand), "{page}: {program} {subcommand}");
        } else if program == "make" {
            for target in words[1..].iter().filter(|word| !word.contains('=')) {
                assert!(makefile.lines().any(|line| line.starts_with(&format!("{target}:"))), "{page}: make {target}");
            }
        } else {
            assert!(PLAIN.contains(&program) || program == "aws", "{page}: what is {program}? {words:?}");
        }
    }
    for missing in &helps.missing {
        println!("  SKIPPED: the commands of {missing}: it is not installed");
    }
    println!("  docs: {} commands, {} helps read", commands.len(), helps.read.len());
}

/// What tools say of themselves, asked once.
#[derive(Default)]
struct Helps {
    read: BTreeMap<Vec<String>, String>,
    missing: BTreeSet<String>,
}

impl Helps {
    /// A command whose subcommands and options all stand in the tool's help.
    fn expect(&mut self, page: &str, words: &[String], ask: &str) {
        let (at, mut name) = subcommand(words);
        let mut known = vec![words[0].clone()];
        let mut rest = words[at..].iter();
        let Some(mut help) = self.of(&known, ask) else { return };
        let global = if words[0] == "kubectl" {
            self.of(&["kubectl".into(), "options".into()], "").unwrap()
        } else {
            help.clone()
        };
        assert!(has_subcommand(&help, name), "{page}: {} has no {name}", words[0]);
        while has_subcommand(&help, name) {
            known.push(name.to_owned());
            help = self.of(&known, ask).unwrap();
            rest.next();
            name = rest.as_slice().first().map_or("-", String::as_str);
        }
        // Applying and destroying take what planning takes.
        if known == ["terraform", "apply"] || known == ["terraform", "destroy"] {
            help += &self.of(&["terraform".into(), "plan".into()], ask).unwrap();
        }
        for option in words[1..].iter().filter(|word| word.starts_with('-') && word.len() > 1 && *word != "--") {
            let name = option.split('=').next().unwrap();
            let has =
                |help: &str| help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word == name);
            assert!(has(&help) || has(&global), "{page}: {known:?} has no {name}");
        }
    }

    fn of(&mut self, words: &[String], ask: &str) -> Option<String> {
        if !self.read.contains_key(words) {
            let mut command = program(&words[0]);
            let help = try_run(command.args(&words[1..]).args([ask].iter().filter(|word| !word.is_empty())));
            match help {
                Ok(help) => self.read.insert(words.to_vec(), help),
                Err(_) if words.len() == 1 => {
                    self.missing.insert(words[0].clone());
                    return None;
                }
                Err(said) => panic!("{said}"),
            };
        }
        self.read.get(words).cloned()
    }
}

/// The program itself is the one that was built here.
fn program(name: &str) -> Command {
    let built = ["release", "debug"].map(|profile| tools().join("..").join(profile).join(name));
    built.iter().find(|program| program.is_file()).map_or_else(|| tool(name), Command::new)
}

/// Helps list subcommands at the beginning of a line, indented.
fn has_subcommand(help: &str, name: &str) -> bool {
    let indented = help.lines().filter(|line| line.starts_with("  "));
    !name.starts_with('-') && indented.filter_map(|line| line.split_whitespace().next()).any(|word| word == name)
}

/// The first word that is no option, and where it stands.
fn subcommand(words: &[String]) -> (usize, &str) {
    let mut at = 1;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        at += if WITH_VALUE.contains(&word.as_str()) { 2 } else { 1 };
    }
    (at, words.get(at).map_or("", String::as_str))
}

/// Asks AWS's own description of its services, which comes with botocore.
const AWS: &str = r#"
import json, sys
import botocore.session
from botocore import xform_name
CUSTOM = {"s3": {"cp", "ls", "mv", "rm", "sync"}, "eks": {"update-kubeconfig"}, "ecr": {"get-login-password"}}
GLOBAL = {"--region", "--query", "--output", "--profile", "--no-cli-pager", "--cli-input-json"}
session = botocore.session.get_session()
for service, operation, *rest in json.load(sys.stdin):
    if operation in CUSTOM.get(service, ()):
        continue
    assert service in session.get_available_services(), service
    model = session.get_service_model(service)
    if operation == "wait":
        waiter = session.get_waiter_model(service) if hasattr(session, "get_waiter_model") else None
        names = session.get_component("data_loader").load_service_model(service, "waiters-2")["waiters"]
        found = {xform_name(name, "-"): what["operation"] for name, what in names.items()}
        assert rest[0] in found, f"{service} wait {rest[0]}"
        operation = xform_name(found[rest[0]], "-")
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in operations, f"{service} {operation}"
    shape = model.operation_model(operations[operation]).input_shape
    known = GLOBAL | {"--" + xform_name(name, "-") for name in (shape.members if shape else ())}
    known |= {"--no-" + name[2:] for name in known}
    for option in rest:
        assert not option.startswith("--") or option.split("=")[0] in known, f"{service} {operation} {option}"
"#;

#[test]
fn every_command_of_aws_is_one_that_aws_has() {
    let commands: Vec<Vec<String>> =
        commands().into_iter().filter(|(_, words)| words[0] == "aws").map(|(_, words)| words[1..].to_vec()).collect();
    let mut python = Command::new(tools().join("venv/bin/python"));
    let mut python = python.args(["-c", AWS]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    python.stdin.take().unwrap().write_all(serde_json::to_string(&commands).unwrap().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    println!("  docs: {} commands of aws", commands.len());
}

#[test]
fn what_pages_name_is_there() {
    let (mut paths, mut links) = (0, 0);
    for page in pages().into_keys() {
        let content = text(&page);
        for link in content.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if link.is_empty() || link.contains("://") {
                continue;
            }
            let target = path(&page).parent().unwrap().join(link);
            assert!(target.exists() || is_later(link), "{page}: {link} does not exist");
            links += 1;
        }
        for place in content.split(|c: char| !c.is_ascii_alphanumeric() && !"/._-<>*{}".contains(c)) {
            paths += usize::from(expect_path(&page, place, &content));
        }
    }
    println!("  docs: {paths} paths, {links} links");
}

/// Pages and folders that a repository may not have yet.
fn is_later(place: &str) -> bool {
    let parts = [
        "infrastructure/terraform",
        "infrastructure/kubernetes",
        "gitops",
        "docs/operations/bootstrap.md",
        "docs/operations/teardown.md",
    ];
    let part = parts.iter().find(|part| place.starts_with(**part) || part.ends_with(place));
    let missing = part.filter(|part| !path(part).exists());
    if let Some(part) = missing {
        println!("  SKIPPED: {place}: there is no {part} yet");
    }
    missing.is_some()
}

/// Whether it is a path below one of the root's folders. What a page deletes was made by it, in a folder that is there.
fn expect_path(page: &str, place: &str, content: &str) -> bool {
    let place = place.trim_end_matches(['.', '/', '-']);
    let first = place.split('/').next().unwrap_or_default();
    if !place.contains('/')
        || !["src", "infrastructure", "gitops", "monitoring", "docs", FOLDER].contains(&first)
        || is_later(place)
    {
        return false;
    }
    let known = place.split(['<', '*', '{']).next().unwrap();
    let known: PathBuf = if known == place { path(place) } else { path(known.rsplit_once('/').unwrap().0) };
    let deleted = content.lines().any(|line| line.trim_start().starts_with("rm ") && line.contains(place));
    assert!(known.exists() || deleted && known.parent().unwrap().is_dir(), "{page}: {place} does not exist");
    true
}

/// What has to be set by hand is told, and nothing that is not needed.
#[test]
fn the_variables_of_workflows_are_told() {
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let used: BTreeSet<String> = files(FOLDER, &["yml"])
        .iter()
        .flat_map(|file| text(file).split("vars.").skip(1).map(word).collect::<Vec<_>>())
        .collect();
    let told = text("docs/deployment.md");
    let told: BTreeSet<String> = told
        .lines()
        .filter_map(|line| line.trim().strip_prefix("| `"))
        .map(word)
        .filter(|name| name.starts_with("AWS"))
        .collect();
    assert_eq!(used, told);
    let set: BTreeSet<String> = commands()
        .into_iter()
        .filter(|(_, words)| words.len() > 3 && words[..3] == ["gh", "variable", "set"])
        .map(|(_, words)| words[3].clone())
        .collect();
    assert_eq!(used, set, "the commands that set them");
    println!("  docs: {} variables of workflows", used.len());
}
