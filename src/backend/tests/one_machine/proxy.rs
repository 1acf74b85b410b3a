//! The proxy with the repository's own files, and what it logs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use axum::{Router, response::AppendHeaders, routing::any};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    time::{sleep, timeout},
};

use super::{client, repository};
use crate::support::unused_port;

/// Caddy as `compose.yaml` starts it, on ports of its own and without an authority of the Internet.
pub struct Proxy {
    caddy: Child,
    https: u16,
    log: PathBuf,
}

impl Proxy {
    /// In front of the store at `store`; none where there is no Caddy.
    pub fn start(folder: &Path, store: &str) -> Option<Self> {
        if Command::new("caddy").arg("version").output().is_err() {
            println!("SKIPPED: the proxy, since there is no caddy; on Debian, apt-get install caddy");
            return None;
        }
        let (http, https) = (unused_port(), unused_port());
        let files = repository().join("infrastructure/one-machine");
        let settings = fs::read_to_string(files.join("proxy.Caddyfile")).unwrap();
        let own = format!(
            "{{\n\tadmin off\n\thttp_port {http}\n\thttps_port {https}\n\tskip_install_trust\n\tstorage file_system {}\n",
            folder.join("certificates").display()
        );
        let import = format!("import {}", files.join("Caddyfile").display());
        let settings = settings.replacen("{\n", &own, 1).replacen("import Caddyfile", &import, 1);
        assert!(settings.contains(&own) && settings.contains(&import), "{settings}");
        fs::write(folder.join("Caddyfile"), settings).unwrap();
        let path = folder.join("caddy.log");
        let log = fs::File::create(&path).unwrap();
        let mut caddy = Command::new("caddy");
        caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("Caddyfile"));
        caddy.env("DOMAIN", "localhost").env("API", store.trim_start_matches("http://")).env("HOME", folder);
        // So that a store that is away is given up at once.
        let caddy = caddy.env("API_WAIT", "1ms").stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        Some(Self { caddy, https, log: path })
    }

    /// The answer to a request with these headers, once it has this status.
    pub async fn get(&self, path: &str, status: StatusCode, headers: &[(&str, &str)]) -> Response {
        let asked = timeout(Duration::from_secs(60), async {
            loop {
                let request = client().get(format!("https://localhost:{}{path}", self.https));
                let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
                match request.send().await {
                    Ok(answer) if answer.status() == status => break answer,
                    _ => sleep(Duration::from_millis(50)).await,
                }
            }
        });
        asked.await.unwrap_or_else(|_| panic!("{}", fs::read_to_string(&self.log).unwrap()))
    }

    /// Its log, once there is a line that `is_last` knows.
    async fn logged(&self, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let read = timeout(Duration::from_secs(60), async {
            loop {
                let text = fs::read_to_string(&self.log).unwrap();
                let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
                if lines.iter().any(&is_last) {
                    break lines;
                }
                sleep(Duration::from_millis(20)).await;
            }
        });
        read.await.unwrap_or_else(|_| panic!("{}", fs::read_to_string(&self.log).unwrap()))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.caddy.kill();
        let _ = self.caddy.wait();
    }
}

const SECRETS: [(&str, &str); 8] = [
    ("order-token", "PRIVATE-order-token"),
    ("cart-token", "PRIVATE-cart-token"),
    ("authorization", "Bearer PRIVATE-authorization"),
    ("cookie", "session=PRIVATE-cookie; device=PRIVATE-device"),
    ("stripe-signature", "t=1,v1=PRIVATE-signature"),
    ("idempotency-key", "PRIVATE-key"),
    ("referer", "https://localhost/search?q=PRIVATE-referer"),
    ("x-anything", "PRIVATE-header"),
];

#[tokio::test]
async fn the_proxy_logs_no_token_and_no_search() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let store = format!("http://{}", listener.local_addr().unwrap());
    let answer = AppendHeaders([("set-cookie", "session=PRIVATE-answer"), ("order-token", "PRIVATE-answered-token")]);
    let routes = Router::new().fallback(any(async move || (answer, "fine")));
    let serving = tokio::spawn(async { axum::serve(listener, routes).await });
    let folder = TempDir::new().unwrap();
    let Some(proxy) = Proxy::start(folder.path(), &store) else { return };
    let search = "/api/products?q=PRIVATE-search+ada%40example.com&next=PRIVATE";
    proxy.get(search, StatusCode::OK, &SECRETS).await;
    serving.abort();
    let _ = serving.await;
    proxy.get(search, StatusCode::BAD_GATEWAY, &SECRETS).await;
    let lines =
        proxy.logged(|line| line["logger"].as_str().is_some_and(|name| name.starts_with("http.log.error"))).await;
    let told: Vec<_> = lines.iter().filter(|line| line.to_string().contains("PRIVATE")).collect();
    assert!(told.is_empty(), "{told:#?}");
    let answered = lines.iter().filter(|line| line["request"]["uri"] == "/api/products" && line["status"] == 200);
    assert!(answered.count() > 0, "requests are not logged at all: {lines:#?}");
}
