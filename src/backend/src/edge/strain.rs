//! Whether the API had to refuse requests a moment ago: a page whose reads it refused failed for that reason, and is no fault.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};

/// A page is rendered within this time of the first read that it waited for.
const MOMENT: Duration = Duration::from_secs(10);

/// The storefront gives up a read after 4 s, the API itself after 4.5 s.
const PATIENCE: Duration = Duration::from_secs(3);

/// When the API last answered 503; cheap to clone.
#[derive(Clone, Default)]
pub struct Strain(Arc<Mutex<Option<Instant>>>);

impl Strain {
    fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether the API refused something within a moment.
    pub fn is_felt(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|last| last.elapsed() < MOMENT)
    }
}

/// Notes what the API refuses, and what takes so long that whoever asked gives up.
pub async fn note(State(strain): State<Strain>, request: Request, next: Next) -> Response {
    let asked = Asked { strain, at: Instant::now(), status: None };
    let response = next.run(request).await;
    asked.answered(response.status());
    response
}

/// A request of the API until it is answered or given up.
struct Asked {
    strain: Strain,
    at: Instant,
    status: Option<StatusCode>,
}

impl Asked {
    fn answered(mut self, status: StatusCode) {
        self.status = Some(status);
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        // One that is given up at once says nothing: a visitor left the page.
        let is_strained = match self.status {
            Some(status) => status == StatusCode::SERVICE_UNAVAILABLE,
            None => self.at.elapsed() > PATIENCE,
        };
        if is_strained {
            self.strain.note();
        }
    }
}
