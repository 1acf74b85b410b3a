//! What requests bring: limited in size for each, in memory for all together, and in time.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    BoxError,
    body::{Body, Bytes},
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::Limited;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use metrics::counter;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::door;
use crate::error::Error;

/// What of each body is not taken from the memory that all share, in bytes: an ordinary request is answered also while somebody
/// fills that with large ones. The number of requests bounds the sum, at 32 MiB for 2,048.
const ORDINARY: usize = 16 << 10;

/// What a request may bring, and how long it may take until the head of its answer is there.
#[derive(Clone, Copy)]
pub struct Allowance {
    /// In bytes.
    pub body: usize,
    /// From its head on.
    pub time: Duration,
}

/// The memory that large bodies may take together, in bytes; cheap to clone.
#[derive(Clone)]
pub struct Budget(Arc<Semaphore>);

impl Budget {
    /// Nothing is taken yet.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))))
    }
}

/// Passes a request on with its body under control. A body that says that it is too large is refused at once, one that turns out
/// to be is cut off; one for which there is no memory is refused with 503; one that does not come in time with 408. Nothing is
/// read before a handler asks for it, and that is after the checks that need no body.
pub async fn control(budget: Budget, allowance: Allowance, request: Request, next: Next) -> Response {
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > allowance.body as u64) {
        return Error::TooLarge.into_response();
    }
    let path = request.uri().path().to_owned();
    let progress = Arc::new(Progress::default());
    let request = if request.body().is_end_stream() {
        progress.is_complete.store(true, Ordering::Relaxed);
        request
    } else {
        request.map(|body| {
            let counted = Counted { body, budget, ordinary: ORDINARY, progress: progress.clone() };
            Body::new(Limited::new(counted, allowance.body))
        })
    };
    let answered = tokio::time::timeout(allowance.time, next.run(request)).await;
    if progress.is_refused.load(Ordering::Relaxed) {
        counter!("http_refusals_total", "reason" => "body_memory").increment(1);
        return door::overloaded(&path);
    }
    match answered {
        Ok(response) => response,
        Err(_) if progress.is_read.load(Ordering::Relaxed) && !progress.is_complete.load(Ordering::Relaxed) => {
            ([(header::CONNECTION, "close")], Error::BodyTimeout).into_response()
        }
        Err(_) if door::is_page(&path) => super::failure::unavailable(),
        Err(_) => Error::Timeout.into_response(),
    }
}

/// How far a body has come, and the memory that it took, until the request is answered.
#[derive(Default)]
struct Progress {
    is_read: AtomicBool,
    is_complete: AtomicBool,
    is_refused: AtomicBool,
    held: Mutex<Option<OwnedSemaphorePermit>>,
}

/// A body that takes from the budget what arrives.
struct Counted {
    body: Body,
    budget: Budget,
    /// What it may still bring without taking anything.
    ordinary: usize,
    progress: Arc<Progress>,
}

/// There is no memory for the rest of a body.
#[derive(Debug, thiserror::Error)]
#[error("there is no memory for this body now")]
struct NoMemory;

impl Counted {
    /// Takes what a piece needs; false if there is not that much.
    fn take(&mut self, bytes: usize) -> bool {
        let beyond = bytes.saturating_sub(self.ordinary);
        self.ordinary = self.ordinary.saturating_sub(bytes);
        if beyond == 0 {
            return true;
        }
        let Ok(bytes) = u32::try_from(beyond) else { return false };
        let Ok(taken) = self.budget.0.clone().try_acquire_many_owned(bytes) else { return false };
        let mut held = self.progress.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.as_mut() {
            Some(before) => before.merge(taken),
            None => *held = Some(taken),
        }
        true
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.progress.is_read.store(true, Ordering::Relaxed);
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if self.body.is_end_stream() || frame.is_none() {
            self.progress.is_complete.store(true, Ordering::Relaxed);
        }
        let Some(frame) = frame else { return Poll::Ready(None) };
        let frame = frame?;
        if frame.data_ref().is_some_and(|data| !self.take(data.len())) {
            self.progress.is_refused.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(NoMemory.into())));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full};

    use super::*;

    fn counted(budget: &Budget, bytes: usize) -> (Counted, Arc<Progress>) {
        let progress = Arc::new(Progress::default());
        let body = Body::new(Full::new(Bytes::from(vec![0; bytes])));
        (Counted { body, budget: budget.clone(), ordinary: 10, progress: progress.clone() }, progress)
    }

    #[tokio::test]
    async fn memory_is_taken_as_it_arrives_and_given_back_with_the_answer() {
        let budget = Budget::new(100);
        let (body, progress) = counted(&budget, 60);
        assert_eq!(budget.0.available_permits(), 100, "memory was taken before anything arrived");
        let first = body.collect().await.unwrap();
        assert!(progress.is_complete.load(Ordering::Relaxed));
        assert_eq!(budget.0.available_permits(), 50);
        let (second, refused) = counted(&budget, 70);
        assert!(second.collect().await.is_err());
        let (third, _) = counted(&budget, 10);
        assert!(third.collect().await.is_ok(), "an ordinary body needs none of the memory that is gone");
        assert!(refused.is_refused.load(Ordering::Relaxed));
        drop((first, progress));
        assert_eq!(budget.0.available_permits(), 100);
    }
}
