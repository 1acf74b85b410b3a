//! The catalogue's rules: what a search means, what stock is called, what a filter may be. Pure.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::Availability;
use crate::{
    error::{Error, FieldError},
    money::MAX_AMOUNT,
};

const MAX_TEXT: usize = 100;
const MAX_TERMS: usize = 8;
const MAX_CHOICES: usize = 50;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Best match first; only with `q`.
    Relevance,
    /// Latest published first.
    Newest,
    /// Cheapest first.
    PriceAsc,
    /// Dearest first, by the cheapest variant.
    PriceDesc,
}

/// How to filter, order and page through products.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListProducts {
    /// Search text; misspelt words find their neighbours.
    #[param(min_length = 1, max_length = 100)]
    pub q: Option<String>,
    /// A category's slug; its descendants are included.
    #[param(max_length = 255)]
    pub category: Option<String>,
    /// Brands; any of them.
    #[serde(default)]
    #[param(max_items = 50, example = json!(["Mainline"]))]
    pub vendor: Vec<String>,
    /// Options as `name:value`; values of one name are alternatives, one variant must satisfy every name.
    #[serde(default)]
    #[param(max_items = 50, example = json!(["Color:Black"]))]
    pub option: Vec<String>,
    /// Minor units of the store's currency, inclusive.
    #[param(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub min_price: Option<i64>,
    /// Minor units of the store's currency, inclusive.
    #[param(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub max_price: Option<i64>,
    /// Only what can be bought now.
    #[serde(default)]
    pub available: bool,
    /// `relevance` when absent with `q`, else `newest`.
    #[param(inline)]
    pub sort: Option<Sort>,
    /// How many on a page; 24 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// Where to go on: the `next_cursor` of the page before.
    #[param(max_length = 500)]
    pub cursor: Option<String>,
    /// Whether to count what each further filter would leave.
    #[serde(default)]
    pub facets: bool,
}

/// The filters of a list in the form that the database takes them; also what binds a cursor to its list.
#[derive(Debug, Clone, Serialize)]
pub struct Filters {
    /// PostgreSQL's `tsquery`; absent when nothing is searched.
    pub text: Option<String>,
    /// A category's id; the nil UUID for one that does not exist, which has no product.
    pub category: Option<Uuid>,
    /// Any of them.
    pub vendors: Vec<String>,
    /// Lower case `name:value`.
    pub options: Vec<String>,
    /// Minor units.
    pub min_price: Option<i64>,
    /// Minor units.
    pub max_price: Option<i64>,
    /// Only what can be bought now.
    pub available: bool,
    /// The order.
    pub sort: Sort,
}

impl ListProducts {
    /// Refuses what cannot be used, naming every field.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn check(&self) -> Result<(), Error> {
        let mut errors = Vec::new();
        let mut expect = |ok: bool, field: &str, message: &str| {
            if !ok {
                errors.push(FieldError { field: field.into(), message: message.into() });
            }
        };
        let short = |text: &Option<String>, most: usize| text.as_ref().is_none_or(|text| text.chars().count() <= most);
        let amount = |value: Option<i64>| value.is_none_or(|value| (0..=MAX_AMOUNT).contains(&value));
        expect(short(&self.q, MAX_TEXT), "q", "must have at most 100 characters");
        expect(short(&self.category, 255), "category", "must have at most 255 characters");
        expect(short(&self.cursor, 500), "cursor", "must have at most 500 characters");
        expect(self.vendor.len() <= MAX_CHOICES, "vendor", "may be given at most 50 times");
        expect(self.option.len() <= MAX_CHOICES, "option", "may be given at most 50 times");
        expect(
            self.option.iter().all(|option| option.contains(':')),
            "option",
            "must be `name:value`, such as `Color:Black`",
        );
        expect(amount(self.min_price), "min_price", "must be between 0 and 1000000000000 minor units");
        expect(amount(self.max_price), "max_price", "must be between 0 and 1000000000000 minor units");
        let range = !matches!((self.min_price, self.max_price), (Some(min), Some(max)) if min > max);
        expect(range, "max_price", "must not be below min_price");
        expect(self.limit.is_none_or(|limit| (1..=100).contains(&limit)), "limit", "must be between 1 and 100");
        let relevance = self.sort != Some(Sort::Relevance) || self.text().is_some();
        expect(relevance, "sort", "can be `relevance` only when `q` is given");
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }

    /// The search text; a form that was sent without one asks for everything.
    pub fn text(&self) -> Option<&str> {
        self.q.as_deref().filter(|q| !q.trim().is_empty())
    }

    /// The filters, with the search text and the category's slug replaced by what they mean.
    pub fn filters(&self, text: Option<String>, category: Option<Uuid>) -> Filters {
        let fallback = if self.text().is_some() { Sort::Relevance } else { Sort::Newest };
        Filters {
            text,
            category,
            vendors: self.vendor.clone(),
            options: self.option.iter().map(|option| option.to_lowercase()).collect(),
            min_price: self.min_price,
            max_price: self.max_price,
            available: self.available,
            sort: self.sort.unwrap_or(fallback),
        }
    }
}

/// The words of a search text: lower case, letters and digits only, at most eight.
pub fn terms(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|character: char| !character.is_alphanumeric())
        .filter(|term| !term.is_empty())
        .take(MAX_TERMS)
        .map(|term| term.chars().take(40).collect())
        .collect()
}

/// The words with the unknown ones replaced by their nearest neighbour, if that changes any.
pub fn correct(terms: &[String], neighbours: &[(String, String)]) -> Option<Vec<String>> {
    let nearest = |term: &String| neighbours.iter().find(|(unknown, _)| unknown == term).map(|(_, near)| near.clone());
    let corrected: Vec<String> = terms.iter().map(|term| nearest(term).unwrap_or_else(|| term.clone())).collect();
    (corrected != terms).then_some(corrected)
}

/// All words must occur; the last one may be unfinished. No word at all finds nothing.
pub fn text_query(terms: &[String]) -> String {
    let last = terms.len().saturating_sub(1);
    let word = |(index, term): (usize, &String)| {
        if index == last { format!("('{term}' | '{term}':*)") } else { format!("'{term}'") }
    };
    terms.iter().enumerate().map(word).collect::<Vec<_>>().join(" & ")
}

/// What a quantity is called; `threshold` is the most that is still low.
pub fn availability(left: i32, backorderable: bool, threshold: i32) -> Availability {
    match left {
        left if left > threshold => Availability::InStock,
        1.. => Availability::LowStock,
        _ if backorderable => Availability::Backorder,
        _ => Availability::OutOfStock,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_query_asks_for_every_word_and_lets_the_last_be_unfinished() {
        assert_eq!(text_query(&words("merge hood")), "'merge' & ('hood' | 'hood':*)");
        assert_eq!(text_query(&[]), "");
    }

    #[test]
    fn only_unknown_words_are_corrected() {
        let neighbours = [("hodie".to_owned(), "hoodie".to_owned())];
        assert_eq!(correct(&words("merge hodie"), &neighbours), Some(words("merge hoodie")));
        assert_eq!(correct(&words("merge hoodie"), &neighbours), None);
    }

    #[test]
    fn stock_is_called_by_what_can_be_bought() {
        assert_eq!(availability(6, false, 5), Availability::InStock);
        assert_eq!(availability(5, false, 5), Availability::LowStock);
        assert_eq!(availability(1, true, 5), Availability::LowStock);
        assert_eq!(availability(0, true, 5), Availability::Backorder);
        assert_eq!(availability(-3, true, 5), Availability::Backorder);
        assert_eq!(availability(0, false, 5), Availability::OutOfStock);
    }

    proptest! {
        #[test]
        fn no_text_can_escape_its_quotes(text in ".*") {
            let terms = terms(&text);
            prop_assert!(terms.len() <= 8);
            prop_assert!(terms.iter().all(|term| term.chars().all(char::is_alphanumeric)));
        }
    }
}
