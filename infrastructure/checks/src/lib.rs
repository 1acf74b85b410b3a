//! What the checks of infrastructure share: where files and tools are, and how a tool is run.
//!
//! Each check is a test in `tests/`, a file for each field. `make check-infra` installs the tools and runs them all; it sets
//! `CHECKED_TREE` for a mutation test, which checks a scratch copy of the repository.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

pub mod checkov;
pub mod images;
pub mod repository;
pub mod shell;
pub mod workflows;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The tree that is checked: this repository, or the copy that `CHECKED_TREE` names.
pub fn root() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    env::var_os("CHECKED_TREE").map_or_else(own, PathBuf::from).canonicalize().expect("the tree is not there")
}

/// A path below the root.
pub fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

/// Where `make check-infra` installs tools, beside the sources of this crate and not of a checked copy.
pub fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/infrastructure")
}

/// A tool of `target/infrastructure/bin`, or of `PATH`, to be run in the root.
pub fn tool(name: &str) -> Command {
    let installed = tools().join("bin").join(name);
    let mut command = Command::new(if installed.is_file() { installed } else { name.into() });
    command.current_dir(root());
    command
}

/// What a command prints.
///
/// # Panics
/// When it fails; the message has everything that it printed.
pub fn run(command: &mut Command) -> String {
    try_run(command).unwrap_or_else(|said| panic!("{said}"))
}

/// What a command prints; everything that it printed when it fails.
///
/// # Errors
/// When it fails or cannot be started.
pub fn try_run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() {
        Ok(out.into_owned())
    } else {
        Err(format!("{command:?}: {}\n{out}{err}", output.status))
    }
}

/// The text of a file below the root.
pub fn text(relative: &str) -> String {
    fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// The documents of a YAML text, as JSON; empty ones are left out.
pub fn documents(yaml: &str) -> Vec<Value> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    documents.into_iter().filter(|document| !document.is_null()).collect()
}

/// The files below a folder of the root with one of these extensions, by path, relative to the root.
pub fn files(folder: &str, extensions: &[&str]) -> Vec<String> {
    let (mut found, mut left, root) = (Vec::new(), vec![path(folder)], root());
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !matches!(name.as_str(), ".terraform" | "node_modules" | "target" | ".git") {
                left.push(path);
            } else if extensions.iter().any(|extension| path.extension().is_some_and(|found| found == *extension)) {
                found.push(path.strip_prefix(&root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}
