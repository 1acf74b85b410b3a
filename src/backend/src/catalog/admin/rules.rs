//! What may be said of a product, a variant and a price. Pure.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::model::{ProductFields, ProductStatus, VariantFields, VariantPrice};
use crate::{
    catalog::{model::ProductOption, text},
    error::{Error, FieldError, Result},
    money::MAX_AMOUNT,
};

/// The longest description, in bytes, before and after it was made safe; longer ones cannot be searched.
const MAX_DESCRIPTION: usize = 256 * 1024;
const MAX_TEXT: usize = 255;
const MAX_LONG_TEXT: usize = 1000;
const MAX_TAGS: usize = 250;
const MAX_CATEGORIES: usize = 50;
const MAX_OPTIONS: usize = 3;
const MAX_VALUES: usize = 2048;
const MAX_GRAMS: i32 = 1_000_000_000;

/// Fields that were refused, each with the path in front of it.
pub struct Refused(Vec<FieldError>);

impl Refused {
    /// None yet.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// One more.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), message: message.into() });
    }

    /// Goes on when there are none.
    ///
    /// # Errors
    /// 400 naming each.
    pub fn expect_none(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }

    /// A text of one line, without spaces around it.
    fn text(&mut self, field: &str, text: &str, most: usize) -> String {
        let text = text.trim();
        if text.is_empty() || text.chars().nth(most).is_some() || text.contains(char::is_control) {
            self.add(field, format!("must have 1 to {most} characters, in one line"));
        }
        text.to_owned()
    }

    fn optional(&mut self, field: &str, text: Option<&String>, most: usize) -> Option<String> {
        text.map(|text| self.text(field, text, most))
    }
}

/// The fields as they are stored: cleaned, with a slug, and with a date where there has to be one.
pub fn product(fields: ProductFields, now: DateTime<Utc>, refused: &mut Refused) -> ProductFields {
    let title = refused.text("title", &fields.title, MAX_TEXT);
    let slug = match fields.slug.trim() {
        "" => slug_of(&title),
        slug => text::handle(slug).unwrap_or_else(|reason| {
            refused.add("slug", reason);
            slug.to_owned()
        }),
    };
    let published_at = match fields.status {
        ProductStatus::Active => Some(fields.published_at.unwrap_or(now)),
        ProductStatus::Draft | ProductStatus::Archived => fields.published_at,
    };
    if fields.categories.len() > MAX_CATEGORIES {
        refused.add("categories", format!("must be at most {MAX_CATEGORIES}"));
    }
    if fields.categories.iter().collect::<HashSet<_>>().len() < fields.categories.len() {
        refused.add("categories", "must not name a category twice");
    }
    ProductFields {
        title,
        slug,
        description_html: description(&fields.description_html, refused),
        vendor: refused.optional("vendor", fields.vendor.as_ref(), MAX_TEXT),
        tags: tags(&fields.tags, refused),
        published_at,
        seo_title: refused.optional("seo_title", fields.seo_title.as_ref(), MAX_TEXT),
        seo_description: refused.optional("seo_description", fields.seo_description.as_ref(), MAX_LONG_TEXT),
        options: options(&fields.options, refused),
        ..fields
    }
}

fn slug_of(title: &str) -> String {
    if title.contains(char::is_alphanumeric) { text::slug(title) } else { "product".into() }
}

fn description(html: &str, refused: &mut Refused) -> String {
    if text::nests_too_deep(html) {
        refused.add("description_html", "has elements within elements more than 200 deep");
        return String::new();
    }
    let safe = if html.len() <= MAX_DESCRIPTION { text::safe_html(html) } else { html.to_owned() };
    if safe.len() > MAX_DESCRIPTION {
        refused.add("description_html", "is longer than 256 KiB");
    }
    safe
}

/// A comma would make two of one when the catalogue is written as CSV.
fn tags(tags: &[String], refused: &mut Refused) -> Vec<String> {
    if tags.len() > MAX_TAGS {
        refused.add("tags", format!("must be at most {MAX_TAGS}"));
    }
    let mut seen = HashSet::new();
    let mut kept = Vec::with_capacity(tags.len());
    for (place, tag) in tags.iter().enumerate() {
        let field = format!("tags[{place}]");
        let tag = refused.text(&field, tag, MAX_TEXT);
        if tag.contains(',') {
            refused.add(field, "must not contain a comma");
        }
        if seen.insert(tag.clone()) {
            kept.push(tag);
        }
    }
    kept
}

fn options(options: &[ProductOption], refused: &mut Refused) -> Vec<ProductOption> {
    if options.len() > MAX_OPTIONS {
        refused.add("options", format!("must be at most {MAX_OPTIONS}"));
    }
    let mut names = HashSet::new();
    let mut cleaned = Vec::with_capacity(options.len());
    for (place, option) in options.iter().enumerate() {
        let path = format!("options[{place}]");
        let name = refused.text(&format!("{path}.name"), &option.name, 100);
        if name.contains(':') {
            refused.add(format!("{path}.name"), "must not contain a colon");
        }
        if !names.insert(name.to_lowercase()) {
            refused.add(format!("{path}.name"), "is the name of an earlier option");
        }
        cleaned.push(ProductOption { name, values: values(&path, &option.values, refused) });
    }
    cleaned
}

fn values(path: &str, values: &[String], refused: &mut Refused) -> Vec<String> {
    if values.is_empty() || values.len() > MAX_VALUES {
        refused.add(format!("{path}.values"), format!("must be 1 to {MAX_VALUES}"));
    }
    let mut seen = HashSet::new();
    let mut cleaned = Vec::with_capacity(values.len());
    for (place, value) in values.iter().enumerate() {
        let value = refused.text(&format!("{path}.values[{place}]"), value, MAX_TEXT);
        if !seen.insert(value.clone()) {
            refused.add(format!("{path}.values[{place}]"), "is named twice");
        }
        cleaned.push(value);
    }
    cleaned
}

/// The fields of a variant as they are stored; `path` stands before their names.
pub fn variant(path: &str, fields: VariantFields, options: &[ProductOption], refused: &mut Refused) -> VariantFields {
    let option_values = option_values(path, &fields.option_values, options, refused);
    if !(0..=MAX_GRAMS).contains(&fields.weight_grams) {
        refused.add(format!("{path}weight_grams"), format!("must be between 0 and {MAX_GRAMS}"));
    }
    VariantFields {
        option_values,
        sku: refused.optional(&format!("{path}sku"), fields.sku.as_ref(), MAX_TEXT),
        barcode: refused.optional(&format!("{path}barcode"), fields.barcode.as_ref(), MAX_TEXT),
        ..fields
    }
}

/// One value of each option, of those that it has.
pub fn option_values(path: &str, values: &[String], options: &[ProductOption], refused: &mut Refused) -> Vec<String> {
    let values: Vec<_> = values.iter().map(|value| value.trim().to_owned()).collect();
    let field = format!("{path}option_values");
    if values.len() != options.len() {
        refused.add(field, format!("must be {}: one value of each option", options.len()));
        return values;
    }
    for (place, (value, option)) in values.iter().zip(options).enumerate() {
        if !option.values.contains(value) {
            refused.add(format!("{field}[{place}]"), format!("is no value of {}", option.name));
        }
    }
    values
}

/// Prices, one a currency; `path` stands before their fields.
pub fn prices(path: &str, prices: &[VariantPrice], refused: &mut Refused) {
    let mut seen = HashSet::new();
    for (place, given) in prices.iter().enumerate() {
        let path = format!("{path}prices[{place}].");
        if !is_currency(&given.currency) {
            refused.add(format!("{path}currency"), "must be three capital letters of ISO 4217, such as EUR");
        }
        if !seen.insert(&given.currency) {
            refused.add(format!("{path}currency"), "has a price already");
        }
        price(&path, given, refused);
    }
}

/// The amounts of one price.
pub fn price(path: &str, price: &VariantPrice, refused: &mut Refused) {
    for (field, amount) in [("amount", Some(price.amount)), ("compare_at", price.compare_at), ("cost", price.cost)] {
        if amount.is_some_and(|amount| !(0..=MAX_AMOUNT).contains(&amount)) {
            refused.add(format!("{path}{field}"), format!("must be between 0 and {MAX_AMOUNT} minor units"));
        }
    }
}

/// Whether it looks like a code of ISO 4217.
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// What shows a picture to those who do not see it.
pub fn alt(text: &str, refused: &mut Refused) -> String {
    let text = text.trim();
    if text.chars().nth(MAX_LONG_TEXT).is_some() || text.contains(char::is_control) {
        refused.add("alt", format!("must have at most {MAX_LONG_TEXT} characters, in one line"));
    }
    text.to_owned()
}
