//! What a cart may hold. Pure.

use uuid::Uuid;

use super::model::{CartItem, Changed};
use crate::{
    error::{Error, FieldError, Refusal, Result},
    money::Money,
};

/// The most of one line.
pub const MAX_QUANTITY: i32 = 999;
/// The most lines.
pub const MAX_LINES: i64 = 100;

/// Refuses a quantity that no line may have.
///
/// # Errors
/// `invalid_request` naming `field`.
pub fn expect_quantity(field: &str, quantity: i32) -> Result<()> {
    if (1..=MAX_QUANTITY).contains(&quantity) {
        return Ok(());
    }
    Err(Error::field(field, format!("must be between 1 and {MAX_QUANTITY}")))
}

/// Refuses more than can be bought.
///
/// # Errors
/// 409 `out_of_stock` naming the line.
pub fn expect_available(variant_id: Uuid, wanted: i32, available: i32) -> Result<()> {
    if wanted <= available { Ok(()) } else { Err(out_of_stock(&[(variant_id, available)])) }
}

/// 409 `out_of_stock`: the lines of which there are not enough, with what is left of each.
pub fn out_of_stock(short: &[(Uuid, i32)]) -> Error {
    let errors = short.iter().map(|(variant_id, available)| FieldError {
        field: format!("items.{variant_id}"),
        message: match *available {
            0 => "is sold out".into(),
            MAX_QUANTITY => format!("can be bought {MAX_QUANTITY} at a time"),
            left => format!("only {left} left"),
        },
    });
    Error::Refused(Refusal {
        status: axum::http::StatusCode::CONFLICT,
        code: "out_of_stock",
        detail: "There is not enough of it.".into(),
        errors: errors.collect(),
    })
}

/// How many could be bought: what is sold at all, is on the shelf or can be ordered, and a line may hold.
pub fn available(sold: bool, left: i32, backorderable: bool) -> i32 {
    match (sold, backorderable) {
        (false, _) => 0,
        (true, true) => MAX_QUANTITY,
        (true, false) => left.clamp(0, MAX_QUANTITY),
    }
}

/// What is not as it was when the shopper last looked.
pub fn changed(price: &Money, seen_amount: i64, quantity: i32, available: i32) -> Option<Changed> {
    let previous_price =
        (price.amount != seen_amount).then(|| Money { amount: seen_amount, currency: price.currency.clone() });
    let previous_quantity = (available < quantity).then_some(quantity);
    (previous_price.is_some() || previous_quantity.is_some()).then_some(Changed { previous_price, previous_quantity })
}

/// Whether every line can be bought as it is.
pub fn can_check_out(items: &[CartItem]) -> bool {
    !items.is_empty() && items.iter().all(|item| item.quantity <= item.available_quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_sold_cannot_be_bought_however_much_there_is() {
        assert_eq!(available(false, 10, true), 0);
        assert_eq!(available(true, 0, true), MAX_QUANTITY);
        assert_eq!(available(true, 7, false), 7);
        assert_eq!(available(true, 5000, false), MAX_QUANTITY);
        // More may be reserved than is there while backorders were allowed.
        assert_eq!(available(true, -3, false), 0);
    }

    #[test]
    fn a_change_is_told_and_no_change_is_not() {
        let price = Money { amount: 100, currency: "EUR".into() };
        assert_eq!(changed(&price, 100, 2, 2), None);
        assert_eq!(changed(&price, 90, 2, 2).unwrap().previous_price.unwrap().amount, 90);
        assert_eq!(changed(&price, 100, 2, 1).unwrap().previous_quantity, Some(2));
    }
}
