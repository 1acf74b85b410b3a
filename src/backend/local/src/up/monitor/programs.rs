//! The programs that watch a store: where they are on this machine, and how they are run.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context;
use tokio::process::Command;
use url::Url;

use crate::up::service::child;

/// Prometheus and the two exporters that it needs beside the store's own metrics.
#[derive(Clone)]
pub struct Programs {
    prometheus: PathBuf,
    postgres_exporter: PathBuf,
    node_exporter: PathBuf,
    /// What PostgreSQL's exporter is told beside its address.
    postgres_options: Vec<String>,
}

impl Programs {
    /// Looks for them in `PATH`, and for PostgreSQL's exporter where `make` builds it below the repository's root.
    ///
    /// # Errors
    /// When one is missing; the message says how to install it.
    pub fn find(root: &Path) -> anyhow::Result<Self> {
        let built = root.join("target/monitoring/bin/postgres_exporter");
        Ok(Self {
            prometheus: in_path(&["prometheus"]).context(
                "Prometheus is missing: on Debian, `apt-get install prometheus`; elsewhere, put it into PATH \
                 (https://prometheus.io/download)",
            )?,
            postgres_exporter: Some(built).filter(|path| path.is_file()).or_else(|| in_path(&["postgres_exporter"])).context(
                "PostgreSQL's exporter is missing: run `make monitor`, which builds it by Go, or put postgres_exporter into PATH",
            )?,
            node_exporter: in_path(&["prometheus-node-exporter", "node_exporter"]).context(
                "The machine's exporter is missing: on Debian, `apt-get install prometheus-node-exporter`; elsewhere, put \
                 node_exporter into PATH (https://prometheus.io/download)",
            )?,
            postgres_options: options(&root.join("monitoring/postgres-exporter.options"))?,
        })
    }

    /// Prometheus on a configuration, keeping what it collects in `data`.
    pub fn prometheus(&self, listen: SocketAddr, configuration: &Path, data: &Path) -> Command {
        let mut command = bare(&self.prometheus);
        command.arg(flag("config.file", configuration.display())).arg(flag("storage.tsdb.path", data.display()));
        // An error budget is of 30 days, and Prometheus keeps 15 unless it is told.
        command.arg(flag("web.listen-address", listen)).arg(flag("storage.tsdb.retention.time", "35d"));
        command
    }

    /// PostgreSQL's exporter on a database; the address, which has a password, goes by the environment.
    pub fn postgres_exporter(&self, listen: SocketAddr, database_url: &str) -> Command {
        let mut command = bare(&self.postgres_exporter);
        command.env("DATA_SOURCE_NAME", libpq(database_url)).args(&self.postgres_options);
        command.arg(flag("web.listen-address", listen));
        command
    }

    /// The machine's exporter.
    pub fn node_exporter(&self, listen: SocketAddr) -> Command {
        let mut command = bare(&self.node_exporter);
        command.arg(flag("web.listen-address", listen)).arg("--log.level=warn");
        command
    }
}

/// A program that sees nothing of our environment but what every program needs: our secrets are not its business.
fn bare(program: &Path) -> Command {
    let mut command = child(program.as_os_str());
    command.env_clear();
    command.envs(["PATH", "HOME", "TMPDIR", "TZ"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command
}

fn flag(name: &str, value: impl std::fmt::Display) -> String {
    format!("--{name}={value}")
}

/// The options in a file, one a line, but for the address, which is ours to choose.
fn options(path: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let wanted = |line: &&str| line.starts_with("--") && !line.starts_with("--web.listen-address");
    Ok(text.lines().map(str::trim).filter(wanted).map(str::to_owned).collect())
}

/// The first of these programs that there is.
fn in_path(names: &[&str]) -> Option<PathBuf> {
    let places = std::env::var_os("PATH").unwrap_or_default();
    let found = |name: &&str| std::env::split_paths(&places).map(|place| place.join(name)).find(|path| path.is_file());
    names.iter().find_map(found)
}

/// Parameters of an address that are sqlx's alone; another client refuses what it does not know.
const OURS: [&str; 1] = ["statement-cache-capacity"];

/// An address as every PostgreSQL client knows it: without the parameters that are ours alone.
fn libpq(database_url: &str) -> String {
    let Ok(mut url) = Url::parse(database_url) else { return database_url.to_owned() };
    let kept: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| !OURS.contains(&name.as_str())).collect();
    if kept.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::{libpq, options};

    #[test]
    fn an_address_keeps_what_every_client_knows() {
        let ours = "postgres://a:b@localhost:5432/c?sslmode=disable&statement-cache-capacity=100";
        assert_eq!(libpq(ours), "postgres://a:b@localhost:5432/c?sslmode=disable");
        let socket = "postgres:///c?host=%2Frun%2Fpostgresql";
        assert_eq!(libpq(socket), socket);
        assert_eq!(libpq("postgres://a@b/c?statement-cache-capacity=0"), "postgres://a@b/c");
    }

    #[test]
    fn options_are_lines_without_the_address() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "# --a\n\n--b=c\n--web.listen-address=127.0.0.1:1\n").unwrap();
        assert_eq!(options(file.path()).unwrap(), ["--b=c"]);
    }
}
