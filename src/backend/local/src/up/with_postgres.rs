//! `devopsify with-postgres`: runs a command beside a PostgreSQL that is thrown away afterwards.

use std::{
    io::{stderr, stdin},
    os::{fd::AsFd, unix::process::ExitStatusExt},
    path::Path,
    process::{ExitCode, ExitStatus},
};

use anyhow::Context;
use rustix::process::{Pid, Signal as UnixSignal};
use tokio::{
    process::{Child, Command},
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use super::{
    home::Home,
    place::remove,
    postgres::{Options, Server},
    repository::Repository,
};
use crate::config::WithPostgresConfig;
use devopsify::{
    database::{
        self,
        roles::{self, Addresses, Passwords},
    },
    running_store,
};

const PREFIX: &str = "devopsify-throw-away-";
/// Below the current directory, which is the repository. The folder may know more than this binary does.
const MIGRATIONS: &str = "src/database/migrations";

/// Runs the command with `DATABASE_URL` set, and passes its exit code on; the server and its data are gone afterwards.
///
/// # Errors
/// When the server or the command cannot be started.
pub async fn run(config: WithPostgresConfig) -> anyhow::Result<ExitCode> {
    let signals = Signals::listen()?;
    let repository = Repository::here()?;
    let target = repository.root().join("target");
    let parent = if target.is_dir() { target } else { std::env::temp_dir() };
    sweep(&parent);
    let home = Home::open(&parent.join(format!("{PREFIX}{}", std::process::id())))?;
    let outcome = beside_server(home.folder(), repository, &config, signals).await;
    remove(home.folder()).with_context(|| format!("{} cannot be removed", home.folder().display()))?;
    Ok(exit_code(outcome?))
}

async fn beside_server(
    folder: &Path,
    repository: Repository,
    config: &WithPostgresConfig,
    signals: Signals,
) -> anyhow::Result<ExitStatus> {
    let options = Options { database: repository.database(), throw_away: true };
    let mut server = Server::launch(folder, &options).await?;
    let outcome = run_on(&mut server, config, signals).await;
    server.stop(&CancellationToken::new()).await;
    outcome
}

async fn run_on(server: &mut Server, config: &WithPostgresConfig, mut signals: Signals) -> anyhow::Result<ExitStatus> {
    tokio::select! {
        ready = server.ready() => ready?,
        signal = signals.next() => return Ok(ExitStatus::from_raw(signal.as_raw())),
    }
    // Tests take another role by its name alone.
    let passwords = Passwords::same(server.password());
    roles::create(&server.url(), &passwords).await?;
    if config.migrate {
        database::migrate_from(Path::new(MIGRATIONS), &Addresses::of(&server.url(), &passwords)?.owner).await?;
    }
    let (program, arguments) = config.command.split_first().context("no command is given")?;
    let mut child = Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", server.url())
        .spawn()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    loop {
        tokio::select! {
            ended = child.wait() => return Ok(ended?),
            signal = signals.next() => forward(&child, signal),
        }
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> UnixSignal {
        tokio::select! {
            _ = self.interrupt.recv() => UnixSignal::INT,
            _ = self.terminate.recv() => UnixSignal::TERM,
        }
    }
}

/// A terminal sends Ctrl-C to the command as well as to us; twice would mean something else to it.
fn forward(child: &Child, signal: UnixSignal) {
    if signal == UnixSignal::INT && (in_front_of(stdin()) || in_front_of(stderr())) {
        return;
    }
    if let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
        // It may have ended a moment ago.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

fn in_front_of(terminal: impl AsFd) -> bool {
    rustix::termios::tcgetpgrp(terminal).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// As shells do: a command that a signal ended has 128 and the signal's number.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// Removes what commands left behind that were killed.
fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse().ok()).and_then(Pid::from_raw);
        let Some(owner) = owner else { continue };
        // A container that shares the folder numbers its processes anew, so a free number alone proves nothing.
        if rustix::process::test_kill_process(owner).is_err() && !running_store::is_in_use(&entry.path()) {
            let _ = remove(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PREFIX, sweep};

    #[test]
    fn only_what_nobody_uses_is_swept() {
        let parent = tempfile::tempdir().unwrap();
        let ours = parent.path().join(format!("{PREFIX}{}", std::process::id()));
        // No Linux has that many processes.
        let left = parent.path().join(format!("{PREFIX}2147483646"));
        let other = parent.path().join("other");
        for folder in [&ours, &left, &other] {
            std::fs::create_dir_all(folder.join("postgres")).unwrap();
        }
        sweep(parent.path());
        assert!(ours.exists() && other.exists() && !left.exists());
    }
}
