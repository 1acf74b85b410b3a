//! A copy of the whole database: a compressed tar file of its data folder, and a page that says what it is.

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::wal::{Lsn, Segment};

/// What a copy is, as its page in JSON says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Where it is.
    #[serde(skip)]
    pub folder: PathBuf,
    /// When the server was told that it begins.
    pub started_at: DateTime<Utc>,
    /// The first moment that can be restored from it.
    pub ended_at: DateTime<Utc>,
    /// PostgreSQL's version; a data folder belongs to one major version.
    pub postgresql: String,
    /// The number that tells one PostgreSQL's files from another's.
    pub system_identifier: String,
    /// The first segment of the log that it needs.
    pub start_wal: Segment,
    /// The last segment of the log that it needs.
    pub stop_wal: Segment,
    /// Where it is complete.
    pub stop_lsn: Lsn,
    /// The size of a segment of the log.
    pub wal_segment_bytes: u64,
    /// The size of what was copied.
    pub data_bytes: u64,
    /// The size of the compressed file.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Base {
    const PAGE: &str = "backup.json";

    /// The compressed file in a copy's folder.
    pub fn file_in(folder: &Path) -> PathBuf {
        folder.join("data.tar.gz")
    }

    /// Its compressed file.
    pub fn file(&self) -> PathBuf {
        Self::file_in(&self.folder)
    }

    /// Its name: when it began.
    pub fn name(&self) -> String {
        Self::named(self.started_at)
    }

    /// The name of a copy that begins at a moment. A small database is copied several times a second, and a server makes one copy
    /// at a time, so milliseconds tell them apart.
    pub fn named(started_at: DateTime<Utc>) -> String {
        started_at.format("%Y%m%dT%H%M%S%.3fZ").to_string()
    }

    /// The timeline of the log that it was made on.
    pub fn timeline(&self) -> u32 {
        self.start_wal.timeline
    }

    /// Reads the page in a folder.
    ///
    /// # Errors
    /// When there is none that can be read.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(Self::PAGE);
        let text = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let base: Self = serde_json::from_slice(&text).with_context(|| format!("{} is broken", path.display()))?;
        Ok(Self { folder: folder.to_owned(), ..base })
    }

    /// Writes its page, onto the disk.
    ///
    /// # Errors
    /// When the disk cannot take it.
    pub fn write(&self) -> anyhow::Result<()> {
        let path = self.folder.join(Self::PAGE);
        let write = || -> io::Result<()> {
            let mut file = File::create_new(&path)?;
            file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
            file.sync_all()
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Reads its compressed file to the end and makes sure that it is what was written.
    ///
    /// # Errors
    /// When it cannot be read or is another one; the message says what to do.
    pub fn verify(&self) -> anyhow::Result<()> {
        let path = self.file();
        let digest = || -> io::Result<(u64, String)> {
            let mut reader = Digesting::new(BufReader::with_capacity(1 << 20, File::open(&path)?));
            io::copy(&mut reader, &mut io::sink())?;
            Ok(reader.finish())
        };
        let found = digest().with_context(|| format!("{} cannot be read", path.display()))?;
        ensure!(
            found == (self.bytes, self.sha256.clone()),
            "{} is broken: it is not what was written there. Take another copy of it, or an older backup by moving {} away",
            path.display(),
            self.folder.display()
        );
        Ok(())
    }
}

/// Passes bytes on and remembers their number and their SHA-256.
pub struct Digesting<T> {
    inner: T,
    bytes: u64,
    digest: Sha256,
}

impl<T> Digesting<T> {
    /// Around a reader or a writer.
    pub fn new(inner: T) -> Self {
        Self { inner, bytes: 0, digest: Sha256::new() }
    }

    /// What is inside.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// How many bytes passed, and their SHA-256.
    pub fn finish(self) -> (u64, String) {
        (self.bytes, self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn passed(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.digest.update(bytes);
    }
}

impl<T: Read> Read for Digesting<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.passed(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }
}

impl<T: Write> Write for Digesting<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.inner.write(bytes)?;
        self.passed(bytes.get(..length).unwrap_or_default());
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::Base;

    #[test]
    fn names_tell_the_copies_of_a_second_apart_and_sort_by_time() {
        let names: Vec<String> = [0, 1, 400, 1000, 61_000]
            .map(|milliseconds| Base::named(DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)))
            .into();
        assert!(names.is_sorted() && names.windows(2).all(|two| two[0] != two[1]), "{names:?}");
        assert_eq!(names[1], "19700101T000000.001Z");
    }
}
