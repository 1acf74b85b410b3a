//! What is copied of a data folder, as PostgreSQL's documentation has it ("Making a Base Backup Using the Low Level API"),
//! and how: file by file while the server writes, into a compressed tar file.

use std::{
    ffi::OsStr,
    fs::{self, File, Metadata},
    io::{self, Read},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use flate2::{Compression, write::GzEncoder};
use tokio_util::sync::CancellationToken;

use super::base::Digesting;

/// Says which PostgreSQL the files are of, and goes last: then it is as new as what it speaks of.
pub const CONTROL: &str = "global/pg_control";

/// Folders whose content is of no use to another server, which needs the folders themselves.
const EMPTY: [&str; 8] =
    ["pg_dynshmem", "pg_notify", "pg_replslot", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans", "pg_wal"];

/// Files that speak of the running server, or of a backup or a recovery before.
const LEFT_OUT: [&str; 11] = [
    "backup_label",
    "backup_label.old",
    "backup_manifest",
    "current_logfiles",
    "postgresql.auto.conf.tmp",
    "postmaster.opts",
    "postmaster.pid",
    "recovery.signal",
    "standby.signal",
    "tablespace_map",
    "tablespace_map.old",
];

/// Caches and temporary files, in any folder.
const TEMPORARY: [&str; 2] = ["pg_internal.init", "pgsql_tmp"];

/// A compressed tar file that is being written.
pub struct Writer {
    tar: tar::Builder<GzEncoder<Digesting<File>>>,
    data_bytes: u64,
    stop: CancellationToken,
}

/// What was written.
pub struct Written {
    /// Before it was compressed.
    pub data_bytes: u64,
    /// Compressed.
    pub bytes: u64,
    /// Of the compressed file, in hexadecimal digits.
    pub sha256: String,
}

impl Writer {
    /// A new file, for this user's eyes only. Once `stop` is cancelled, writing ends with an error.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path, stop: CancellationToken) -> io::Result<Self> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
        // Half of a database's pages are empty space and repeated words, which the quickest level finds too.
        let compressing = GzEncoder::new(Digesting::new(file), Compression::fast());
        Ok(Self { tar: tar::Builder::new(compressing), data_bytes: 0, stop })
    }

    /// Copies a data folder. The server goes on: files may vanish, grow and be half written; its log repairs that.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub fn data_folder(&mut self, root: &Path) -> anyhow::Result<()> {
        self.folder(root, Path::new(""))?;
        self.file(root, Path::new(CONTROL))
    }

    fn folder(&mut self, root: &Path, below: &Path) -> anyhow::Result<()> {
        let folder = root.join(below);
        let Some(entries) = unless_gone(fs::read_dir(&folder), &folder)? else { return Ok(()) };
        for entry in entries {
            let Some(entry) = unless_gone(entry, &folder)? else { continue };
            let (name, path) = (entry.file_name(), below.join(entry.file_name()));
            let Some(found) = unless_gone(fs::metadata(entry.path()), &entry.path())? else { continue };
            if found.is_dir() {
                self.entry(tar::EntryType::Directory, &found, &path, 0, io::empty())?;
                let is_empty = EMPTY.iter().any(|empty| path == Path::new(empty));
                if !is_empty && !starts_with(&name, &TEMPORARY) {
                    expect_no_link(&entry)?;
                    self.folder(root, &path)?;
                }
            } else if found.is_file() && !is_left_out(&path, &name) {
                self.file(root, &path)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, root: &Path, path: &Path) -> anyhow::Result<()> {
        let from = root.join(path);
        let Some(file) = unless_gone(File::open(&from), &from)? else { return Ok(()) };
        let found = file.metadata().with_context(|| format!("{} cannot be read", from.display()))?;
        self.entry(tar::EntryType::Regular, &found, path, found.len(), file)
    }

    /// Adds a file of the server's words.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn text(&mut self, path: &str, text: &str) -> anyhow::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o600);
        header.set_size(text.len() as u64);
        self.tar.append_data(&mut header, path, text.as_bytes()).context("the backup cannot be written")
    }

    fn entry(
        &mut self,
        kind: tar::EntryType,
        found: &Metadata,
        path: &Path,
        bytes: u64,
        content: impl Read,
    ) -> anyhow::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(found.mode() & 0o777);
        header.set_mtime(found.mtime().try_into().unwrap_or_default());
        header.set_size(bytes);
        let content = Exactly { content, left: bytes, stop: &self.stop };
        let appended = self.tar.append_data(&mut header, path, content);
        appended.with_context(|| format!("{} cannot be copied into the backup", path.display()))?;
        self.data_bytes += bytes;
        Ok(())
    }

    /// Ends the file and puts it onto the disk.
    ///
    /// # Errors
    /// When the disk cannot take it.
    pub fn finish(self) -> io::Result<Written> {
        let digesting = self.tar.into_inner()?.finish()?;
        digesting.inner().sync_all()?;
        let (bytes, sha256) = digesting.finish();
        Ok(Written { data_bytes: self.data_bytes, bytes, sha256 })
    }
}

/// As many bytes as were promised: a file that grows ends there, one that shrinks is filled with zeros, as by pg_basebackup.
struct Exactly<'a, T> {
    content: T,
    left: u64,
    stop: &'a CancellationToken,
}

impl<T: Read> Read for Exactly<'_, T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_cancelled() {
            return Err(io::Error::other("it was asked to stop"));
        }
        let wanted = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let length = match self.content.read(buffer)? {
            0 => {
                buffer.fill(0);
                wanted
            }
            length => length,
        };
        self.left -= length as u64;
        Ok(length)
    }
}

/// Nothing, if it vanished in the meantime.
fn unless_gone<T>(result: io::Result<T>, path: &Path) -> anyhow::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result.map(Some).with_context(|| {
            format!("{} cannot be read: run as the user whom the data folder belongs to", path.display())
        }),
    }
}

fn is_left_out(path: &Path, name: &OsStr) -> bool {
    path == Path::new(CONTROL) || LEFT_OUT.iter().any(|file| path == Path::new(file)) || starts_with(name, &TEMPORARY)
}

fn starts_with(name: &OsStr, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix.as_bytes()))
}

/// A folder elsewhere would be restored to where it is, over what may be there.
fn expect_no_link(entry: &fs::DirEntry) -> anyhow::Result<()> {
    let path: PathBuf = entry.path();
    if entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
        bail!(
            "{} leads to another folder, which a backup does not hold: move that one into the data folder",
            path.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        fs::{self, File},
        io::Read,
        os::unix::fs::symlink,
        path::Path,
    };

    use flate2::read::GzDecoder;
    use tokio_util::sync::CancellationToken;

    use super::{Exactly, Writer};

    fn copied(root: &Path, to: &Path) -> anyhow::Result<Vec<(String, usize)>> {
        let mut writer = Writer::create(to, CancellationToken::new())?;
        writer.data_folder(root)?;
        writer.finish()?;
        let mut archive = tar::Archive::new(GzDecoder::new(File::open(to)?));
        let entry = |entry: std::io::Result<tar::Entry<_>>| {
            let mut entry = entry.unwrap();
            let (path, mut text) = (entry.path().unwrap().display().to_string(), Vec::new());
            entry.read_to_end(&mut text).unwrap();
            (path, text.len())
        };
        Ok(archive.entries()?.map(entry).collect())
    }

    #[test]
    fn what_another_server_needs_is_copied_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("data");
        for path in [
            "PG_VERSION",
            "global/pg_control",
            "global/1262",
            "global/pg_internal.init",
            "base/5/1259",
            "base/5/pg_internal.init.4711",
            "base/pgsql_tmp/pgsql_tmp4711.0",
            "pg_wal/000000010000000000000001",
            "pg_replslot/slot/state",
            "pg_xact/0000",
            "postmaster.pid",
            "backup_label.old",
            "recovery.signal",
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "text").unwrap();
        }
        let copied = copied(&root, &folder.path().join("tar")).unwrap();
        assert_eq!(copied.last().unwrap().0, "global/pg_control");
        let files: BTreeMap<_, _> = copied.into_iter().collect();
        let names: Vec<_> = files.keys().map(String::as_str).collect();
        let expected = "PG_VERSION base base/5 base/5/1259 base/pgsql_tmp global global/1262 global/pg_control pg_replslot pg_wal \
                        pg_xact pg_xact/0000";
        assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn a_link_to_another_folder_is_refused_and_one_to_a_file_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("data");
        fs::create_dir_all(root.join("pg_tblspc")).unwrap();
        fs::write(folder.path().join("server.key"), "key").unwrap();
        symlink(folder.path().join("server.key"), root.join("server.key")).unwrap();
        let files = copied(&root, &folder.path().join("one")).unwrap();
        assert!(files.contains(&("server.key".into(), 3)), "{files:?}");
        symlink(folder.path(), root.join("pg_tblspc/16400")).unwrap();
        let said = copied(&root, &folder.path().join("two")).unwrap_err().to_string();
        assert!(said.contains("pg_tblspc/16400 leads to another folder"), "{said}");
    }

    #[test]
    fn a_file_has_the_length_that_was_promised() {
        let read = |content: &[u8], left, stop: &CancellationToken| {
            let mut text = Vec::new();
            Exactly { content, left, stop }.read_to_end(&mut text).map(|_| text)
        };
        let stop = CancellationToken::new();
        assert_eq!(read(b"grown", 3, &stop).unwrap(), b"gro");
        assert_eq!(read(b"cut", 5, &stop).unwrap(), b"cut\0\0");
        stop.cancel();
        assert!(read(b"cut", 5, &stop).is_err());
    }
}
