//! What an order costs. Pure: integers of minor units, checked, rounded in one place.

use uuid::Uuid;

use crate::{
    catalog::model::TaxCategory,
    error::{Error, Result},
    money::MAX_AMOUNT,
};

const MILLION: i128 = 1_000_000;

/// A tax: its name, and its rate in parts per million.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// As in `VAT`.
    pub name: String,
    /// 190,000 is 19 %.
    pub parts_per_million: i32,
}

/// The rates of one country; none where nothing is taxed.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    /// What most goods and all shipping have.
    pub standard: Option<Rate>,
    /// What is missing here has the standard one.
    pub reduced: Option<Rate>,
}

/// The taxes that decide what a cart costs at its destination.
#[derive(Debug, Clone)]
pub struct Taxes {
    /// Of the home market, whose prices are known.
    pub home: Rates,
    /// Of where it goes.
    pub destination: Rates,
    /// Whether prices include tax.
    pub included: bool,
}

/// What is bought: so many, at the home market's price.
#[derive(Debug, Clone)]
pub struct Item {
    /// The variant.
    pub variant_id: Uuid,
    /// One, in minor units.
    pub unit_amount: i64,
    /// How many.
    pub quantity: i32,
    /// Its tax.
    pub tax_category: TaxCategory,
}

/// A line at the destination's price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The variant.
    pub variant_id: Uuid,
    /// How many.
    pub quantity: i32,
    /// One, in minor units.
    pub unit_amount: i64,
    /// All of them.
    pub total: i64,
    /// Its tax; none where it has none.
    pub rate: Option<Rate>,
}

/// What everything comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Of the lines.
    pub subtotal: i64,
    /// Of the shipping.
    pub shipping: i64,
    /// A row a rate, the highest first.
    pub taxes: Vec<(Rate, i64)>,
    /// Of all rates.
    pub tax: i64,
    /// What is to be paid.
    pub total: i64,
}

impl Rates {
    fn of(&self, category: TaxCategory) -> Option<&Rate> {
        match category {
            TaxCategory::Standard => self.standard.as_ref(),
            TaxCategory::Reduced => self.reduced.as_ref().or(self.standard.as_ref()),
            TaxCategory::Zero => None,
        }
    }
}

/// The lines at the destination's prices. Where prices include tax, the net price is what stays: the home market's tax is
/// taken out and the destination's put in.
///
/// # Errors
/// `invalid_request` when an amount leaves the range that any order may have.
pub fn lines(items: &[Item], taxes: &Taxes) -> Result<Vec<Line>> {
    items.iter().map(|item| line(item, taxes)).collect()
}

fn line(item: &Item, taxes: &Taxes) -> Result<Line> {
    let rate = taxes.destination.of(item.tax_category);
    let unit_amount = if taxes.included {
        let (from, to) = (parts(taxes.home.of(item.tax_category)), parts(rate));
        share(item.unit_amount, MILLION + to, MILLION + from)?
    } else {
        item.unit_amount
    };
    let total = in_range(i128::from(unit_amount) * i128::from(item.quantity))?;
    Ok(Line { variant_id: item.variant_id, quantity: item.quantity, unit_amount, total, rate: rate.cloned() })
}

/// What lines and shipping come to. Tax is rounded once for each rate; shipping has the standard one.
///
/// # Errors
/// As [`lines`].
pub fn totals(lines: &[Line], shipping: i64, taxes: &Taxes) -> Result<Totals> {
    let subtotal = in_range(lines.iter().map(|line| i128::from(line.total)).sum())?;
    let mut bases: Vec<(Rate, i64)> = Vec::new();
    let taxed = lines.iter().map(|line| (line.rate.as_ref(), line.total));
    for (rate, amount) in taxed.chain([(taxes.destination.standard.as_ref(), shipping)]) {
        let Some(rate) = rate else { continue };
        match bases.iter_mut().find(|(known, _)| known == rate) {
            Some((_, base)) => *base = in_range(i128::from(*base) + i128::from(amount))?,
            None => bases.push((rate.clone(), amount)),
        }
    }
    bases.sort_by_key(|(rate, _)| std::cmp::Reverse(rate.parts_per_million));
    let mut by_rate = Vec::with_capacity(bases.len());
    for (rate, base) in bases {
        let part = i128::from(rate.parts_per_million);
        let amount = share(base, part, if taxes.included { MILLION + part } else { MILLION })?;
        by_rate.push((rate, amount));
    }
    let tax = in_range(by_rate.iter().map(|(_, amount)| i128::from(*amount)).sum())?;
    let added = if taxes.included { 0 } else { tax };
    let total = in_range(i128::from(subtotal) + i128::from(shipping) + i128::from(added))?;
    Ok(Totals { subtotal, shipping, taxes: by_rate, tax, total })
}

fn parts(rate: Option<&Rate>) -> i128 {
    rate.map_or(0, |rate| i128::from(rate.parts_per_million))
}

/// `amount × numerator ÷ denominator`, rounded half up: the one place where money is rounded.
fn share(amount: i64, numerator: i128, denominator: i128) -> Result<i64> {
    let exact = i128::from(amount) * numerator;
    in_range((2 * exact + denominator).div_euclid(2 * denominator))
}

fn in_range(amount: i128) -> Result<i64> {
    match i64::try_from(amount) {
        Ok(amount) if (0..=MAX_AMOUNT).contains(&amount) => Ok(amount),
        _ => Err(Error::field("items", "come to more than any order may")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rates(standard: i32) -> Rates {
        let rate = Rate { name: "VAT".into(), parts_per_million: standard };
        Rates { standard: (standard > 0).then_some(rate), reduced: None }
    }

    fn item(unit_amount: i64, quantity: i32) -> Item {
        Item { variant_id: Uuid::nil(), unit_amount, quantity, tax_category: TaxCategory::Standard }
    }

    fn taxes(home: i32, destination: i32, included: bool) -> Taxes {
        Taxes { home: rates(home), destination: rates(destination), included }
    }

    #[test]
    fn at_home_prices_stay_and_the_tax_is_a_part_of_them() {
        let taxes = taxes(190_000, 190_000, true);
        let lines = lines(&[item(6900, 2), item(999, 1)], &taxes).unwrap();
        let totals = totals(&lines, 490, &taxes).unwrap();
        assert_eq!((totals.subtotal, totals.total), (14_799, 15_289));
        // 152.89 × 19 ÷ 119 = 24.4109…
        assert_eq!(totals.tax, 2441);
    }

    #[test]
    fn elsewhere_the_net_price_stays() {
        let taxes = taxes(190_000, 200_000, true);
        let lines = lines(&[item(6900, 1)], &taxes).unwrap();
        // 69.00 ÷ 1.19 × 1.2 = 69.5798…
        assert_eq!(lines.first().unwrap().unit_amount, 6958);
        let abroad = super::lines(&[item(6900, 1)], &super::tests::taxes(190_000, 0, true)).unwrap();
        assert_eq!(abroad.first().unwrap().unit_amount, 5798);
        assert_eq!(abroad.first().unwrap().rate, None);
    }

    #[test]
    fn a_tax_on_top_is_added_once() {
        let taxes = taxes(0, 72_500, false);
        let lines = lines(&[item(1000, 3)], &taxes).unwrap();
        let totals = totals(&lines, 500, &taxes).unwrap();
        // 35.00 × 7.25 % = 2.5375, half up.
        assert_eq!((totals.subtotal, totals.tax, totals.total), (3000, 254, 3754));
    }

    #[test]
    fn each_rate_is_rounded_once_and_told() {
        let reduced = Rate { name: "VAT".into(), parts_per_million: 70_000 };
        let german = Rates { reduced: Some(reduced), ..rates(190_000) };
        let taxes = Taxes { home: german.clone(), destination: german, included: true };
        let book = Item { tax_category: TaxCategory::Reduced, ..item(1000, 1) };
        let gift = Item { tax_category: TaxCategory::Zero, ..item(500, 1) };
        let lines = lines(&[item(1000, 1), book, gift], &taxes).unwrap();
        let totals = totals(&lines, 0, &taxes).unwrap();
        let told: Vec<_> = totals.taxes.iter().map(|(rate, amount)| (rate.parts_per_million, *amount)).collect();
        assert_eq!(told, [(190_000, 160), (70_000, 65)]);
        assert_eq!(totals.total, 2500);
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!(share(5, 1, 10).unwrap(), 1);
        assert_eq!(share(4, 1, 10).unwrap(), 0);
        assert_eq!(share(25, 1, 10).unwrap(), 3);
    }

    #[test]
    fn what_no_order_may_cost_is_refused() {
        let taxes = taxes(0, 0, false);
        assert!(lines(&[item(MAX_AMOUNT, 2)], &taxes).is_err());
        let most = lines(&[item(MAX_AMOUNT, 1)], &taxes).unwrap();
        assert!(totals(&most, 1, &taxes).is_err());
    }

    fn any_items() -> impl Strategy<Value = Vec<Item>> {
        let category = prop_oneof![Just(TaxCategory::Standard), Just(TaxCategory::Reduced), Just(TaxCategory::Zero)];
        let item = (0..100_000_000_i64, 1..=999_i32, category).prop_map(|(unit_amount, quantity, tax_category)| Item {
            variant_id: Uuid::nil(),
            unit_amount,
            quantity,
            tax_category,
        });
        proptest::collection::vec(item, 1..20)
    }

    prop_compose! {
        fn any_rates()(standard in 0..400_000_i32, reduced in proptest::option::of(0..400_000_i32)) -> Rates {
            let rate = |parts_per_million| Rate { name: "VAT".into(), parts_per_million };
            Rates { standard: Some(rate(standard)), reduced: reduced.map(rate) }
        }
    }

    proptest! {
        /// Minor units carry no exponent, so that this holds for currencies of none, two and three digits alike.
        #[test]
        fn everything_adds_up_to_the_minor_unit(
            items in any_items(), home in any_rates(), destination in any_rates(),
            shipping in 0..10_000_000_i64, included: bool,
        ) {
            let taxes = Taxes { home, destination, included };
            let lines = lines(&items, &taxes).unwrap();
            let totals = totals(&lines, shipping, &taxes).unwrap();
            prop_assert!(lines.iter().all(|line| line.total == line.unit_amount * i64::from(line.quantity)));
            prop_assert_eq!(totals.subtotal, lines.iter().map(|line| line.total).sum::<i64>());
            prop_assert_eq!(totals.tax, totals.taxes.iter().map(|(_, amount)| amount).sum::<i64>());
            let added = if included { 0 } else { totals.tax };
            prop_assert_eq!(totals.total, totals.subtotal + shipping + added);
            prop_assert!(totals.tax >= 0 && totals.tax <= totals.total);
        }

        #[test]
        fn a_tax_is_never_a_unit_off_its_rate(amount in 0..1_000_000_000_i64, parts in 1..400_000_i32, included: bool) {
            let taxes = Taxes { home: rates(parts), destination: rates(parts), included };
            let lines = lines(&[item(amount, 1)], &taxes).unwrap();
            let totals = totals(&lines, 0, &taxes).unwrap();
            prop_assert_eq!(lines.first().unwrap().unit_amount, amount);
            let denominator = if included { 1_000_000.0 + f64::from(parts) } else { 1_000_000.0 };
            #[allow(clippy::cast_precision_loss, reason = "the float is only a yardstick")]
            let exact = amount as f64 * f64::from(parts) / denominator;
            #[allow(clippy::cast_precision_loss, reason = "the float is only a yardstick")]
            let difference = (totals.tax as f64 - exact).abs();
            prop_assert!(difference <= 0.501, "{} is not {exact}", totals.tax);
        }

        #[test]
        fn there_and_back_is_the_same_price(amount in 0..100_000_000_i64, home in 0..300_000_i32) {
            let taxes = Taxes { home: rates(home), destination: rates(home), included: true };
            prop_assert_eq!(lines(&[item(amount, 1)], &taxes).unwrap().first().unwrap().unit_amount, amount);
        }

        #[test]
        fn no_amount_makes_it_panic(amount: i64, quantity: i32, shipping: i64, parts in 0..=1_000_000_i32) {
            let taxes = taxes(parts, 1_000_000 - parts, true);
            if let Ok(lines) = lines(&[item(amount, quantity)], &taxes) {
                let _ = totals(&lines, shipping, &taxes);
            }
        }
    }
}
