//! What a violated constraint of the database means to who asked: each by its name, as migrations give it.

/// The code and the words for a constraint that a request can run into; none for those that only a fault of ours violates.
pub fn refusal(constraint: &str) -> Option<(&'static str, &'static str)> {
    Some(match constraint {
        "stock_on_hand_is_not_negative" => {
            ("not_on_shelf", "There are fewer on the shelf than that: correct the count first.")
        }
        "stock_reserved_is_on_hand" => (
            "stock_is_promised",
            "More of it is promised to orders than would be on the shelf: ship or cancel them first, or let it be ordered without stock.",
        ),
        "products_slug_is_unique" => ("slug_taken", "Another product has this slug."),
        "variants_sku_is_unique" => ("sku_taken", "Another variant has this SKU."),
        "variants_options_are_unique" => ("variant_exists", "The product has a variant with these values already."),
        "variants_fit_their_options" => (
            "variants_do_not_fit",
            "Each variant needs one value of each of its product's options, and only those that the option has.",
        ),
        "media_source_is_unique_in_its_product" => ("picture_exists", "The product has this picture already."),
        _ => return None,
    })
}
