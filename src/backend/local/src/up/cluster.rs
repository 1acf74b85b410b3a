//! The data folder: made, checked before use, and freed from a server that was left behind.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal};

use super::{
    account::user_name,
    place::{Place, remove},
    process::{Log, Process},
    programs::MAJOR,
};

/// The role and the database that everything uses.
pub const NAME: &str = "devopsify";

const LASTING: &[&str] = &["--auth=scram-sha-256"];
/// Tests connect thousands of times, and SCRAM's rounds are what a connection costs most: the password goes over the loopback as
/// it is, and is kept after one round. Asking clients for SCRAM with so few rounds would not do: some refuse.
const THROW_AWAY: &[&str] = &["--auth=password", "--set=scram_iterations=1", "--no-sync"];

const PID_FILE: &str = "postmaster.pid";

/// Makes the data folder unless it is there, and makes sure that a server can be started on it.
///
/// # Errors
/// When it cannot be used; the message says what to do.
pub async fn prepare(place: &Place, log: &Log, throw_away: bool) -> anyhow::Result<()> {
    let data = place.data();
    if exists(place)? {
        check(place)?;
        return end_leftover(&data).await;
    }
    // Something was begun there without us ever calling it complete; it may still matter to somebody.
    if data.exists() && std::fs::remove_dir(&data).is_err() {
        let aside = place.folder().join("data.incomplete");
        remove(&aside)?;
        std::fs::rename(&data, &aside).with_context(|| format!("{} cannot be moved away", data.display()))?;
        tracing::warn!("{} was incomplete and is now {}", data.display(), aside.display());
    }
    create(place, log, throw_away).await
}

/// Whether there is a database: `initdb` writes PG_VERSION early, but only a complete folder gets its name from us.
fn exists(place: &Place) -> anyhow::Result<bool> {
    match place.data().join("PG_VERSION").try_exists() {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            check_owner(place)?;
            Err(error).with_context(|| format!("{} cannot be read", place.data().display()))
        }
        found => Ok(found?),
    }
}

fn check(place: &Place) -> anyhow::Result<()> {
    check_owner(place)?;
    let (data, file) = (place.data(), place.data().join("PG_VERSION"));
    let version = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    ensure!(
        version.trim() == MAJOR,
        "the database in {} was made by PostgreSQL {}, and this is PostgreSQL {MAJOR}: carry it over with pg_dump or \
         pg_upgrade, or move that folder away to start anew",
        data.display(),
        version.trim()
    );
    Ok(())
}

fn check_owner(place: &Place) -> anyhow::Result<()> {
    let (data, wanted) = (place.data(), place.account.uid());
    let owner = data.metadata().with_context(|| format!("{} cannot be read", data.display()))?.uid();
    ensure!(
        owner == wanted,
        "the database in {} belongs to {}, and PostgreSQL would run as {}: start as {0}, or give it over by `sudo chown -R {} {}`",
        data.display(),
        user_name(owner),
        user_name(wanted),
        wanted,
        place.folder().display(),
    );
    Ok(())
}

/// Makes a database beside its final name, and gives it the name when it is complete.
async fn create(place: &Place, log: &Log, throw_away: bool) -> anyhow::Result<()> {
    let half = place.folder().join("data.new");
    remove(&half).with_context(|| format!("{} cannot be removed", half.display()))?;
    DirBuilder::new().mode(0o700).create(&half).with_context(|| format!("{} cannot be made", half.display()))?;
    place.account.own(&half)?;
    place.password()?;
    let mut command = place.account.command(place.programs.program("initdb"), Some("KILL"));
    command.current_dir(place.folder()).env("LC_ALL", "C").arg("--pgdata").arg(&half);
    command.arg("--pwfile").arg(place.password_file()).args([
        "--username",
        NAME,
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]);
    command.args(if throw_away { THROW_AWAY } else { LASTING });
    let seen = log.length();
    let ended = Process::start(command, log).await.context("PostgreSQL's initdb cannot be started")?.ended().await?;
    if !ended.success() {
        bail!("the database cannot be made ({ended}); {} ends with:\n{}", log.path().display(), log.end(seen));
    }
    std::fs::rename(&half, place.data())?;
    Ok(())
}

/// Ends a server that an `up` left behind when it was killed, and removes a note of one that is gone.
async fn end_leftover(data: &Path) -> anyhow::Result<()> {
    let note = data.join(PID_FILE);
    let Ok(text) = std::fs::read_to_string(&note) else { return Ok(()) };
    if let Some(pid) = pid(&text) {
        let steps = [
            (Signal::INT, Duration::from_secs(15)),
            (Signal::QUIT, Duration::from_secs(5)),
            (Signal::KILL, Duration::from_secs(5)),
        ];
        for (signal, patience) in steps {
            let deadline = Instant::now() + patience;
            if serves(pid, data) {
                rustix::process::kill_process(pid, signal).with_context(|| {
                    format!("process {} still serves {}: stop it", pid.as_raw_nonzero(), data.display())
                })?;
            }
            while serves(pid, data) && Instant::now() < deadline {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        ensure!(!serves(pid, data), "process {} still serves {}: stop it", pid.as_raw_nonzero(), data.display());
    }
    // Its number may be another program's by now, which PostgreSQL would take for a server.
    remove(&note).with_context(|| format!("{} cannot be removed", note.display()))
}

/// The first line of postmaster.pid.
fn pid(note: &str) -> Option<Pid> {
    note.lines().next()?.trim().parse().ok().filter(|pid| *pid > 1).and_then(Pid::from_raw)
}

/// Whether a process is a PostgreSQL on this data folder, which its command line names; a dead one has none.
fn serves(pid: Pid, data: &Path) -> bool {
    let number = pid.as_raw_nonzero().to_string();
    let line = match std::fs::read(Path::new("/proc").join(&number).join("cmdline")) {
        Ok(line) => line,
        Err(_) if Path::new("/proc/self").exists() => return false,
        Err(_) => {
            let shown = std::process::Command::new("ps").args(["-o", "command=", "-p", &number]).output();
            shown.map(|shown| shown.stdout).unwrap_or_default()
        }
    };
    String::from_utf8_lossy(&line).contains(&*data.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::pid;

    #[test]
    fn the_note_of_a_server_begins_with_its_number() {
        assert_eq!(pid("4711\n/data\n").unwrap().as_raw_nonzero().get(), 4711);
        for nothing in ["", "x", "-4711", "0", "1"] {
            assert!(pid(nothing).is_none(), "{nothing} was taken");
        }
    }
}
