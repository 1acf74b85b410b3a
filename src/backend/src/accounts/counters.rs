//! How attempts are counted: leaky buckets, in a fixed number of slots.
//!
//! What is counted may be anything that a stranger can invent, such as an email address, so there is no counter for each. Each
//! has two slots among 65,536 of its kind, found by a keyed digest, and is as full as the less full of them (a count-min sketch:
//! Cormode and Muthukrishnan, 2005). Two things that share a slot can only make each other look fuller, and no one who does not
//! know the key can choose what shares one.

use std::{collections::BTreeMap, time::Duration};

/// Slots of a page, which is a row of `attempts`.
pub const SLOTS: usize = 256;

/// How much is let through: so many at once, and so many an hour in the long run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    /// At once.
    pub at_once: f64,
    /// An hour, in the long run.
    pub per_hour: f64,
}

impl Allowance {
    /// What a level has sunk to after so many seconds.
    pub fn drained(self, level: f32, seconds: f64) -> f64 {
        (f64::from(level) - seconds.max(0.0) * self.per_hour / 3600.0).max(0.0)
    }

    /// The level after one more.
    ///
    /// # Errors
    /// The seconds to wait when there is no room for it.
    pub fn filled(self, level: f64) -> Result<f64, u64> {
        let over = level + 1.0 - self.at_once;
        if over <= 0.0 {
            return Ok(level + 1.0);
        }
        let wait = Duration::try_from_secs_f64(over * 3600.0 / self.per_hour).unwrap_or(Duration::MAX);
        Err(wait.as_secs().saturating_add(1))
    }
}

/// Where something is counted: the key of a page, and a slot of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The key of the row.
    pub page: Vec<u8>,
    /// Below [`SLOTS`].
    pub index: usize,
}

/// Something that is counted.
#[derive(Debug, Clone)]
pub struct Counter {
    /// Each is raised by every attempt.
    pub slots: [Slot; 2],
    /// How much is let through.
    pub allowance: Allowance,
}

/// A page as it is stored.
#[derive(Debug, Clone)]
pub struct Page {
    /// One of each slot, as of the last change.
    pub levels: Vec<f32>,
    /// Since then.
    pub seconds: f64,
}

/// Pages by their keys. One that is not there is empty.
pub type Pages = BTreeMap<Vec<u8>, Page>;

impl Counter {
    /// How full it is now.
    pub fn level(&self, pages: &Pages) -> f64 {
        let level = |slot: &Slot| {
            let page = pages.get(&slot.page)?;
            Some(self.allowance.drained(*page.levels.get(slot.index)?, page.seconds))
        };
        self.slots.iter().map(|slot| level(slot).unwrap_or(0.0)).fold(f64::INFINITY, f64::min)
    }

    /// The seconds until there is room for one more; none when there is.
    pub fn wait(&self, pages: &Pages) -> Option<u64> {
        self.allowance.filled(self.level(pages)).err()
    }
}

/// Changes what the counters' slots hold, after everything on their pages has sunk to what it is now.
pub fn change(pages: &mut Pages, counters: &[Counter], to: impl Fn(f64) -> f64) {
    for counter in counters {
        for slot in &counter.slots {
            let page =
                pages.entry(slot.page.clone()).or_insert_with(|| Page { levels: vec![0.0; SLOTS], seconds: 0.0 });
            for level in &mut page.levels {
                *level = stored(counter.allowance.drained(*level, page.seconds));
            }
            page.seconds = 0.0;
            if let Some(level) = page.levels.get_mut(slot.index) {
                *level = stored(to(f64::from(*level)).max(0.0));
            }
        }
    }
}

/// PostgreSQL keeps levels in single precision, which is exact enough for what is bounded by some thousands.
#[allow(clippy::cast_possible_truncation, reason = "rounding to single precision is what is meant")]
pub fn stored(level: f64) -> f32 {
    level as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIVE: Allowance = Allowance { at_once: 5.0, per_hour: 5.0 };

    fn counter(first: usize, second: usize) -> Counter {
        Counter { slots: [first, second].map(|index| Slot { page: vec![0], index }), allowance: FIVE }
    }

    fn count(pages: &mut Pages, counter: &Counter) {
        change(pages, std::slice::from_ref(counter), |level| level + 1.0);
    }

    #[test]
    fn so_many_are_let_through_at_once_and_then_one_at_a_time() {
        let (mut pages, counter) = (Pages::new(), counter(1, 2));
        for _ in 0..5 {
            assert_eq!(counter.wait(&pages), None);
            count(&mut pages, &counter);
        }
        assert_eq!(counter.wait(&pages), Some(721), "a fifth of an hour, rounded up");
        let later = |seconds: f64, pages: &Pages| {
            let mut pages = pages.clone();
            pages.values_mut().for_each(|page| page.seconds = seconds);
            counter.wait(&pages)
        };
        assert_eq!(later(719.0, &pages), Some(2));
        assert_eq!(later(721.0, &pages), None);
        // After an hour it is empty, and no emptier after a day.
        assert_eq!((later(3600.0, &pages), later(86_400.0, &pages)), (None, None));
    }

    #[test]
    fn what_shares_one_slot_of_two_is_not_blocked() {
        let (mut pages, attacked, other) = (Pages::new(), counter(1, 2), counter(2, 3));
        for _ in 0..50 {
            count(&mut pages, &attacked);
        }
        assert!(attacked.wait(&pages).is_some());
        assert_eq!(other.wait(&pages), None);
    }

    proptest! {
        /// However attempts, pauses and forgiven attempts follow each other, no more are let through than the allowance.
        #[test]
        fn never_more_than_the_allowance(steps in prop::collection::vec((0u16..2000, any::<bool>()), 1..200)) {
            let (mut pages, counter) = (Pages::new(), counter(7, 8));
            let (mut passed, mut elapsed) = (0.0, 0.0);
            for (pause, forgiven) in steps {
                elapsed += f64::from(pause);
                for page in pages.values_mut() {
                    page.seconds += f64::from(pause);
                }
                if counter.wait(&pages).is_none() {
                    count(&mut pages, &counter);
                    if forgiven {
                        change(&mut pages, std::slice::from_ref(&counter), |level| level - 1.0);
                    } else {
                        passed += 1.0;
                    }
                }
                prop_assert!(passed <= FIVE.at_once + elapsed * FIVE.per_hour / 3600.0 + 0.01);
            }
        }
    }
}
