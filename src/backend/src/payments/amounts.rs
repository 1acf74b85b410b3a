//! Our amounts and Stripe's: both count minor units, but of some currencies not the same ones (docs.stripe.com/currencies).

/// How Stripe counts a currency that it does not count as ISO 4217 does.
enum Rule {
    /// ISO 4217 has no decimals, Stripe wants two that are zero: 5 krónur are 500.
    TwoZeros,
    /// ISO 4217 has two decimals, Stripe has none.
    NoDecimals,
    /// Three decimals, of which Stripe wants the last one to be zero.
    LastIsZero,
    /// As ISO 4217 counts it.
    Same,
}

/// HUF and TWD are the same here: Stripe rounds them in payouts, not in payments.
fn rule(currency: &str) -> Rule {
    match currency {
        "ISK" | "UGX" => Rule::TwoZeros,
        "MGA" => Rule::NoDecimals,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => Rule::LastIsZero,
        _ => Rule::Same,
    }
}

/// An amount in ISO 4217 minor units as Stripe takes it.
///
/// # Errors
/// With a reason for people when Stripe cannot charge exactly this amount.
pub fn to_stripe(amount: i64, currency: &str) -> Result<i64, String> {
    let refused = || format!("{amount} minor units of {currency} cannot be charged exactly");
    match rule(currency) {
        Rule::TwoZeros => amount.checked_mul(100).ok_or_else(refused),
        Rule::NoDecimals if amount % 100 == 0 => Ok(amount / 100),
        Rule::LastIsZero if amount % 10 != 0 => Err(refused()),
        Rule::NoDecimals => Err(refused()),
        Rule::LastIsZero | Rule::Same => Ok(amount),
    }
}

/// An amount of Stripe's in ISO 4217 minor units.
///
/// # Errors
/// With a reason for people when it has decimals that the currency has not.
pub fn from_stripe(amount: i64, currency: &str) -> Result<i64, String> {
    let refused = || format!("the provider's amount {amount} of {currency} is none");
    match rule(currency) {
        Rule::TwoZeros if amount % 100 == 0 => Ok(amount / 100),
        Rule::TwoZeros => Err(refused()),
        Rule::NoDecimals => amount.checked_mul(100).ok_or_else(refused),
        Rule::LastIsZero | Rule::Same => Ok(amount),
    }
}

/// The smallest amount that the provider can move exactly, in ISO 4217 minor units: every amount is a multiple of it.
pub fn step(currency: &str) -> i64 {
    match rule(currency) {
        Rule::NoDecimals => 100,
        Rule::LastIsZero => 10,
        Rule::TwoZeros | Rule::Same => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::{MAX_AMOUNT, exponent};

    #[test]
    fn most_currencies_are_counted_alike() {
        for currency in ["EUR", "USD", "JPY", "KRW", "HUF", "TWD", "CLP", "XOF"] {
            assert_eq!(to_stripe(1234, currency), Ok(1234), "{currency}");
            assert_eq!(from_stripe(1234, currency), Ok(1234), "{currency}");
        }
    }

    #[test]
    fn currencies_that_lost_their_decimals_are_sent_with_two() {
        for currency in ["ISK", "UGX"] {
            assert_eq!(exponent(currency), 0);
            assert_eq!(to_stripe(5, currency), Ok(500));
            assert_eq!(from_stripe(500, currency), Ok(5));
            assert!(from_stripe(550, currency).is_err());
        }
    }

    #[test]
    fn an_ariary_has_no_decimals_at_stripe() {
        assert_eq!(exponent("MGA"), 2);
        assert_eq!(to_stripe(500, "MGA"), Ok(5));
        assert_eq!(from_stripe(5, "MGA"), Ok(500));
        assert!(to_stripe(550, "MGA").is_err());
    }

    #[test]
    fn the_third_decimal_must_be_zero() {
        for currency in ["BHD", "JOD", "KWD", "OMR", "TND"] {
            assert_eq!(exponent(currency), 3);
            assert_eq!(to_stripe(5120, currency), Ok(5120));
            assert!(to_stripe(5124, currency).unwrap_err().contains("5124"), "{currency}");
        }
    }

    proptest! {
        #[test]
        fn every_multiple_of_the_step_can_be_moved(steps in 0..1_000_000_i64, currency in "EUR|JPY|ISK|UGX|MGA|KWD") {
            prop_assert!(to_stripe(steps * step(&currency), &currency).is_ok());
        }

        #[test]
        fn what_is_sent_comes_back_the_same(amount in 0..=MAX_AMOUNT, currency in "EUR|JPY|ISK|UGX|MGA|KWD") {
            if let Ok(sent) = to_stripe(amount, &currency) {
                prop_assert_eq!(from_stripe(sent, &currency), Ok(amount));
            }
        }
    }
}
