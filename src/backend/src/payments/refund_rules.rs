//! What the provider's refunds of a payment mean for ours: which go on, which are taken over, and which give way. Pure.

use uuid::Uuid;

/// How far a refund is. It only moves forward: a later state is never followed by an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The provider does not know it yet.
    Requested,
    /// The provider knows it.
    Pending,
    /// The money went back, as far as is known.
    Succeeded,
    /// The money is still here, or came back.
    Failed,
}

/// A refund in our books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The row of `refunds`.
    pub id: Uuid,
    /// In minor units.
    pub amount: i64,
    /// How far it is.
    pub state: State,
    /// The provider's id of it.
    pub provider_id: Option<String>,
    /// Whether the provider makes it, and not the store by other means.
    pub is_by_provider: bool,
}

/// A refund as the provider has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The provider's id of it.
    pub provider_id: String,
    /// In minor units.
    pub amount: i64,
    /// How far it is; never `Requested`.
    pub state: State,
    /// Why it failed.
    pub failure: Option<String>,
    /// Our id of it, when we asked for it.
    pub refund_id: Option<Uuid>,
}

/// Something to write down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// One of ours is further.
    Advance {
        /// Ours.
        id: Uuid,
        /// As the provider has it.
        reported: Reported,
    },
    /// Ours cannot be made any more, because the provider has given back too much otherwise.
    Supersede {
        /// Ours.
        id: Uuid,
        /// What is left of it, to be requested anew.
        remainder: i64,
    },
    /// One that we did not ask for.
    Adopt(Reported),
}

impl State {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    /// As it was stored; what is not known counts as not begun.
    pub fn read(text: &str) -> Self {
        [Self::Pending, Self::Succeeded, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
            .unwrap_or(Self::Requested)
    }
}

/// What to write down, in an order in which no step is too much: `known` are all refunds of a payment of which `captured` came
/// in, `reported` some or all of the provider's, and `known` the oldest first.
pub fn plan(captured: i64, known: &[Known], reported: &[Reported]) -> Vec<Change> {
    let (mut advanced, mut adopted) = (Vec::new(), Vec::new());
    for report in reported {
        match known.iter().find(|ours| is_same(ours, report)) {
            Some(ours) if report.state > ours.state => {
                advanced.push(Change::Advance { id: ours.id, reported: report.clone() });
            }
            Some(_) => {}
            None => adopted.push(Change::Adopt(report.clone())),
        }
    }
    let superseded = superseded(captured, known, reported);
    // What failed makes room, what gives way does too, and what is there then fits.
    let (failed, further): (Vec<_>, Vec<_>) = advanced
        .into_iter()
        .partition(|change| matches!(change, Change::Advance { reported, .. } if reported.state == State::Failed));
    failed.into_iter().chain(superseded).chain(further).chain(adopted).collect()
}

/// Whether the provider speaks of this one. One of ours that has no id of the provider's yet is known by ours, which comes back.
fn is_same(ours: &Known, report: &Reported) -> bool {
    match &ours.provider_id {
        Some(id) => *id == report.provider_id,
        None => {
            ours.is_by_provider
                && ours.state == State::Requested
                && ours.amount == report.amount
                && report.refund_id == Some(ours.id)
        }
    }
}

/// Ours that the provider will refuse for ever, because of what it has given back already.
fn superseded(captured: i64, known: &[Known], reported: &[Reported]) -> Vec<Change> {
    let mut room = captured;
    let mut waiting = Vec::new();
    for ours in known {
        let report = reported.iter().find(|report| is_same(ours, report));
        let state = report.map_or(ours.state, |report| report.state.max(ours.state));
        match state {
            State::Failed => {}
            State::Requested if ours.provider_id.is_none() => waiting.push(ours),
            _ => room -= ours.amount,
        }
    }
    let is_unknown = |report: &&Reported| !known.iter().any(|ours| is_same(ours, report));
    let unknown = reported.iter().filter(is_unknown).filter(|report| report.state != State::Failed);
    room -= unknown.map(|report| report.amount).sum::<i64>();
    let mut changes = Vec::new();
    for ours in waiting {
        let remainder = ours.amount.min(room.max(0));
        if remainder < ours.amount {
            changes.push(Change::Supersede { id: ours.id, remainder });
        }
        room -= remainder;
    }
    changes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ours(id: u128, amount: i64, state: State, provider_id: Option<&str>) -> Known {
        let provider_id = provider_id.map(ToOwned::to_owned);
        Known { id: Uuid::from_u128(id), amount, state, provider_id, is_by_provider: true }
    }

    fn theirs(provider_id: &str, amount: i64, state: State, refund_id: Option<u128>) -> Reported {
        let failure = (state == State::Failed).then(|| "it came back".to_owned());
        let refund_id = refund_id.map(Uuid::from_u128);
        Reported { provider_id: provider_id.into(), amount, state, failure, refund_id }
    }

    #[test]
    fn ours_gives_way_to_what_the_provider_has_made() {
        let requested = [ours(1, 1000, State::Requested, None)];
        let by_hand = theirs("re_1", 1000, State::Succeeded, None);
        assert_eq!(
            plan(1000, &requested, std::slice::from_ref(&by_hand)),
            [Change::Supersede { id: Uuid::from_u128(1), remainder: 0 }, Change::Adopt(by_hand)]
        );
        let part = theirs("re_1", 400, State::Pending, None);
        assert_eq!(
            plan(1000, &requested, std::slice::from_ref(&part)),
            [Change::Supersede { id: Uuid::from_u128(1), remainder: 600 }, Change::Adopt(part)]
        );
        let small = theirs("re_1", 400, State::Succeeded, None);
        assert_eq!(
            plan(2000, &requested, std::slice::from_ref(&small)),
            [Change::Adopt(small.clone())],
            "there is room for both"
        );
        let failed = theirs("re_1", 1000, State::Failed, None);
        assert_eq!(plan(1000, &requested, std::slice::from_ref(&failed)), [Change::Adopt(failed)]);
    }

    #[test]
    fn ours_is_known_by_our_id_until_it_has_one_of_the_providers() {
        let requested = [ours(1, 1000, State::Requested, None)];
        let made = theirs("re_1", 1000, State::Succeeded, Some(1));
        assert_eq!(
            plan(1000, &requested, std::slice::from_ref(&made)),
            [Change::Advance { id: Uuid::from_u128(1), reported: made.clone() }]
        );
        // One that gave way before it was found to be made after all is taken over like any other.
        let superseded = [ours(1, 1000, State::Failed, None)];
        assert_eq!(plan(1000, &superseded, std::slice::from_ref(&made)), [Change::Adopt(made)]);
    }

    #[test]
    fn older_news_change_nothing() {
        for (now, late) in [
            (State::Succeeded, State::Pending),
            (State::Failed, State::Succeeded),
            (State::Failed, State::Pending),
            (State::Pending, State::Pending),
        ] {
            let known = [ours(1, 1000, now, Some("re_1"))];
            assert_eq!(plan(1000, &known, &[theirs("re_1", 1000, late, Some(1))]), [], "{now:?} {late:?}");
        }
    }

    #[test]
    fn what_fails_makes_room_first() {
        let known = [ours(1, 1000, State::Succeeded, Some("re_1"))];
        let reported = [theirs("re_2", 1000, State::Succeeded, None), theirs("re_1", 1000, State::Failed, Some(1))];
        let changes = plan(1000, &known, &reported);
        assert!(matches!(&changes[..], [Change::Advance { .. }, Change::Adopt(_)]), "{changes:?}");
    }

    /// The books after some changes: each refund's amount, whether it counts, and whether the provider made it.
    fn apply(known: &mut Vec<Known>, changes: Vec<Change>, next: &mut u128) {
        for change in changes {
            match change {
                Change::Advance { id, reported } => {
                    let row = known.iter_mut().find(|row| row.id == id).unwrap();
                    assert!(reported.state >= row.state);
                    (row.state, row.provider_id) = (reported.state, Some(reported.provider_id));
                }
                Change::Supersede { id, remainder } => {
                    known.iter_mut().find(|row| row.id == id).unwrap().state = State::Failed;
                    if remainder > 0 {
                        *next += 1;
                        known.push(ours(*next, remainder, State::Requested, None));
                    }
                }
                Change::Adopt(reported) => {
                    *next += 1;
                    let id = Some(reported.provider_id.as_str());
                    known.push(ours(*next, reported.amount, reported.state, id));
                }
            }
        }
    }

    proptest! {
        /// An order of 1000 was cancelled; refunds by hand are made and reported in any order and in any states.
        #[test]
        fn every_unit_is_accounted_for(
            by_hand in proptest::collection::vec((1..700_i64, 1..4_u8, any::<bool>()), 0..6),
            rounds in 1..4_usize,
        ) {
            let captured = 1000;
            let (mut known, mut next) = (vec![ours(1, captured, State::Requested, None)], 1);
            let mut provider: Vec<Reported> = Vec::new();
            for (number, (amount, state, is_told)) in by_hand.into_iter().enumerate() {
                let state = [State::Pending, State::Succeeded, State::Failed][usize::from(state - 1)];
                let made: i64 = provider.iter().filter(|one| one.state != State::Failed).map(|one| one.amount).sum();
                if amount <= captured - made {
                    provider.push(theirs(&format!("re_{number}"), amount, state, None));
                }
                if is_told {
                    let changes = plan(captured, &known, &provider);
                    apply(&mut known, changes, &mut next);
                }
            }
            for _ in 0..rounds {
                let changes = plan(captured, &known, &provider);
                apply(&mut known, changes, &mut next);
            }
            let counted: i64 = known.iter().filter(|row| row.state != State::Failed).map(|row| row.amount).sum();
            prop_assert_eq!(counted, captured, "{:?}", known);
            prop_assert_eq!(plan(captured, &known, &provider), vec![], "the same again is nothing new");
            let taken_over = known.iter().filter(|row| row.provider_id.is_some()).count();
            prop_assert_eq!(taken_over, provider.len());
        }
    }
}
