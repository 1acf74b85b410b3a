//! What each further filter would leave, counted in one statement.

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
    let rows = sqlx::query_as!(
        Row,
        r#"WITH chosen AS (SELECT to_tsquery('english', unaccent($2)) AS text),
           option_names AS (
               SELECT NULL::text AS own UNION ALL SELECT DISTINCT split_part(o, ':', 1) FROM unnest($5::text[]) o),
           counted AS (
               SELECT 1 AS part, 'category' AS facet, c.name, c.slug AS value, count(DISTINCT m.product_id) AS count,
                      min(c.position)::float8 AS rank
               FROM chosen, matching_variants($1, text, NULL, $4, $5, $6, $7, $8) m
               JOIN categories c ON c.id = ANY (m.category_ids)
               GROUP BY c.id
               UNION ALL
               SELECT 2, 'vendor', '', m.vendor, count(DISTINCT m.product_id), 0
               FROM chosen, matching_variants($1, text, $3, '{}', $5, $6, $7, $8) m
               WHERE m.vendor IS NOT NULL
               GROUP BY m.vendor
               UNION ALL
               SELECT 3, 'option', o.name, m.option_values[o.position], count(DISTINCT m.product_id),
                      avg(array_position(o.values, m.option_values[o.position]))::float8
               FROM chosen, option_names n
               CROSS JOIN LATERAL matching_variants($1, text, $3, $4,
                   ARRAY(SELECT w FROM unnest($5::text[]) w WHERE n.own IS NULL OR split_part(w, ':', 1) <> n.own),
                   $6, $7, $8) m
               JOIN product_options o ON o.product_id = m.product_id
               WHERE CASE WHEN n.own IS NULL THEN lower(o.name) NOT IN (SELECT own FROM option_names WHERE own IS NOT NULL)
                          ELSE lower(o.name) = n.own END
               GROUP BY o.name, m.option_values[o.position]
               UNION ALL
               SELECT 4, 'price', e.name, '', e.amount, 0
               FROM (SELECT min(m.amount) AS least, max(m.amount) AS most
                     FROM chosen, matching_variants($1, text, $3, $4, $5, NULL, NULL, $8) m) range
               CROSS JOIN LATERAL (VALUES ('min', range.least), ('max', range.most)) e (name, amount)
               WHERE e.amount IS NOT NULL
               UNION ALL
               SELECT 5, 'available', '', '', count(DISTINCT m.product_id), 0
               FROM chosen, matching_variants($1, text, $3, $4, $5, $6, $7, true) m)
           SELECT facet AS "facet!", name AS "name!", value AS "value!", count AS "count!"
           FROM counted
           ORDER BY part, CASE WHEN part = 1 THEN rank END, name, rank, value"#,
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
