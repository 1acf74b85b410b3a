//! The connections that are open: how many, whose, and since when each has been without a request.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::Waker,
    time::Duration,
};

use futures_util::task::AtomicWaker;
use metrics::{counter, gauge};
use tokio::{sync::Notify, time::Instant};

/// Whose connection it is.
type Peer = IpAddr;

/// The connections that are open, so many at most.
pub struct Registry {
    capacity: usize,
    reclaim: Duration,
    is_measured: bool,
    next: AtomicU64,
    open: Mutex<HashMap<u64, Arc<Watch>>>,
}

/// A connection's place among those that are open, until it is dropped.
pub struct Seat {
    registry: Arc<Registry>,
    number: u64,
    watch: Arc<Watch>,
}

/// What is known of a connection to those who answer on it, read and write it, and count it.
pub struct Watch {
    peer: Peer,
    state: Mutex<State>,
    reader: AtomicWaker,
    farewell: Notify,
}

struct State {
    /// Requests that are answered.
    running: usize,
    /// Whether the first bytes of a request's head have come.
    is_reading_head: bool,
    /// Since when it has been waiting for what it waits for.
    since: Instant,
    /// Whether everything was written since the last request was answered.
    is_quiet: bool,
    /// Whether a request's body was not read to its end.
    is_abandoned: bool,
    is_evicted: bool,
    is_leaving: bool,
    is_upgraded: bool,
}

/// What a connection waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// The answers of requests.
    Answer,
    /// The first byte of a request, since then.
    Request(Instant),
    /// The rest of a request's head, since then.
    Head(Instant),
    /// Its end: its place was given away.
    Eviction,
    /// Nothing: it speaks another protocol now.
    Nothing,
}

/// A request that is being answered, until its answer is complete or given up.
pub struct Running(Arc<Watch>);

impl Registry {
    /// Room for so many; one without a request for as long as `reclaim` makes room for others. `is_measured` says whether their
    /// number is that of the metric.
    pub fn new(capacity: usize, reclaim: Duration, is_measured: bool) -> Self {
        Self { capacity, reclaim, is_measured, next: AtomicU64::new(0), open: Mutex::default() }
    }

    /// A place for a connection of `peer`, if there is one or another connection has to give way: one that has been without a
    /// request for long, else one of the peer with the most connections, if that has at least two more than `peer`.
    pub fn admit(self: &Arc<Self>, peer: Peer) -> Option<Seat> {
        let mut open = self.lock();
        if open.len() >= self.capacity {
            let idle = longest_idle(&open, self.reclaim).map(|number| (number, "idle"));
            let (number, reason) = idle.or_else(|| largest_share(&open, peer).map(|number| (number, "share")))?;
            if let Some(evicted) = open.remove(&number) {
                evicted.evict(reason);
            }
        }
        let (number, watch) = (self.next.fetch_add(1, Ordering::Relaxed), Arc::new(Watch::new(peer)));
        open.insert(number, watch.clone());
        self.measure(open.len());
        Some(Seat { registry: self.clone(), number, watch })
    }

    fn measure(&self, open: usize) {
        if self.is_measured {
            gauge!("http_connections").set(open as f64);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<Watch>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of the peer that has the most connections without a request for so long, the one that has been so for the longest time.
fn longest_idle(open: &HashMap<u64, Arc<Watch>>, reclaim: Duration) -> Option<u64> {
    let now = Instant::now();
    let idle: Vec<(u64, Peer, Instant)> = open
        .iter()
        .filter_map(|(number, watch)| match watch.waiting() {
            Waiting::Request(since) if now - since >= reclaim => Some((*number, watch.peer, since)),
            _ => None,
        })
        .collect();
    let mut of_peer: HashMap<Peer, usize> = HashMap::new();
    for (_, peer, _) in &idle {
        *of_peer.entry(*peer).or_default() += 1;
    }
    let first = idle.iter().min_by_key(|(_, peer, since)| (std::cmp::Reverse(of_peer.get(peer)), *since));
    first.map(|(number, ..)| *number)
}

/// Of the peer with the most connections, the one that has sent no complete request for the longest time.
///
/// None if that peer is `newcomer`, or if `newcomer` would then have more connections than that peer.
fn largest_share(open: &HashMap<u64, Arc<Watch>>, newcomer: Peer) -> Option<u64> {
    let mut of_peer: HashMap<Peer, usize> = HashMap::new();
    for watch in open.values() {
        *of_peer.entry(watch.peer).or_default() += 1;
    }
    let (largest, most) = of_peer.iter().max_by_key(|(_, connections)| **connections)?;
    if *most < of_peer.get(&newcomer).unwrap_or(&0) + 2 {
        return None;
    }
    let without_request =
        open.iter().filter(|(_, watch)| watch.peer == *largest).filter_map(|(number, watch)| match watch.waiting() {
            Waiting::Request(since) | Waiting::Head(since) => Some((*number, since)),
            Waiting::Answer | Waiting::Eviction | Waiting::Nothing => None,
        });
    without_request.min_by_key(|(_, since)| *since).map(|(number, _)| number)
}

impl Seat {
    /// What is known of the connection.
    pub fn watch(&self) -> Arc<Watch> {
        self.watch.clone()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.registry.lock();
        open.remove(&self.number);
        self.registry.measure(open.len());
    }
}

impl Watch {
    fn new(peer: Peer) -> Self {
        let state = State {
            running: 0,
            is_reading_head: false,
            since: Instant::now(),
            is_quiet: true,
            is_abandoned: false,
            is_evicted: false,
            is_leaving: false,
            is_upgraded: false,
        };
        Self { peer, state: Mutex::new(state), reader: AtomicWaker::new(), farewell: Notify::new() }
    }

    /// A request was read, and is being answered until what this gives is dropped.
    pub fn begin(self: &Arc<Self>) -> Running {
        let mut state = self.lock();
        state.running += 1;
        state.is_reading_head = false;
        state.is_quiet = false;
        Running(self.clone())
    }

    /// What the connection waits for.
    pub fn waiting(&self) -> Waiting {
        let state = self.lock();
        match &*state {
            State { is_upgraded: true, .. } => Waiting::Nothing,
            State { is_evicted: true, .. } => Waiting::Eviction,
            State { running: 1.., .. } => Waiting::Answer,
            State { is_reading_head: true, since, .. } => Waiting::Head(*since),
            State { since, .. } => Waiting::Request(*since),
        }
    }

    /// Bytes came in that may be the beginning of a request.
    pub fn received(&self) {
        let mut state = self.lock();
        if state.running == 0 && !state.is_reading_head {
            state.is_reading_head = true;
            state.since = Instant::now();
        }
    }

    /// The client speaks HTTP/2 from now on, whose frames say nothing of a request by themselves.
    pub fn is_http2(&self) {
        let mut state = self.lock();
        state.is_reading_head = false;
        state.since = Instant::now();
    }

    /// Bytes of an answer went out.
    pub fn wrote(&self) {
        let mut state = self.lock();
        if state.running == 0 && !state.is_reading_head && !state.is_leaving {
            state.since = Instant::now();
        }
    }

    /// Everything went out that was to be written.
    pub fn flushed(&self) {
        let mut state = self.lock();
        state.is_quiet = state.running == 0;
    }

    /// Whether no answer to a request can be on its way: what is written now is of the HTTP library itself.
    pub fn is_quiet(&self) -> bool {
        self.lock().is_quiet
    }

    /// A request's body was left unread.
    pub fn abandon(&self) {
        self.lock().is_abandoned = true;
    }

    /// Whether the client may still be sending.
    pub fn is_abandoned(&self) -> bool {
        self.lock().is_abandoned
    }

    /// It speaks another protocol from now on.
    pub fn upgrade(&self) {
        self.lock().is_upgraded = true;
    }

    /// Asks for a friendly end; false if that was asked for before, which it then had the time for.
    pub fn leave(&self) -> bool {
        let mut state = self.lock();
        let is_first = !std::mem::replace(&mut state.is_leaving, true);
        if is_first {
            state.since = Instant::now();
            self.farewell.notify_one();
        }
        is_first
    }

    /// Comes back when a friendly end is asked for.
    pub async fn farewell(&self) {
        self.farewell.notified().await;
    }

    /// Wakes this reader when the connection is evicted.
    pub fn register(&self, reader: &Waker) {
        self.reader.register(reader);
    }

    fn evict(&self, reason: &'static str) {
        counter!("http_refusals_total", "reason" => reason).increment(1);
        self.lock().is_evicted = true;
        self.reader.wake();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    /// The connection that it runs on.
    pub fn watch(&self) -> &Arc<Watch> {
        &self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.running = state.running.saturating_sub(1);
        state.since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn peer(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }

    fn registry(reclaim: Duration) -> Arc<Registry> {
        Arc::new(Registry::new(3, reclaim, false))
    }

    #[test]
    fn what_has_only_begun_to_wait_makes_no_room() {
        let registry = registry(Duration::from_secs(3600));
        let seats: Vec<Seat> = (1..=3).filter_map(|number| registry.admit(peer(number))).collect();
        assert!(registry.admit(peer(4)).is_none());
        drop(seats);
        assert!(registry.admit(peer(4)).is_some());
    }

    #[test]
    fn what_is_idle_makes_room_and_what_runs_stays() {
        let registry = registry(Duration::ZERO);
        let lone = registry.admit(peer(1)).unwrap();
        let (first, second) = (registry.admit(peer(2)).unwrap(), registry.admit(peer(3)).unwrap());
        let (running, reading) = (second.watch().begin(), registry.admit(peer(4)).unwrap());
        assert_eq!(lone.watch().waiting(), Waiting::Eviction, "it is the one that waits for the longest time");
        reading.watch().received();
        let busy = registry.admit(peer(5)).unwrap();
        assert_eq!(first.watch().waiting(), Waiting::Eviction);
        let _answering = busy.watch().begin();
        assert_eq!(second.watch().waiting(), Waiting::Answer);
        assert!(registry.admit(peer(6)).is_none());
        drop((lone, first));
        assert!(registry.admit(peer(6)).is_none(), "one that was evicted gives its place back twice");
        drop(running);
        drop(second);
        assert!(registry.admit(peer(6)).is_some());
    }

    #[test]
    fn who_has_most_gives_way_first() {
        let registry = registry(Duration::ZERO);
        let lone = registry.admit(peer(1)).unwrap();
        let many = [registry.admit(peer(2)).unwrap(), registry.admit(peer(2)).unwrap()];
        let _late = registry.admit(peer(3)).unwrap();
        assert_ne!(lone.watch().waiting(), Waiting::Eviction);
        assert_eq!(many.map(|seat| seat.watch().waiting() == Waiting::Eviction), [true, false]);
    }

    #[test]
    fn the_peer_with_the_most_connections_makes_room_for_others() {
        let registry = registry(Duration::from_secs(3600));
        let first = registry.admit(peer(1)).unwrap();
        first.watch().received();
        let (second, third) = (registry.admit(peer(1)).unwrap(), registry.admit(peer(1)).unwrap());
        let answering = third.watch().begin();
        assert!(registry.admit(peer(1)).is_none(), "it makes room for itself");
        let other = registry.admit(peer(2)).unwrap();
        assert_eq!(first.watch().waiting(), Waiting::Eviction, "a head that is not complete is kept");
        assert!(registry.admit(peer(2)).is_none(), "two against one is no less fair than one against two");
        let _another = registry.admit(peer(3)).unwrap();
        assert_eq!(second.watch().waiting(), Waiting::Eviction);
        assert_eq!(third.watch().waiting(), Waiting::Answer, "a request that is being answered is given up");
        drop((answering, other));
    }

    #[test]
    fn a_connection_knows_what_it_waits_for() {
        let watch = registry(Duration::ZERO).admit(peer(1)).unwrap().watch();
        assert!(matches!(watch.waiting(), Waiting::Request(_)) && watch.is_quiet());
        watch.received();
        let begun = watch.waiting();
        assert!(matches!(begun, Waiting::Head(_)));
        watch.received();
        assert_eq!(watch.waiting(), begun, "another byte gives more time");
        let running = watch.begin();
        assert_eq!((watch.waiting(), watch.is_quiet()), (Waiting::Answer, false));
        drop(running);
        watch.wrote();
        assert!(!watch.is_quiet(), "an answer may still be on its way");
        watch.flushed();
        assert!(matches!(watch.waiting(), Waiting::Request(_)) && watch.is_quiet());
        watch.is_http2();
        assert!(watch.leave() && !watch.leave());
        watch.upgrade();
        assert_eq!(watch.waiting(), Waiting::Nothing);
    }
}
