//! What an attacker sends, over many connections at once, again and again.

use std::{
    fmt,
    io::{Error, Result},
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    runtime,
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

/// A kind of attack.
struct Kind {
    name: &'static str,
    /// Where the attacker is; each is a network of its own.
    source: Ipv4Addr,
    connections: usize,
    /// What the n-th request sends; the connection is then read until it ends.
    request: fn(usize) -> Vec<u8>,
}

/// All that made the store fall over once, and idle connections.
const ALL: &[Kind] = &[
    Kind { name: "wrong sign-ins", source: Ipv4Addr::new(127, 0, 0, 2), connections: 300, request: sign_in },
    Kind { name: "bodies without their end", source: Ipv4Addr::new(127, 0, 0, 3), connections: 600, request: body },
    Kind { name: "heads without their end", source: Ipv4Addr::new(127, 0, 0, 4), connections: 1300, request: head },
    Kind { name: "idle connections", source: Ipv4Addr::new(127, 0, 0, 5), connections: 200, request: |_| Vec::new() },
    Kind { name: "pages", source: Ipv4Addr::new(127, 0, 0, 6), connections: 40, request: page },
    Kind { name: "invented options", source: Ipv4Addr::new(127, 0, 0, 7), connections: 12, request: facets },
];

/// Before an attacker opens a connection in place of one that ended.
const PAUSE: Duration = Duration::from_millis(200);

/// All attacks at once, until they are ended.
///
/// They run on a thread of their own at the lowest priority: real attackers bring processors of their own, so what they take of
/// this machine's must not be taken from the store and its visitors.
pub struct Attack {
    stop: CancellationToken,
    thread: JoinHandle<Vec<Outcome>>,
}

#[derive(Default)]
struct Counts {
    sent: AtomicUsize,
    refused: AtomicUsize,
    answered: AtomicUsize,
    closed: AtomicUsize,
    bytes: AtomicU64,
}

/// What came of an attack.
pub struct Outcome {
    name: &'static str,
    counts: Arc<Counts>,
}

impl Attack {
    pub fn begin(port: u16) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            // On Linux, niceness is a thread's.
            rustix::process::nice(19).unwrap();
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(attack(port, stopped))
        });
        Self { stop, thread }
    }

    /// Closes all connections.
    pub fn end(self) -> Vec<Outcome> {
        self.stop.cancel();
        self.thread.join().unwrap()
    }
}

async fn attack(port: u16, stop: CancellationToken) -> Vec<Outcome> {
    let mut attackers = JoinSet::new();
    let mut outcomes = Vec::new();
    for kind in ALL {
        let counts = Arc::<Counts>::default();
        for _ in 0..kind.connections {
            let counts = counts.clone();
            attackers.spawn(async move {
                loop {
                    // A connection that is refused or reset is what the attacker gets.
                    let _ = send(kind, port, &counts).await;
                    sleep(PAUSE).await;
                }
            });
        }
        outcomes.push(Outcome { name: kind.name, counts });
    }
    stop.cancelled().await;
    attackers.shutdown().await;
    outcomes
}

async fn send(kind: &Kind, port: u16, counts: &Counts) -> Result<()> {
    let request = (kind.request)(counts.sent.fetch_add(1, Ordering::Relaxed));
    let mut stream = connect(kind.source, port).await?;
    let written = stream.write_all(&request).await;
    counts.bytes.fetch_add(request.len() as u64, Ordering::Relaxed);
    let mut answer = [0; 1024];
    let status = match stream.read(&mut answer).await {
        Ok(length) if length > 12 => answer[9..12].to_vec(),
        _ => Vec::new(),
    };
    match status.first() {
        Some(b'5' | b'4') => counts.refused.fetch_add(1, Ordering::Relaxed),
        Some(_) => counts.answered.fetch_add(1, Ordering::Relaxed),
        None => counts.closed.fetch_add(1, Ordering::Relaxed),
    };
    written?;
    while stream.read(&mut answer).await? > 0 {}
    Err(Error::other("it was closed"))
}

async fn connect(source: Ipv4Addr, port: u16) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((source, 0).into())?;
    socket.connect((Ipv4Addr::LOCALHOST, port).into()).await
}

fn sign_in(number: usize) -> Vec<u8> {
    post("/api/auth/login", &format!(r#"{{"email":"user{number}@example.com","password":"a wrong password"}}"#), 0)
}

/// A megabyte whose last byte is missing.
fn body(number: usize) -> Vec<u8> {
    let padding = " ".repeat(1_000_000);
    post("/api/auth/login", &format!(r#"{{"email":"user{number}@example.com","password":"{padding}"}}"#), 1)
}

fn post(path: &str, body: &str, missing: usize) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut request = head.into_bytes();
    request.extend(&body.as_bytes()[..length - missing]);
    request
}

/// 390 KB in headers, and no end.
fn head(_: usize) -> Vec<u8> {
    let mut request = b"GET / HTTP/1.1\r\nHost: shop\r\n".to_vec();
    for number in 0..39 {
        request.extend(format!("X-{number}: {}\r\n", "a".repeat(10_000)).bytes());
    }
    request
}

fn page(number: usize) -> Vec<u8> {
    format!("GET /products?cursor={number} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n").into_bytes()
}

fn facets(number: usize) -> Vec<u8> {
    let options: String = (0..50).map(|name| format!("&option=N{number}x{name}:V")).collect();
    let path = format!("/api/products?facets=true{options}");
    format!("GET {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n").into_bytes()
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [sent, answered, refused, closed] =
            [&self.counts.sent, &self.counts.answered, &self.counts.refused, &self.counts.closed]
                .map(|count| count.load(Ordering::Relaxed));
        let megabytes = self.counts.bytes.load(Ordering::Relaxed) / 1_000_000;
        write!(
            formatter,
            "{}: {sent} requests ({megabytes} MB), {answered} answered, {refused} refused, {closed} closed",
            self.name
        )
    }
}
