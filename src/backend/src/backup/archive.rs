//! The folder that backups are kept in: `base/` has copies of the whole database, `wal/` the log that leads on from them.

use std::{
    fs::{DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::{base::Base, history::History, wal::Log};

/// The folder of backups.
#[derive(Clone, Debug)]
pub struct Archive {
    folder: PathBuf,
}

/// A copy that is being made, or deleted: nobody takes it for one, and it goes when this does.
pub struct Half {
    folder: Option<PathBuf>,
}

impl Archive {
    /// The folder, with what belongs into it; for this user's eyes only, since it holds everything about the customers.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make(folder: &Path) -> anyhow::Result<Self> {
        for part in ["base", "wal"] {
            let path = folder.join(part);
            let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
            made.with_context(|| format!("{} cannot be made (it is in BACKUP_DIRECTORY)", path.display()))?;
        }
        Self::open(folder)
    }

    /// The folder, if there is one.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let found = folder.join("base").canonicalize().and_then(|_| folder.canonicalize());
        let folder = found.with_context(|| {
            format!("there are no backups in {}: give their folder by BACKUP_DIRECTORY", folder.display())
        })?;
        Ok(Self { folder })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the log is.
    pub fn wal(&self) -> PathBuf {
        self.folder.join("wal")
    }

    fn base(&self) -> PathBuf {
        self.folder.join("base")
    }

    /// Everything that is in it.
    ///
    /// # Errors
    /// When something of it cannot be read.
    pub fn history(&self) -> anyhow::Result<History> {
        Ok(History::new(self.bases()?, Log::read(&self.wal())?))
    }

    fn bases(&self) -> anyhow::Result<Vec<Base>> {
        let complete = self.folders()?.into_iter().filter(|folder| !is_half(folder));
        complete.map(|folder| Base::read(&folder)).collect()
    }

    fn folders(&self) -> anyhow::Result<Vec<PathBuf>> {
        let folder = self.base();
        let entries = std::fs::read_dir(&folder)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>());
        entries.with_context(|| format!("{} cannot be read", folder.display()))
    }

    /// Begins a copy, after what was left behind by one that was killed is gone.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn begin(&self, name: &str) -> anyhow::Result<Half> {
        for left in self.folders()?.into_iter().filter(|folder| is_half(folder)) {
            std::fs::remove_dir_all(&left).with_context(|| format!("{} cannot be removed", left.display()))?;
        }
        let folder = self.base().join(format!(".{name}"));
        let made = DirBuilder::new().mode(0o700).create(&folder);
        made.with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Half { folder: Some(folder) })
    }

    /// Gives a copy its name, which makes it one.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn keep(&self, mut half: Half, base: Base) -> anyhow::Result<Base> {
        let folder = self.base().join(base.name());
        // What is in it has its names before it has its own.
        let kept = sync_folder(half.folder())
            .and_then(|()| std::fs::rename(half.folder(), &folder))
            .and_then(|()| sync_folder(&self.base()));
        kept.with_context(|| format!("{} cannot be made", folder.display()))?;
        half.folder = None;
        Ok(Base { folder, ..base })
    }

    /// Deletes a copy; interrupted, it is none any more.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn delete(&self, base: &Base) -> anyhow::Result<()> {
        let gone = self.base().join(format!(".{}", base.name()));
        let deleted = std::fs::rename(&base.folder, &gone).and_then(|()| std::fs::remove_dir_all(&gone));
        deleted.with_context(|| format!("{} cannot be deleted", base.folder.display()))
    }
}

impl Half {
    /// Where it is.
    pub fn folder(&self) -> &Path {
        self.folder.as_deref().unwrap_or(Path::new(""))
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        // What cannot be removed now is removed before the next one.
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn is_half(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Puts a folder's names onto the disk.
///
/// # Errors
/// When the disk refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
