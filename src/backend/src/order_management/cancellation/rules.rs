//! What of an order may be cancelled, and what it was worth. Pure.

use std::collections::HashSet;

use axum::http::StatusCode;
use uuid::Uuid;

use super::model::{CancelOrder, CloseOrder};
use crate::{
    error::{Error, FieldError, Refusal, Result},
    orders::cancellations::CancellationLine,
};

const MAX_LINES: usize = 100;
const MAX_TEXT: usize = 255;
const MILLION: i128 = 1_000_000;

/// A line of an order, and what became of its units.
#[derive(Debug, Clone)]
pub struct Sold {
    /// The variant.
    pub variant_id: Uuid,
    /// How many were ordered.
    pub quantity: i32,
    /// The line's price in minor units, without tax where that comes on top.
    pub total: i64,
    /// The rate of its tax.
    pub tax_parts_per_million: i32,
    /// How many are still to be shipped.
    pub held: i32,
    /// How many were shipped.
    pub shipped: i32,
    /// How many were cancelled before.
    pub cancelled: i32,
}

/// The sums of an order, in minor units.
#[derive(Debug, Clone, Copy)]
pub struct Sums {
    /// Whether the tax is a part of the prices.
    pub prices_include_tax: bool,
    /// The price of the shipping, without tax where that comes on top.
    pub shipping: i64,
    /// All taxes.
    pub tax: i64,
    /// What was charged.
    pub total: i64,
    /// The smallest amount that the provider can move.
    pub step: i64,
}

/// What becomes of an order by a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Some is still to be shipped.
    Open,
    /// All that was not cancelled was shipped.
    Completed,
    /// Nothing was shipped, and nothing will be.
    Cancelled,
}

/// What was paid for what is cancelled, in minor units, tax included.
#[derive(Debug, PartialEq, Eq)]
pub struct Worth {
    /// Of each line.
    pub lines: Vec<i64>,
    /// Of the shipping; nothing unless the whole order is cancelled.
    pub shipping: i64,
}

impl Worth {
    /// All of it.
    pub fn amount(&self) -> i64 {
        self.lines.iter().sum::<i64>() + self.shipping
    }
}

/// The request as it is stored, without spaces around its text.
///
/// # Errors
/// 400 naming each field that cannot be used.
pub fn checked(input: CancelOrder) -> Result<CancelOrder> {
    let mut errors = Vec::new();
    if let Some(lines) = &input.lines {
        check_lines(lines, &mut errors);
    }
    let reason = text("reason", &input.reason, &mut errors);
    if errors.is_empty() { Ok(CancelOrder { reason, ..input }) } else { Err(Error::Invalid(errors)) }
}

/// The request to close an order, as it is stored.
///
/// # Errors
/// 400 naming the field that cannot be used.
pub fn checked_close(input: &CloseOrder) -> Result<CloseOrder> {
    let mut errors = Vec::new();
    let reason = text("reason", &input.reason, &mut errors);
    if errors.is_empty() { Ok(CloseOrder { reason }) } else { Err(Error::Invalid(errors)) }
}

fn check_lines(lines: &[CancellationLine], errors: &mut Vec<FieldError>) {
    let mut refuse = |field: String, message: &str| errors.push(FieldError { field, message: message.into() });
    if lines.is_empty() || lines.len() > MAX_LINES {
        refuse("lines".into(), "must be 1 to 100, or left out for everything that is still to be shipped");
    }
    let mut seen = HashSet::new();
    for (place, line) in lines.iter().enumerate() {
        if line.quantity < 1 {
            refuse(format!("lines[{place}].quantity"), "must be at least 1");
        }
        if !seen.insert(line.variant_id) {
            refuse(format!("lines[{place}].variant_id"), "is named twice");
        }
    }
}

/// A text of one line for the staff, without spaces around it.
pub fn text(field: &str, given: &str, errors: &mut Vec<FieldError>) -> String {
    let given = given.trim().to_owned();
    if given.is_empty() || given.chars().count() > MAX_TEXT || given.contains(char::is_control) {
        errors.push(FieldError { field: field.into(), message: "must have 1 to 255 characters, in one line".into() });
    }
    given
}

/// Only what is paid and not done can be cancelled in this way; what is not paid is cancelled at the provider first.
///
/// # Errors
/// 409 with why it cannot.
pub fn expect_cancellable(status: &str) -> Result<()> {
    match status {
        "confirmed" => Ok(()),
        "pending" => Err(Error::conflict("order_not_paid", "The order is not paid yet: cancel the whole of it.")),
        "completed" => Err(Error::conflict("already_shipped", "Nothing of this order is still to be shipped.")),
        _ => Err(Error::conflict("order_cancelled", "The order is cancelled.")),
    }
}

/// What is cancelled: what was asked for, or all that is still to be shipped.
///
/// # Errors
/// 400 naming a line that is not of the order; 409 `already_shipped` naming those of which fewer are left.
pub fn choose(sold: &[Sold], wanted: Option<&[CancellationLine]>) -> Result<Vec<CancellationLine>> {
    let Some(wanted) = wanted else {
        let open = sold.iter().filter(|line| line.held > 0);
        return Ok(open.map(|line| CancellationLine { variant_id: line.variant_id, quantity: line.held }).collect());
    };
    let (mut unknown, mut short) = (Vec::new(), Vec::new());
    for (place, line) in wanted.iter().enumerate() {
        match sold.iter().find(|sold| sold.variant_id == line.variant_id) {
            None => unknown.push(FieldError {
                field: format!("lines[{place}].variant_id"),
                message: "is not of this order".into(),
            }),
            Some(sold) if sold.held < line.quantity => short.push(FieldError {
                field: format!("lines[{place}].quantity"),
                message: format!("{} are still to be shipped", sold.held),
            }),
            Some(_) => {}
        }
    }
    if !unknown.is_empty() {
        return Err(Error::Invalid(unknown));
    }
    if !short.is_empty() {
        return Err(Error::Refused(Refusal {
            status: StatusCode::CONFLICT,
            code: "already_shipped",
            detail: "Fewer of it are still to be shipped.".into(),
            errors: short,
        }));
    }
    Ok(wanted.to_vec())
}

/// What becomes of the order when `chosen` of it is cancelled.
pub fn outcome(sold: &[Sold], chosen: &[CancellationLine]) -> Outcome {
    let held: i64 = sold.iter().map(|line| i64::from(line.held)).sum();
    let cancelled: i64 = chosen.iter().map(|line| i64::from(line.quantity)).sum();
    if cancelled < held {
        Outcome::Open
    } else if sold.iter().any(|line| line.shipped > 0) {
        Outcome::Completed
    } else {
        Outcome::Cancelled
    }
}

/// What was paid for `chosen`. However an order is cancelled in parts, the parts of a line come to what was paid for the line,
/// and all of them with the shipping to what was paid for the order.
pub fn worth(sums: &Sums, sold: &[Sold], chosen: &[CancellationLine]) -> Worth {
    let taxed =
        |line: &Sold| MILLION + if sums.prices_include_tax { 0 } else { i128::from(line.tax_parts_per_million) };
    let mut weights: Vec<i128> = sold.iter().map(|line| i128::from(line.total) * taxed(line)).collect();
    weights.push(shipping_weight(sums, sold));
    let shares = shares(sums.total, sums.step, &weights);
    let lines = chosen.iter().map(|chosen| {
        let at = sold.iter().position(|line| line.variant_id == chosen.variant_id);
        let found = at.and_then(|at| Some((sold.get(at)?, *shares.get(at)?)));
        found.map_or(0, |(line, share)| {
            let of = |units: i32| part(share, sums.step, units, line.quantity);
            of(line.cancelled + chosen.quantity) - of(line.cancelled)
        })
    });
    let is_whole = outcome(sold, chosen) == Outcome::Cancelled;
    Worth { lines: lines.collect(), shipping: if is_whole { shares.last().copied().unwrap_or_default() } else { 0 } }
}

/// The shipping with its tax, in millionths: where taxes come on top, its tax is what the lines leave of all.
fn shipping_weight(sums: &Sums, sold: &[Sold]) -> i128 {
    let shipping = i128::from(sums.shipping) * MILLION;
    if sums.prices_include_tax {
        return shipping;
    }
    let of_lines: i128 = sold.iter().map(|line| i128::from(line.total) * i128::from(line.tax_parts_per_million)).sum();
    shipping + (i128::from(sums.tax) * MILLION - of_lines).max(0)
}

/// `total` divided by `weights`, each a multiple of `step` and at most one step off; together they are all of it.
fn shares(total: i64, step: i64, weights: &[i128]) -> Vec<i64> {
    let whole: i128 = weights.iter().sum();
    let (mut weighed, mut given) = (0, 0);
    weights
        .iter()
        .enumerate()
        .map(|(at, weight)| {
            weighed += weight;
            let is_last = at + 1 == weights.len();
            let until = if is_last { total } else { rounded(total, step, weighed, whole) };
            let share = until - given;
            given = until;
            share
        })
        .collect()
}

/// What `units` of a line's `quantity` come to.
fn part(total: i64, step: i64, units: i32, quantity: i32) -> i64 {
    if units >= quantity { total } else { rounded(total, step, i128::from(units), i128::from(quantity)) }
}

/// `total × numerator ÷ denominator`, rounded half up to a multiple of `step`.
fn rounded(total: i64, step: i64, numerator: i128, denominator: i128) -> i64 {
    if denominator <= 0 || step <= 0 {
        return 0;
    }
    let steps = (2 * i128::from(total / step) * numerator + denominator).div_euclid(2 * denominator);
    i64::try_from(steps * i128::from(step)).unwrap_or(total).min(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sold(id: u128, quantity: i32, total: i64) -> Sold {
        Sold {
            variant_id: Uuid::from_u128(id),
            quantity,
            total,
            tax_parts_per_million: 190_000,
            held: quantity,
            shipped: 0,
            cancelled: 0,
        }
    }

    fn line(id: u128, quantity: i32) -> CancellationLine {
        CancellationLine { variant_id: Uuid::from_u128(id), quantity }
    }

    const INCLUDED: Sums = Sums { prices_include_tax: true, shipping: 490, tax: 0, total: 5790, step: 1 };

    #[test]
    fn a_line_is_worth_what_was_paid_for_it() {
        let lines = [sold(1, 2, 2800), sold(2, 1, 2500)];
        assert_eq!(worth(&INCLUDED, &lines, &[line(1, 1)]), Worth { lines: vec![1400], shipping: 0 });
        let all = [line(1, 2), line(2, 1)];
        assert_eq!(worth(&INCLUDED, &lines, &all), Worth { lines: vec![2800, 2500], shipping: 490 });
        let shipped = [Sold { held: 1, shipped: 1, ..lines[0].clone() }, lines[1].clone()];
        let rest = [line(1, 1), line(2, 1)];
        assert_eq!(worth(&INCLUDED, &shipped, &rest), Worth { lines: vec![1400, 2500], shipping: 0 }, "it was sent");
        assert_eq!(outcome(&shipped, &rest), Outcome::Completed);
        assert_eq!((outcome(&lines, &all), outcome(&lines, &[line(1, 2)])), (Outcome::Cancelled, Outcome::Open));
    }

    #[test]
    fn a_tax_on_top_goes_back_with_its_line() {
        let sums = Sums { prices_include_tax: false, shipping: 500, tax: 665, total: 4165, step: 1 };
        let lines = [sold(1, 3, 3000)];
        assert_eq!(worth(&sums, &lines, &[line(1, 1)]).amount(), 1190);
        assert_eq!(worth(&sums, &lines, &[line(1, 3)]), Worth { lines: vec![3570], shipping: 595 });
    }

    #[test]
    fn amounts_are_those_that_the_provider_can_move() {
        let sums = Sums { prices_include_tax: true, shipping: 0, tax: 0, total: 1000, step: 10 };
        let mut lines = [sold(1, 3, 1000)];
        let mut parts = Vec::new();
        for _ in 0..3 {
            parts.push(worth(&sums, &lines, &[line(1, 1)]).amount());
            lines[0].cancelled += 1;
            lines[0].held -= 1;
        }
        assert_eq!(parts, [330, 340, 330]);
    }

    #[test]
    fn what_was_shipped_or_is_not_of_the_order_is_refused() {
        let lines = [Sold { held: 1, shipped: 1, ..sold(1, 2, 2800) }];
        let code = |wanted: &[CancellationLine]| match choose(&lines, Some(wanted)) {
            Ok(_) => "chosen",
            Err(Error::Refused(refusal)) => refusal.code,
            Err(_) => "invalid",
        };
        assert_eq!(code(&[line(1, 1)]), "chosen");
        assert_eq!(code(&[line(1, 2)]), "already_shipped");
        assert_eq!(code(&[line(9, 1)]), "invalid");
        assert_eq!(choose(&lines, None).unwrap(), [line(1, 1)]);
    }

    proptest! {
        #[test]
        fn parts_come_to_the_whole(
            quantities in proptest::collection::vec((1..20_i32, 0..100_000_i64, 0..300_000_i32), 1..6),
            shipping in 0..10_000_i64, discount in 0..5_000_i64, included: bool, by in 1..5_i32,
            step in proptest::sample::select(vec![1_i64, 10, 100]),
        ) {
            let mut lines: Vec<Sold> = quantities.iter().enumerate().map(|(id, (quantity, unit, tax))| Sold {
                tax_parts_per_million: *tax, ..sold(id as u128, *quantity, i64::from(*quantity) * unit)
            }).collect();
            let subtotal: i64 = lines.iter().map(|line| line.total).sum();
            let tax = if included { 0 } else {
                lines.iter().map(|line| line.total * i64::from(line.tax_parts_per_million) / 1_000_000).sum::<i64>() + shipping / 5
            };
            let total = (subtotal + shipping + tax - discount.min(subtotal)) / step * step;
            let sums = Sums { prices_include_tax: included, shipping, tax, total, step };
            let mut given = 0;
            while let Some(at) = lines.iter().position(|line| line.held > 0) {
                let quantity = by.min(lines[at].held);
                let chosen = [CancellationLine { variant_id: lines[at].variant_id, quantity }];
                let worth = worth(&sums, &lines, &chosen);
                prop_assert!(worth.amount() >= 0 && worth.amount() % step == 0, "{:?}", worth);
                given += worth.amount();
                lines[at].held -= quantity;
                lines[at].cancelled += quantity;
            }
            prop_assert_eq!(given, total);
        }
    }
}
