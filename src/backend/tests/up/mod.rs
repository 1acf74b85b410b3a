//! `devopsify up` and `devopsify with-postgres`, with real servers and signals.

mod conductor;
mod postgres;
mod with_postgres;

use std::{
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// The checkout.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// `src/database`, where `make` installs PostgreSQL.
fn database() -> PathBuf {
    let folder = repository().join("src/database");
    assert!(
        folder.join("node_modules").exists(),
        "src/database/node_modules is missing: run `make test`, which installs it"
    );
    folder
}

fn pid(number: i32) -> Pid {
    Pid::from_raw(number).unwrap()
}

fn kill(number: i32, signal: Signal) {
    kill_process(pid(number), signal).unwrap();
}

/// Waits until a process is gone; one that ended and that nobody asked about counts as gone.
fn expect_gone(number: i32) {
    wait_for(&format!("the end of process {number}"), || {
        let state = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        test_kill_process(pid(number)).is_err() || state.contains(") Z ")
    });
}

/// Asks again and again, a minute at most.
fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !happened() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        sleep(Duration::from_millis(20));
    }
}
