//! Visitors who look around and buy, all the time.

use std::time::Duration;

use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{rollout::Rollout, visitor::Visitor};

/// What is looked at, over and over.
const PATHS: [&str; 9] = [
    "/api/products",
    "/api/products/mug",
    "/api/categories",
    "/api/products?sort=price_asc",
    "/media/abc/small.webp",
    "/api/products?q=mug",
    "/api/search/suggestions?q=mu",
    "/api/products?category=mugs&facets=true",
    "/api/countries",
];
const LOOKERS: usize = 6;
/// Buyers at once, each of something else: they are not to wait for each other.
pub const BUYERS: usize = 4;
/// Between two looks of one visitor.
const PAUSE: Duration = Duration::from_millis(50);
/// Between two purchases of one buyer.
const PAUSE_OF_BUYER: Duration = Duration::from_millis(200);

/// All of them, until they are ended; dropped, they are gone at once.
pub struct Load {
    visitors: JoinSet<()>,
    stop: CancellationToken,
}

impl Load {
    pub fn begin(rollout: &Rollout) -> Self {
        let (mut visitors, stop) = (JoinSet::new(), CancellationToken::new());
        for number in 0..LOOKERS {
            let (visitor, stop) = (Visitor::new(rollout, 1 + number), stop.clone());
            visitors.spawn(async move {
                for path in PATHS.iter().cycle().skip(number * PATHS.len() / LOOKERS) {
                    visitor.look(path).await;
                    if stop.run_until_cancelled(sleep(PAUSE)).await.is_none() {
                        return;
                    }
                }
            });
        }
        for (number, cup) in rollout.cups.iter().copied().enumerate() {
            let (visitor, stop) = (Visitor::new(rollout, 101 + number), stop.clone());
            visitors.spawn(async move {
                while !stop.is_cancelled() {
                    visitor.buy(cup).await;
                    stop.run_until_cancelled(sleep(PAUSE_OF_BUYER)).await;
                }
            });
        }
        Self { visitors, stop }
    }

    /// Lets everybody finish what they are at.
    pub async fn end(self) {
        self.stop.cancel();
        self.visitors.join_all().await;
    }
}
