//! A fixed number of things that requests take turns with: how many wait is bounded, and each client waits behind one turn of
//! every other, however many it asks for.

use std::{
    collections::VecDeque,
    fmt,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot;

/// Things that are lent one at a time; cheap to clone.
pub struct FairPool<K, T>(Arc<Inner<K, T>>);

struct Inner<K, T> {
    state: Mutex<State<K, T>>,
    most_waiting: usize,
    patience: Duration,
}

struct State<K, T> {
    idle: Vec<T>,
    /// Who waits, by client, in the order in which clients have their turns.
    waiting: VecDeque<(K, VecDeque<Turn<K, T>>)>,
}

/// Where a thing is handed to one who waits.
type Turn<K, T> = oneshot::Sender<Lease<K, T>>;

/// A thing for as long as it is held; dropping it gives it to who waits.
pub struct Lease<K, T> {
    thing: Option<T>,
    pool: FairPool<K, T>,
}

/// Too many wait already, or it took too long: nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

impl<K, T> Clone for FairPool<K, T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, T> fmt::Debug for FairPool<K, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FairPool").finish_non_exhaustive()
    }
}

impl<K: PartialEq, T> FairPool<K, T> {
    /// A pool of `things`, for which at most `most_waiting` wait, each for `patience` at the most.
    pub fn new(things: Vec<T>, most_waiting: usize, patience: Duration) -> Self {
        let state = Mutex::new(State { idle: things, waiting: VecDeque::new() });
        Self(Arc::new(Inner { state, most_waiting, patience }))
    }

    /// Waits for one of the things. Where all places to wait are taken, the client that takes most of them gives its newest one
    /// up, if that is not the one who asks.
    ///
    /// # Errors
    /// When there is no place to wait, it is given up to somebody else, or no turn comes in time.
    pub async fn take(&self, client: K) -> Result<Lease<K, T>, Busy> {
        let turn = match self.state().ask(client, self.0.most_waiting)? {
            Asked::Idle(thing) => return Ok(self.lease(thing)),
            Asked::Waits(turn) => turn,
        };
        tokio::time::timeout(self.0.patience, turn).await.map_err(|_| Busy)?.map_err(|_| Busy)
    }
}

impl<K, T> FairPool<K, T> {
    fn lease(&self, thing: T) -> Lease<K, T> {
        Lease { thing: Some(thing), pool: self.clone() }
    }

    /// What is in it is a queue: there is no state of it in between that a panic could leave.
    fn state(&self) -> MutexGuard<'_, State<K, T>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, thing: T) {
        let mut state = self.state();
        match state.next() {
            Some(turn) => {
                drop(state);
                // Who has gone meanwhile drops the lease, which gives it to the next one.
                drop(turn.send(self.lease(thing)));
            }
            None => state.idle.push(thing),
        }
    }
}

enum Asked<K, T> {
    Idle(T),
    Waits(oneshot::Receiver<Lease<K, T>>),
}

impl<K, T> State<K, T> {
    /// The turns go round: one of the first client, which then stands behind the others.
    fn next(&mut self) -> Option<Turn<K, T>> {
        loop {
            let (client, mut turns) = self.waiting.pop_front()?;
            let turn = turns.pop_front();
            if !turns.is_empty() {
                self.waiting.push_back((client, turns));
            }
            if let Some(turn) = turn.filter(|turn| !turn.is_closed()) {
                return Some(turn);
            }
        }
    }

    fn length(&self) -> usize {
        self.waiting.iter().map(|(_, turns)| turns.len()).sum()
    }

    /// Clients that went away take no places.
    fn forget_gone(&mut self) {
        self.waiting.iter_mut().for_each(|(_, turns)| turns.retain(|turn| !turn.is_closed()));
        self.waiting.retain(|(_, turns)| !turns.is_empty());
    }
}

impl<K: PartialEq, T> State<K, T> {
    fn of(&self, client: &K) -> usize {
        self.waiting.iter().find(|(other, _)| other == client).map_or(0, |(_, turns)| turns.len())
    }

    /// Whether there is a place, or somebody who takes so many that one of theirs goes to this client.
    fn has_room(&self, client: &K, most_waiting: usize) -> bool {
        let longest = self.waiting.iter().map(|(_, turns)| turns.len()).max().unwrap_or(0);
        self.length() < most_waiting || longest > self.of(client) + 1
    }

    fn ask(&mut self, client: K, most_waiting: usize) -> Result<Asked<K, T>, Busy> {
        if let Some(thing) = self.idle.pop() {
            return Ok(Asked::Idle(thing));
        }
        self.forget_gone();
        if !self.has_room(&client, most_waiting) {
            return Err(Busy);
        }
        if self.length() >= most_waiting
            && let Some((_, turns)) = self.waiting.iter_mut().max_by_key(|(_, turns)| turns.len())
        {
            turns.pop_back();
        }
        let (turn, receiver) = oneshot::channel();
        match self.waiting.iter_mut().find(|(other, _)| *other == client) {
            Some((_, turns)) => turns.push_back(turn),
            None => self.waiting.push_back((client, VecDeque::from([turn]))),
        }
        Ok(Asked::Waits(receiver))
    }
}

impl<K, T> Deref for Lease<K, T> {
    type Target = Option<T>;

    fn deref(&self) -> &Option<T> {
        &self.thing
    }
}

impl<K, T> DerefMut for Lease<K, T> {
    fn deref_mut(&mut self) -> &mut Option<T> {
        &mut self.thing
    }
}

impl<K, T> Drop for Lease<K, T> {
    fn drop(&mut self) {
        if let Some(thing) = self.thing.take() {
            self.pool.give_back(thing);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;

    use futures_util::{FutureExt, future::BoxFuture};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    type Asked = BoxFuture<'static, Result<Lease<&'static str, u8>, Busy>>;

    fn pool(most_waiting: usize) -> FairPool<&'static str, u8> {
        FairPool::new(vec![1], most_waiting, PATIENCE)
    }

    /// A turn that has been asked for, and is not there yet.
    fn waits(pool: &FairPool<&'static str, u8>, client: &'static str) -> Asked {
        let pool = pool.clone();
        let mut turn: Asked = Box::pin(async move { pool.take(client).await });
        assert!((&mut turn).now_or_never().is_none(), "{client} does not wait");
        turn
    }

    fn is_there(turn: &mut Asked) -> Option<Result<Lease<&'static str, u8>, Busy>> {
        turn.now_or_never()
    }

    #[tokio::test]
    async fn a_client_waits_behind_one_turn_of_another_and_not_behind_all() {
        let pool = pool(10);
        let held = pool.take("attacker").await.unwrap();
        let mut theirs: Vec<Asked> = (0..5).map(|_| waits(&pool, "attacker")).collect();
        let mut owner = waits(&pool, "owner");
        drop(held);
        let first = is_there(&mut theirs[0]).unwrap().unwrap();
        assert!(is_there(&mut owner).is_none());
        drop(first);
        assert!(is_there(&mut owner).unwrap().is_ok(), "the owner's turn is the second one");
    }

    #[tokio::test]
    async fn a_full_queue_refuses_whom_it_is_full_of_and_makes_room_for_others() {
        let pool = pool(3);
        let _held = pool.take("attacker").await.unwrap();
        let mut theirs: Vec<Asked> = (0..3).map(|_| waits(&pool, "attacker")).collect();
        assert_eq!(pool.take("attacker").await.err(), Some(Busy));
        let _owner = waits(&pool, "owner");
        assert_eq!(is_there(&mut theirs[2]).unwrap().err(), Some(Busy), "the newest of the most gives way");
        assert!(is_there(&mut theirs[1]).is_none());
        // Two of the one and one of the other: a third would be no fairer.
        assert_eq!(pool.take("owner").await.err(), Some(Busy));
        let _another = waits(&pool, "another");
    }

    #[tokio::test]
    async fn who_went_away_takes_no_place_and_no_thing() {
        let pool = pool(2);
        let held = pool.take("a").await.unwrap();
        drop([waits(&pool, "b"), waits(&pool, "b")]);
        let (gone, mut there) = (waits(&pool, "c"), waits(&pool, "d"));
        drop(gone);
        drop(held);
        drop(is_there(&mut there).unwrap().unwrap());
        assert!(pool.take("e").now_or_never().unwrap().is_ok(), "it lies idle again");
    }

    #[tokio::test]
    async fn who_waits_for_too_long_is_refused() {
        let pool = FairPool::new(vec![1], 2, Duration::ZERO);
        let held = pool.take("a").await.unwrap();
        for _ in 0..3 {
            assert_eq!(pool.take("b").await.err(), Some(Busy));
        }
        drop(held);
        assert!(pool.take("b").await.is_ok(), "who gave up has left the queue");
    }

    #[allow(dead_code, reason = "it is only compiled: handlers move turns between threads")]
    fn a_turn_can_be_sent(pool: &FairPool<&'static str, u8>) -> impl Future<Output = ()> + Send {
        pool.take("a").map(drop)
    }
}
