//! One row of the file: read, checked by itself and made clean. Pure.

use csv::StringRecord;
use serde::{Deserialize, Serialize};

use super::{
    columns::{Column, Columns},
    report::BadRow,
};
use crate::{catalog::text, money};

/// The longest description, in bytes, before and after it was made safe; longer ones cannot be searched.
const MAX_DESCRIPTION: usize = 256 * 1024;
const MAX_TEXT: usize = 255;
const MAX_LONG_TEXT: usize = 1000;
const MAX_TAGS: usize = 250;
const MAX_WHOLE: i64 = 1_000_000_000;

/// A row that can be used.
///
/// In every optional text, none means that the file lacks the column and so says nothing, and an empty one that there
/// is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The physical line on which it begins.
    pub line: u64,
    /// The product that it belongs to.
    pub handle: String,
    /// What is said of the product, on the row that has its title.
    pub lead: Option<Lead>,
    /// The names of the three options; empty where there is none.
    pub option_names: [String; 3],
    /// The variant's values of the three options; empty where there is none.
    pub option_values: [String; 3],
    /// The variant, on a row that has one.
    pub offer: Option<Offer>,
    /// The picture, on a row that has one.
    pub picture: Option<Picture>,
}

/// What is said of a product as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    /// Its title.
    pub title: String,
    /// Safe HTML.
    pub description_html: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// Its category's path from the top; empty to leave it where it is.
    pub category: Vec<String>,
    /// Its tags.
    pub tags: Option<Vec<String>>,
    /// `active`, `draft` or `archived`.
    pub status: Option<String>,
    /// The title for search engines.
    pub seo_title: Option<String>,
    /// The description for search engines.
    pub seo_description: Option<String>,
}

/// What is said of a variant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The article number.
    pub sku: Option<String>,
    /// EAN, UPC or ISBN.
    pub barcode: Option<String>,
    /// What it weighs.
    pub weight_grams: Option<i32>,
    /// The unit that the weight is shown in.
    pub weight_unit: Option<String>,
    /// How many there are; may be negative, as Shopify counts what it oversold.
    pub quantity: Option<i32>,
    /// Whether more may be sold than there are.
    pub backorderable: Option<bool>,
    /// Minor units.
    pub amount: i64,
    /// Minor units.
    pub compare_at: Option<i64>,
    /// Minor units.
    pub cost: Option<i64>,
    /// The `Image Src` of the picture that shows it.
    pub picture: Option<String>,
}

/// A picture of a product.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// An address, or a path below the file's folder.
    pub source: String,
    /// Its place, from 1.
    pub position: Option<i32>,
    /// The picture in words.
    pub alt: Option<String>,
}

/// Reads the fields of one row and remembers what is wrong with them.
struct Fields<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
    line: u64,
    bad: Vec<BadRow>,
}

/// Reads one row; none if all its fields are empty, as spreadsheets leave them below a table.
///
/// # Errors
/// With everything that is wrong, and the handle as far as it can be told.
pub fn read(
    columns: &Columns,
    record: &StringRecord,
    line: u64,
    currency: &str,
) -> Result<Option<Row>, (Option<String>, Vec<BadRow>)> {
    if record.iter().all(|field| field.trim().is_empty()) {
        return Ok(None);
    }
    let mut fields = Fields { columns, record, line, bad: Vec::new() };
    if record.len() != columns.width {
        let reason = format!("has {} fields where the heading has {}", record.len(), columns.width);
        fields.bad.push(BadRow::new(line, "", reason));
        return Err((fields.handle(), fields.bad));
    }
    let handle = fields.handle();
    let row = fields.row(handle.clone().unwrap_or_default(), currency);
    if fields.bad.is_empty() { Ok(Some(row)) } else { Err((handle, fields.bad)) }
}

impl Fields<'_> {
    fn refuse(&mut self, column: Column, reason: impl Into<String>) {
        self.bad.push(BadRow::new(self.line, column.name(), reason));
    }

    fn row(&mut self, handle: String, currency: &str) -> Row {
        if let Some(name) = self.columns.option_beyond_three(self.record) {
            self.bad.push(BadRow::new(self.line, name, "a product has at most three options"));
        }
        let option_names = [1, 2, 3].map(|place| self.option_name(Column::OptionName(place)));
        let option_values = [1, 2, 3].map(|place| self.text(Column::OptionValue(place), MAX_TEXT).unwrap_or_default());
        let row = Row {
            line: self.line,
            handle,
            lead: self.lead(),
            offer: self.offer(&option_values, currency),
            picture: self.picture(),
            option_names,
            option_values,
        };
        if self.bad.is_empty() && row.lead.is_none() && row.offer.is_none() && row.picture.is_none() {
            self.refuse(Column::Price, "the row has neither a variant nor a picture: give a price or an Image Src");
        }
        row
    }

    /// The field, if the file has the column; a field that is too long or holds a NUL counts as bad and as empty.
    fn text(&mut self, column: Column, most: usize) -> Option<String> {
        let text = self.columns.get(self.record, column)?;
        if text.contains('\0') {
            self.refuse(column, "holds a NUL character");
            return Some(String::new());
        }
        if text.chars().nth(most).is_some() {
            self.refuse(column, format!("is longer than {most} characters"));
            return Some(String::new());
        }
        Some(text.to_owned())
    }

    /// The field as `read` understands it; none when it is empty.
    fn value<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(column, MAX_TEXT).filter(|text| !text.is_empty())?;
        read(&text).map_err(|reason| self.refuse(column, reason)).ok()
    }

    fn handle(&mut self) -> Option<String> {
        let handle = self.columns.get(self.record, Column::Handle).unwrap_or_default();
        text::handle(handle).map_err(|reason| self.refuse(Column::Handle, reason)).ok()
    }

    fn option_name(&mut self, column: Column) -> String {
        let name = self.text(column, 100).unwrap_or_default();
        if name.contains(':') {
            self.refuse(column, format!("`{name}` has a colon, which option names cannot have"));
        }
        name
    }

    fn lead(&mut self) -> Option<Lead> {
        let title = self.text(Column::Title, MAX_TEXT).filter(|title| !title.is_empty())?;
        Some(Lead {
            title,
            description_html: self.description(),
            vendor: self.text(Column::Vendor, MAX_TEXT),
            category: self.value(Column::Type, text::category_path).unwrap_or_default(),
            tags: self.tags(),
            status: self.status(),
            seo_title: self.text(Column::SeoTitle, MAX_TEXT),
            seo_description: self.text(Column::SeoDescription, MAX_LONG_TEXT),
        })
    }

    fn description(&mut self) -> Option<String> {
        let html = self.text(Column::Body, MAX_DESCRIPTION)?;
        if text::nests_too_deep(&html) {
            self.refuse(Column::Body, "has elements within elements more than 200 deep");
            return None;
        }
        let safe = (html.len() <= MAX_DESCRIPTION).then(|| text::safe_html(&html));
        let fits = safe.filter(|safe| safe.len() <= MAX_DESCRIPTION);
        if fits.is_none() {
            self.refuse(Column::Body, "is longer than 256 KiB");
        }
        fits
    }

    fn tags(&mut self) -> Option<Vec<String>> {
        let tags = text::tags(&self.text(Column::Tags, MAX_TAGS * MAX_TEXT)?);
        if tags.len() > MAX_TAGS || tags.iter().any(|tag| tag.chars().nth(MAX_TEXT).is_some()) {
            self.refuse(Column::Tags, "a product has at most 250 tags of at most 255 characters");
        }
        Some(tags)
    }

    fn status(&mut self) -> Option<String> {
        let published = self.columns.has(Column::Published).then(|| {
            let published = self.value(Column::Published, |text| match text.to_ascii_lowercase().as_str() {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(format!("`{text}` is neither true nor false")),
            });
            published.unwrap_or(true)
        });
        let status = self.value(Column::Status, |text| match text.to_ascii_lowercase().as_str() {
            known @ ("active" | "draft" | "archived") => Ok(known.to_owned()),
            _ => Err(format!("`{text}` is none of active, draft and archived")),
        });
        match (status, published) {
            (Some(status), _) if status != "active" => Some(status),
            (_, Some(false)) => Some("draft".to_owned()),
            (None, None) => None,
            _ => Some("active".to_owned()),
        }
    }

    fn offer(&mut self, option_values: &[String; 3], currency: &str) -> Option<Offer> {
        let is_filled = |column| self.columns.get(self.record, column).is_some_and(|text| !text.is_empty());
        if option_values.iter().all(String::is_empty) && !is_filled(Column::Sku) && !is_filled(Column::Price) {
            return None;
        }
        if !is_filled(Column::Price) {
            self.refuse(Column::Price, "is missing: each variant needs a price");
        }
        let amount = |text: &str| money::parse_decimal(text, currency);
        Some(Offer {
            sku: self.text(Column::Sku, MAX_TEXT).map(text::without_apostrophe),
            barcode: self.text(Column::Barcode, MAX_TEXT).map(text::without_apostrophe),
            weight_grams: self.value(Column::Grams, |text| whole(text, 0)),
            weight_unit: self.value(Column::WeightUnit, |text| match text.to_ascii_lowercase().as_str() {
                known @ ("g" | "kg" | "oz" | "lb") => Ok(known.to_owned()),
                _ => Err(format!("`{text}` is none of g, kg, oz and lb")),
            }),
            quantity: self.value(Column::Quantity, |text| whole(text, -MAX_WHOLE)),
            backorderable: self.value(Column::Policy, |text| match text.to_ascii_lowercase().as_str() {
                "continue" => Ok(true),
                "deny" => Ok(false),
                _ => Err(format!("`{text}` is neither deny nor continue")),
            }),
            amount: self.value(Column::Price, amount).unwrap_or_default(),
            compare_at: self.value(Column::CompareAt, amount),
            cost: self.value(Column::Cost, amount),
            picture: self
                .source(Column::VariantImage)
                .or_else(|| self.columns.has(Column::VariantImage).then(String::new)),
        })
    }

    fn picture(&mut self) -> Option<Picture> {
        Some(Picture {
            source: self.source(Column::ImageSrc)?,
            position: self.value(Column::ImagePosition, |text| whole(text, 0)),
            alt: self.text(Column::ImageAlt, MAX_LONG_TEXT),
        })
    }

    fn source(&mut self, column: Column) -> Option<String> {
        let source = self.text(column, text::MAX_SOURCE).filter(|source| !source.is_empty())?;
        text::picture_source(&source).map_err(|reason| self.refuse(column, reason)).ok()
    }
}

/// A whole number; newer exports write `200.0`.
fn whole(text: &str, least: i64) -> Result<i32, String> {
    let digits = match text.split_once('.') {
        Some((digits, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => digits,
        _ => text,
    };
    let number = digits.parse::<i64>().map_err(|_| format!("`{text}` is not a whole number"))?;
    match i32::try_from(number) {
        Ok(fits) if (least..=MAX_WHOLE).contains(&number) => Ok(fits),
        _ => Err(format!("`{text}` is not between {least} and {MAX_WHOLE}")),
    }
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
