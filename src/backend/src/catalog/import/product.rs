//! The rows of one handle made into one product. Pure.

use std::collections::HashMap;

use super::{
    columns::Column,
    report::BadRow,
    row::{Lead, Offer, Picture, Row},
};

/// The most variants that a product may have.
pub const MAX_VARIANTS: usize = 2048;
/// The most pictures that a product may have.
pub const MAX_PICTURES: usize = 250;

/// A product as the file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// The line of its first row.
    pub line: u64,
    /// Its place in the file, from 1.
    pub rank: i64,
    /// Its slug.
    pub handle: String,
    /// What is said of it as a whole.
    pub lead: Lead,
    /// Its options; none for a product of one variant.
    pub options: Vec<Choice>,
    /// Its variants, in order.
    pub variants: Vec<Variant>,
    /// Its pictures, in order, each source once.
    pub pictures: Vec<(u64, Picture)>,
}

/// An option and the values that it may have.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Choice {
    /// As shoppers read it.
    pub name: String,
    /// In the order of the file.
    pub values: Vec<String>,
}

/// A variant as the file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// The line of its row.
    pub line: u64,
    /// One value of each option.
    pub values: Vec<String>,
    /// What is said of it.
    pub offer: Offer,
}

/// Makes a product of the rows of one handle, in the order of the file.
///
/// # Errors
/// With every row that does not fit the others.
pub fn assemble(rank: i64, rows: Vec<Row>) -> Result<Product, Vec<BadRow>> {
    let mut bad = Vec::new();
    let Some(first) = rows.first() else { return Err(bad) };
    let (line, handle) = (first.line, first.handle.clone());
    let names = option_names(&rows, &mut bad);
    let lead = rows.iter().find_map(|row| row.lead.clone());
    if lead.is_none() {
        bad.push(BadRow::new(line, Column::Title.name(), "is missing: the product's first row gives its title"));
    }
    let mut pictures: Vec<(u64, Picture)> = Vec::new();
    let mut variants = Vec::new();
    for row in rows {
        if let Some(picture) = row.picture
            && pictures.iter().all(|(_, known)| known.source != picture.source)
        {
            pictures.push((row.line, picture));
        }
        if let Some(offer) = row.offer {
            let values = option_values(row.line, &row.option_values, &names, &mut bad);
            variants.push(Variant { line: row.line, values, offer });
        }
    }
    let options = options(names, &mut variants);
    bad.extend(misfits(line, &options, &variants, pictures.len()));
    match lead {
        Some(lead) if bad.is_empty() => Ok(Product { line, rank, handle, lead, options, variants, pictures }),
        _ => Err(bad),
    }
}

/// The names stand on the product's first row; further rows may repeat them.
fn option_names(rows: &[Row], bad: &mut Vec<BadRow>) -> Vec<String> {
    let given = |row: &&Row| row.option_names.iter().any(|name| !name.is_empty());
    let Some(source) = rows.iter().find(given) else { return Vec::new() };
    let count = source.option_names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let names = source.option_names[..count].to_vec();
    for (place, name) in names.iter().enumerate() {
        let column = Column::OptionName(place + 1).name();
        if name.is_empty() {
            bad.push(BadRow::new(source.line, column, "is missing, and a later option has a name"));
        } else if names[..place].iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
            bad.push(BadRow::new(source.line, column, format!("`{name}` is the name of an earlier option already")));
        }
    }
    for row in rows {
        for (place, name) in row.option_names.iter().enumerate() {
            if !name.is_empty() && names.get(place) != Some(name) {
                let there = names.get(place).map_or("", String::as_str);
                let reason = format!("is `{name}` here and `{there}` on line {}", source.line);
                bad.push(BadRow::new(row.line, Column::OptionName(place + 1).name(), reason));
            }
        }
    }
    names
}

fn option_values(line: u64, values: &[String; 3], names: &[String], bad: &mut Vec<BadRow>) -> Vec<String> {
    // `Default Title` without a name is how other tools write a product without options.
    let nameless = names.is_empty() && values[0] == "Default Title";
    for (place, value) in values.iter().enumerate().skip(usize::from(nameless)) {
        let column = Column::OptionValue(place + 1).name();
        match names.get(place) {
            Some(name) if value.is_empty() && name != "Title" => {
                bad.push(BadRow::new(line, column, format!("is missing: the variant needs a value of {name}")));
            }
            None if !value.is_empty() => {
                bad.push(BadRow::new(line, column, format!("is `{value}`, but the product has no such option")));
            }
            _ => {}
        }
    }
    values[..names.len()].to_vec()
}

/// The options with the values that the variants have. `Title: Default Title` means that there are none.
fn options(names: Vec<String>, variants: &mut [Variant]) -> Vec<Choice> {
    let plain = |variant: &Variant| matches!(variant.values[0].as_str(), "" | "Default Title");
    if names == ["Title"] && variants.iter().all(plain) {
        variants.iter_mut().for_each(|variant| variant.values.clear());
        return Vec::new();
    }
    let values = |place: usize| {
        let mut values: Vec<String> = Vec::new();
        for value in variants.iter().filter_map(|variant| variant.values.get(place)) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        values
    };
    names.into_iter().enumerate().map(|(place, name)| Choice { name, values: values(place) }).collect()
}

/// What is wrong between the rows.
fn misfits(line: u64, options: &[Choice], variants: &[Variant], pictures: usize) -> Vec<BadRow> {
    let mut bad = Vec::new();
    if variants.is_empty() {
        bad.push(BadRow::new(line, Column::Price.name(), "is missing: the product has no variant"));
    }
    if variants.len() > MAX_VARIANTS || pictures > MAX_PICTURES {
        let reason = format!("a product has at most {MAX_VARIANTS} variants and {MAX_PICTURES} pictures");
        bad.push(BadRow::new(line, Column::Handle.name(), reason));
    }
    let (mut choices, mut skus) = (HashMap::new(), HashMap::new());
    for variant in variants {
        if let Some(earlier) = choices.insert(&variant.values, variant.line) {
            let reason = match options {
                [] => format!("the product has no options, so line {earlier} is its one variant already"),
                _ => format!("{} is on line {earlier} already", variant.values.join(" / ")),
            };
            bad.push(BadRow::new(variant.line, Column::OptionValue(1).name(), reason));
        }
        let sku = variant.offer.sku.as_ref().filter(|sku| !sku.is_empty());
        if let Some((sku, earlier)) = sku.and_then(|sku| Some((sku, skus.insert(sku, variant.line)?))) {
            bad.push(BadRow::new(variant.line, Column::Sku.name(), format!("`{sku}` is on line {earlier} already")));
        }
    }
    for (place, option) in options.iter().enumerate() {
        if option.name == "Title" && option.values.iter().any(String::is_empty) {
            let reason = format!("is missing on a row: each variant needs a value of {}", option.name);
            bad.push(BadRow::new(line, Column::OptionValue(place + 1).name(), reason));
        }
    }
    bad
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, names: [&str; 3], values: [&str; 3], sku: &str) -> Row {
        Row {
            line,
            handle: "cap".into(),
            lead: (line == 2).then(|| Lead { title: "Cap".into(), ..Lead::default() }),
            option_names: names.map(str::to_owned),
            option_values: values.map(str::to_owned),
            offer: Some(Offer { sku: Some(sku.into()), amount: 100, ..Offer::default() }),
            picture: None,
        }
    }

    fn picture(line: u64, source: &str) -> Row {
        let picture = Some(Picture { source: source.into(), ..Picture::default() });
        Row { line, handle: "cap".into(), picture, ..Row::default() }
    }

    const NONE: [&str; 3] = ["", "", ""];

    fn bad(rows: Vec<Row>) -> Vec<(u64, String)> {
        assemble(1, rows).unwrap_err().into_iter().map(|bad| (bad.line, bad.column)).collect()
    }

    #[test]
    fn options_are_named_once_and_valued_in_the_order_of_the_file() {
        let rows = vec![
            row(2, ["Color", "Size", ""], ["Ink", "M", ""], "a"),
            row(3, NONE, ["Ink", "S", ""], "b"),
            row(4, ["Color", "", ""], ["Fog", "M", ""], "c"),
        ];
        let product = assemble(1, rows).unwrap();
        assert_eq!(product.options[0], Choice { name: "Color".into(), values: vec!["Ink".into(), "Fog".into()] });
        assert_eq!(product.options[1], Choice { name: "Size".into(), values: vec!["M".into(), "S".into()] });
        assert_eq!(product.variants[2].values, ["Fog", "M"]);
    }

    #[test]
    fn default_title_means_no_options() {
        for names in [["Title", "", ""], NONE] {
            let product = assemble(1, vec![row(2, names, ["Default Title", "", ""], "")]).unwrap();
            assert!(product.options.is_empty() && product.variants[0].values.is_empty());
        }
        let named = assemble(1, vec![row(2, ["Title", "", ""], ["Signed", "", ""], "")]).unwrap();
        assert_eq!(named.options[0].values, ["Signed"]);
    }

    #[test]
    fn pictures_are_kept_once_each() {
        let rows = vec![row(2, NONE, NONE, ""), picture(3, "a.jpg"), picture(4, "b.jpg"), picture(5, "a.jpg")];
        let lines: Vec<_> = assemble(1, rows).unwrap().pictures.into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [3, 4]);
    }

    #[test]
    fn rows_that_do_not_fit_are_told() {
        let size = ["Size", "", ""];
        let on = |line, column: &str| vec![(line, column.to_owned())];
        assert_eq!(bad(vec![row(2, size, ["S", "", ""], ""), row(3, NONE, NONE, "x")]), on(3, "Option1 Value"));
        assert_eq!(bad(vec![row(2, size, ["S", "", ""], ""), row(3, NONE, ["S", "", ""], "")]), on(3, "Option1 Value"));
        assert_eq!(bad(vec![row(2, size, ["S", "", ""], "x"), row(3, NONE, ["M", "", ""], "x")]), on(3, "Variant SKU"));
        assert_eq!(bad(vec![row(2, size, ["S", "Red", ""], "")]), on(2, "Option2 Value"));
        assert_eq!(bad(vec![row(2, ["", "Size", ""], ["", "S", ""], "")])[0], (2, "Option1 Name".to_owned()));
        assert_eq!(bad(vec![row(2, ["Size", "size", ""], ["S", "S", ""], "")]), on(2, "Option2 Name"));
        let renamed = vec![row(2, size, ["S", "", ""], ""), row(3, ["Color", "", ""], ["M", "", ""], "")];
        assert_eq!(bad(renamed), on(3, "Option1 Name"));
        assert_eq!(bad(vec![row(2, NONE, NONE, "x"), row(3, NONE, NONE, "y")]), on(3, "Option1 Value"));
        assert_eq!(bad(vec![row(3, NONE, NONE, "x")]), on(3, "Title"));
        let mut lonely = row(2, NONE, NONE, "");
        lonely.offer = None;
        assert_eq!(bad(vec![lonely]), on(2, "Variant Price"));
    }

    #[test]
    fn a_product_has_bounds() {
        let variants = (0..=MAX_VARIANTS as u64).map(|n| row(n + 2, ["Size", "", ""], [&n.to_string(), "", ""], ""));
        assert_eq!(bad(variants.collect()), [(2, "Handle".to_owned())]);
    }
}
