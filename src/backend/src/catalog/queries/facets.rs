//! What each further filter would leave, counted in one statement that reads the offers once, however many filters there are.

use sqlx::PgConnection;

use crate::{
    catalog::{
        model::{CategoryCount, Facets, OptionFacet, PriceRange, ValueCount},
        rules::Filters,
    },
    money::Money,
    store::Store,
};

struct Row {
    facet: String,
    name: String,
    value: String,
    count: i64,
}

/// Counts the products behind every further filter. Each facet ignores its own selection, and each option its own values.
pub async fn facets(connection: &mut PgConnection, store: &Store, filters: &Filters) -> sqlx::Result<Facets> {
    let rows = sqlx::query_file_as!(
        Row,
        "src/catalog/queries/facets.sql",
        store.currency,
        filters.text,
        filters.category,
        &filters.vendors,
        &filters.options,
        filters.min_price,
        filters.max_price,
        filters.available
    )
    .fetch_all(connection)
    .await?;
    Ok(gather(rows, store))
}

fn gather(rows: Vec<Row>, store: &Store) -> Facets {
    let mut facets = Facets::default();
    let (mut least, mut most) = (None, None);
    let money = |amount| Money { amount, currency: store.currency.clone() };
    for Row { facet, name, value, count } in rows {
        match (facet.as_str(), name.as_str()) {
            ("category", _) => facets.categories.push(CategoryCount { slug: value, name, count }),
            ("vendor", _) => facets.vendors.push(ValueCount { value, count }),
            ("option", _) => match facets.options.last_mut() {
                Some(option) if option.name == name => option.values.push(ValueCount { value, count }),
                _ => facets.options.push(OptionFacet { name, values: vec![ValueCount { value, count }] }),
            },
            ("price", "min") => least = Some(count),
            ("price", _) => most = Some(count),
            _ => facets.available = count,
        }
    }
    facets.price = least.zip(most).map(|(min, max)| PriceRange { min: money(min), max: money(max) });
    facets
}
