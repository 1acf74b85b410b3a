//! The catalogue's rules: what a search means, what stock is called, what a filter may be. Pure.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::Availability;
use crate::{
    error::{Error, FieldError},
    money::MAX_AMOUNT,
};

/// The longest search text, in characters.
pub const MAX_TEXT: usize = 100;
/// Words of a search text that are looked at, and the words that these may become without their accents.
const MAX_TERMS: usize = 8;
const MAX_WORDS: usize = 16;
const MAX_WORD: usize = 40;
/// Values of a filter. Each costs one comparison of each variant, so their number and their length bound what a request costs.
const MAX_CHOICES: usize = 50;
/// A product has at most three options, so more names than these leave nothing.
const MAX_OPTION_NAMES: usize = 10;
/// As long as the longest brand; an option's name and value are each no longer.
const MAX_CHOICE: usize = 255;

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
    /// Options as `name:value`, of at most 10 names; values of one name are alternatives, one variant must satisfy every name.
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
        let short = |text: &Option<String>, most: usize| text.as_ref().is_none_or(|text| is_short(text, most));
        let amount = |value: Option<i64>| value.is_none_or(|value| (0..=MAX_AMOUNT).contains(&value));
        expect(short(&self.q, MAX_TEXT), "q", "must have at most 100 characters");
        expect(short(&self.category, 255), "category", "must have at most 255 characters");
        expect(short(&self.cursor, 500), "cursor", "must have at most 500 characters");
        expect(self.vendor.len() <= MAX_CHOICES, "vendor", "may be given at most 50 times");
        expect(
            self.vendor.iter().all(|vendor| is_short(vendor, MAX_CHOICE)),
            "vendor",
            "must have at most 255 characters",
        );
        expect(self.option.len() <= MAX_CHOICES, "option", "may be given at most 50 times");
        let names: HashSet<_> = self.option_names().take(MAX_OPTION_NAMES + 1).collect();
        expect(names.len() <= MAX_OPTION_NAMES, "option", "may have at most 10 names");
        expect(
            self.option.iter().all(|option| is_short(option, 2 * MAX_CHOICE + 1)),
            "option",
            "must have at most 255 characters on either side of the colon",
        );
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

    /// The name of each option, in lower case.
    fn option_names(&self) -> impl Iterator<Item = String> {
        self.option.iter().map(|option| option.split(':').next().unwrap_or_default().to_lowercase())
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

/// Whether a text has at most so many characters; no more of it is read than it takes to know.
fn is_short(text: &str, most: usize) -> bool {
    text.chars().nth(most).is_none()
}

/// The words of a search text: lower case, letters and digits only, at most eight.
pub fn terms(text: &str) -> Vec<String> {
    split(text).take(MAX_TERMS).collect()
}

fn split(text: &str) -> impl Iterator<Item = String> {
    let lower = text.to_lowercase();
    let words = lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(|word| word.chars().take(MAX_WORD).collect()).collect();
    words.into_iter()
}

/// The words that each word is indexed as, of what is left of it without accents: `oʻahu` is `o` and `ahu`. Taken apart after
/// the accents are gone and not before, since what stands for a letter may be a quote.
pub fn plain(unaccented: &[String]) -> Vec<Vec<String>> {
    let mut left = MAX_WORDS;
    let mut next = |word: &String| {
        let words: Vec<String> = split(word).take(left).collect();
        left -= words.len();
        words
    };
    unaccented.iter().map(&mut next).collect()
}

/// What a search text asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Understood {
    /// Letters and digits only, in lower case and without accents.
    pub words: Vec<String>,
    /// The text as it would have been typed without its mistakes, if it has any.
    pub correction: Option<String>,
}

impl Understood {
    /// PostgreSQL's `tsquery`: all words must occur; the last one may be unfinished. No word at all finds nothing.
    pub fn query(&self) -> String {
        let last = self.words.len().saturating_sub(1);
        let word = |(index, word): (usize, &String)| {
            let word = quoted(word);
            if index == last { format!("({word} | {word}:*)") } else { word }
        };
        self.words.iter().enumerate().map(word).collect::<Vec<_>>().join(" & ")
    }
}

/// A word as `to_tsquery` reads it, whatever it is made of.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\\', r"\\").replace('\'', "''"))
}

/// Puts `typed` words, the `plain` ones that each stands for, and the nearest neighbours of those that no product has together.
pub fn understand(typed: &[String], plain: &[Vec<String>], neighbours: &[(String, String)]) -> Understood {
    let nearest = |word: &String| neighbours.iter().find(|(unknown, _)| unknown == word).map(|(_, near)| near.clone());
    let mut is_corrected = false;
    let (mut words, mut shown) = (Vec::new(), Vec::new());
    for (typed, plain) in typed.iter().zip(plain) {
        let meant: Vec<String> = plain.iter().map(|word| nearest(word).unwrap_or_else(|| word.clone())).collect();
        if meant == *plain {
            shown.push(typed.clone());
        } else {
            is_corrected = true;
            shown.extend(meant.iter().cloned());
        }
        words.extend(meant);
    }
    Understood { words, correction: is_corrected.then(|| shown.join(" ")) }
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

    fn understood(text: &str, neighbours: &[(&str, &str)]) -> Understood {
        let typed = terms(text);
        let neighbours: Vec<_> = neighbours.iter().map(|(word, near)| ((*word).into(), (*near).into())).collect();
        understand(&typed, &plain(&typed), &neighbours)
    }

    #[test]
    fn a_query_asks_for_every_word_and_lets_the_last_be_unfinished() {
        assert_eq!(understood("merge hood", &[]).query(), "'merge' & ('hood' | 'hood':*)");
        assert_eq!(understood("", &[]).query(), "");
    }

    #[test]
    fn only_unknown_words_are_corrected() {
        let neighbours = [("hodie", "hoodie")];
        assert_eq!(understood("Mergé hodie", &neighbours).correction.unwrap(), "mergé hoodie");
        assert_eq!(understood("merge hoodie", &neighbours).correction, None);
    }

    #[test]
    fn a_word_may_become_several_without_its_accents() {
        let plain = plain(&["o'ahu".to_owned(), "'n".to_owned(), "''".to_owned()]);
        assert_eq!(plain, [words("o ahu"), words("n"), Vec::new()]);
        let understood = understand(&words("oʻahu ŉ ʺ"), &plain, &[]);
        assert_eq!(understood.query(), "'o' & 'ahu' & ('n' | 'n':*)");
        assert_eq!(quoted(r"a'b\c"), r"'a''b\\c'");
    }

    fn option(choices: &[String]) -> Result<(), Error> {
        let fields: Vec<_> = choices.iter().map(|choice| ("option", choice.as_str())).collect();
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        serde_html_form::from_str::<ListProducts>(&query).unwrap().check()
    }

    #[test]
    fn what_a_request_can_cost_is_bounded() {
        let names = |count: usize| -> Vec<String> { (0..count).map(|number| format!("Name {number}:x")).collect() };
        assert!(option(&names(MAX_OPTION_NAMES)).is_ok());
        assert!(option(&names(MAX_OPTION_NAMES + 1)).is_err());
        let values: Vec<String> = (0..MAX_CHOICES).map(|number| format!("Color:{number}")).collect();
        assert!(option(&values).is_ok());
        assert!(option(&[format!("Color:{}", "x".repeat(2 * MAX_CHOICE))]).is_err());
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
            prop_assert!(terms.len() <= MAX_TERMS);
            let words = plain(&[text]).concat();
            prop_assert!(words.len() <= MAX_WORDS);
            prop_assert!(terms.iter().chain(&words).all(|word| word.chars().all(char::is_alphanumeric)));
        }
    }
}
