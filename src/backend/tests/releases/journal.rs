//! What was served by whom and when, what was bought, and what failed.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use chrono::Utc;
use uuid::Uuid;

use super::rollout::Release;

/// How long orders may take to come, whatever else the machine does.
const PATIENCE: Duration = Duration::from_secs(120);

/// Everything that is remembered.
#[derive(Default)]
pub struct Journal(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    phase: Phase,
    /// What each release did in each phase.
    served: BTreeMap<(Phase, usize), Served>,
    orders: Vec<Order>,
    failures: Vec<String>,
}

/// Which release is in rotation, and whether the next one is there as well.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Phase {
    release: usize,
    is_followed: bool,
}

#[derive(Clone, Copy, Default)]
struct Served {
    requests: usize,
    orders: usize,
}

/// An order whose buyer was told that it is placed.
#[derive(Clone)]
pub struct Order {
    pub number: i64,
    pub variant: Uuid,
    /// In minor units.
    pub total: i64,
    /// The payment at the provider, once it was begun.
    pub intent: Option<String>,
}

impl Memory {
    fn served_by(&mut self, release: usize) -> &mut Served {
        self.served.entry((self.phase, release)).or_default()
    }
}

impl Journal {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap()
    }

    /// The next release came into rotation.
    pub fn is_followed(&self) {
        self.memory().phase.is_followed = true;
    }

    /// The release went out of rotation, and the next one is alone.
    pub fn is_replaced(&self) {
        let mut memory = self.memory();
        memory.phase = Phase { release: memory.phase.release + 1, is_followed: false };
    }

    pub fn request(&self, release: usize) {
        self.memory().served_by(release).requests += 1;
    }

    pub fn order(&self, release: usize, order: Order) {
        let mut memory = self.memory();
        memory.served_by(release).orders += 1;
        memory.orders.push(order);
    }

    /// The payment of an order was begun.
    pub fn payment(&self, number: i64, intent: &str) {
        let mut memory = self.memory();
        let order = memory.orders.iter_mut().find(|order| order.number == number).unwrap();
        order.intent = Some(intent.to_owned());
    }

    pub fn orders(&self) -> Vec<Order> {
        self.memory().orders.clone()
    }

    /// Something went wrong, now.
    pub fn fail(&self, what: &str) {
        let failure = format!("{} {what}", Utc::now().format("%H:%M:%S%.3f"));
        self.memory().failures.push(failure);
    }

    /// Waits until the release that is alone in rotation took so many orders.
    pub async fn until_orders_alone(&self, orders: usize) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !self.has_orders_alone(orders) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("nobody buys any more: {:#?}", self.memory().failures));
    }

    fn has_orders_alone(&self, orders: usize) -> bool {
        let mut memory = self.memory();
        let release = memory.phase.release;
        memory.served_by(release).orders >= orders
    }

    /// Who served how much, a line a phase and release.
    pub fn table(&self, releases: &[Release]) -> String {
        let memory = self.memory();
        let mut table = format!("{:<44}{:>9}{:>8}\n", "in rotation / served by", "requests", "orders");
        for ((phase, by), served) in &memory.served {
            let mut rotation = releases[phase.release].name.clone();
            if phase.is_followed {
                write!(rotation, " and {}", releases[phase.release + 1].name).unwrap();
            }
            let who = format!("{rotation} / {}", releases[*by].name);
            writeln!(table, "{who:<44}{:>9}{:>8}", served.requests, served.orders).unwrap();
        }
        let total = |of: fn(&Served) -> usize| memory.served.values().map(of).sum::<usize>();
        let (requests, orders) = (total(|served| served.requests), total(|served| served.orders));
        writeln!(table, "{:<44}{requests:>9}{orders:>8}  {} failed", "all", memory.failures.len()).unwrap();
        table
    }

    /// Every failure, and every release that had nothing to do while another was there: then nothing was shown.
    pub fn faults(&self, releases: &[Release]) -> Vec<String> {
        let mut memory = self.memory();
        let mut faults = memory.failures.clone();
        for release in 0..memory.phase.release {
            for by in [release, release + 1] {
                let served = *memory.served.entry((Phase { release, is_followed: true }, by)).or_default();
                if served.requests == 0 || served.orders == 0 {
                    let other = &releases[2 * release + 1 - by].name;
                    faults.push(format!("{} took no order while {other} was there", releases[by].name));
                }
            }
        }
        faults
    }
}
