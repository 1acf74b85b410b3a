//! Prometheus's configuration of the repository, with the addresses of the processes that run here.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use devopsify::files;

/// The configuration in a folder's `prometheus.yml`, with these targets (`host:port` by job) and its rules by their absolute
/// paths, so that it can be kept elsewhere.
///
/// # Errors
/// When the file cannot be read, or the configuration lacks one of the jobs.
pub fn configuration(folder: &Path, targets: &BTreeMap<String, String>) -> anyhow::Result<Value> {
    let path = folder.join("prometheus.yml");
    let unusable = || format!("{} cannot be used", path.display());
    let text = std::fs::read_to_string(&path).with_context(unusable)?;
    derive(&text, folder, targets).with_context(unusable)
}

/// Writes a configuration: JSON is YAML too. It tells who talks to whom here, which is nobody else's business.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, configuration: &Value) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(configuration)?;
    let file = files::private_file(path).and_then(|file| file.set_len(0));
    file.and_then(|()| std::fs::write(path, text)).with_context(|| format!("{} cannot be written", path.display()))
}

fn derive(text: &str, folder: &Path, targets: &BTreeMap<String, String>) -> anyhow::Result<Value> {
    let mut configuration: Value = serde_saphyr::from_str(text)?;
    for rules in list(&mut configuration, "rule_files") {
        if let Some(path) = rules.as_str() {
            *rules = json!(folder.join(path));
        }
    }
    let mut missing: Vec<&str> = targets.keys().map(String::as_str).collect();
    for job in list(&mut configuration, "scrape_configs") {
        let Some((name, target)) = job["job_name"].as_str().and_then(|name| targets.get_key_value(name)) else {
            continue;
        };
        missing.retain(|job| job != name);
        // Whatever labels the repository gives the target, it keeps.
        let labels = job["static_configs"][0]["labels"].take();
        job["static_configs"] = json!([{ "targets": [target] }]);
        if labels.is_object() {
            job["static_configs"][0]["labels"] = labels;
        }
    }
    ensure!(missing.is_empty(), "there is no job {}", missing.join(", "));
    Ok(configuration)
}

fn list<'a>(configuration: &'a mut Value, key: &str) -> impl Iterator<Item = &'a mut Value> {
    configuration.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::derive;

    const TEXT: &str = "
global: { scrape_interval: 15s, external_labels: { environment: local } }
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: api
    static_configs: [{ targets: ['127.0.0.1:8081'], labels: { a: b } }]
  - job_name: node
    static_configs: [{ targets: ['127.0.0.1:9100'] }]
";

    #[test]
    fn targets_follow_the_processes_and_the_rest_stays() {
        let targets = [("api".to_owned(), "127.0.0.1:18081".to_owned())].into();
        let derived = derive(TEXT, Path::new("/repository"), &targets).unwrap();
        assert_eq!(derived["rule_files"], json!(["/repository/rules/*.yml"]));
        assert_eq!(derived["global"]["external_labels"]["environment"], "local");
        let [api, node] = [0, 1].map(|number| &derived["scrape_configs"][number]["static_configs"]);
        assert_eq!(api, &json!([{ "targets": ["127.0.0.1:18081"], "labels": { "a": "b" } }]));
        assert_eq!(node, &json!([{ "targets": ["127.0.0.1:9100"] }]));
    }

    #[test]
    fn a_process_that_nobody_scrapes_is_noticed() {
        let targets = [("worker".to_owned(), "127.0.0.1:18082".to_owned())].into();
        let error = derive(TEXT, Path::new("/"), &targets).unwrap_err().to_string();
        assert!(error.contains("worker"), "{error}");
    }
}
