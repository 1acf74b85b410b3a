//! The columns of Shopify's product CSV, found by the names in the file's heading.

use anyhow::{bail, ensure};
use csv::StringRecord;

/// A column that means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The product's address; rows of one handle are one product.
    Handle,
    /// The product's title, on its first row.
    Title,
    /// The product's description.
    Body,
    /// Who makes it.
    Vendor,
    /// The path of its category.
    Type,
    /// Its tags, separated by commas.
    Tags,
    /// Whether shoppers see it.
    Published,
    /// `active`, `draft` or `archived`, in newer exports.
    Status,
    /// The name of the first, second or third option, on the product's first row.
    OptionName(usize),
    /// The variant's value of the first, second or third option.
    OptionValue(usize),
    /// The variant's article number.
    Sku,
    /// The variant's weight.
    Grams,
    /// How many there are.
    Quantity,
    /// Whether more may be sold than there are.
    Policy,
    /// What it costs.
    Price,
    /// What it cost before.
    CompareAt,
    /// EAN, UPC or ISBN.
    Barcode,
    /// The address or the path of a picture.
    ImageSrc,
    /// The picture's place.
    ImagePosition,
    /// The picture in words.
    ImageAlt,
    /// The title for search engines.
    SeoTitle,
    /// The description for search engines.
    SeoDescription,
    /// Which of the product's pictures shows the variant.
    VariantImage,
    /// The unit that the weight is shown in.
    WeightUnit,
    /// What the merchant paid.
    Cost,
}

const NAMES: [(Column, &str); 29] = [
    (Column::Handle, "Handle"),
    (Column::Title, "Title"),
    (Column::Body, "Body (HTML)"),
    (Column::Vendor, "Vendor"),
    (Column::Type, "Type"),
    (Column::Tags, "Tags"),
    (Column::Published, "Published"),
    (Column::Status, "Status"),
    (Column::OptionName(1), "Option1 Name"),
    (Column::OptionValue(1), "Option1 Value"),
    (Column::OptionName(2), "Option2 Name"),
    (Column::OptionValue(2), "Option2 Value"),
    (Column::OptionName(3), "Option3 Name"),
    (Column::OptionValue(3), "Option3 Value"),
    (Column::Sku, "Variant SKU"),
    (Column::Grams, "Variant Grams"),
    (Column::Quantity, "Variant Inventory Qty"),
    (Column::Policy, "Variant Inventory Policy"),
    (Column::Price, "Variant Price"),
    (Column::CompareAt, "Variant Compare At Price"),
    (Column::Barcode, "Variant Barcode"),
    (Column::ImageSrc, "Image Src"),
    (Column::ImagePosition, "Image Position"),
    (Column::ImageAlt, "Image Alt Text"),
    (Column::SeoTitle, "SEO Title"),
    (Column::SeoDescription, "SEO Description"),
    (Column::VariantImage, "Variant Image"),
    (Column::WeightUnit, "Variant Weight Unit"),
    (Column::Cost, "Cost per item"),
];

const REQUIRED: [Column; 3] = [Column::Handle, Column::Title, Column::Price];

impl Column {
    /// As it stands in the heading.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(column, _)| *column == self).map_or("", |(_, name)| name)
    }
}

/// Where each column stands in this file.
#[derive(Debug)]
pub struct Columns {
    places: Vec<(Column, usize)>,
    too_many_options: Vec<(String, usize)>,
    /// How many fields a row must have.
    pub width: usize,
    /// The names of the columns that mean nothing here.
    pub ignored: Vec<String>,
}

impl Columns {
    /// Reads the heading.
    ///
    /// # Errors
    /// When a required column is missing or a known one stands there twice.
    pub fn read(heading: &StringRecord) -> anyhow::Result<Self> {
        let mut columns =
            Self { places: Vec::new(), too_many_options: Vec::new(), width: heading.len(), ignored: Vec::new() };
        for (place, name) in heading.iter().map(str::trim).enumerate() {
            match NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)) {
                Some((column, name)) if columns.has(*column) => bail!("it has the column {name} twice"),
                Some((column, _)) => columns.places.push((*column, place)),
                None if is_option(name) => columns.too_many_options.push((name.to_owned(), place)),
                None if name.is_empty() => {}
                None => columns.ignored.push(name.chars().take(100).collect()),
            }
        }
        let missing: Vec<_> = REQUIRED.into_iter().filter(|column| !columns.has(*column)).map(Column::name).collect();
        let hint = if columns.width == 1 { "; fields must be separated by commas" } else { "" };
        ensure!(missing.is_empty(), "it lacks the required columns {}{hint}", missing.join(", "));
        Ok(columns)
    }

    /// Whether the file has the column.
    pub fn has(&self, column: Column) -> bool {
        self.places.iter().any(|(known, _)| *known == column)
    }

    /// The field of a row without the space around it; none when the file lacks the column.
    pub fn get<'r>(&self, record: &'r StringRecord, column: Column) -> Option<&'r str> {
        let (_, place) = self.places.iter().find(|(known, _)| *known == column)?;
        record.get(*place).map(str::trim)
    }

    /// The name of a filled column for a fourth option or one beyond.
    pub fn option_beyond_three(&self, record: &StringRecord) -> Option<&str> {
        let filled = |place: usize| record.get(place).is_some_and(|field| !field.trim().is_empty());
        self.too_many_options.iter().find(|(_, place)| filled(*place)).map(|(name, _)| name.as_str())
    }
}

/// Whether this is `Option4 Name`, `Option5 Value` and the like.
fn is_option(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let digits =
        name.strip_prefix("option").and_then(|rest| rest.strip_suffix(" name").or_else(|| rest.strip_suffix(" value")));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(names: &[&str]) -> anyhow::Result<Columns> {
        Columns::read(&StringRecord::from(names.to_vec()))
    }

    #[test]
    fn columns_are_found_in_any_order_and_case() {
        let columns = heading(&["variant price", " Title ", "HANDLE", "Gift Card", ""]).unwrap();
        let row = StringRecord::from(vec!["9.99", " Cap ", "cap", "false", ""]);
        assert_eq!(columns.get(&row, Column::Title), Some("Cap"));
        assert_eq!(columns.get(&row, Column::Price), Some("9.99"));
        assert_eq!(columns.get(&row, Column::Vendor), None);
        assert_eq!(columns.ignored, ["Gift Card"]);
    }

    #[test]
    fn missing_and_doubled_columns_are_named() {
        let error = heading(&["Title", "Vendor"]).unwrap_err().to_string();
        assert_eq!(error, "it lacks the required columns Handle, Variant Price");
        let error = heading(&["Handle;Title;Variant Price"]).unwrap_err().to_string();
        assert!(error.ends_with("fields must be separated by commas"), "{error}");
        let error = heading(&["Handle", "Title", "Variant Price", "title"]).unwrap_err().to_string();
        assert_eq!(error, "it has the column Title twice");
    }

    #[test]
    fn a_filled_fourth_option_is_noticed() {
        let columns = heading(&["Handle", "Title", "Variant Price", "Option4 Name", "Option4 Value"]).unwrap();
        assert_eq!(columns.option_beyond_three(&StringRecord::from(vec!["a", "b", "1", "", " "])), None);
        let filled = StringRecord::from(vec!["a", "b", "1", "", "Wool"]);
        assert_eq!(columns.option_beyond_three(&filled), Some("Option4 Value"));
    }
}
