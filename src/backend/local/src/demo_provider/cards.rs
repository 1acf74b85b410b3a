//! The test cards: what each number does, as at Stripe (docs.stripe.com/testing), and one number of our own.

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};

/// A card that may be kept: nothing of its number but the last four digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Such as `visa`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
    /// What it does when it pays.
    pub behaviour: Behaviour,
}

/// What a card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Pays.
    Pays,
    /// Pays after its holder approved.
    Authenticates,
    /// Pays after some seconds of thinking.
    PaysLater,
    /// Pays, and its holder disputes it at once as fraudulent.
    Disputes,
    /// Pays, and its holder disputes it at once as not received.
    DisputesNotReceived,
    /// Pays, and the bank inquires at once, without taking the money.
    Inquires,
    /// Pays; a refund seems to succeed, and fails some seconds later.
    RefundFails,
    /// Pays; a refund is pending, and succeeds some seconds later.
    RefundsLater,
}

/// Why a card does not pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decline {
    /// Stripe's code.
    pub code: &'static str,
    /// The bank's reason.
    pub decline_code: Option<&'static str>,
    /// The field that is wrong, where one is.
    pub param: Option<&'static str>,
    /// For the customer.
    pub message: &'static str,
}

/// What is to be said of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Accepted(Card),
    /// The bank says no: an attempt that failed.
    Declined(Decline),
    /// Nothing was attempted.
    Invalid(Decline),
}

/// What is known of a card.
#[derive(Debug, Clone, Copy, Default)]
pub struct Details<'a> {
    /// Digits, with spaces or dashes between them.
    pub number: &'a str,
    /// 1 to 12.
    pub exp_month: &'a str,
    /// Two or four digits.
    pub exp_year: &'a str,
    /// Three digits, four with American Express.
    pub cvc: &'a str,
}

/// A line of the table.
pub struct TestCard {
    /// The digits.
    pub number: &'static str,
    /// What it does, for people.
    pub about: &'static str,
    does: Result<Behaviour, Decline>,
}

const DECLINED: Decline =
    Decline { code: "card_declined", decline_code: None, param: None, message: "Your card was declined." };

const WRONG_NUMBER: &str = "Your card number is incorrect.";

const fn declined(decline_code: &'static str) -> Result<Behaviour, Decline> {
    Err(Decline { decline_code: Some(decline_code), ..DECLINED })
}

const NO_FUNDS: Decline =
    Decline { decline_code: Some("insufficient_funds"), message: "Your card has insufficient funds.", ..DECLINED };

const fn failed(code: &'static str, param: Option<&'static str>, message: &'static str) -> Result<Behaviour, Decline> {
    Err(Decline { code, decline_code: None, param, message })
}

const fn card(number: &'static str, about: &'static str, does: Result<Behaviour, Decline>) -> TestCard {
    TestCard { number, about, does }
}

/// Every number that is known. Only 4000000000004236 is ours: Stripe has no card that takes its time.
pub static CARDS: &[TestCard] = &[
    card("4242424242424242", "Visa: pays", Ok(Behaviour::Pays)),
    card("4000056655665556", "Visa, debit: pays", Ok(Behaviour::Pays)),
    card("5555555555554444", "Mastercard: pays", Ok(Behaviour::Pays)),
    card("2223003122003222", "Mastercard, 2-series: pays", Ok(Behaviour::Pays)),
    card("5200828282828210", "Mastercard, debit: pays", Ok(Behaviour::Pays)),
    card("378282246310005", "American Express: pays", Ok(Behaviour::Pays)),
    card("371449635398431", "American Express: pays", Ok(Behaviour::Pays)),
    card("6011111111111117", "Discover: pays", Ok(Behaviour::Pays)),
    card("3056930009020004", "Diners Club: pays", Ok(Behaviour::Pays)),
    card("3566002020360505", "JCB: pays", Ok(Behaviour::Pays)),
    card("6200000000000005", "UnionPay: pays", Ok(Behaviour::Pays)),
    card("4000002500003155", "Asks its holder to approve", Ok(Behaviour::Authenticates)),
    card("4000002760003184", "Asks its holder to approve", Ok(Behaviour::Authenticates)),
    card("4000000000004236", "Is processed for some seconds, then pays", Ok(Behaviour::PaysLater)),
    card("4000000000000259", "Pays, and is disputed as fraudulent", Ok(Behaviour::Disputes)),
    card("4000000000002685", "Pays, and is disputed as not received", Ok(Behaviour::DisputesNotReceived)),
    card("4000000000001976", "Pays, and the bank inquires", Ok(Behaviour::Inquires)),
    card("4000000000005126", "Pays; a refund fails later", Ok(Behaviour::RefundFails)),
    card("4000000000007726", "Pays; a refund takes some seconds", Ok(Behaviour::RefundsLater)),
    card("4000000000000002", "Declined", declined("generic_decline")),
    card("4000000000009995", "Declined: insufficient funds", Err(NO_FUNDS)),
    card("4000000000009987", "Declined: lost card", declined("lost_card")),
    card("4000000000009979", "Declined: stolen card", declined("stolen_card")),
    card("4000000000000069", "Declined: expired", failed("expired_card", Some("exp_month"), "Your card has expired.")),
    card(
        "4000000000000127",
        "Declined: wrong security code",
        failed("incorrect_cvc", Some("cvc"), "Your card's security code is incorrect."),
    ),
    card(
        "4000000000000119",
        "Declined: processing error",
        failed("processing_error", None, "An error occurred while processing your card. Try again in a little bit."),
    ),
    card("4100000000000019", "Declined: taken for fraud", declined("fraudulent")),
    card("4000000000006975", "Declined: used too often", declined("card_velocity_exceeded")),
    card("4242424242424241", "No number of a card", failed("incorrect_number", Some("number"), WRONG_NUMBER)),
];

/// Judges a card at a moment.
pub fn judge(details: &Details, now: DateTime<Utc>) -> Verdict {
    let number: String = details.number.chars().filter(|sign| !matches!(sign, ' ' | '-')).collect();
    if let Some(wrong) = invalid(&number, details, now) {
        return Verdict::Invalid(wrong);
    }
    match CARDS.iter().find(|card| card.number == number).map(|card| card.does) {
        Some(Ok(behaviour)) => Verdict::Accepted(Card {
            brand: brand(&number).into(),
            last4: number.get(number.len() - 4..).unwrap_or_default().into(),
            behaviour,
        }),
        Some(Err(decline)) => Verdict::Declined(decline),
        // Somebody's real card has no business here, and nothing of it is kept.
        None => Verdict::Invalid(Decline {
            decline_code: Some("test_mode_live_card"),
            message: "Your card was declined. This is a demonstration: use a test card, such as 4242 4242 4242 4242.",
            ..DECLINED
        }),
    }
}

fn invalid(number: &str, details: &Details, now: DateTime<Utc>) -> Option<Decline> {
    let wrong = |code, param, message| Some(Decline { code, decline_code: None, param: Some(param), message });
    if !passes_luhn(number) {
        return wrong("incorrect_number", "number", WRONG_NUMBER);
    }
    let this_year = u32::try_from(now.year()).unwrap_or_default();
    let month = digits(details.exp_month, 1..=2).filter(|month| (1..=12).contains(month));
    let year = digits(details.exp_year, 2..=2).map(|year| 2000 + year).or_else(|| digits(details.exp_year, 4..=4));
    let Some(month) = month else {
        return wrong("invalid_expiry_month", "exp_month", "Your card's expiration month is invalid.");
    };
    let Some(year) = year.filter(|year| (this_year..this_year + 50).contains(year)) else {
        return wrong("invalid_expiry_year", "exp_year", "Your card's expiration year is invalid.");
    };
    if year == this_year && month < now.month() {
        return wrong("invalid_expiry_month", "exp_month", "Your card's expiration month is invalid.");
    }
    let length = if brand(number) == "amex" { 4 } else { 3 };
    match digits(details.cvc, length..=length) {
        None => wrong("invalid_cvc", "cvc", "Your card's security code is invalid."),
        Some(_) => None,
    }
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let text = text.trim();
    let plain = length.contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// The check digit of ISO/IEC 7812-1.
fn passes_luhn(number: &str) -> bool {
    let Some(digits) = number.chars().map(|digit| digit.to_digit(10)).collect::<Option<Vec<u32>>>() else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    (12..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

fn brand(number: &str) -> &'static str {
    match number.as_bytes() {
        [b'4', ..] => "visa",
        [b'5', ..] | [b'2', ..] => "mastercard",
        [b'3', b'4' | b'7', ..] => "amex",
        [b'3', b'5', ..] => "jcb",
        [b'3', ..] => "diners",
        [b'6', b'2', ..] => "unionpay",
        [b'6', ..] => "discover",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-06-15T12:00:00Z").unwrap().to_utc()
    }

    fn judged(number: &str) -> Verdict {
        let cvc = if number.starts_with("37") { "1234" } else { "123" };
        judge(&Details { number, exp_month: "12", exp_year: "34", cvc }, now())
    }

    fn code(verdict: Verdict) -> (&'static str, Option<&'static str>) {
        match verdict {
            Verdict::Accepted(card) => panic!("{card:?}"),
            Verdict::Declined(decline) | Verdict::Invalid(decline) => (decline.code, decline.decline_code),
        }
    }

    #[test]
    fn every_number_of_the_table_does_what_it_says() {
        for card in CARDS {
            let does_not = card.does.err().map(|decline| (decline.code, decline.decline_code));
            match judged(card.number) {
                Verdict::Accepted(accepted) => assert_eq!(Ok(accepted.behaviour), card.does, "{}", card.number),
                refused => assert_eq!(Some(code(refused)), does_not, "{}", card.number),
            }
            let is_right = passes_luhn(card.number);
            assert_eq!(is_right, does_not != Some(("incorrect_number", None)), "{}", card.number);
        }
    }

    #[test]
    fn the_usual_numbers_are_what_people_expect() {
        let Verdict::Accepted(card) = judged("4242 4242-4242 4242") else { panic!("declined") };
        assert_eq!((card.brand.as_str(), card.last4.as_str(), card.behaviour), ("visa", "4242", Behaviour::Pays));
        assert!(matches!(judged("378282246310005"), Verdict::Accepted(card) if card.brand == "amex"));
        assert_eq!(code(judged("4000000000000002")), ("card_declined", Some("generic_decline")));
        assert_eq!(code(judged("4000000000009995")), ("card_declined", Some("insufficient_funds")));
        assert_eq!(code(judged("4000000000000069")), ("expired_card", None));
        assert_eq!(code(judged("4000000000000127")), ("incorrect_cvc", None));
    }

    #[test]
    fn a_real_card_is_told_to_stay_away() {
        let verdict = judged("4111111111111111");
        assert!(matches!(verdict, Verdict::Invalid(_)), "{verdict:?}");
        assert_eq!(code(verdict), ("card_declined", Some("test_mode_live_card")));
    }

    #[test]
    fn what_cannot_be_a_card_is_named() {
        let judged =
            |number, exp_month, exp_year, cvc| code(judge(&Details { number, exp_month, exp_year, cvc }, now())).0;
        assert_eq!(judged("4242424242424243", "12", "34", "123"), "incorrect_number");
        assert_eq!(judged("", "12", "34", "123"), "incorrect_number");
        assert_eq!(judged("4242424242424242", "13", "34", "123"), "invalid_expiry_month");
        assert_eq!(judged("4242424242424242", "05", "2026", "123"), "invalid_expiry_month");
        assert_eq!(judged("4242424242424242", "06", "25", "123"), "invalid_expiry_year");
        assert_eq!(judged("4242424242424242", "06", "", "123"), "invalid_expiry_year");
        assert_eq!(judged("4242424242424242", "06", "26", "12"), "invalid_cvc");
        assert_eq!(judged("378282246310005", "06", "26", "123"), "invalid_cvc");
    }

    #[test]
    fn a_card_is_good_until_its_month_ends() {
        let details = Details { number: "4242424242424242", exp_month: "6", exp_year: "26", cvc: "123" };
        assert!(matches!(judge(&details, now()), Verdict::Accepted(_)));
    }
}
