//! Requests as bytes on a connection of their own: no client would send most of them.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use url::Url;

/// A request, in bytes.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub target: Vec<u8>,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
    garbled: bool,
}

/// What came back.
pub struct Answer {
    /// None when the connection was closed without an answer.
    pub status: Option<u16>,
    head: String,
    text: String,
}

impl Request {
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.into(),
            target: target.as_bytes().to_vec(),
            headers: Vec::new(),
            body: Vec::new(),
            garbled: false,
        }
    }

    pub fn target(mut self, target: String) -> Self {
        self.target = target.into_bytes();
        self
    }

    pub fn query(mut self, query: &str) -> Self {
        let separator = if self.target.contains(&b'?') { b'&' } else { b'?' };
        self.target.push(separator);
        self.target.extend(query.as_bytes());
        self
    }

    /// Replaces a header.
    pub fn header(mut self, name: &str, value: &[u8]) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.to_vec()));
        self
    }

    /// It may be no HTTP at all: then the connection may be closed instead of answered.
    pub fn garbled(mut self) -> Self {
        self.garbled = true;
        self
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\r\nConnection: close\r\n"].concat();
        let mut add = |name: &str, value: &[u8]| bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        if !self.has("host") {
            add("Host", b"shop.example");
        }
        if !self.has("content-length") {
            add("Content-Length", self.body.len().to_string().as_bytes());
        }
        if !self.has("content-type") && !self.body.is_empty() {
            add("Content-Type", b"application/json");
        }
        self.headers.iter().for_each(|(name, value)| add(name, value));
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }

    fn shown(&self) -> String {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| format!("{name}: {}", value.escape_ascii())).collect();
        let body: String = self.body.escape_ascii().to_string().chars().take(200).collect();
        let shown = format!("{} {} {body} [{}]", self.method, self.target.escape_ascii(), headers.join(", "));
        shown.chars().take(500).collect()
    }
}

impl Answer {
    /// Why the answer is a fault of ours: a 5xx, but for a 503 that says when to come back.
    pub fn fault(&self, request: &Request) -> Option<String> {
        let is_fault = match self.status {
            None => !request.garbled,
            Some(503) => !self.head.to_ascii_lowercase().contains("\r\nretry-after:"),
            Some(status) => status >= 500,
        };
        let text: String = self.text.chars().take(200).collect();
        is_fault.then(|| format!("{:?} to {}: {text}", self.status, request.shown()))
    }
}

/// Sends a request and reads the answer to its end.
pub async fn send(origin: &Url, request: &Request) -> Answer {
    let address = (origin.host_str().unwrap(), origin.port().unwrap());
    let mut connection = TcpStream::connect(address).await.unwrap();
    let mut bytes = Vec::new();
    let exchange = async {
        // A server that has refused the head does not read the rest.
        let _ = connection.write_all(&request.bytes()).await;
        if request.garbled {
            // What was said to follow never does.
            let _ = connection.shutdown().await;
        }
        let _ = connection.read_to_end(&mut bytes).await;
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), exchange).await.is_ok();
    assert!(in_time, "no answer to {}", request.shown());
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, text) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status, head: head.to_owned(), text: text.to_owned() }
}
