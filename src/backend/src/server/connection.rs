//! The bytes of one connection: ends what waits for too long, and words what the HTTP library answers by itself.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::http::StatusCode;
use bytes::{Buf, Bytes};
use metrics::counter;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

use super::{
    Limits,
    answers::{Answers, Refusal},
    registry::{Seat, Waiting, Watch},
};

/// What a client of HTTP/2 says first (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection that ends when its client is too slow.
pub struct Connection {
    stream: TcpStream,
    _seat: Seat,
    watch: Arc<Watch>,
    limits: Arc<Limits>,
    answers: Arc<Answers>,
    protocol: Protocol,
    reading: Timer,
    writing: Timer,
    /// Since when the client has taken nothing of what is to be written.
    is_stalled_since: Option<Instant>,
    own: Option<Own>,
    is_shut: bool,
    lingers_until: Option<Instant>,
}

/// What the client speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    /// So many bytes of the preface have come.
    Unknown(usize),
    Http1,
    Http2,
}

/// An answer in place of one that the HTTP library made by itself: the rest of it.
struct Own(Bytes);

impl Connection {
    /// A connection that was just accepted.
    pub fn new(stream: TcpStream, seat: Seat, limits: Arc<Limits>, answers: Arc<Answers>) -> Self {
        Self {
            stream,
            watch: seat.watch(),
            _seat: seat,
            limits,
            answers,
            protocol: Protocol::Unknown(0),
            reading: Timer::default(),
            writing: Timer::default(),
            is_stalled_since: None,
            own: None,
            is_shut: false,
            lingers_until: None,
        }
    }

    fn received(&mut self, bytes: &[u8]) {
        let is_known = self.protocol == Protocol::Http2;
        if let (Protocol::Unknown(before), false) = (self.protocol, bytes.is_empty()) {
            let expected = PREFACE.get(before..).unwrap_or_default();
            let compared = expected.len().min(bytes.len());
            self.protocol = match (expected.get(..compared) == bytes.get(..compared), before + compared) {
                (false, _) => Protocol::Http1,
                (true, length) if length == PREFACE.len() => Protocol::Http2,
                (true, length) => Protocol::Unknown(length),
            };
            if self.protocol == Protocol::Http2 {
                self.watch.is_http2();
                return;
            }
        }
        if !is_known && !bytes.is_empty() {
            self.watch.received();
        }
    }

    /// Ends the connection when it has waited for too long.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.watch.register(cx.waker());
        loop {
            let (deadline, reason) = match self.watch.waiting() {
                Waiting::Nothing => return Poll::Pending,
                Waiting::Eviction => return Poll::Ready(Err(timed_out())),
                // Looked at again later: who answers may be another task, which wakes nobody here when it is done.
                Waiting::Answer => (Instant::now() + self.limits.idle, None),
                Waiting::Request(since) => (since + self.limits.idle, Some("idle")),
                Waiting::Head(since) => (since + self.limits.head, Some("head")),
            };
            ready!(self.reading.poll(cx, deadline));
            let Some(reason) = reason else { continue };
            if reason == "idle" && self.protocol == Protocol::Http2 && self.watch.leave() {
                continue;
            }
            counter!("http_refusals_total", "reason" => reason).increment(1);
            if reason == "head" && self.protocol != Protocol::Http2 {
                // Whether the client can take it or not, the connection ends.
                let _ = self.stream.try_write(&self.answers.refusal(Refusal::Slow));
            }
            return Poll::Ready(Err(timed_out()));
        }
    }

    /// Takes what the HTTP library answers by itself, since what it read is no request, and puts an answer of ours in its place.
    ///
    /// That such bytes are its own is known by when they come: no request is answered, and every answer before was written to its
    /// end. (Where an earlier answer is still on its way, for lack of a client that reads, the library's own words follow it.)
    fn replaces(&mut self, bytes: &[u8]) -> bool {
        if self.own.is_some() {
            return true;
        }
        if self.protocol != Protocol::Http1 || !self.watch.is_quiet() {
            return false;
        }
        let status = bytes.get(9..12).and_then(|status| StatusCode::from_bytes(status).ok());
        let Some(status) = status.filter(|status| bytes.starts_with(b"HTTP/1.") && status.is_client_error()) else {
            return false;
        };
        counter!("http_refusals_total", "reason" => "head").increment(1);
        self.own = Some(Own(self.answers.refusal(Refusal::of(status))));
        true
    }

    fn poll_own(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(Own(rest)) = self.own.as_mut().filter(|own| own.0.has_remaining()) {
            match Pin::new(&mut self.stream).poll_write(cx, rest) {
                Poll::Ready(written) => rest.advance(written?),
                Poll::Pending => return self.stall(cx).map_ok(drop),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn wrote(&mut self, written: io::Result<usize>) -> Poll<io::Result<usize>> {
        self.is_stalled_since = None;
        self.watch.wrote();
        Poll::Ready(written)
    }

    /// Waits for a client that takes nothing, for so long.
    fn stall(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.watch.waiting() == Waiting::Nothing {
            return Poll::Pending;
        }
        let since = *self.is_stalled_since.get_or_insert_with(Instant::now);
        ready!(self.writing.poll(cx, since + self.limits.write));
        counter!("http_refusals_total", "reason" => "stalled").increment(1);
        Poll::Ready(Err(timed_out()))
    }

    /// Takes what the client still sends, so that the end of the connection does not take the answer from it: a system that closes
    /// a connection with unread bytes resets it (RFC 9112, section 9.6).
    fn linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let until = *self.lingers_until.get_or_insert_with(|| Instant::now() + self.limits.linger);
        let mut scratch = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() && Instant::now() < until => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return self.reading.poll(cx, until),
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(cx, buffer) else { return self.wait(cx) };
        self.received(buffer.filled().get(before..).unwrap_or_default());
        Poll::Ready(read)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.replaces(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        match Pin::new(&mut self.stream).poll_write(cx, bytes) {
            Poll::Ready(written) => self.wrote(written),
            Poll::Pending => self.stall(cx),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = slices.iter().find(|slice| !slice.is_empty());
        if first.is_some_and(|bytes| self.replaces(bytes)) {
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        match Pin::new(&mut self.stream).poll_write_vectored(cx, slices) {
            Poll::Ready(written) => self.wrote(written),
            Poll::Pending => self.stall(cx),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_own(cx))?;
        self.watch.flushed();
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_own(cx))?;
        if !self.is_shut {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.is_shut = true;
        }
        if self.own.is_some() || self.watch.is_abandoned() {
            ready!(self.linger(cx));
        }
        Poll::Ready(Ok(()))
    }
}

fn timed_out() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

/// A timer whose deadline moves often: it is set anew only when it has to be earlier, or has run out too early.
#[derive(Default)]
struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Ready when `deadline` has passed.
    fn poll(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        loop {
            ready!(sleep.as_mut().poll(cx));
            if sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
    }
}
