//! What of an order may be shipped. Pure.

use std::collections::HashSet;

use axum::http::StatusCode;
use url::Url;

use super::model::{Open, ShipOrder};
use crate::{
    error::{Error, FieldError, Refusal, Result},
    orders::fulfilments::FulfilmentLine,
};

const MAX_TEXT: usize = 100;
const MAX_URL: usize = 2000;
const MAX_LINES: usize = 100;

/// The request as it is stored, without spaces around its texts.
///
/// # Errors
/// 400 naming each field that cannot be used.
pub fn checked(input: ShipOrder) -> Result<ShipOrder> {
    let mut errors = Vec::new();
    if let Some(lines) = &input.lines {
        check_lines(lines, &mut errors);
    }
    let input = ShipOrder {
        carrier: text("carrier", input.carrier, &mut errors),
        tracking_number: text("tracking_number", input.tracking_number, &mut errors),
        tracking_url: address(input.tracking_url, &mut errors),
        lines: input.lines,
    };
    if errors.is_empty() { Ok(input) } else { Err(Error::Invalid(errors)) }
}

fn check_lines(lines: &[FulfilmentLine], errors: &mut Vec<FieldError>) {
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

fn text(field: &str, given: Option<String>, errors: &mut Vec<FieldError>) -> Option<String> {
    let given = given?.trim().to_owned();
    if given.is_empty() || given.chars().count() > MAX_TEXT || given.contains(char::is_control) {
        errors.push(FieldError { field: field.into(), message: "must have 1 to 100 characters, in one line".into() });
    }
    Some(given)
}

/// It is shown to customers as a link, so it leads where it says and nowhere that could listen.
fn address(given: Option<String>, errors: &mut Vec<FieldError>) -> Option<String> {
    let given = given?;
    let url = Url::parse(given.trim()).ok().filter(|url| {
        url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
    });
    match url.map(String::from).filter(|url| url.len() <= MAX_URL) {
        Some(url) => Some(url),
        None => {
            let message = "must be an https address of at most 2000 characters, without a name or password".into();
            errors.push(FieldError { field: "tracking_url".into(), message });
            Some(given)
        }
    }
}

/// What leaves: what is wanted, or all that is still to be shipped.
///
/// # Errors
/// 400 naming a line that is not of the order; 409 `already_shipped` naming those of which fewer are left, and
/// `not_on_shelf` naming those of which fewer are there.
pub fn choose(open: &[Open], wanted: Option<&[FulfilmentLine]>) -> Result<Vec<FulfilmentLine>> {
    let Some(wanted) = wanted else {
        let all = open.iter().filter(|line| line.held > 0);
        let all: Vec<_> = all.map(|line| (line, line.held, format!("lines.{}", line.variant_id))).collect();
        return on_shelf(&all);
    };
    let (mut unknown, mut short, mut chosen) = (Vec::new(), Vec::new(), Vec::new());
    for (place, line) in wanted.iter().enumerate() {
        let field = format!("lines[{place}]");
        match open.iter().find(|open| open.variant_id == line.variant_id) {
            None => unknown
                .push(FieldError { field: format!("{field}.variant_id"), message: "is not of this order".into() }),
            Some(open) if open.held < line.quantity => short.push(FieldError {
                field: format!("{field}.quantity"),
                message: format!("{} are still to be shipped", open.held),
            }),
            Some(open) => chosen.push((open, line.quantity, field)),
        }
    }
    if !unknown.is_empty() {
        return Err(Error::Invalid(unknown));
    }
    if !short.is_empty() {
        return Err(refused("already_shipped", "Fewer of it are still to be shipped.", short));
    }
    on_shelf(&chosen)
}

/// What may be ordered without stock has to come in before it goes out.
fn on_shelf(chosen: &[(&Open, i32, String)]) -> Result<Vec<FulfilmentLine>> {
    let short: Vec<_> = chosen
        .iter()
        .filter(|(open, quantity, _)| open.on_hand < *quantity)
        .map(|(open, _, field)| FieldError {
            field: field.clone(),
            message: format!("{} are on the shelf", open.on_hand),
        })
        .collect();
    if !short.is_empty() {
        return Err(refused(
            "not_on_shelf",
            "There are fewer on the shelf: ship what is there, or receive more.",
            short,
        ));
    }
    let line = |(open, quantity, _): &(&Open, i32, String)| FulfilmentLine {
        variant_id: open.variant_id,
        quantity: *quantity,
    };
    Ok(chosen.iter().map(line).collect())
}

fn refused(code: &'static str, detail: &str, errors: Vec<FieldError>) -> Error {
    Error::Refused(Refusal { status: StatusCode::CONFLICT, code, detail: detail.into(), errors })
}

/// Only what is paid and not done leaves.
///
/// # Errors
/// 409 with why it does not.
pub fn expect_shippable(status: &str, paid_back: bool) -> Result<()> {
    match status {
        "confirmed" if paid_back => Err(Error::conflict(
            "order_refunded",
            "All that was paid for this order was given back, or is about to be.",
        )),
        "confirmed" => Ok(()),
        "pending" => Err(Error::conflict("order_not_paid", "The order is not paid yet.")),
        "completed" => Err(Error::conflict("already_shipped", "Everything of this order was shipped.")),
        _ => Err(Error::conflict("order_cancelled", "The order is cancelled.")),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn refused_fields(input: ShipOrder) -> Vec<String> {
        match checked(input) {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    fn parcel() -> ShipOrder {
        ShipOrder { lines: None, carrier: None, tracking_number: None, tracking_url: None }
    }

    #[test]
    fn a_link_is_safe_to_follow() {
        let with = |url: &str| ShipOrder { tracking_url: Some(url.into()), ..parcel() };
        let taken = checked(with(" https://carrier.example/parcels/1 ")).unwrap();
        assert_eq!(taken.tracking_url.as_deref(), Some("https://carrier.example/parcels/1"));
        for bad in
            ["http://carrier.example", "javascript:alert(1)", "https://", "", "https://ada:secret@carrier.example"]
        {
            assert_eq!(refused_fields(with(bad)), ["tracking_url"], "{bad}");
        }
    }

    #[test]
    fn every_field_that_cannot_be_used_is_named() {
        let line = FulfilmentLine { variant_id: Uuid::nil(), quantity: 0 };
        let bad = ShipOrder {
            lines: Some(vec![line.clone(), line]),
            carrier: Some(" ".into()),
            tracking_number: Some("a\nb".into()),
            tracking_url: None,
        };
        assert_eq!(
            refused_fields(bad),
            ["lines[0].quantity", "lines[1].quantity", "lines[1].variant_id", "carrier", "tracking_number"]
        );
        assert_eq!(refused_fields(ShipOrder { lines: Some(Vec::new()), ..parcel() }), ["lines"]);
    }

    #[test]
    fn nothing_leaves_twice_and_nothing_that_is_not_there() {
        let open = [
            Open { variant_id: Uuid::from_u128(1), held: 2, on_hand: 5 },
            Open { variant_id: Uuid::from_u128(2), held: 3, on_hand: 1 },
            Open { variant_id: Uuid::from_u128(3), held: 0, on_hand: 9 },
        ];
        let line = |id, quantity| FulfilmentLine { variant_id: Uuid::from_u128(id), quantity };
        let code = |wanted: Option<&[FulfilmentLine]>| match choose(&open, wanted) {
            Ok(_) => "chosen",
            Err(Error::Refused(refusal)) => refusal.code,
            Err(_) => "invalid",
        };
        assert_eq!(choose(&open, Some(&[line(1, 2), line(2, 1)])).unwrap(), [line(1, 2), line(2, 1)]);
        assert_eq!(code(None), "not_on_shelf");
        assert_eq!(choose(&open[..1], None).unwrap(), [line(1, 2)]);
        assert_eq!(code(Some(&[line(1, 3)])), "already_shipped");
        assert_eq!(code(Some(&[line(3, 1)])), "already_shipped");
        assert_eq!(code(Some(&[line(2, 2)])), "not_on_shelf");
        assert_eq!(code(Some(&[line(9, 1)])), "invalid");
    }
}
