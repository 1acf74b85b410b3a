//! What may be given back, and what can be done about a refund. Pure.

use super::model::{RefundAction, RefundMethod, RefundOrder, RefundStatus, ResolveRefund};
use crate::{
    error::{Error, FieldError, Result},
    money::MAX_AMOUNT,
    order_management::cancellation::rules::text,
};

/// The request as it is stored, without spaces around its texts.
///
/// # Errors
/// 400 naming each field that cannot be used.
pub fn checked(input: &RefundOrder) -> Result<RefundOrder> {
    let mut errors = Vec::new();
    let mut refuse =
        |field: &str, message: &str| errors.push(FieldError { field: field.into(), message: message.into() });
    if !(1..=MAX_AMOUNT).contains(&input.amount) {
        refuse("amount", "must be at least 1, in minor units");
    }
    match (input.method, &input.reference) {
        (RefundMethod::Other, None) => refuse("reference", "must say how it was paid back"),
        (RefundMethod::Provider, Some(_)) => refuse("reference", "must be left out: the provider's own id is kept"),
        _ => {}
    }
    let reason = text("reason", &input.reason, &mut errors);
    let reference = input.reference.as_ref().map(|given| text("reference", given, &mut errors));
    let checked = RefundOrder { amount: input.amount, method: input.method, reason, reference };
    if errors.is_empty() { Ok(checked) } else { Err(Error::Invalid(errors)) }
}

/// The request as it is stored, without spaces around its texts.
///
/// # Errors
/// 400 naming each field that cannot be used.
pub fn checked_resolution(input: &ResolveRefund) -> Result<ResolveRefund> {
    let mut errors = Vec::new();
    let reference = text("reference", &input.reference, &mut errors);
    let note = text("note", &input.note, &mut errors);
    if errors.is_empty() { Ok(ResolveRefund { reference, note }) } else { Err(Error::Invalid(errors)) }
}

/// No more goes back than is left, and the provider can move only what its currency counts.
///
/// # Errors
/// 409 `refund_too_large`, 400 naming the amount.
pub fn expect_refundable(amount: i64, left: i64, step: i64, method: RefundMethod) -> Result<()> {
    if amount > left {
        let detail = format!("{left} minor units of what was paid can still be given back.");
        return Err(Error::conflict("refund_too_large", detail));
    }
    if method == RefundMethod::Provider && amount % step != 0 {
        return Err(Error::field("amount", format!("must be a multiple of {step} for the payment provider")));
    }
    Ok(())
}

/// What can be done about a refund: one that is on its way takes its course.
pub fn actions(status: RefundStatus, outstanding: i64, left: i64) -> Vec<RefundAction> {
    match status {
        RefundStatus::Requested => vec![RefundAction::Retry, RefundAction::Resolve],
        RefundStatus::Failed if outstanding > 0 && left > 0 => vec![RefundAction::Retry, RefundAction::Resolve],
        RefundStatus::Failed | RefundStatus::Pending | RefundStatus::Succeeded | RefundStatus::Superseded => Vec::new(),
    }
}

/// What a refund that failed still owes, when anything can be done about it.
///
/// # Errors
/// 409 `refund_not_failed` when it did not fail, `refund_settled` when its money went back another way.
pub fn expect_failed(status: RefundStatus, outstanding: i64, left: i64) -> Result<i64> {
    match status {
        RefundStatus::Failed if outstanding.min(left) > 0 => Ok(outstanding.min(left)),
        RefundStatus::Failed | RefundStatus::Superseded => {
            Err(Error::conflict("refund_settled", "Its money went back another way, or is about to."))
        }
        RefundStatus::Requested | RefundStatus::Pending | RefundStatus::Succeeded => {
            Err(Error::conflict("refund_not_failed", "The refund has not failed: nothing is to be done about it."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(input: &RefundOrder) -> Vec<String> {
        match checked(input) {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_field_that_cannot_be_used_is_named() {
        let given = |amount, reason: &str, method, reference: Option<&str>| RefundOrder {
            amount,
            reason: reason.into(),
            method,
            reference: reference.map(Into::into),
        };
        assert_eq!(refused(&given(0, " ", RefundMethod::Other, None)), ["amount", "reference", "reason"]);
        assert_eq!(refused(&given(1, "a", RefundMethod::Provider, Some("b"))), ["reference"]);
        assert_eq!(refused(&given(1, "a\nb", RefundMethod::Other, Some(""))), ["reason", "reference"]);
        assert_eq!(checked(&given(1, " a ", RefundMethod::Other, Some(" b "))).unwrap().reason, "a");
    }

    #[test]
    fn no_more_goes_back_than_is_left() {
        assert!(expect_refundable(10, 10, 10, RefundMethod::Provider).is_ok());
        assert!(expect_refundable(11, 10, 1, RefundMethod::Provider).is_err());
        assert!(expect_refundable(5, 10, 10, RefundMethod::Provider).is_err());
        assert!(expect_refundable(5, 10, 10, RefundMethod::Other).is_ok());
    }

    #[test]
    fn only_what_failed_and_is_owed_is_made_again() {
        assert_eq!(expect_failed(RefundStatus::Failed, 500, 1000).unwrap(), 500);
        assert_eq!(expect_failed(RefundStatus::Failed, 500, 200).unwrap(), 200);
        for (status, outstanding) in [
            (RefundStatus::Failed, 0),
            (RefundStatus::Superseded, 0),
            (RefundStatus::Pending, 0),
            (RefundStatus::Succeeded, 0),
        ] {
            assert!(expect_failed(status, outstanding, 1000).is_err(), "{status:?}");
            assert!(actions(status, outstanding, 1000).is_empty(), "{status:?}");
        }
        assert!(actions(RefundStatus::Failed, 500, 0).is_empty());
    }
}
