//! What `up` keeps between its runs: one folder, used by one `up` at a time, that tells other commands where the database is.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use rustix::process::geteuid;
use url::Url;

use super::account::user_name;
use devopsify::{
    files::{private_file, private_folder},
    running_store::{self, ANNOUNCEMENT, Announcement, LOCK},
};

/// The folder, locked as long as this lives.
pub struct Home {
    folder: PathBuf,
    _lock: File,
}

impl Home {
    /// Makes the folder if it is missing, and locks it.
    ///
    /// # Errors
    /// When the folder cannot be written, or another `up` uses it.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let unusable = || unusable(folder);
        private_folder(folder).with_context(unusable)?;
        let folder = folder.canonicalize().with_context(unusable)?;
        let lock = private_file(&folder.join(LOCK)).with_context(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "`devopsify up` is running already with the folder {}: stop that one, or give another folder by DEVOPSIFY_HOME",
                folder.display()
            ),
            // Some network file systems cannot lock: one `up` at a time is then up to the user.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(error).with_context(unusable),
        }
        Ok(Self { folder, _lock: lock })
    }

    /// The folder, as an absolute path.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the logs of programs are.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// Where pictures are, as an address.
    ///
    /// # Errors
    /// Only if the folder were not absolute.
    pub fn media_url(&self) -> anyhow::Result<Url> {
        running_store::media_url(&self.folder)
    }

    /// Whether something that is done once was done; `remember` says that it was.
    pub fn remembers(&self, what: &str) -> bool {
        self.folder.join(what).exists()
    }

    /// Remembers that something was done, in a file of that name.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn remember(&self, what: &str) -> anyhow::Result<()> {
        private_file(&self.folder.join(what)).map(drop).with_context(|| format!("{what} cannot be remembered"))
    }

    /// A secret that is thought of at random when it is first asked for, and kept in a file of that name: 64 hexadecimal digits.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn secret(&self, name: &str) -> anyhow::Result<String> {
        let path = self.folder.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} cannot be read", path.display()));
            }
            _ => {}
        }
        let make = || -> io::Result<String> {
            let mut random = [0; 32];
            File::open("/dev/urandom")?.read_exact(&mut random)?;
            let secret: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
            // Complete or not there at all; half a secret would be kept for ever.
            let half = self.folder.join(format!("{name}.new"));
            let _ = std::fs::remove_file(&half);
            let mut file = private_file(&half)?;
            file.write_all(secret.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&half, &path)?;
            Ok(secret)
        };
        make().with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Tells other commands where the store is.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn announce(&self, announcement: &Announcement) -> anyhow::Result<()> {
        let text = serde_json::to_string(announcement)?;
        let path = self.folder.join(ANNOUNCEMENT);
        // Made anew, because a file that is there keeps the mode it has.
        self.withdraw();
        private_file(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Takes the announcement back.
    pub fn withdraw(&self) {
        // It is only believed while the lock is held, so one that stays does no harm.
        let _ = std::fs::remove_file(self.folder.join(ANNOUNCEMENT));
    }
}

fn unusable(folder: &Path) -> String {
    let owner = folder.metadata().map(|folder| folder.uid()).ok().filter(|owner| *owner != geteuid().as_raw());
    let remedy = match owner {
        Some(owner) => {
            format!("start as {}, whom it belongs to, or give another one by DEVOPSIFY_HOME", user_name(owner))
        }
        None => "give another one by DEVOPSIFY_HOME".to_owned(),
    };
    format!("the folder {} cannot be used: {remedy}", folder.display())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{Announcement, Home};
    use devopsify::running_store::{announced, database_url};

    #[test]
    fn the_database_is_told_while_up_runs_and_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home");
        assert_eq!(database_url(&path), None);
        let home = Home::open(&path).unwrap();
        assert_eq!(database_url(&path), None);
        let metrics = [("api".to_owned(), "127.0.0.1:8081".to_owned())].into();
        let announcement = Announcement {
            database_url: "postgres://secret".into(),
            database_monitoring_url: "postgres://secret".into(),
            metrics,
        };
        home.announce(&announcement).unwrap();
        assert_eq!(database_url(&path).as_deref(), Some("postgres://secret"));
        assert_eq!(announced(&path), Some(announcement));
        assert_eq!(path.join("up.json").metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let left = std::fs::read(path.join("up.json")).unwrap();
        home.withdraw();
        assert_eq!(database_url(&path), None);

        // As if it had been killed: the file is there, the lock is not.
        drop(home);
        std::fs::write(path.join("up.json"), left).unwrap();
        assert_eq!(database_url(&path), None);
    }

    #[test]
    fn one_up_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let refused = Home::open(folder.path()).err().unwrap().to_string();
        assert!(refused.contains("running already"), "{refused}");
        drop(home);
        Home::open(folder.path()).unwrap();
    }

    #[test]
    fn a_secret_stays_the_same_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let secret = home.secret("one").unwrap();
        assert!(secret.len() == 64 && secret.bytes().all(|digit| digit.is_ascii_hexdigit()), "{secret}");
        assert_eq!(home.secret("one").unwrap(), secret);
        assert_ne!(home.secret("two").unwrap(), secret);
        assert_eq!(folder.path().join("one").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_was_done_once_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        assert!(!home.remembers("demo"));
        home.remember("demo").unwrap();
        assert!(home.remembers("demo"));
    }
}
