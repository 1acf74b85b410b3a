//! `devopsify backup restore`: an empty folder becomes a data folder, on which PostgreSQL goes on to the chosen moment by itself.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, BufReader, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Component, Path, PathBuf},
    thread,
};

use anyhow::{Context, bail, ensure};
use chrono::Utc;
use flate2::read::GzDecoder;
use tokio_util::sync::CancellationToken;

use super::{
    RestoreOptions,
    archive::{Archive, sync_folder},
    base::Base,
    history::{Way, shown},
    settings,
};

/// PostgreSQL takes a folder for a database by this file, so it comes last.
const VERSION: &str = "PG_VERSION";
/// Where PostgreSQL reads what was set by `ALTER SYSTEM`, after `postgresql.conf`.
const CONFIGURATION: &str = "postgresql.auto.conf";
const SYNCED_AT_ONCE: usize = 16;
/// Asks PostgreSQL to recover from the archive and to become a server of its own then.
const SIGNAL: &str = "recovery.signal";

/// Restores, up to the start of PostgreSQL, which is not ours.
///
/// # Errors
/// When the moment cannot be restored, the folder is not empty, or the copy is broken; the folder is empty then as before.
pub fn run(options: &RestoreOptions, stop: &CancellationToken) -> anyhow::Result<()> {
    let archive = Archive::open(&options.folder.backup_directory)?;
    let history = archive.history()?;
    let way = history.expect_way(options.at, Utc::now())?;
    let configuration = configuration(&archive, &way, options)?;
    let was_there = expect_empty(&options.into)?;
    way.base.verify()?;
    let restored = unpack(way.base, &options.into, stop).and_then(|version| {
        complete(&options.into, &configuration, &version)
            .with_context(|| format!("{} cannot be written", options.into.display()))
    });
    if let Err(error) = restored {
        clear(&options.into, was_there);
        return Err(error);
    }
    println!("{} is the backup {} of PostgreSQL {}", options.into.display(), way.base.name(), way.base.postgresql);
    let to = options.at.map_or_else(|| "the end of its log".to_owned(), shown);
    println!("start PostgreSQL on it: it goes on to {to} by itself, and takes changes from then on");
    Ok(())
}

/// Whether the folder was there; it may be the place where a volume is mounted.
fn expect_empty(into: &Path) -> anyhow::Result<bool> {
    match fs::read_dir(into) {
        Ok(mut entries) => {
            ensure!(
                entries.next().is_none(),
                "{} is not empty, and nothing is ever overwritten: give another folder, or move what is in it away",
                into.display()
            );
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("{} cannot be used", into.display())),
    }
}

/// Unpacks a copy, without the file that makes it a database; returns that one's content.
fn unpack(base: &Base, into: &Path, stop: &CancellationToken) -> anyhow::Result<Vec<u8>> {
    if !into.exists() {
        DirBuilder::new().mode(0o700).create(into).with_context(|| format!("{} cannot be made", into.display()))?;
    }
    fs::set_permissions(into, Permissions::from_mode(0o700))
        .with_context(|| format!("{} belongs to another user", into.display()))?;
    let broken = || format!("{} is broken", base.file().display());
    let file = File::open(base.file()).with_context(broken)?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::with_capacity(1 << 20, file)));
    let mut version = Vec::new();
    for entry in archive.entries().with_context(broken)? {
        ensure!(!stop.is_cancelled(), "the restore was asked to stop");
        let mut entry = entry.with_context(broken)?;
        let path = below(&entry.path().with_context(broken)?).with_context(broken)?;
        let (kind, to) = (entry.header().entry_type(), into.join(&path));
        let written = match kind {
            tar::EntryType::Directory => DirBuilder::new().recursive(true).mode(0o700).create(&to),
            tar::EntryType::Regular if path == Path::new(VERSION) => entry.read_to_end(&mut version).map(drop),
            tar::EntryType::Regular => new_file(&to).and_then(|mut file| io::copy(&mut entry, &mut file).map(drop)),
            other => bail!("{}: {} is neither a file nor a folder ({other:?})", broken(), path.display()),
        };
        written.with_context(|| format!("{} cannot be written", to.display()))?;
    }
    ensure!(!version.is_empty(), "{}: it has no {VERSION}", broken());
    Ok(version)
}

/// A path that cannot lead out of the folder that it is put below.
fn below(path: &Path) -> anyhow::Result<PathBuf> {
    let leads_out = path.components().any(|part| !matches!(part, Component::Normal(_)));
    ensure!(!leads_out && path.components().next().is_some(), "{} leads out of its folder", path.display());
    Ok(path.to_owned())
}

/// Says what PostgreSQL is to do, puts everything onto the disk, and then makes it a database.
fn complete(into: &Path, configuration: &str, version: &[u8]) -> io::Result<()> {
    let path = into.join(CONFIGURATION);
    let before = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        before => before?,
    };
    // A server that was restored before still has what it was told then.
    let is_kept = |line: &&str| !line.starts_with("recovery_target") && !line.starts_with("restore_command");
    let kept: String = before.lines().filter(is_kept).flat_map(|line| [line, "\n"]).collect();
    fs::write(&path, kept + configuration)?;
    new_file(&into.join(SIGNAL))?;
    sync_all(into)?;
    let mut file = new_file(&into.join(VERSION))?;
    file.write_all(version)?;
    file.sync_all()?;
    sync_folder(into)
}

/// Where the log comes from, and where to stop. One target at the most may be set.
fn configuration(archive: &Archive, way: &Way<'_>, options: &RestoreOptions) -> anyhow::Result<String> {
    let restore_command = settings::restore_command(&archive.wal())?;
    let moment = options.at.map(|at| at.format("%Y-%m-%d %H:%M:%S%.6f+00").to_string()).unwrap_or_default();
    Ok(format!(
        "restore_command = '{restore_command}'\n\
         recovery_target_time = '{moment}'\n\
         recovery_target_timeline = '{}'\n\
         recovery_target_action = 'promote'\n",
        way.timeline.id
    ))
}

fn new_file(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

/// Puts a folder with all that is in it onto the disk: after everything was written, and several at once, because a disk takes
/// many at one go and a database has a thousand small files.
fn sync_all(folder: &Path) -> io::Result<()> {
    let mut paths = vec![folder.to_owned()];
    let mut at = 0;
    while let Some(path) = paths.get(at).cloned() {
        at += 1;
        if path.is_dir() {
            paths.extend(
                fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?,
            );
        }
    }
    let sync = |paths: &[PathBuf]| paths.iter().try_for_each(|path| File::open(path)?.sync_all());
    thread::scope(|scope| {
        let chunks = paths.chunks(paths.len().div_ceil(SYNCED_AT_ONCE));
        let threads: Vec<_> = chunks.map(|chunk| scope.spawn(move || sync(chunk))).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread failed"))))
    })
}

/// Takes back what was written; what cannot be removed is still no database.
fn clear(into: &Path, was_there: bool) {
    if !was_there {
        let _ = fs::remove_dir_all(into);
        return;
    }
    for entry in fs::read_dir(into).into_iter().flatten().flatten() {
        let path = entry.path();
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _, path::Path};

    use flate2::{Compression, write::GzEncoder};
    use tokio_util::sync::CancellationToken;

    use super::{below, complete, expect_empty, unpack};
    use crate::backup::base::Base;

    /// A copy with one entry, whatever its name.
    fn copy_with(folder: &Path, name: &str, kind: tar::EntryType) -> Base {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(4);
        header.set_cksum();
        let mut file = GzEncoder::new(fs::File::create(Base::file_in(folder)).unwrap(), Compression::fast());
        file.write_all(header.as_bytes()).unwrap();
        file.write_all(&[b'1'; 512]).unwrap();
        file.write_all(&[0; 1024]).unwrap();
        file.finish().unwrap();
        Base { folder: folder.to_owned(), ..crate::backup::history::tests::base(1, 1, 1) }
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for bad in ["../a", "/etc/passwd", "a/../../b", "", "./a"] {
            assert!(below(Path::new(bad)).is_err(), "{bad} was taken");
        }
        assert!(below(Path::new("base/5/1259")).is_ok());
        let folder = tempfile::tempdir().unwrap();
        let stop = CancellationToken::new();
        for (name, kind) in [("../out", tar::EntryType::Regular), ("link", tar::EntryType::Symlink)] {
            let base = copy_with(folder.path(), name, kind);
            let error = unpack(&base, &folder.path().join("into"), &stop).unwrap_err();
            assert!(format!("{error:#}").contains("is broken"), "{error:#}");
        }
        assert!(!folder.path().join("out").exists());
    }

    #[test]
    fn it_is_a_database_at_the_end_only_and_follows_the_newest_orders() {
        let folder = tempfile::tempdir().unwrap();
        let (stop, into) = (CancellationToken::new(), folder.path().join("into"));
        assert!(!expect_empty(&into).unwrap());
        let version = unpack(&copy_with(folder.path(), "PG_VERSION", tar::EntryType::Regular), &into, &stop).unwrap();
        assert_eq!(fs::read_dir(&into).unwrap().count(), 0);
        let before = "archive_timeout = '60'\nrecovery_target_time = '2020-01-01'\nrestore_command = 'old'\n";
        fs::write(into.join("postgresql.auto.conf"), before).unwrap();
        complete(&into, "restore_command = 'new'\n", &version).unwrap();
        let text = fs::read_to_string(into.join("postgresql.auto.conf")).unwrap();
        assert_eq!(text, "archive_timeout = '60'\nrestore_command = 'new'\n");
        assert_eq!(fs::read(into.join("PG_VERSION")).unwrap(), b"1111");
        assert!(into.join("recovery.signal").exists() && expect_empty(&into).is_err());
    }
}
