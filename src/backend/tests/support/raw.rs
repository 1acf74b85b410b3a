//! Bytes on a socket, for what no HTTP client sends.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use url::Url;

/// As long as a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A socket to a server.
pub struct Raw(TcpStream);

/// What a server sent until it closed the connection.
pub struct Raws {
    pub bytes: Vec<u8>,
}

impl Raw {
    pub async fn to(origin: &Url) -> Self {
        let address: SocketAddr = origin.socket_addrs(|| None).unwrap()[0];
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// Sends bytes; a server that closes meanwhile is no fault.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = timeout(PATIENCE, self.0.write_all(bytes)).await.expect("the server does not read");
    }

    /// Whether the server has closed the connection.
    pub fn is_closed(&self) -> bool {
        let mut bytes = [0; 4096];
        match self.0.try_read(&mut bytes) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }

    /// What the server sends until it closes the connection, or resets it.
    pub async fn end(mut self) -> Raws {
        let mut bytes = Vec::new();
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await.expect("the connection stays open");
        Raws { bytes }
    }

    /// The next head that the server sends, and the body that its length announces.
    pub async fn answer(&mut self) -> Raws {
        let mut bytes = Vec::new();
        let whole = async {
            while !is_whole(&bytes) {
                if self.0.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                    break;
                }
            }
        };
        timeout(PATIENCE, whole).await.expect("no answer came");
        Raws { bytes }
    }

    /// Waits until the server has closed the connection, without reading what it sent.
    pub async fn until_reset(&self) {
        let closed = async {
            loop {
                self.0.ready(tokio::io::Interest::READABLE | tokio::io::Interest::WRITABLE).await.unwrap();
                let mut byte = [0; 1];
                match self.0.peek(&mut byte).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) if self.0.take_error().unwrap().is_some() => return,
                    // There is something to read, and it is to stay unread.
                    Ok(_)
                        if self
                            .0
                            .try_write(b"\r\n")
                            .is_err_and(|error| error.kind() != std::io::ErrorKind::WouldBlock) =>
                    {
                        return;
                    }
                    Ok(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        };
        timeout(PATIENCE, closed).await.expect("the connection stays open");
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return bytes.ends_with(b"0\r\n\r\n");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    bytes.len() >= end + 4 + length.unwrap_or(0)
}

impl Raws {
    /// The status; 0 if nothing came.
    pub fn status(&self) -> u16 {
        let status = self.bytes.get(9..12).and_then(|status| std::str::from_utf8(status).ok());
        status.and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The value of a header; empty if there is none.
    pub fn header(&self, name: &str) -> String {
        let text = self.text();
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .next()
            .unwrap_or_default()
    }
}
