//! What one row may and may not say.

use proptest::prelude::*;

use super::*;

const HEADING: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Status,Option1 Name,Option1 Value,Variant SKU,\
                       Variant Grams,Variant Inventory Qty,Variant Inventory Policy,Variant Price,\
                       Variant Compare At Price,Variant Barcode,Image Src,Image Position,Variant Weight Unit";

fn columns() -> Columns {
    Columns::read(&StringRecord::from(HEADING.split(',').map(str::trim).collect::<Vec<_>>())).unwrap()
}

/// A row of a plain product, with these fields instead of its own.
fn with(changes: &[(&str, &str)]) -> Result<Row, Vec<(String, String)>> {
    let plain = [("Handle", "cap"), ("Title", "Cap"), ("Variant Price", "9.99")];
    let fields: Vec<_> = HEADING
        .split(',')
        .map(|name| {
            let found = changes.iter().chain(&plain).find(|(column, _)| *column == name.trim());
            found.map_or("", |(_, value)| *value)
        })
        .collect();
    match read(&columns(), &StringRecord::from(fields), 7, "EUR") {
        Ok(row) => Ok(row.expect("the row is empty")),
        Err((_, bad)) => {
            assert!(bad.iter().all(|bad| bad.line == 7));
            Err(bad.into_iter().map(|bad| (bad.column, bad.reason)).collect())
        }
    }
}

#[test]
fn a_plain_row_is_a_product_with_a_variant() {
    let row = with(&[("Variant SKU", "C-1"), ("Tags", "hat, wool")]).unwrap();
    let (lead, offer) = (row.lead.unwrap(), row.offer.unwrap());
    assert_eq!((lead.title.as_str(), lead.status.as_deref()), ("Cap", Some("active")));
    assert_eq!(lead.tags.unwrap(), ["hat", "wool"]);
    assert_eq!((offer.amount, offer.sku.as_deref(), offer.compare_at), (999, Some("C-1"), None));
    assert_eq!(lead.seo_title, None, "a column that the file lacks says nothing");
    assert_eq!(offer.barcode.as_deref(), Some(""), "an empty field says that there is none");
}

#[test]
fn fields_that_cannot_be_used_are_refused_by_their_name() {
    let long = "x".repeat(256);
    for (column, value) in [
        ("Handle", ""),
        ("Handle", "a b"),
        ("Handle", "a\0b"),
        ("Title", "a\0b"),
        ("Title", &long),
        ("Vendor", &long),
        ("Type", "A >  > B"),
        ("Tags", &long),
        ("Published", "yes please"),
        ("Status", "gone"),
        ("Option1 Name", "Size:EU"),
        ("Option1 Name", &long[..101]),
        ("Option1 Value", &long),
        ("Variant SKU", &long),
        ("Variant Grams", "12.5"),
        ("Variant Grams", "-1"),
        ("Variant Grams", "heavy"),
        ("Variant Grams", "1000000001"),
        ("Variant Inventory Qty", "1.5"),
        ("Variant Inventory Qty", "many"),
        ("Variant Inventory Qty", "99999999999999999999"),
        ("Variant Inventory Policy", "maybe"),
        ("Variant Price", "abc"),
        ("Variant Price", "-1"),
        ("Variant Price", "1e3"),
        ("Variant Price", "9.999"),
        ("Variant Price", "1,50"),
        ("Variant Price", "99999999999999"),
        ("Variant Compare At Price", "free"),
        ("Variant Weight Unit", "stone"),
        ("Image Src", "../cap.jpg"),
        ("Image Src", "/etc/passwd"),
    ] {
        let bad = with(&[(column, value)]).expect_err(column);
        assert!(bad.iter().any(|(name, reason)| name == column && !reason.is_empty()), "{column}={value}: {bad:?}");
    }
}

#[test]
fn everything_wrong_with_a_row_is_told_at_once() {
    let bad = with(&[("Variant Price", "abc"), ("Variant Grams", "x"), ("Published", "?")]).unwrap_err();
    let columns: Vec<_> = bad.iter().map(|(column, _)| column.as_str()).collect();
    assert_eq!(columns, ["Published", "Variant Grams", "Variant Price"]);
}

#[test]
fn published_and_status_tell_who_sees_it() {
    for (published, status, expected) in [
        ("", "", "active"),
        ("TRUE", "", "active"),
        ("false", "", "draft"),
        ("true", "draft", "draft"),
        ("true", "Archived", "archived"),
        ("true", "active", "active"),
        ("false", "active", "draft"),
    ] {
        let row = with(&[("Published", published), ("Status", status)]).unwrap();
        assert_eq!(row.lead.unwrap().status.as_deref(), Some(expected), "{published} {status}");
    }
}

#[test]
fn a_row_may_carry_a_picture_alone_but_not_nothing() {
    let picture = [("Title", ""), ("Variant Price", ""), ("Image Src", "https://cdn.example/cap.jpg")];
    let row = with(&picture).unwrap();
    assert!(row.offer.is_none() && row.lead.is_none() && row.picture.is_some());
    assert_eq!(with(&picture[..2]).unwrap_err()[0].0, "Variant Price");
    let sized = [("Title", ""), ("Variant Price", ""), ("Option1 Value", "M")];
    assert_eq!(with(&sized).unwrap_err(), [("Variant Price".into(), "is missing: each variant needs a price".into())]);
}

#[test]
fn numbers_as_newer_exports_write_them_are_whole() {
    let row = with(&[("Variant Grams", "200.0"), ("Variant Inventory Qty", "-3")]).unwrap();
    assert_eq!(row.offer.as_ref().unwrap().weight_grams, Some(200));
    assert_eq!(row.offer.unwrap().quantity, Some(-3));
}

#[test]
fn rows_with_too_few_or_too_many_fields_keep_their_handle() {
    for fields in [vec!["cap", "Cap"], vec!["cap"; 21]] {
        let (handle, bad) = read(&columns(), &StringRecord::from(fields), 7, "EUR").unwrap_err();
        assert_eq!(handle.as_deref(), Some("cap"));
        assert!(bad[0].reason.ends_with("where the heading has 20"), "{}", bad[0].reason);
    }
    assert_eq!(read(&columns(), &StringRecord::from(vec!["", " "]), 7, "EUR"), Ok(None));
}

proptest! {
    #[test]
    fn any_text_anywhere_is_either_clean_or_refused(place in 0..20_usize, text in "\\PC{0,300}|.{0,20}") {
        let mut fields = vec![""; 20];
        (fields[0], fields[1], fields[14]) = ("cap", "Cap", "9.99");
        fields[place] = &text;
        if let Ok(Some(row)) = read(&columns(), &StringRecord::from(fields), 7, "EUR") {
            let json = serde_json::to_string(&row).unwrap();
            prop_assert!(!json.contains("\\u0000"));
            prop_assert_eq!(serde_json::from_str::<Row>(&json).unwrap(), row);
        }
    }
}
