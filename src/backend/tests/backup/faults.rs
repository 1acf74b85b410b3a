//! What goes wrong outside: nothing that is half looks like a backup, and each refusal says what to do.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeDelta, Utc};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::process::Command;

use super::{
    machine::{Machine, backup, restore, said, until},
    mugs, stocked,
};
use crate::support::program::admin_url;

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn without_an_archive_there_is_no_backup(db: PgPool) {
    let folder = TempDir::new().unwrap();
    let mut command = backup(&folder.path().join("backups"), &["create"]);
    command.env("DATABASE_OWNER_URL", admin_url(&db));
    said(command).await.refused("does not archive its log");
    said(backup(&folder.path().join("none"), &["list"])).await.refused("give their folder by BACKUP_DIRECTORY");
}

/// Servers take seconds to start, so one story is told in one test.
#[tokio::test]
async fn what_is_half_is_no_backup() {
    let folder = TempDir::new().unwrap();
    let backups = folder.path().join("backups");
    let mut machine = Machine::start(&folder.path().join("home"), &backups).await;
    // A slow machine must not archive by the clock what a test takes for not archived.
    machine.archive(&["archive_command = 'false'", "archive_timeout = 0"]).await;
    stocked(&machine.db).await;
    let settings = machine.backup(&["settings"]).await.done();

    while_nothing_is_archived(&machine, &backups).await;
    machine.set(settings.lines().find(|line| line.starts_with("archive_command")).unwrap()).await;
    let metrics = folder.path().join("backup.prom");
    let early = machine.now().await;
    machine.backup(&["create", "--metrics-file", metrics.to_str().unwrap()]).await.done();
    let page = only_page(&backups);
    let ended: DateTime<Utc> = page["ended_at"].as_str().unwrap().parse().unwrap();
    let told = fs::read_to_string(&metrics).unwrap();
    assert!(told.ends_with(&format!("\nbackup_last_success_timestamp_seconds {}\n", ended.timestamp())), "{told}");

    refused_backups(&machine, folder.path()).await;
    refused_restores(&machine, folder.path(), early, &page).await;
    what_is_too_old_goes(&machine, folder.path(), ended).await;
    again_and_again(&machine, &backups).await;
    machine.stop().await;
}

async fn while_nothing_is_archived(machine: &Machine, backups: &Path) {
    // One waits for its log and is killed; a second one does not begin meanwhile.
    let mut waiting = machine.command(&["create"]).spawn().unwrap();
    until("a copy that waits for its log", async || pages(backups).len() == 1).await;
    machine.backup(&["create"]).await.refused("another backup of this database is being made");
    waiting.kill().await.unwrap();
    assert!(machine.backup(&["list"]).await.done().contains("there is no backup yet"));
    until("the end of the lock", async || {
        let sql = "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')";
        sqlx::query_scalar(sql).fetch_one(&machine.db).await.unwrap()
    })
    .await;
    let said = machine.backup(&["create", "--archive-within", "1s"]).await;
    assert!(
        said.text.contains("archive_command failed") && said.text.contains("devopsify backup settings"),
        "{said:?}"
    );
    said.refused("the backup is thrown away");
    assert_eq!(fs::read_dir(backups.join("base")).unwrap().count(), 0, "what was killed, and what failed");
}

async fn refused_backups(machine: &Machine, folder: &Path) {
    // A disk that takes a megabyte.
    let full = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" backup create";
    let mut command = Command::new("sh");
    command.args(["-c", full, env!("CARGO_BIN_EXE_devopsify")]).env("DATABASE_OWNER_URL", &machine.addresses.owner);
    command.env("BACKUP_DIRECTORY", folder.join("backups"));
    said(command).await.refused("cannot be copied into the backup");
    let other = folder.join("other");
    fs::create_dir_all(other.join("global")).unwrap();
    fs::write(other.join("global/pg_control"), [1; 8192]).unwrap();
    let words = ["create", "--data-directory", other.to_str().unwrap()];
    machine.backup(&words).await.refused("is the data folder of another PostgreSQL");
    with_the_log_of_another_past(machine, &folder.join("backups/wal")).await;
    assert_eq!(fs::read_dir(folder.join("backups/base")).unwrap().count(), 1, "the one that was made before");
}

/// The machine's disk was put back: its log goes on under names that the archive has already.
async fn with_the_log_of_another_past(machine: &Machine, archive: &Path) {
    let sql = "SELECT pg_walfile_name(pg_current_wal_insert_lsn())";
    let now: String = sqlx::query_scalar(sql).fetch_one(&machine.db).await.unwrap();
    let (before, last) = now.split_at(16);
    let last = u32::from_str_radix(last, 16).unwrap();
    let others: Vec<PathBuf> = (1..=3).map(|next| archive.join(format!("{before}{:08X}.gz", last + next))).collect();
    for other in &others {
        fs::write(other, "of another past").unwrap();
    }
    let said = machine.backup(&["create", "--archive-within", "3s"]).await;
    assert!(said.text.contains("archive_command failed"), "{said:?}");
    said.refused("the backup is thrown away");
    for other in others {
        fs::remove_file(other).unwrap();
    }
}

async fn refused_restores(machine: &Machine, folder: &Path, early: DateTime<Utc>, page: &Value) {
    let (backups, into) = (folder.join("backups"), folder.join("into"));
    let now = machine.now().await;
    for (moment, why) in [
        (early, "is before all backups: the first moment that can be restored is"),
        (now + TimeDelta::days(1), "has not come yet"),
        (now, "the archive reaches to"),
    ] {
        said(restore(&backups, &into, Some(moment))).await.refused(why);
    }
    said(restore(&backups, &machine.data(), None)).await.refused("is not empty, and nothing is ever overwritten");

    let copy = folder.join("copy");
    let name = PathBuf::from(page["name"].as_str().unwrap());
    let data = copied(&backups, &copy).join("base").join(name).join("data.tar.gz");
    let mut bytes = fs::read(&data).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&data, bytes).unwrap();
    said(restore(&copy, &into, None)).await.refused("data.tar.gz is broken: it is not what was written there");
    fs::remove_file(copy.join("wal").join(format!("{}.gz", page["stop_wal"].as_str().unwrap()))).unwrap();
    said(restore(&copy, &into, None)).await.refused("of its log is missing from the archive");
    assert!(!into.exists());
}

async fn what_is_too_old_goes(machine: &Machine, folder: &Path, first_ended: DateTime<Utc>) {
    let backups = folder.join("backups");
    mugs(1).create(&machine.db).await;
    machine.backup(&["create"]).await.done();
    let second = pages(&backups).into_iter().max_by_key(|page| page["ended_at"].to_string()).unwrap();
    let ended: DateTime<Utc> = second["ended_at"].as_str().unwrap().parse().unwrap();
    assert!(ended > first_ended);
    // The second is needed for the moments of the last second, once it is older than that; the first is not.
    until("a second to pass", async || machine.now().await > ended + TimeDelta::seconds(1)).await;
    let said_ = machine.backup(&["create", "--keep", "1s"]).await.done();
    assert_eq!(said_.matches("is no longer needed").count(), 1, "{said_}");
    let left = pages(&backups);
    assert!(left.len() == 2 && left.contains(&second), "{left:?}");
    let start = format!("{}.gz", second["start_wal"].as_str().unwrap());
    let log = fs::read_dir(backups.join("wal")).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let oldest = log.filter(|name| name.len() == start.len()).min().unwrap();
    assert_eq!(oldest, start, "the log begins with the second backup");
    said(restore(&backups, &folder.join("into"), Some(ended))).await.done();
}

async fn again_and_again(machine: &Machine, backups: &Path) {
    let before = pages(backups).len();
    let mut staying = machine.command(&["create", "--every", "1s"]).spawn().unwrap();
    until("two more backups", async || pages(backups).len() >= before + 2).await;
    kill_process(Pid::from_raw(staying.id().unwrap().try_into().unwrap()).unwrap(), Signal::TERM).unwrap();
    assert!(staying.wait().await.unwrap().success());
    let folders = fs::read_dir(backups.join("base")).unwrap().map(|folder| folder.unwrap().file_name());
    assert!(
        folders.into_iter().all(|name| !name.to_str().unwrap().starts_with('.')),
        "the one that it was making is gone"
    );
}

/// What each backup says of itself, with its folder's name; a half one too.
fn pages(backups: &Path) -> Vec<Value> {
    let folders = fs::read_dir(backups.join("base")).into_iter().flatten().map(|folder| folder.unwrap().path());
    let page = |folder: PathBuf| {
        let mut page: Value = serde_json::from_slice(&fs::read(folder.join("backup.json")).ok()?).ok()?;
        page["name"] = folder.file_name()?.to_str()?.into();
        Some(page)
    };
    folders.filter_map(page).collect()
}

fn only_page(backups: &Path) -> Value {
    let mut pages = pages(backups);
    assert_eq!(pages.len(), 1);
    pages.remove(0)
}

fn copied(from: &Path, to: &Path) -> PathBuf {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copied(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    to.to_owned()
}
