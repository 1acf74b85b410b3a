//! Our amounts and Stripe's: both count minor units, but of some currencies not the same ones, and Stripe charges neither too
//! little nor too much (docs.stripe.com/currencies).

use std::ops::RangeInclusive;

use crate::money::display;

/// How Stripe counts a currency that it does not count as ISO 4217 does.
enum Rule {
    /// ISO 4217 has no decimals, Stripe expects two that are zero: 5 krónur are 500.
    TwoZeros,
    /// ISO 4217 has two decimals, Stripe has none.
    NoDecimals,
    /// Three decimals, of which the last one must be zero at Stripe.
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

/// What Stripe charges in one payment, at the least and at the most, in Stripe's own units (docs.stripe.com/currencies,
/// "Minimum and maximum charge amounts").
///
/// The maximum is the one of any payment method: some cards take more. A currency without a published minimum has the usual
/// one; what an account that is paid out in another currency needs after conversion only Stripe knows.
pub fn limits(currency: &str) -> RangeInclusive<i64> {
    let minimum = match currency {
        "GBP" => 30,
        "BGN" => 100,
        "AED" | "MYR" | "PLN" | "RON" => 200,
        "DKK" => 250,
        "NOK" | "SEK" => 300,
        "HKD" => 400,
        "MXN" | "THB" => 1000,
        "CZK" => 1500,
        "HUF" => 17_500,
        _ => 50,
    };
    let maximum = match currency {
        "IDR" => 999_999_999_999,
        "COP" => 9_999_999_999,
        "INR" => 999_999_999,
        _ => 99_999_999,
    };
    minimum..=maximum
}

/// The total of an order in ISO 4217 minor units as Stripe takes it; zero, which no one has to pay, is zero.
///
/// # Errors
/// With a reason for people when Stripe cannot charge exactly this amount, or it is below or above its limits.
pub fn chargeable(total: i64, currency: &str) -> Result<i64, String> {
    let amount = to_stripe(total, currency)?;
    let limits = limits(currency);
    let say = |amount| from_stripe(amount, currency).map_or_else(|_| String::new(), |limit| display(limit, currency));
    match amount {
        0 => Ok(0),
        _ if amount < *limits.start() => {
            Err(format!("An order has to cost at least {}, or nothing.", say(*limits.start())))
        }
        _ if amount > *limits.end() => Err(format!("An order can cost at most {}.", say(*limits.end()))),
        _ => Ok(amount),
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

    #[test]
    fn a_total_is_within_what_stripe_charges() {
        for (currency, least, most) in [
            ("EUR", 50, 99_999_999),
            ("USD", 50, 99_999_999),
            ("GBP", 30, 99_999_999),
            ("JPY", 50, 99_999_999),
            ("HUF", 17_500, 99_999_999),
            ("CZK", 1500, 99_999_999),
            ("AED", 200, 99_999_999),
            ("DKK", 250, 99_999_999),
            ("INR", 50, 999_999_999),
            ("IDR", 50, 999_999_999_999),
        ] {
            assert_eq!(chargeable(0, currency), Ok(0), "what is free is free");
            assert_eq!(chargeable(least, currency), Ok(least), "{currency}");
            assert_eq!(chargeable(most, currency), Ok(most), "{currency}");
            for refused in [1, least - 1, most + 1, MAX_AMOUNT] {
                assert!(chargeable(refused, currency).is_err(), "{refused} {currency}");
            }
        }
        assert_eq!(chargeable(49, "EUR"), Err("An order has to cost at least €0.50, or nothing.".into()));
        assert_eq!(chargeable(100_000_000, "EUR"), Err("An order can cost at most €999,999.99.".into()));
    }

    #[test]
    fn limits_are_stripes_and_not_iso_4217s() {
        assert_eq!(chargeable(999_999, "ISK"), Ok(99_999_900));
        assert!(chargeable(1_000_000, "ISK").is_err());
        assert_eq!(chargeable(9_999_999_900, "MGA"), Ok(99_999_999));
        assert!(chargeable(10_000_000_000, "MGA").is_err());
        assert!(chargeable(4900, "MGA").is_err());
        assert!(chargeable(99_999_999, "KWD").is_err(), "its third decimal is not zero");
        assert_eq!(chargeable(99_999_990, "KWD"), Ok(99_999_990));
    }

    proptest! {
        #[test]
        fn no_total_is_charged_otherwise(total in 0..=MAX_AMOUNT, currency in "[A-Z]{3}|EUR|JPY|ISK|UGX|MGA|KWD") {
            if let Ok(charged) = chargeable(total, &currency) {
                prop_assert_eq!(from_stripe(charged, &currency), Ok(total));
                prop_assert!(charged == 0 || limits(&currency).contains(&charged));
            }
        }

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
