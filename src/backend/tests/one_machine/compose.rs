//! `compose.yaml` with an `.env`, as far as it says how our own programs are run.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use super::repository;

/// What `compose.yaml` says, merged, with the variables of an `.env`.
pub struct Compose {
    services: Value,
    env: BTreeMap<String, String>,
}

impl Compose {
    /// Reads the repository's file, and the variables of `env`, a line each.
    pub fn with(env: &str) -> Self {
        let file = std::fs::read_to_string(repository().join("compose.yaml")).unwrap();
        let parsed: Value = serde_saphyr::from_str(&file).unwrap();
        let pairs = env.lines().filter_map(|line| line.split_once('='));
        Self {
            services: parsed["services"].clone(),
            env: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }

    /// The names of the services that run the production program, with its subcommand.
    pub fn programs(&self) -> BTreeMap<&str, &str> {
        let services = self.services.as_object().unwrap().iter();
        let ours = services.filter(|(_, service)| service["image"] == "devopsify/api:local");
        ours.map(|(name, service)| (name.as_str(), service["command"][0].as_str().unwrap_or_default())).collect()
    }

    /// Whether a service runs the local program.
    pub fn is_local(&self, service: &str) -> bool {
        self.services[service]["build"]["target"] == "local"
    }

    /// What a service is told, of hosts that are containers as `place` says.
    pub fn environment(&self, service: &str, place: &[(&str, &str)]) -> BTreeMap<String, String> {
        let variables = self.services[service]["environment"].as_object().unwrap().iter();
        let given = variables.filter_map(|(name, value)| match value.as_str() {
            Some(value) => Some((name.clone(), self.interpolated(value))),
            // Without a value it is passed on, if there is one.
            None => self.env.get(name).map(|value| (name.clone(), value.clone())),
        });
        let placed = |value: String| place.iter().fold(value, |value, (from, to)| value.replace(from, to));
        given.map(|(name, value)| (name, placed(value))).collect()
    }

    /// The volumes of a service, as `source:target`, with `:ro` where it may only read.
    pub fn volumes(&self, service: &str) -> Vec<String> {
        words(&self.services[service]["volumes"])
    }

    /// The words of a service's command.
    pub fn command(&self, service: &str) -> Vec<String> {
        words(&self.services[service]["command"])
    }

    /// The words of a service's health check, or else those of its image, without the program.
    pub fn health_check(&self, service: &str) -> Vec<String> {
        let own = words(&self.services[service]["healthcheck"]["test"]);
        let file = std::fs::read_to_string(repository().join("src/backend/Dockerfile")).unwrap();
        let words = if own.is_empty() {
            let line = file.lines().find(|line| line.starts_with("HEALTHCHECK")).unwrap();
            serde_json::from_str(line.split_once("CMD ").unwrap().1).unwrap()
        } else {
            own[1..].to_vec()
        };
        assert_eq!(words[0], "/usr/bin/devopsify");
        words[1..].to_vec()
    }

    /// The port of the machine that a port of a service's container is published on.
    pub fn published(&self, service: &str, container: u16) -> Option<u16> {
        let published = words(&self.services[service]["ports"]);
        let of = |port: &String| {
            let (host, inside) = port.trim_end_matches("/udp").rsplit_once(':')?;
            (inside == container.to_string()).then(|| host.rsplit(':').next()?.parse().ok())?
        };
        published.iter().find_map(of)
    }

    /// `${NAME:-otherwise}`, as Compose reads it.
    fn interpolated(&self, value: &str) -> String {
        let Some((before, rest)) = value.split_once("${") else { return value.to_owned() };
        let (inside, after) = rest.split_once('}').unwrap();
        let (name, otherwise) = inside.split_once(":-").unwrap_or((inside, ""));
        let said = self.env.get(name).filter(|value| !value.is_empty()).map_or(otherwise, String::as_str);
        format!("{before}{said}{}", self.interpolated(after))
    }
}

fn words(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The script of a page that begins with a line that contains `with`.
pub fn script(page: &str, with: &str) -> String {
    let text = std::fs::read_to_string(repository().join(page)).unwrap();
    let mut scripts = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    scripts
        .find(|script| script.contains(with))
        .unwrap_or_else(|| panic!("{page} has no script with {with}"))
        .to_owned()
}

/// Runs a script of a page in a folder.
pub fn run_script(script: &str, folder: &std::path::Path) {
    let output = Command::new("sh").args(["-euc", script]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
