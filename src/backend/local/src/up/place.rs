//! Where a PostgreSQL lives and as whom: in the home, unless its account cannot look in there.

use std::{
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rustix::process::geteuid;
use sha2::{Digest, Sha256};

use super::{
    account::{Account, user_name},
    programs::{MAJOR, Programs},
};
use devopsify::files;

/// Where somebody without rights may keep a database that stays; temporary folders are swept by the system.
const LASTING: &str = "/var/lib";

/// One PostgreSQL's folder, its programs and its account.
pub struct Place {
    folder: PathBuf,
    /// The programs, where the account can read them.
    pub programs: Programs,
    /// Whom it runs as.
    pub account: Account,
}

impl Place {
    /// Finds the place that belongs to `<home>/postgres`, moving an existing database there when it must.
    ///
    /// # Errors
    /// When folders cannot be written or PostgreSQL can be run as nobody here; the message says what to do.
    pub fn find(home: &Path, programs: &Programs, throw_away: bool) -> anyhow::Result<Self> {
        let folder = home.join("postgres");
        files::private_folder(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        if let Some(elsewhere) = recorded(&folder)? {
            ensure!(
                geteuid().is_root(),
                "the database of {} was made as root and lies in {}: run as root, or delete {} to start anew",
                home.display(),
                elsewhere.display(),
                home.display()
            );
            return Self::elsewhere(elsewhere, Account::unprivileged()?, programs);
        }
        let postgres = programs.program("postgres");
        let owner = folder.join("data").metadata().ok().map(|data| data.uid());
        let account = Account::choose(&postgres, &folder, owner)?;
        if account.can_use(&postgres, &folder) {
            return Ok(Self { folder, programs: programs.clone(), account });
        }
        let parent = if throw_away { std::env::temp_dir() } else { LASTING.into() };
        let elsewhere = parent.join(format!("devopsify-{}", short_hash(&folder)));
        // The home says that nothing of it is there, so what is there belongs to a home that was deleted.
        remove(&elsewhere).with_context(|| format!("{} cannot be removed", elsewhere.display()))?;
        let place = Self::elsewhere(elsewhere, account, programs)?;
        place
            .take_over(&folder)
            .with_context(|| format!("the database cannot be moved to {}", place.folder.display()))?;
        Ok(place)
    }

    fn elsewhere(folder: PathBuf, account: Account, programs: &Programs) -> anyhow::Result<Self> {
        let unusable = || format!("{} cannot be written", folder.display());
        match std::fs::DirBuilder::new().mode(0o711).create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error).with_context(unusable),
            _ => {}
        }
        let found = folder.symlink_metadata()?;
        // It stays root's, so that nobody else can put a link in the way of what is written into it.
        ensure!(
            found.is_dir() && found.uid() == geteuid().as_raw(),
            "{} belongs to {}: move it away",
            folder.display(),
            user_name(found.uid())
        );
        let copy = folder.join(format!("programs-{MAJOR}-{}", short_hash(programs.folder())));
        if !copy.exists() {
            let half = folder.join("programs.new");
            remove(&half)?;
            account.copy(programs.folder(), &half).with_context(unusable)?;
            std::fs::rename(&half, &copy)?;
        }
        Ok(Self { folder, programs: Programs::at(copy), account })
    }

    /// Moves the database of a folder here, and leaves word there; interrupted, it is simply done again.
    fn take_over(&self, from: &Path) -> anyhow::Result<()> {
        if from.join("data").exists() {
            self.account.copy(&from.join("data"), &self.data())?;
            std::fs::copy(from.join("password"), self.folder.join("password"))?;
            self.account.own(&self.folder.join("password"))?;
        }
        let path = self.folder.to_str().context("the folder's name is not UTF-8")?;
        std::fs::write(from.join("location.new"), path)?;
        std::fs::rename(from.join("location.new"), from.join("location"))?;
        remove(&from.join("data"))?;
        remove(&from.join("password"))?;
        Ok(())
    }

    /// The folder that all of this is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The file with the password, which the account can read.
    pub fn password_file(&self) -> PathBuf {
        self.folder.join("password")
    }

    /// The password, thought of at random when it is first asked for.
    ///
    /// # Errors
    /// When its file cannot be read or written, or is gone while there is a database.
    pub fn password(&self) -> anyhow::Result<String> {
        let path = self.password_file();
        match std::fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} cannot be read", path.display()));
            }
            _ => {}
        }
        if self.data().join("PG_VERSION").exists() {
            bail!(
                "{} is gone, and the database cannot be opened without it: put it back, or delete {} to start anew",
                path.display(),
                self.data().display()
            );
        }
        let mut random = [0; 24];
        std::fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
        let password = BASE64_URL_SAFE_NO_PAD.encode(random);
        let write = || {
            files::private_file(&path)?.write_all(password.as_bytes())?;
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
            self.account.own(&path)
        };
        write().with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(password)
    }

    /// Deletes everything.
    ///
    /// # Errors
    /// When something cannot be deleted.
    pub fn remove(&self) -> io::Result<()> {
        remove(&self.folder)
    }
}

/// Where the database of this folder is, if it had to be moved.
fn recorded(folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    match std::fs::read_to_string(folder.join("location")) {
        Ok(path) => Ok(Some(path.trim().into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| {
            format!(
                "{} cannot be read: it belongs to another user, so run as that user, or give another folder by DEVOPSIFY_HOME",
                folder.display()
            )
        }),
    }
}

/// Removes a file or a folder with all that is in it, if it is there; a link is removed and never followed.
///
/// # Errors
/// When something cannot be removed.
pub fn remove(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn short_hash(path: &Path) -> String {
    Sha256::digest(path.as_os_str().as_encoded_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
