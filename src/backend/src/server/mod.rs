//! Serves HTTP/1.1 and HTTP/2 on connections that are limited in number, in size and in time.
//!
//! hyper parses and frames. What it does not limit by itself stands here: how many connections there are (`registry`), how long
//! each may wait, and what is answered when no request could be read (`connection`, `answers`).

mod answers;
mod connection;
mod exchange;
mod registry;

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use metrics::counter;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use answers::{Answers, Refusal};
use connection::Connection;
use exchange::Streams;
use registry::{Registry, Seat};

/// The largest head of a request, in bytes, and the largest buffer of a connection in each direction.
const HEAD_BYTES: usize = 16 << 10;
/// Requests of one HTTP/2 connection that are answered at the same time.
const STREAMS: u32 = 64;
/// What a client of HTTP/2 may send unread, in bytes, for each request and for all of a connection: the protocol's own default.
const WINDOW: u32 = 65_535;
/// Headers of HTTP/2 that are read at all; what is larger than [`HEAD_BYTES`] is answered by the router, with our headers.
const HEADER_LIST_BYTES: u32 = 32 << 10;
/// Connections that are told at the same time that there are too many.
const REFUSALS: usize = 256;
/// What requests that run when serving ends may still take; the chart's grace period is longer.
const DRAIN: Duration = Duration::from_secs(30);
/// How long listening rests when no connection can be accepted, for example because no file can be opened.
const REST: Duration = Duration::from_millis(100);

/// What connections are held to.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections that are open at the same time.
    pub connections: usize,
    /// From the first byte of a request's head to its last.
    pub head: Duration,
    /// Without a request; longer than a load balancer keeps a connection, so that it never sends into one that is being closed.
    pub idle: Duration,
    /// Without a byte that the client takes of an answer.
    pub write: Duration,
    /// For one request of HTTP/2 with its answer: there a client can stop taking while the connection goes on.
    pub stream: Duration,
    /// For what the client still sends after an answer that ends the connection, so that it gets to see the answer.
    pub linger: Duration,
    /// After which a connection without a request makes room for another client, if there are too many.
    pub reclaim: Duration,
    /// For requests that run when serving ends.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 2048,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            stream: Duration::from_secs(300),
            linger: Duration::from_secs(2),
            reclaim: Duration::from_secs(10),
            drain: DRAIN,
        }
    }
}

/// A server of a router; cheap to clone.
#[derive(Clone)]
pub struct Server {
    router: Router,
    limits: Arc<Limits>,
    answers: Arc<Answers>,
    registry: Arc<Registry>,
    refusals: Arc<Semaphore>,
}

impl Server {
    /// The server of the public port. `https` says whether visitors come by TLS, which a proxy ends.
    pub fn public(router: Router, limits: Limits, https: bool) -> Self {
        Self::new(router, limits, https, true)
    }

    /// A server for programs of this machine or network.
    pub fn internal(router: Router) -> Self {
        Self::new(router, Limits::default(), false, false)
    }

    fn new(router: Router, limits: Limits, https: bool, is_measured: bool) -> Self {
        Self {
            router,
            answers: Arc::new(Answers::new(https)),
            registry: Arc::new(Registry::new(limits.connections, limits.reclaim, is_measured)),
            refusals: Arc::new(Semaphore::new(REFUSALS)),
            limits: Arc::new(limits),
        }
    }

    /// Accepts connections until `stop`, then lets running requests finish, for as long as the limits say.
    pub async fn serve(self, listeners: Vec<TcpListener>, stop: CancellationToken) {
        let connections = TaskTracker::new();
        let accepting = listeners.into_iter().map(|listener| self.accept(listener, &connections, &stop));
        futures_util::future::join_all(accepting).await;
        connections.close();
        if timeout(self.limits.drain, connections.wait()).await.is_err() {
            tracing::warn!(
                seconds = self.limits.drain.as_secs(),
                "requests still ran after the stop and are abandoned"
            );
        }
    }

    async fn accept(&self, listener: TcpListener, connections: &TaskTracker, stop: &CancellationToken) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => return,
            };
            match accepted {
                Ok((stream, peer)) => self.admit(stream, peer, connections, stop),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    stop.run_until_cancelled(sleep(REST)).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr, connections: &TaskTracker, stop: &CancellationToken) {
        match self.registry.admit(peer.ip().to_canonical()) {
            Some(seat) => {
                connections.spawn(self.clone().converse(stream, peer, seat, stop.clone()));
            }
            None => {
                counter!("http_refusals_total", "reason" => "connections").increment(1);
                // Beyond that not even the refusal is affordable.
                let Ok(permit) = self.refusals.clone().try_acquire_owned() else { return };
                let (answer, linger) = (self.answers.refusal(Refusal::Overloaded), self.limits.linger);
                connections.spawn(async move {
                    // The client may be gone at any time; there is nothing more to tell it.
                    let _ = refuse(stream, &answer, linger).await;
                    drop(permit);
                });
            }
        }
    }

    /// Answers what one client asks on one connection.
    async fn converse(self, stream: TcpStream, peer: SocketAddr, seat: Seat, stop: CancellationToken) {
        let watch = seat.watch();
        let io = TokioIo::new(Connection::new(stream, seat, self.limits.clone(), self.answers.clone()));
        let mut builder = Builder::new(Streams::new(self.limits.stream));
        builder.http1().max_buf_size(HEAD_BYTES).header_read_timeout(None);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(HEADER_LIST_BYTES)
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .max_send_buf_size(HEAD_BYTES)
            .keep_alive_interval(self.limits.head)
            .keep_alive_timeout(self.limits.head);
        let (router, asked) = (self.router, watch.clone());
        let service = hyper::service::service_fn(move |request| {
            let running = asked.begin();
            exchange::answer(router.clone(), request, peer, running)
        });
        let mut conversation = pin!(builder.serve_connection_with_upgrades(io, service));
        // What goes wrong on a connection is its client's affair.
        tokio::select! {
            _ = conversation.as_mut() => return,
            () = stop.cancelled() => {}
            () = watch.farewell() => {}
        }
        conversation.as_mut().graceful_shutdown();
        let _ = conversation.await;
    }
}

/// Tells a client that it is one too many, when it asked or after a moment, and waits until it has seen the answer.
async fn refuse(mut stream: TcpStream, answer: &[u8], linger: Duration) -> io::Result<()> {
    let _ = timeout(linger / 4, stream.readable()).await;
    timeout(linger, stream.write_all(answer)).await??;
    stream.shutdown().await?;
    let rest = async {
        let mut scratch = [0; 4096];
        while stream.read(&mut scratch).await? > 0 {}
        io::Result::Ok(())
    };
    timeout(linger, rest).await?
}

/// Whether only the connection that was to be accepted failed.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
