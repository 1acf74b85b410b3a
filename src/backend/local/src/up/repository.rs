//! The checkout that commands for one machine work in: the current directory.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

/// The repository's root.
pub struct Repository(PathBuf);

impl Repository {
    /// The current directory.
    ///
    /// # Errors
    /// When it is not the repository.
    pub fn here() -> anyhow::Result<Self> {
        let root = std::env::current_dir().context("the current directory is gone")?;
        ensure!(
            root.join("src/database/package.json").exists(),
            "{} is not DevOpsify's repository: change to the folder that has the Makefile, and start again",
            root.display()
        );
        Ok(Self(root))
    }

    /// The root itself.
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// Where PostgreSQL's programs are installed.
    pub fn database(&self) -> PathBuf {
        self.0.join("src/database")
    }

    /// The demo catalogue's file.
    pub fn catalogue(&self) -> PathBuf {
        self.0.join("src/database/catalogue/products.csv")
    }

    /// How the store is watched.
    pub fn monitoring(&self) -> PathBuf {
        self.0.join("monitoring")
    }

    /// Where Next.js is installed.
    pub fn frontend(&self) -> PathBuf {
        self.0.join("src/frontend")
    }
}
