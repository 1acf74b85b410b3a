//! Prometheus's HTTP API, as far as the tests ask it.

use std::collections::BTreeSet;

use reqwest::Client;
use serde_json::Value;
use url::Url;

use super::files::{array, text};

/// A running Prometheus.
pub struct Prometheus {
    pub url: Url,
    client: Client,
}

impl Prometheus {
    pub fn at(url: Url) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { url, client: Client::builder().no_proxy().build().unwrap() }
    }

    async fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
        let mut url = self.url.join(&format!("api/v1/{path}")).unwrap();
        url.query_pairs_mut().extend_pairs(parameters);
        let answer = self.client.get(url).send().await.map_err(|error| error.to_string())?;
        let answer: Value = answer.json().await.map_err(|error| error.to_string())?;
        if text(&answer, "status") == "success" {
            Ok(answer["data"].clone())
        } else {
            Err(text(&answer, "error").to_owned())
        }
    }

    /// The values of an instant query's result, as numbers.
    pub async fn query(&self, query: &str) -> Result<Vec<f64>, String> {
        let data = self.ask("query", &[("query", query)]).await?;
        let number = |value: &Value| value[1].as_str().and_then(|number| number.parse().ok()).unwrap_or(f64::NAN);
        Ok(match text(&data, "resultType") {
            "scalar" => vec![number(&data["result"])],
            _ => array(&data, "result").iter().map(|sample| number(&sample["value"])).collect(),
        })
    }

    /// The labels of an instant query's result.
    pub async fn labels(&self, query: &str) -> Vec<String> {
        let data = self.ask("query", &[("query", query)]).await.unwrap();
        array(&data, "result").iter().map(|sample| sample["metric"].to_string()).collect()
    }

    /// Whether any series was ever chosen by a selector.
    pub async fn has(&self, selector: &str) -> bool {
        let found = self.ask("series", &[("match[]", selector)]).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}")).as_array().is_some_and(|series| !series.is_empty())
    }

    /// All rules with how their last evaluation went.
    pub async fn rules(&self) -> Vec<Value> {
        let data = self.ask("rules", &[]).await.unwrap();
        array(&data, "groups").iter().flat_map(|group| array(group, "rules").to_vec()).collect()
    }

    /// The names of the alerts that fire, or that would if it lasted.
    pub async fn alerts(&self) -> Alerts {
        let data = self.ask("alerts", &[]).await.unwrap();
        let named = |state: &str| {
            let of_state = array(&data, "alerts").iter().filter(|alert| text(alert, "state") == state);
            of_state.map(|alert| text(&alert["labels"], "alertname").to_owned()).collect()
        };
        Alerts { firing: named("firing"), pending: named("pending") }
    }

    /// The jobs of the targets that were not scraped.
    pub async fn down(&self) -> Vec<String> {
        let data = self.ask("targets", &[("state", "active")]).await.unwrap();
        let down = array(&data, "activeTargets").iter().filter(|target| text(target, "health") != "up");
        down.map(|target| format!("{} ({})", text(&target["labels"], "job"), text(target, "lastError"))).collect()
    }

    pub async fn is_ready(&self) -> bool {
        let answer = self.client.get(self.url.join("-/ready").unwrap()).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }
}

/// The names of alerts, by state.
pub struct Alerts {
    pub firing: BTreeSet<String>,
    pub pending: BTreeSet<String>,
}
