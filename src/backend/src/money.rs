//! Money: integers of minor units with an ISO 4217 currency; checked arithmetic, never a float.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest amount that a price may have, in minor units; the database holds the same bound.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000;

/// An amount in a currency's minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Money {
    /// Minor units: cents for EUR, yen for JPY, fils for KWD.
    #[schema(example = 6900)]
    pub amount: i64,
    /// ISO 4217, three capital letters.
    #[schema(example = "EUR", min_length = 3, max_length = 3)]
    pub currency: String,
}

/// The digits behind the decimal point, by ISO 4217. Currencies that are not listed have two.
pub fn exponent(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// Reads a decimal such as `9.99` as minor units of `currency`.
///
/// # Errors
/// With a reason for people when it is not a plain, non-negative decimal of at most the currency's digits.
pub fn parse_decimal(text: &str, currency: &str) -> Result<i64, String> {
    let digits = exponent(currency) as usize;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || text.ends_with('.') {
        return Err(format!("`{text}` is not an amount: write digits with a point, such as 9.99"));
    }
    if fraction.len() > digits && fraction[digits..].bytes().any(|byte| byte != b'0') {
        return Err(format!("`{text}` has more than the {digits} decimals that {currency} has"));
    }
    let padded = format!("{whole}{:0<digits$.digits$}", fraction);
    match padded.parse::<i64>() {
        Ok(amount) if amount <= MAX_AMOUNT => Ok(amount),
        _ => Err(format!("`{text}` is larger than any price may be")),
    }
}

/// Writes minor units for people, as the storefront does: `€1,234.50`, `JP¥1,200`, `KWD 1.250`.
pub fn display(amount: i64, currency: &str) -> String {
    // What browsers have for the storefront's language.
    let symbol = match currency {
        "AUD" => "A$",
        "BRL" => "R$",
        "CAD" => "CA$",
        "CNY" => "CN¥",
        "EUR" => "€",
        "GBP" => "£",
        "HKD" => "HK$",
        "ILS" => "₪",
        "INR" => "₹",
        "JPY" => "JP¥",
        "KRW" => "₩",
        "MXN" => "MX$",
        "NZD" => "NZ$",
        "PHP" => "₱",
        "TWD" => "NT$",
        "USD" => "US$",
        "VND" => "₫",
        // A no-break space: a price is one word.
        _ => &format!("{currency}\u{a0}"),
    };
    let sign = if amount < 0 { "-" } else { "" };
    let digits = exponent(currency) as usize;
    let padded = format!("{:0>width$}", amount.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = padded.split_at(padded.len() - digits);
    let point = if digits > 0 { "." } else { "" };
    format!("{sign}{symbol}{}{point}{fraction}", grouped(whole))
}

/// Digits with a comma before each three.
fn grouped(digits: &str) -> String {
    let commas = |(position, digit): (usize, char)| {
        let comma = position > 0 && (digits.len() - position).is_multiple_of(3);
        comma.then_some(',').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(commas).collect()
}

/// A rate as people write it: `19`, `25.5`.
pub fn percent(parts_per_million: i32) -> String {
    let text = format!("{}.{:04}", parts_per_million / 10_000, parts_per_million % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rates_are_written_as_people_do() {
        let cases = [(190_000, "19"), (255_000, "25.5"), (72_500, "7.25"), (88_750, "8.875"), (0, "0"), (1, "0.0001")];
        for (parts, text) in cases {
            assert_eq!(percent(parts), text);
        }
    }

    #[test]
    fn decimals_become_minor_units_of_their_currency() {
        assert_eq!(parse_decimal("9.99", "EUR"), Ok(999));
        assert_eq!(parse_decimal("50", "EUR"), Ok(5000));
        assert_eq!(parse_decimal("0.5", "EUR"), Ok(50));
        assert_eq!(parse_decimal("1200", "JPY"), Ok(1200));
        assert_eq!(parse_decimal("1.250", "KWD"), Ok(1250));
        assert_eq!(parse_decimal("9.990", "EUR"), Ok(999));
    }

    #[test]
    fn what_is_not_a_plain_amount_is_refused() {
        for bad in [
            "",
            "abc",
            "-1",
            "+1",
            "1e3",
            "1,50",
            "1.",
            ".5",
            "1.2.3",
            " 1",
            "٣",
            "9.999",
            "99999999999999999999",
            "NaN",
        ] {
            assert!(parse_decimal(bad, "EUR").is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn amounts_are_written_as_their_currency_is() {
        for (amount, currency, text) in [
            (6900, "EUR", "€69.00"),
            (5, "EUR", "€0.05"),
            (0, "EUR", "€0.00"),
            (123_456_789, "EUR", "€1,234,567.89"),
            (-14_290, "EUR", "-€142.90"),
            (1_200, "JPY", "JP¥1,200"),
            (999, "JPY", "JP¥999"),
            (0, "JPY", "JP¥0"),
            (1_250, "KWD", "KWD\u{a0}1.250"),
            (9, "KWD", "KWD\u{a0}0.009"),
            (1_234_567_891, "KWD", "KWD\u{a0}1,234,567.891"),
            (100, "CLF", "CLF\u{a0}0.0100"),
            (MAX_AMOUNT, "USD", "US$10,000,000,000.00"),
            (i64::MIN, "JPY", "-JP¥9,223,372,036,854,775,808"),
        ] {
            assert_eq!(display(amount, currency), text);
        }
    }

    proptest! {
        #[test]
        fn every_amount_survives_being_written_and_read(amount in 0..=MAX_AMOUNT, currency in "EUR|JPY|KWD|CLF") {
            let digits = exponent(&currency);
            let scale = 10_i64.pow(digits);
            let text = match digits {
                0 => amount.to_string(),
                _ => format!("{}.{:0width$}", amount / scale, amount % scale, width = digits as usize),
            };
            prop_assert_eq!(parse_decimal(&text, &currency), Ok(amount));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = parse_decimal(&text, "EUR");
        }
    }
}
