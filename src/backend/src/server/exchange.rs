//! One request and its answer, as a connection sees them: when they begin and end, and whether the body was read.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Error, Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{Request, Response, StatusCode},
};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tower::ServiceExt;

use super::registry::{Running, Watch};

/// Answers a request; the connection is busy until the answer's body is dropped.
pub async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    running: Running,
) -> Result<Response<Answer>, Infallible> {
    let mut request = request.map(|body| {
        if body.is_end_stream() { Body::empty() } else { Body::new(Brought { body, watch: running.watch().clone() }) }
    });
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request).await?;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        running.watch().upgrade();
    }
    Ok(response.map(|body| Answer { body, _running: running }))
}

/// The body of an answer.
pub struct Answer {
    body: Body,
    _running: Running,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a request, which may be left unread.
struct Brought {
    body: Incoming,
    watch: Arc<Watch>,
}

impl HttpBody for Brought {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Brought {
    fn drop(&mut self) {
        if !self.body.is_end_stream() {
            self.watch.abandon();
        }
    }
}

/// Runs the requests of HTTP/2 connections, each for so long at most; one that is dropped is reset.
#[derive(Clone)]
pub struct Streams(Duration);

impl Streams {
    /// None runs longer than this.
    pub fn new(limit: Duration) -> Self {
        Self(limit)
    }
}

impl<F> hyper::rt::Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, stream: F) {
        let limit = self.0;
        tokio::spawn(async move {
            let _ = tokio::time::timeout(limit, stream).await;
        });
    }
}
