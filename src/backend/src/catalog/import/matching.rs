//! Which variants of the file are which of the store's. Pure.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use uuid::Uuid;

use super::{
    columns::Column,
    product::{Choice, Product},
    report::BadRow,
};

/// A product that the store has already.
#[derive(Debug, Clone, Default)]
pub struct Existing {
    /// Its id.
    pub id: Uuid,
    /// Its options.
    pub options: Vec<Choice>,
    /// Its variants.
    pub variants: Vec<ExistingVariant>,
    /// Its pictures.
    pub pictures: Vec<ExistingPicture>,
}

/// A variant that the store has already.
#[derive(Debug, Clone, Deserialize)]
pub struct ExistingVariant {
    /// Its id.
    pub id: Uuid,
    /// One value of each option.
    pub values: Vec<String>,
    /// Its article number.
    pub sku: Option<String>,
}

/// A picture that the store has already.
#[derive(Debug, Clone, Deserialize)]
pub struct ExistingPicture {
    /// Its id.
    pub id: Uuid,
    /// Where it came from.
    pub source: String,
}

/// What becomes of a product.
#[derive(Debug)]
pub struct Plan {
    /// The product's id.
    pub id: Uuid,
    /// Whether the store has it not yet.
    pub is_new: bool,
    /// Its options afterwards.
    pub options: Vec<Choice>,
    /// Whether its options are others than before, not only more values.
    pub replaces_options: bool,
    /// For each variant of the file its id, and whether the store has it not yet.
    pub variants: Vec<(Uuid, bool)>,
}

/// Finds the product's variants among the store's.
///
/// # Errors
/// When the options are others than before and a variant of the store would be left without a value of them.
pub fn plan(product: &Product, existing: Option<&Existing>) -> Result<Plan, Vec<BadRow>> {
    let Some(existing) = existing else {
        let variants = product.variants.iter().map(|_| (Uuid::now_v7(), true)).collect();
        let options = product.options.clone();
        return Ok(Plan { id: Uuid::now_v7(), is_new: true, options, replaces_options: false, variants });
    };
    let replaces_options = !same_names(&product.options, &existing.options);
    let (variants, left) = match_variants(product, existing, !replaces_options);
    if replaces_options && !left.is_empty() {
        return Err(left.into_iter().map(|variant| stranded(product, existing, variant)).collect());
    }
    let options = if replaces_options { product.options.clone() } else { merged(&product.options, &existing.options) };
    Ok(Plan { id: existing.id, is_new: false, options, replaces_options, variants })
}

fn same_names(one: &[Choice], other: &[Choice]) -> bool {
    let names = |options: &[Choice]| options.iter().map(|option| option.name.to_lowercase()).collect::<Vec<_>>();
    names(one) == names(other)
}

/// By their options first, where these can be compared, then by their SKU; and those of the store that are left.
fn match_variants<'e>(
    product: &Product,
    existing: &'e Existing,
    by_options: bool,
) -> (Vec<(Uuid, bool)>, Vec<&'e ExistingVariant>) {
    let of_values: HashMap<_, _> = existing.variants.iter().map(|variant| (&variant.values, variant.id)).collect();
    let of_sku: HashMap<_, _> =
        existing.variants.iter().filter_map(|variant| Some((variant.sku.as_ref()?, variant.id))).collect();
    let mut taken = HashSet::new();
    let mut matches: Vec<Option<Uuid>> = product
        .variants
        .iter()
        .map(|variant| of_values.get(&variant.values).copied().filter(|id| by_options && taken.insert(*id)))
        .collect();
    for (variant, found) in product.variants.iter().zip(&mut matches) {
        if found.is_none() {
            let same_sku = variant.offer.sku.as_ref().and_then(|sku| of_sku.get(sku)).copied();
            *found = same_sku.filter(|id| taken.insert(*id));
        }
    }
    let left = existing.variants.iter().filter(|variant| !taken.contains(&variant.id)).collect();
    (matches.into_iter().map(|found| (found.unwrap_or_else(Uuid::now_v7), found.is_none())).collect(), left)
}

/// The file's values in the file's order, then those that only the store has.
fn merged(file: &[Choice], store: &[Choice]) -> Vec<Choice> {
    let both = file.iter().zip(store).map(|(file, store)| {
        let more = store.values.iter().filter(|value| !file.values.contains(value));
        Choice { name: file.name.clone(), values: file.values.iter().chain(more).cloned().collect() }
    });
    both.collect()
}

fn stranded(product: &Product, existing: &Existing, variant: &ExistingVariant) -> BadRow {
    let names = |options: &[Choice]| match options {
        [] => "no options".to_owned(),
        _ => options.iter().map(|option| option.name.as_str()).collect::<Vec<_>>().join(", "),
    };
    let label = match (&variant.sku, variant.values.as_slice()) {
        (Some(sku), _) => format!("with the SKU `{sku}`"),
        (None, []) => "without a SKU".to_owned(),
        (None, values) => format!("`{}`, which has no SKU,", values.join(" / ")),
    };
    let reason = format!(
        "the product has {} in the store and {} in the file, but the file has no row for its variant {label}: \
         give each of its variants a row with the SKU that it has in the store, or delete the variant first",
        names(&existing.options),
        names(&product.options)
    );
    BadRow::new(product.line, Column::OptionName(1).name(), reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::import::{product::Variant, row::Offer};

    fn choice(name: &str, values: &[&str]) -> Choice {
        Choice { name: name.into(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    fn product(options: Vec<Choice>, variants: &[(&[&str], &str)]) -> Product {
        let variant = |(values, sku): &(&[&str], &str)| Variant {
            line: 2,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            offer: Offer { sku: Some((*sku).to_owned()), ..Offer::default() },
        };
        Product {
            line: 2,
            rank: 1,
            handle: "cap".into(),
            lead: Default::default(),
            options,
            variants: variants.iter().map(variant).collect(),
            pictures: Vec::new(),
        }
    }

    fn existing(options: Vec<Choice>, variants: &[(&[&str], Option<&str>)]) -> Existing {
        let variant = |(values, sku): &(&[&str], Option<&str>)| ExistingVariant {
            id: Uuid::now_v7(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            sku: sku.map(str::to_owned),
        };
        let variants = variants.iter().map(variant).collect();
        Existing { id: Uuid::now_v7(), options, variants, pictures: Vec::new() }
    }

    #[test]
    fn variants_are_matched_by_options_then_by_sku() {
        let store = existing(vec![choice("Size", &["S", "M"])], &[(&["S"], Some("a")), (&["M"], Some("b"))]);
        let ids: Vec<_> = store.variants.iter().map(|variant| variant.id).collect();
        let swapped = product(vec![choice("Size", &["S", "M"])], &[(&["S"], "b"), (&["M"], "a")]);
        assert_eq!(plan(&swapped, Some(&store)).unwrap().variants, [(ids[0], false), (ids[1], false)]);
        let renamed = product(vec![choice("size", &["Small"])], &[(&["Small"], "a")]);
        let found = plan(&renamed, Some(&store)).unwrap();
        assert_eq!(found.variants, [(ids[0], false)]);
        assert_eq!(found.options, [choice("size", &["Small", "S", "M"])]);
        assert!(!found.replaces_options);
        let further = product(vec![choice("Size", &["L"])], &[(&["L"], "c")]);
        assert!(plan(&further, Some(&store)).unwrap().variants[0].1);
    }

    #[test]
    fn other_options_need_every_variant_s_sku() {
        let store = existing(vec![choice("Size", &["S", "M"])], &[(&["S"], Some("a")), (&["M"], None)]);
        let options = vec![choice("Color", &["Red"]), choice("Size", &["S"])];
        let file = product(options.clone(), &[(&["Red", "S"], "a")]);
        let bad = plan(&file, Some(&store)).unwrap_err();
        assert!(bad[0].reason.contains("its variant `M`, which has no SKU,"), "{}", bad[0].reason);
        let all = existing(vec![choice("Size", &["S"])], &[(&["S"], Some("a"))]);
        let found = plan(&file, Some(&all)).unwrap();
        assert!(found.replaces_options);
        assert_eq!(found.options, options);
        assert_eq!(found.variants, [(all.variants[0].id, false)]);
    }
}
