//! The store that `devopsify up` runs on this machine, as other commands find it: by what is announced in its folder.

use std::{
    collections::BTreeMap,
    fs::{File, TryLockError},
    path::Path,
};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use url::Url;

/// The file that is locked while an `up` runs with its folder.
pub const LOCK: &str = "up.lock";
/// The file of the announcement.
pub const ANNOUNCEMENT: &str = "up.json";

/// What an `up` tells other commands about the store that it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The database's address for the application, password included.
    pub database_url: String,
    /// The database's address for monitoring, password included.
    pub database_monitoring_url: String,
    /// Where each process shows its metrics, as `host:port`, by the name of its scrape job.
    #[serde(default)]
    pub metrics: BTreeMap<String, String>,
}

/// The address of the database of the `up` that runs with this folder, if one runs.
pub fn database_url(folder: &Path) -> Option<String> {
    announced(folder).map(|announcement| announcement.database_url)
}

/// What the `up` that runs with this folder tells, if one runs.
pub fn announced(folder: &Path) -> Option<Announcement> {
    let text = std::fs::read_to_string(folder.join(ANNOUNCEMENT)).ok()?;
    // An `up` that was killed leaves its announcement behind, but never its lock.
    is_in_use(folder).then(|| serde_json::from_str(&text).ok())?
}

/// Where the pictures of the `up` with this folder are, as an address.
///
/// # Errors
/// When the folder is not there.
pub fn media_url(folder: &Path) -> anyhow::Result<Url> {
    let folder = folder.canonicalize().with_context(|| format!("the folder {} is not there", folder.display()))?;
    Url::from_directory_path(folder.join("media"))
        .map_err(|()| anyhow::anyhow!("{} is no absolute path", folder.display()))
}

/// Whether a `Home` of this folder is open, in whatever process.
pub fn is_in_use(folder: &Path) -> bool {
    File::open(folder.join(LOCK)).is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
