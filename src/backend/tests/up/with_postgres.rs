//! `devopsify with-postgres COMMAND`: the command's exit code, and nothing left.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    process::{Command, Stdio},
};

use rustix::process::Signal;

use super::{database, kill, repository};
use crate::support::program::local_program;

fn with_postgres(words: &[&str]) -> Command {
    database();
    let mut command = Command::new(local_program());
    command.arg("with-postgres").args(words).current_dir(repository()).stdin(Stdio::null()).stderr(Stdio::inherit());
    command
}

fn expect_nothing_left(id: u32, url: &str) {
    for parent in [repository().join("target"), std::env::temp_dir()] {
        assert!(!parent.join(format!("devopsify-throw-away-{id}")).exists(), "{} has its folder", parent.display());
    }
    let address = url.split(['@', '/']).nth(3).unwrap();
    assert!(TcpStream::connect(address).is_err(), "{address} still answers");
}

/// The output of `sh -c` and its exit code.
fn run(mut command: Command) -> (String, Option<i32>) {
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    expect_nothing_left(id, &said);
    (said, output.status.code())
}

#[test]
fn the_exit_code_is_the_commands() {
    let (url, code) = run(with_postgres(&["--migrate", "sh", "-c", "echo $DATABASE_URL; exit 7"]));
    assert!(url.starts_with("postgres://devopsify:"), "{url}");
    assert_eq!(code, Some(7));
}

#[test]
fn a_command_that_a_signal_ends_counts_as_shells_count_it() {
    let (_, code) = run(with_postgres(&["sh", "-c", "echo $DATABASE_URL; kill -TERM $$"]));
    assert_eq!(code, Some(128 + 15));
}

#[test]
fn signals_are_passed_on() {
    for (signal, code) in [(Signal::TERM, 3), (Signal::INT, 4)] {
        let script = "trap 'exit 3' TERM; trap 'exit 4' INT; echo $DATABASE_URL; while :; do sleep 0.05; done";
        // In a group of its own it is not in front of the terminal that tests may be run from.
        let mut child = with_postgres(&["sh", "-c", script]).process_group(0).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        kill(child.id().try_into().unwrap(), signal);
        assert_eq!(child.wait().unwrap().code(), Some(code));
        expect_nothing_left(child.id(), url.trim());
    }
}

#[test]
fn a_command_that_is_not_there_is_named() {
    let output = with_postgres(&["no-such-command"]).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-command cannot be started"));
}

/// As root that is a change of user and a copy elsewhere; for everybody else it makes no difference.
#[test]
fn it_works_where_user_namespaces_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = folder.path().join("unshare");
    fs::write(&refusal, "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(&refusal, PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let mut command = with_postgres(&["sh", "-c", "echo $DATABASE_URL"]);
    command.env("PATH", path);
    assert_eq!(run(command).1, Some(0));
}
