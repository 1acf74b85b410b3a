//! A gate that lets so many pass at once, in total and of each client, and serves clients that wait in turn.
//!
//! Of those that wait, the next to pass is one of the client whose turn it is, not the one that came first: a client that asks
//! for forty pages at once makes itself wait, not the others (OWASP API4:2023, unrestricted resource consumption).

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use metrics::{counter, gauge};
use tokio::{sync::oneshot, time::timeout};

/// How many pass and wait.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// That pass at once, of all clients.
    pub total: usize,
    /// That pass at once, of one client.
    pub per_client: usize,
    /// That wait, of one client.
    pub waiting_per_client: usize,
    /// That wait, of all clients.
    pub waiting: usize,
    /// How long one waits.
    pub patience: Duration,
}

/// Why one may not pass; the names are those in metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The client has too many that wait.
    Client,
    /// Too many wait.
    Queue,
    /// It waited for too long.
    Wait,
}

/// Lets so many pass at once; cheap to clone.
#[derive(Clone)]
pub struct Gate {
    capacity: Capacity,
    /// What passes through it, as in metrics.
    of: &'static str,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    running: usize,
    waiting: usize,
    next_id: u64,
    clients: HashMap<IpAddr, Client>,
    /// The clients that have somebody waiting, in the order of their turns.
    turns: VecDeque<IpAddr>,
}

#[derive(Default)]
struct Client {
    running: usize,
    waiting: VecDeque<(u64, oneshot::Sender<()>)>,
}

/// One that passed, until it is dropped.
#[must_use]
pub struct Pass {
    gate: Gate,
    client: IpAddr,
}

/// One that waits. Dropped before it was taken, it leaves the queue, or hands on what it was given meanwhile.
struct Ticket {
    gate: Gate,
    client: IpAddr,
    id: u64,
    is_taken: bool,
}

impl Gate {
    /// A gate that nothing has passed through yet.
    pub fn new(of: &'static str, capacity: Capacity) -> Self {
        Self { capacity, of, state: Arc::default() }
    }

    /// Waits until one more of `client` may pass.
    ///
    /// # Errors
    /// At once when too many wait already; later when it took too long.
    pub async fn enter(&self, client: IpAddr) -> Result<Pass, Refused> {
        let entered = self.join(client).await;
        if let Err(refused) = &entered {
            counter!("http_refusals_total", "reason" => refused.reason()).increment(1);
        }
        entered
    }

    async fn join(&self, client: IpAddr) -> Result<Pass, Refused> {
        let (ticket, granted) = {
            let mut state = self.lock();
            if state.may_pass(client, &self.capacity) {
                state.start(client);
                self.measure(&state);
                return Ok(Pass { gate: self.clone(), client });
            }
            let (id, granted) = state.wait(client, &self.capacity)?;
            self.measure(&state);
            (Ticket { gate: self.clone(), client, id, is_taken: false }, granted)
        };
        match timeout(self.capacity.patience, granted).await {
            Ok(Ok(())) => Ok(ticket.take()),
            _ => Err(Refused::Wait),
        }
    }

    fn leave(&self, client: IpAddr) {
        let mut state = self.lock();
        state.end(client);
        state.call(&self.capacity);
        self.measure(&state);
    }

    fn measure(&self, state: &State) {
        gauge!("storefront_requests", "of" => self.of, "state" => "running").set(state.running as f64);
        gauge!("storefront_requests", "of" => self.of, "state" => "waiting").set(state.waiting as f64);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Refused {
    /// Its name in metrics.
    fn reason(self) -> &'static str {
        match self {
            Self::Client => "storefront_client",
            Self::Queue => "storefront_queue",
            Self::Wait => "storefront_wait",
        }
    }
}

impl State {
    fn may_pass(&self, client: IpAddr, capacity: &Capacity) -> bool {
        let running = self.clients.get(&client).map_or(0, |client| client.running);
        self.running < capacity.total && running < capacity.per_client
    }

    fn start(&mut self, client: IpAddr) {
        self.running += 1;
        self.clients.entry(client).or_default().running += 1;
    }

    fn wait(&mut self, client: IpAddr, capacity: &Capacity) -> Result<(u64, oneshot::Receiver<()>), Refused> {
        let waiting = self.clients.get(&client).map_or(0, |client| client.waiting.len());
        if waiting >= capacity.waiting_per_client {
            return Err(Refused::Client);
        }
        if self.waiting >= capacity.waiting {
            return Err(Refused::Queue);
        }
        if waiting == 0 {
            self.turns.push_back(client);
        }
        let (call, called) = oneshot::channel();
        let id = self.next_id;
        self.next_id += 1;
        self.waiting += 1;
        self.clients.entry(client).or_default().waiting.push_back((id, call));
        Ok((id, called))
    }

    fn end(&mut self, client: IpAddr) {
        self.running = self.running.saturating_sub(1);
        if let Some(known) = self.clients.get_mut(&client) {
            known.running = known.running.saturating_sub(1);
        }
        self.forget(client);
    }

    /// Calls those that may pass now, a client after the other.
    fn call(&mut self, capacity: &Capacity) {
        while let Some(turn) = self.turns.iter().position(|client| self.may_pass(*client, capacity)) {
            let Some(client) = self.turns.remove(turn) else { return };
            let Some(known) = self.clients.get_mut(&client) else { continue };
            let called = known.waiting.pop_front();
            if !known.waiting.is_empty() {
                self.turns.push_back(client);
            }
            if let Some((_, call)) = called {
                self.waiting = self.waiting.saturating_sub(1);
                self.start(client);
                // Who left meanwhile hands it on when its ticket is dropped.
                let _ = call.send(());
            }
        }
    }

    /// Takes a ticket out of the queue; false if it was called already.
    fn withdraw(&mut self, client: IpAddr, id: u64) -> bool {
        let Some(known) = self.clients.get_mut(&client) else { return false };
        let Some(place) = known.waiting.iter().position(|(waiting, _)| *waiting == id) else { return false };
        known.waiting.remove(place);
        self.waiting = self.waiting.saturating_sub(1);
        if known.waiting.is_empty() {
            self.turns.retain(|turn| *turn != client);
        }
        self.forget(client);
        true
    }

    /// A client with nothing here takes no memory.
    fn forget(&mut self, client: IpAddr) {
        if self.clients.get(&client).is_some_and(|known| known.running == 0 && known.waiting.is_empty()) {
            self.clients.remove(&client);
        }
    }
}

impl Ticket {
    fn take(mut self) -> Pass {
        self.is_taken = true;
        Pass { gate: self.gate.clone(), client: self.client }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.is_taken {
            return;
        }
        let is_withdrawn = {
            let mut state = self.gate.lock();
            let is_withdrawn = state.withdraw(self.client, self.id);
            self.gate.measure(&state);
            is_withdrawn
        };
        if !is_withdrawn {
            self.gate.leave(self.client);
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.gate.leave(self.client);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use futures_util::{FutureExt, future::join_all};

    use super::*;

    const GREEDY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    fn gate() -> Gate {
        let capacity = Capacity {
            total: 3,
            per_client: 2,
            waiting_per_client: 4,
            waiting: 6,
            patience: Duration::from_secs(3600),
        };
        Gate::new("pages", capacity)
    }

    fn is_empty(gate: &Gate) -> bool {
        let state = gate.lock();
        state.running == 0 && state.waiting == 0 && state.clients.is_empty() && state.turns.is_empty()
    }

    #[tokio::test]
    async fn one_client_leaves_room_for_another() {
        let gate = gate();
        let first = gate.enter(GREEDY).await.unwrap();
        let _second = gate.enter(GREEDY).await.unwrap();
        let mut third = Box::pin(gate.enter(GREEDY));
        assert!((&mut third).now_or_never().is_none(), "a client has more than its share");
        let _other = gate.enter(OTHER).now_or_never().expect("another client waits for a greedy one").unwrap();
        drop(first);
        assert!((&mut third).now_or_never().is_some(), "nobody was called");
    }

    #[tokio::test]
    async fn clients_are_called_in_turn() {
        let gate = gate();
        let running = [gate.enter(GREEDY).await.unwrap(), gate.enter(GREEDY).await.unwrap()];
        let elsewhere = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 3));
        let _elsewhere = gate.enter(elsewhere).await.unwrap();
        let mut greedy: Vec<_> = (0..4).map(|_| Box::pin(gate.enter(GREEDY))).collect();
        for waiting in &mut greedy {
            assert!(waiting.now_or_never().is_none());
        }
        let mut other = Box::pin(gate.enter(OTHER));
        assert!((&mut other).now_or_never().is_none());
        let [one, two] = running;
        drop(one);
        assert!((&mut greedy[0]).now_or_never().is_some(), "it was its turn");
        drop(two);
        assert!((&mut other).now_or_never().is_some(), "whoever came later waited for all that one client asked for");
    }

    #[tokio::test]
    async fn what_is_beyond_is_refused_at_once() {
        let gate = gate();
        let _running = [gate.enter(GREEDY).await.unwrap(), gate.enter(GREEDY).await.unwrap()];
        let mut waiting: Vec<_> = (0..4).map(|_| Box::pin(gate.enter(GREEDY))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        assert_eq!(gate.enter(GREEDY).now_or_never().unwrap().err(), Some(Refused::Client));
        let _last = gate.enter(OTHER).await.unwrap();
        let mut others: Vec<_> = (0..2).map(|_| Box::pin(gate.enter(OTHER))).collect();
        for one in &mut others {
            assert!(one.now_or_never().is_none());
        }
        assert_eq!(gate.enter(OTHER).now_or_never().unwrap().err(), Some(Refused::Queue));
    }

    #[tokio::test]
    async fn waiting_ends() {
        let gate = Gate::new("pages", Capacity { patience: Duration::from_millis(5), ..gate().capacity });
        let running = [gate.enter(GREEDY).await.unwrap(), gate.enter(GREEDY).await.unwrap()];
        assert_eq!(gate.enter(GREEDY).await.err(), Some(Refused::Wait));
        drop(running);
        assert!(is_empty(&gate));
    }

    #[tokio::test]
    async fn who_leaves_hands_on_what_it_was_given() {
        let gate = gate();
        let (one, two) = (gate.enter(GREEDY).await.unwrap(), gate.enter(GREEDY).await.unwrap());
        let (mut leaving, mut staying) = (Box::pin(gate.enter(GREEDY)), Box::pin(gate.enter(GREEDY)));
        assert!((&mut leaving).now_or_never().is_none() && (&mut staying).now_or_never().is_none());
        drop(one);
        // It was called, and is gone before it looked.
        drop(leaving);
        let third = (&mut staying).now_or_never().expect("what was given to who left is lost").unwrap();
        drop((two, third));
        assert!(is_empty(&gate));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn nothing_is_lost_among_many() {
        let capacity = Capacity { waiting_per_client: 1000, waiting: 10_000, ..gate().capacity };
        let gate = Gate::new("pages", capacity);
        let visits = (0..500u32).map(|visit| {
            let gate = gate.clone();
            tokio::spawn(async move {
                let client = IpAddr::V4(Ipv4Addr::from(visit % 7));
                let entering = gate.enter(client);
                if visit.is_multiple_of(5) {
                    // Some give up early.
                    drop(timeout(Duration::from_micros(u64::from(visit)), entering).await);
                    return;
                }
                let pass = entering.await.unwrap();
                assert!(gate.lock().running <= 3);
                tokio::task::yield_now().await;
                drop(pass);
            })
        });
        for visit in join_all(visits).await {
            visit.unwrap();
        }
        assert!(is_empty(&gate));
    }
}
