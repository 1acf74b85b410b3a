//! Runbooks help: they say what it means, how to see it, what to do and how to prevent it, in queries and commands that work.

use std::{
    collections::BTreeSet,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use super::{files, promql, shell};

/// Whoever is woken has these, and they change nothing unasked.
const COMMANDS: [&str; 28] = [
    "aws",
    "awk",
    "cat",
    "cd",
    "curl",
    "date",
    "devopsify",
    "df",
    "du",
    "echo",
    "export",
    "gh",
    "git",
    "grep",
    "head",
    "helm",
    "jq",
    "journalctl",
    "kubectl",
    "make",
    "openssl",
    "pg_dump",
    "pg_restore",
    "promtool",
    "ps",
    "psql",
    "sort",
    "tail",
];
/// What somebody needs who was woken by it.
const SECTIONS: [&str; 4] = ["mean", "see", "now", "prevent"];

fn runbooks() -> Vec<(String, String)> {
    let read = |path: PathBuf| (files::name(&path), std::fs::read_to_string(path).unwrap());
    files::files(&files::monitoring("prometheus/runbooks"), &["md"]).into_iter().map(read).collect()
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let parts = text.split("\n```");
    let of_language = parts.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'));
    of_language.map(str::to_owned).collect()
}

#[test]
fn a_runbook_says_what_who_is_woken_needs() {
    let alerts: BTreeSet<_> = files::rules()
        .iter()
        .map(|rule| rule.annotation("runbook_url").rsplit('/').next().unwrap().to_owned())
        .collect();
    for (name, text) in runbooks() {
        let headings: Vec<_> = text.lines().filter(|line| line.starts_with("## ")).map(str::to_lowercase).collect();
        let missing: Vec<_> =
            SECTIONS.iter().filter(|section| !headings.iter().any(|heading| heading.contains(**section))).collect();
        assert!(missing.is_empty(), "{name} does not say {missing:?}: {headings:?}");
        assert!(
            !blocks(&text, "promql").is_empty() || !blocks(&text, "sh").is_empty(),
            "{name} shows no way to see it"
        );
        assert!(name == "README.md" || alerts.contains(&name), "{name} is of no alert");
    }
}

#[test]
fn the_queries_of_runbooks_are_promql() {
    for (name, text) in runbooks() {
        for block in blocks(&text, "promql") {
            // Queries are apart by an empty line.
            for query in
                block.split("\n\n").filter(|query| query.lines().any(|line| !line.starts_with('#') && !line.is_empty()))
            {
                assert!(promql::uses(query, &BTreeSet::new()).is_ok(), "{name}: {query} is no PromQL");
            }
        }
    }
}

#[test]
fn the_commands_of_runbooks_can_be_run() {
    for (name, text) in runbooks() {
        for script in blocks(&text, "sh") {
            let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
            let output = bash.wait_with_output().unwrap();
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            for command in shell::commands(&script) {
                let known = COMMANDS.contains(&command.trim_start_matches("target/release/"));
                assert!(known, "{name}: {command} is not among the commands of runbooks");
            }
        }
    }
}

#[test]
fn blocks_are_found_by_their_language() {
    let text = "a\n```sh\nb\nc\n```\nd\n```promql\ne\n```\n```sh\nf\n```";
    assert_eq!(blocks(text, "sh"), ["b\nc", "f"]);
    assert_eq!(blocks(text, "promql"), ["e"]);
}
