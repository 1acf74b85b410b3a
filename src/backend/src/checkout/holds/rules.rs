//! What a large hold is, how long holds last, and how many may be unpaid. Pure.

use axum::http::StatusCode;
use chrono::TimeDelta;
use uuid::Uuid;

use crate::error::{Error, FieldError, Refusal, Result};

/// The merchant's limits, from the row of `settings`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long an ordinary order may wait for its payment.
    pub hold_minutes: i32,
    /// How long a large hold may.
    pub large_hold_minutes: i32,
    /// A hold of more than this share of a variant's free stock is large.
    pub large_hold_percent: i32,
    /// A hold of more units than these, all lines together, is large.
    pub large_hold_units: i32,
    /// How long a network gets no large hold after one of its own expired.
    pub large_hold_pause_minutes: i32,
    /// Up to so many units are an ordinary purchase even where they are most of what is left.
    pub last_units: i32,
    /// So many of such units a network may hold unpaid.
    pub last_units_per_network: i32,
    /// So many unpaid orders a device may have.
    pub unpaid_orders_per_device: i32,
}

/// A line of an order that is placed.
#[derive(Debug, Clone)]
pub struct Line {
    /// What is held.
    pub variant_id: Uuid,
    /// How many.
    pub quantity: i32,
    /// How many are on hand and not reserved by other orders.
    pub free: i32,
    /// Whether it can be ordered without stock: a hold of it takes nothing away from others.
    pub backorderable: bool,
}

/// How an order holds its stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// How long, unless it is paid.
    pub lasts: TimeDelta,
    /// The units that make it a large hold: those of lines that take most of their variant's stock, or all of a large order.
    /// 0 for an ordinary one.
    pub large_units: i32,
}

/// How many orders wait for their payment. Payments that the provider is processing are not among them.
#[derive(Debug, Clone, Default)]
pub struct Unpaid {
    /// From the same device.
    pub by_device: i64,
    /// From the same network.
    pub by_network: i64,
}

/// What a network holds, or held of late, by large holds that were not paid.
#[derive(Debug, Clone, Default)]
pub struct LargeHolds {
    /// Those that are unpaid, or expired within the pause.
    pub count: i64,
    /// How long those were held together that were cancelled within the pause, in seconds.
    pub cancelled_seconds: f64,
    /// The units of small holds of the last units that are unpaid, or expired within the pause.
    pub last_units: i64,
}

/// How an order of these lines is held.
pub fn hold(lines: &[Line], settings: &Settings) -> Hold {
    let units: i64 = lines.iter().map(|line| i64::from(line.quantity)).sum();
    let most: i64 = lines.iter().filter(|line| takes_most(line, settings)).map(|line| i64::from(line.quantity)).sum();
    let large = if units > i64::from(settings.large_hold_units) { units } else { most };
    let minutes = if large > 0 { settings.large_hold_minutes } else { settings.hold_minutes };
    Hold { lasts: TimeDelta::minutes(minutes.into()), large_units: i32::try_from(large).unwrap_or(i32::MAX) }
}

/// Whether a line takes more than the large share of what is there.
fn takes_most(line: &Line, settings: &Settings) -> bool {
    !line.backorderable
        && i64::from(line.quantity) * 100 > i64::from(line.free) * i64::from(settings.large_hold_percent)
}

/// Refuses one more unpaid order.
///
/// # Errors
/// 429 `too_many_unpaid_orders`.
pub fn expect_few_unpaid(unpaid: &Unpaid, settings: &Settings, max_by_network: i64) -> Result<()> {
    let detail = if unpaid.by_device >= settings.unpaid_orders_per_device.into() {
        "This browser has placed several orders that are not paid: pay or cancel one of them first."
    } else if unpaid.by_network >= max_by_network {
        "Too many orders from this network are not paid: pay or cancel one of them, or try again in half an hour."
    } else {
        return Ok(());
    };
    Err(too_many("too_many_unpaid_orders", detail, Vec::new()))
}

/// Refuses a large hold to a network that has one, or had one that was not paid.
///
/// # Errors
/// 429 `large_hold_limited`, naming the lines (`items.{variant_id}`) with what would be an ordinary quantity.
pub fn expect_room(hold: &Hold, lines: &[Line], held: &LargeHolds, settings: &Settings) -> Result<()> {
    let is_free = if hold.large_units <= settings.last_units {
        held.last_units + i64::from(hold.large_units) <= settings.last_units_per_network.into()
    } else {
        held.count == 0 && held.cancelled_seconds < f64::from(settings.large_hold_minutes) * 60.0
    };
    if is_free {
        return Ok(());
    }
    let detail =
        "Large orders from this network were not paid yet, or not in time: pay them, order less, or try again later.";
    Err(too_many("large_hold_limited", detail, ordinary(lines, settings)))
}

/// How many of each line, and of all together, would be an ordinary order.
fn ordinary(lines: &[Line], settings: &Settings) -> Vec<FieldError> {
    let share = |line: &Line| i64::from(line.free) * i64::from(settings.large_hold_percent) / 100;
    let too_much = lines.iter().filter(|line| takes_most(line, settings));
    let mut errors: Vec<_> = too_much
        .map(|line| FieldError {
            field: format!("items.{}", line.variant_id),
            message: format!("at most {} can be ordered now", share(line)),
        })
        .collect();
    if lines.iter().map(|line| i64::from(line.quantity)).sum::<i64>() > i64::from(settings.large_hold_units) {
        let message = format!("at most {} units can be ordered now, all lines together", settings.large_hold_units);
        errors.push(FieldError { field: "items".into(), message });
    }
    errors
}

fn too_many(code: &'static str, detail: &str, errors: Vec<FieldError>) -> Error {
    Error::Refused(Refusal { status: StatusCode::TOO_MANY_REQUESTS, code, detail: detail.into(), errors })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SETTINGS: Settings = Settings {
        hold_minutes: 30,
        large_hold_minutes: 10,
        large_hold_percent: 50,
        large_hold_units: 100,
        large_hold_pause_minutes: 60,
        last_units: 2,
        last_units_per_network: 50,
        unpaid_orders_per_device: 5,
    };

    fn line(quantity: i32, free: i32) -> Line {
        Line { variant_id: Uuid::nil(), quantity, free, backorderable: false }
    }

    fn large_units(lines: &[Line]) -> i32 {
        let hold = hold(lines, &SETTINGS);
        let minutes = if hold.large_units > 0 { 10 } else { 30 };
        assert_eq!(hold.lasts, TimeDelta::minutes(minutes));
        hold.large_units
    }

    #[test]
    fn more_than_half_of_the_stock_is_large() {
        for (quantity, free, expected) in [
            (5, 10, 0),
            (6, 10, 6),
            (5, 11, 0),
            (6, 11, 6),
            (1, 1, 1),
            (1, 2, 0),
            (2, 3, 2),
            (100, 200, 0),
            (501, 1000, 501),
        ] {
            assert_eq!(large_units(&[line(quantity, free)]), expected, "{quantity} of {free}");
        }
        assert_eq!(large_units(&[line(1, 100), line(6, 10), line(1, 1)]), 7);
    }

    #[test]
    fn more_than_a_hundred_units_are_large_whatever_the_stock() {
        assert_eq!(large_units(&[line(60, 100_000), line(40, 100_000)]), 0);
        assert_eq!(large_units(&[line(60, 100_000), line(41, 100_000)]), 101);
        assert_eq!(large_units(&vec![line(999, 100_000); 100]), 99_900);
    }

    #[test]
    fn what_can_be_ordered_without_stock_takes_nothing_from_others() {
        assert_eq!(large_units(&[Line { backorderable: true, ..line(90, 0) }]), 0);
        assert_eq!(large_units(&[Line { backorderable: true, ..line(90, -20) }]), 0);
        assert_eq!(large_units(&[Line { backorderable: true, ..line(101, 0) }]), 101);
    }

    #[test]
    fn the_second_large_hold_is_refused_and_says_what_would_not_be() {
        let lines = [line(6, 10), line(200, 1000)];
        let large = hold(&lines, &SETTINGS);
        let one = LargeHolds { count: 1, ..LargeHolds::default() };
        assert!(expect_room(&large, &lines, &LargeHolds::default(), &SETTINGS).is_ok());
        let Err(Error::Refused(refusal)) = expect_room(&large, &lines, &one, &SETTINGS) else { panic!("it passed") };
        assert_eq!((refusal.status.as_u16(), refusal.code), (429, "large_hold_limited"));
        let errors: Vec<_> = refusal.errors.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(
            errors,
            ["at most 5 can be ordered now", "at most 100 units can be ordered now, all lines together"]
        );
    }

    #[test]
    fn holds_that_are_cancelled_and_made_again_use_up_the_time_of_one() {
        let lines = [line(6, 10)];
        let room = |cancelled_seconds| {
            let held = LargeHolds { cancelled_seconds, ..LargeHolds::default() };
            expect_room(&hold(&lines, &SETTINGS), &lines, &held, &SETTINGS).is_ok()
        };
        assert!(room(0.0) && room(599.0));
        assert!(!room(600.0));
    }

    #[test]
    fn the_last_units_are_bought_beside_large_holds_and_not_without_end() {
        let lines = [line(1, 1), line(1, 1)];
        let room = |last_units| {
            let held = LargeHolds { count: 1, last_units, ..LargeHolds::default() };
            expect_room(&hold(&lines, &SETTINGS), &lines, &held, &SETTINGS).is_ok()
        };
        assert!(room(0) && room(48));
        assert!(!room(49));
        let three = [line(1, 1), line(1, 1), line(1, 1)];
        let held = LargeHolds { count: 1, ..LargeHolds::default() };
        assert!(expect_room(&hold(&three, &SETTINGS), &three, &held, &SETTINGS).is_err());
    }

    proptest! {
        /// An ordinary purchase passes whatever else its network holds.
        #[test]
        fn half_of_the_stock_and_a_hundred_units_are_ordinary(
            lines in prop::collection::vec((1..=50_i32, 0..=1000_i32), 1..=2),
        ) {
            let lines: Vec<_> = lines.into_iter().map(|(quantity, more)| line(quantity, 2 * quantity + more)).collect();
            prop_assert_eq!(hold(&lines, &SETTINGS).large_units, 0);
        }
    }
}
