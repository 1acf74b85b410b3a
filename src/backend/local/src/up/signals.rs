//! What Ctrl-C and SIGTERM mean to a command that has others to stop: first in order, then in a hurry.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Two wishes, one after the other.
#[derive(Clone)]
pub struct Signals {
    /// The first signal: stop, in order.
    pub stop: CancellationToken,
    /// The second signal: do not wait for anybody.
    pub hurry: CancellationToken,
}

impl Signals {
    /// Listens for SIGINT (Ctrl-C) and SIGTERM from now on.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn listen() -> anyhow::Result<Self> {
        let signals = Self { stop: CancellationToken::new(), hurry: CancellationToken::new() };
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let told = signals.clone();
        tokio::spawn(async move {
            for wish in [told.stop, told.hurry] {
                tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
                wish.cancel();
            }
        });
        Ok(signals)
    }
}
