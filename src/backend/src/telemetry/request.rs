//! A request or a piece of work while it lasts: its id, and its place in a gauge.

use metrics::Gauge;
use uuid::Uuid;

/// The id of a request, for handing it on to the storefront.
#[derive(Clone, Copy)]
pub struct RequestId(pub Uuid);

/// Counts in a gauge for as long as it lives, also when the work that it stands for is dropped.
#[must_use]
pub struct Present(Gauge);

impl Present {
    /// One more from now on.
    pub fn new(gauge: Gauge) -> Self {
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}
