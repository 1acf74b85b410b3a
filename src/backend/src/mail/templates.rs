//! The words and the looks of mails: the files in `templates/`, filled.

use askama::Template;
use url::Url;

use super::{
    Mail,
    order::{Adjustment, Content, OrderToTell, Parcel, Tax},
};
use crate::{
    capability::{Capability, Secrets},
    money,
};

/// An order was paid and is being made ready.
#[derive(Template)]
#[template(path = "confirmation.html")]
struct Confirmation<'a> {
    letter: &'a Letter<'a>,
}

/// The same for those who read plain text.
#[derive(Template)]
#[template(path = "confirmation.txt")]
struct PlainConfirmation<'a> {
    letter: &'a Letter<'a>,
}

/// A paid order was cancelled.
#[derive(Template)]
#[template(path = "cancellation.html")]
struct Cancellation<'a> {
    letter: &'a Letter<'a>,
}

/// The same for those who read plain text.
#[derive(Template)]
#[template(path = "cancellation.txt")]
struct PlainCancellation<'a> {
    letter: &'a Letter<'a>,
}

/// A parcel of an order left.
#[derive(Template)]
#[template(path = "shipment.html")]
struct Shipment<'a> {
    letter: &'a Letter<'a>,
    parcel: ParcelInWords<'a>,
}

/// The same for those who read plain text.
#[derive(Template)]
#[template(path = "shipment.txt")]
struct PlainShipment<'a> {
    letter: &'a Letter<'a>,
    parcel: ParcelInWords<'a>,
}

/// A part of an order was cancelled, or money goes back.
#[derive(Template)]
#[template(path = "adjustment.html")]
struct AdjustmentMail<'a> {
    letter: &'a Letter<'a>,
    change: Change,
}

/// The same for those who read plain text.
#[derive(Template)]
#[template(path = "adjustment.txt")]
struct PlainAdjustment<'a> {
    letter: &'a Letter<'a>,
    change: Change,
}

/// An adjustment in words.
#[derive(Clone)]
struct Change {
    title: &'static str,
    text: String,
    refund: Option<String>,
    pieces: Vec<Piece>,
}

/// A parcel as its mail tells it.
#[derive(Clone)]
struct ParcelInWords<'a> {
    /// `DHL, 0034…`.
    carried: Option<String>,
    follow: Option<&'a str>,
    shipped: Vec<Piece>,
    to_come: Vec<Piece>,
}

/// So many of something.
#[derive(Clone)]
struct Piece {
    what: String,
    detail: String,
}

/// An order in words, as every mail about one tells it.
struct Letter<'a> {
    told: &'a OrderToTell,
    link: String,
    placed: String,
    delivery: String,
    rows: Vec<Row>,
    sums: Vec<Row>,
    total: String,
    taxes: Vec<String>,
    addresses: Vec<(&'static str, Vec<String>)>,
    refund: Option<String>,
    paid_back: Option<String>,
}

/// Something and its price.
struct Row {
    what: String,
    detail: String,
    price: String,
}

/// That an order was paid.
pub fn confirmation(told: &OrderToTell, secrets: &Secrets, public_url: &Url) -> askama::Result<Mail> {
    let letter = &Letter::new(told, secrets, public_url);
    Ok(Mail {
        name: format!("order-{}-confirmation", told.order.id),
        to: told.order.email.clone(),
        subject: format!("Your order {} at {}", told.order.number, told.store.name),
        text: PlainConfirmation { letter }.render()?,
        html: Confirmation { letter }.render()?,
    })
}

/// That a paid order was cancelled, and what is given back.
pub fn cancellation(told: &OrderToTell, secrets: &Secrets, public_url: &Url) -> askama::Result<Mail> {
    let letter = &Letter::new(told, secrets, public_url);
    Ok(Mail {
        name: format!("order-{}-cancellation", told.order.id),
        to: told.order.email.clone(),
        subject: format!("Your order {} at {} is cancelled", told.order.number, told.store.name),
        text: PlainCancellation { letter }.render()?,
        html: Cancellation { letter }.render()?,
    })
}

/// That a part of an order was cancelled, or that money goes back.
pub fn adjustment(told: &OrderToTell, secrets: &Secrets, public_url: &Url) -> askama::Result<Mail> {
    let letter = &Letter::new(told, secrets, public_url);
    let Some(adjustment) = &told.adjustment else { return Err(askama::Error::custom("the adjustment is not there")) };
    let change = Change::new(letter, adjustment);
    let (number, store) = (told.order.number, &told.store.name);
    let subject = if change.pieces.is_empty() {
        format!("A refund for your order {number} at {store}")
    } else {
        format!("A part of your order {number} at {store} is cancelled")
    };
    Ok(Mail {
        name: format!("order-{}-adjustment-{}", told.order.id, adjustment.id),
        to: told.order.email.clone(),
        subject,
        text: PlainAdjustment { letter, change: change.clone() }.render()?,
        html: AdjustmentMail { letter, change }.render()?,
    })
}

impl Change {
    fn new(letter: &Letter<'_>, adjustment: &Adjustment) -> Self {
        let order = &letter.told.order;
        let amount = money::display(adjustment.refund, &order.currency);
        let about = format!("order {}, placed on {}", order.number, letter.placed);
        let days = "with most banks it is there within 5 to 10 days.";
        let pieces = adjustment.cancelled.iter().map(|piece| Piece {
            what: format!("{} × {}", piece.quantity, piece.title),
            detail: piece.option_values.join(" · "),
        });
        let pieces: Vec<_> = pieces.collect();
        let (title, text, refund) = if !pieces.is_empty() {
            let refund =
                (adjustment.refund > 0).then(|| format!("We give back {amount} in the way that you paid; {days}"));
            ("A part of your order is cancelled.", format!("A part of {about}, will not be sent."), refund)
        } else if adjustment.is_by_provider {
            let text = format!("For {about}, we give back {amount} in the way that you paid; {days}");
            ("A refund is on its way.", text, None)
        } else {
            ("We have paid you back.", format!("For {about}, we have paid {amount} back to you."), None)
        };
        Self { title, text, refund, pieces }
    }
}

/// That a parcel left, what is in it, and what is still to come.
pub fn shipment(told: &OrderToTell, secrets: &Secrets, public_url: &Url) -> askama::Result<Mail> {
    let letter = &Letter::new(told, secrets, public_url);
    let Some(parcel) = &told.parcel else { return Err(askama::Error::custom("the parcel is not there")) };
    let words = ParcelInWords::new(parcel);
    let all = if words.to_come.is_empty() { "is" } else { "is partly" };
    Ok(Mail {
        name: format!("order-{}-shipment-{}", told.order.id, parcel.id),
        to: told.order.email.clone(),
        subject: format!("Your order {} at {} {all} on its way", told.order.number, told.store.name),
        text: PlainShipment { letter, parcel: words.clone() }.render()?,
        html: Shipment { letter, parcel: words }.render()?,
    })
}

impl<'a> ParcelInWords<'a> {
    fn new(parcel: &'a Parcel) -> Self {
        let carried: Vec<_> = [&parcel.carrier, &parcel.tracking_number].into_iter().flatten().cloned().collect();
        let pieces = |count: fn(&Content) -> i64| {
            let some = parcel.contents.iter().filter(|content| count(content) > 0);
            some.map(|content| Piece {
                what: format!("{} × {}", count(content), content.title),
                detail: content.option_values.join(" · "),
            })
            .collect()
        };
        Self {
            carried: (!carried.is_empty()).then(|| carried.join(", ")),
            follow: parcel.tracking_url.as_deref(),
            shipped: pieces(|content| content.shipped),
            to_come: pieces(|content| content.to_come),
        }
    }
}

impl<'a> Letter<'a> {
    fn new(told: &'a OrderToTell, secrets: &Secrets, public_url: &Url) -> Self {
        let order = &told.order;
        let money = |amount| money::display(amount, &order.currency);
        let token = secrets.token(Capability::Order, order.id);
        let labels: &[_] =
            if told.addresses.len() > 1 { &["Delivery to", "Bill to"] } else { &["Delivery and bill to"] };
        Self {
            link: format!("{}/orders/{}#{token}", public_url.as_str().trim_end_matches('/'), order.number),
            placed: order.placed_at.format("%-d %B %Y").to_string(),
            delivery: days(order.shipping_min_days, order.shipping_max_days),
            rows: told
                .lines
                .iter()
                .map(|line| Row {
                    what: line.title.clone(),
                    detail: detail(&line.option_values, line.quantity, &money(line.unit_amount)),
                    price: money(line.total_amount),
                })
                .collect(),
            sums: sums(told),
            total: money(order.total),
            taxes: if order.prices_include_tax {
                told.taxes.iter().map(|tax| format!("of which {} {}", rate(tax), money(tax.amount))).collect()
            } else {
                Vec::new()
            },
            addresses: labels.iter().copied().zip(told.addresses.iter().map(super::order::Address::lines)).collect(),
            refund: (order.refunded > 0).then(|| money(order.refunded)),
            paid_back: (order.paid_back > 0).then(|| money(order.paid_back)),
            told,
        }
    }
}

/// What comes before the total.
fn sums(told: &OrderToTell) -> Vec<Row> {
    let order = &told.order;
    let row =
        |what: String, amount| Row { what, detail: String::new(), price: money::display(amount, &order.currency) };
    let mut sums = vec![row("Subtotal".into(), order.subtotal)];
    if order.discount_total > 0 {
        sums.push(row("Discount".into(), -order.discount_total));
    }
    sums.push(row(format!("Shipping, {}", order.shipping_name), order.shipping_total));
    if !order.prices_include_tax {
        sums.extend(told.taxes.iter().map(|tax| row(rate(tax), tax.amount)));
    }
    sums
}

fn detail(options: &[String], quantity: i32, unit: &str) -> String {
    let count = format!("{quantity} × {unit}");
    options.iter().map(String::as_str).chain([&*count]).collect::<Vec<_>>().join(" · ")
}

/// `VAT 19 %`, with as many decimals as the rate has.
fn rate(tax: &Tax) -> String {
    let (percent, rest) = (tax.parts_per_million / 10_000, tax.parts_per_million % 10_000);
    let decimals = format!("{rest:04}");
    let decimals = decimals.trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{} {percent}{point}{decimals}\u{a0}%", tax.name)
}

fn days(least: i16, most: i16) -> String {
    match (least, most) {
        (1, 1) => "1 day".into(),
        (least, most) if least == most => format!("{most} days"),
        (least, most) => format!("{least} to {most} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_the_decimals_that_they_need() {
        for (parts_per_million, text) in [
            (190_000, "VAT 19\u{a0}%"),
            (255_000, "VAT 25.5\u{a0}%"),
            (0, "VAT 0\u{a0}%"),
            (8_875, "VAT 0.8875\u{a0}%"),
        ] {
            assert_eq!(rate(&Tax { name: "VAT".into(), parts_per_million, amount: 0 }), text);
        }
    }

    #[test]
    fn days_are_counted_as_people_do() {
        assert_eq!([days(1, 1), days(2, 2), days(0, 3)], ["1 day", "2 days", "0 to 3 days"]);
    }
}
