//! Lists of products: filtered, ordered, a page at a time by key.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    catalog::{
        model::{Picture, ProductCard},
        rules::{Filters, Sort, availability},
    },
    money::Money,
    store::Store,
};

/// The place of a product in a list: what it is ordered by, as an integer, and its id.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Key(pub i64, pub Uuid);

/// The first and the last microsecond since 1970 that a `timestamptz` holds, as far as an `i64` counts them.
const MOMENTS: RangeInclusive<i64> = -210_866_803_200_000_000..=9_223_371_331_199_999_000;

impl Key {
    /// Whether a list in this order has such a place: a cursor is not signed, so its key is whatever somebody wrote.
    pub fn fits(self, sort: Sort) -> bool {
        match sort {
            Sort::Newest => MOMENTS.contains(&self.0),
            // Integers beside integers.
            Sort::PriceAsc | Sort::PriceDesc | Sort::Relevance => true,
        }
    }
}

struct Row {
    key: i64,
    id: Uuid,
    slug: String,
    title: String,
    vendor: Option<String>,
    amount: i64,
    compare_at: Option<i64>,
    most: i64,
    left: i32,
    backorderable: bool,
    pictures: Json<Vec<Picture>>,
}

impl Row {
    fn card(self, store: &Store) -> (Key, ProductCard) {
        let money = |amount| Money { amount, currency: store.currency.clone() };
        let card = ProductCard {
            id: self.id,
            slug: self.slug,
            title: self.title,
            vendor: self.vendor,
            price: money(self.amount),
            price_varies: self.most > self.amount,
            compare_at_price: self.compare_at.map(money),
            availability: availability(self.left, self.backorderable, store.low_stock_threshold),
            pictures: self.pictures.0,
        };
        (Key(self.key, self.id), card)
    }
}

/// The same list in four orders. Each is a statement of its own, so that each can walk an index.
macro_rules! list {
    ($key:literal, $after:literal, $order:literal, $filters:ident, $currency:expr, $after_key:expr, $limit:expr) => {
        sqlx::query_as!(
            Row,
            "SELECT (" + $key + r#")::int8 AS "key!", l.product_id AS id, p.slug, p.title, p.vendor,
                    offer.amount AS "amount!", offer.compare_at AS "compare_at?", offer.most AS "most!",
                    offer.left AS "left!", offer.backorderable AS "backorderable!",
                    product_pictures(l.product_id, 2) AS "pictures!: Json<Vec<Picture>>"
             FROM product_listings l
             JOIN products p ON p.id = l.product_id
             CROSS JOIN LATERAL (
                 SELECT min(r.amount) AS amount, max(r.amount) AS most,
                        (array_agg(CASE WHEN r.compare_at > r.amount THEN r.compare_at END ORDER BY r.amount, v.position))[1]
                            AS compare_at,
                        max(s.on_hand - s.reserved) AS left, bool_or(s.backorderable) AS backorderable
                 FROM variants v
                 JOIN prices r ON r.variant_id = v.id AND r.currency = l.currency
                 JOIN stock s ON s.variant_id = v.id
                 WHERE v.product_id = l.product_id) offer
             WHERE l.currency = $1
               AND EXISTS (SELECT FROM matching_variants($1, to_tsquery('english', $2),
                                                         $3, $4, $5, $6, $7, $8) m
                           WHERE m.product_id = l.product_id)
               AND ($9::int8 IS NULL OR "# + $after + ") ORDER BY " + $order + " LIMIT $11",
            $currency,
            $filters.text,
            $filters.category,
            &$filters.vendors,
            &$filters.options,
            $filters.min_price,
            $filters.max_price,
            $filters.available,
            $after_key.map(|key: Key| key.0),
            $after_key.map(|key: Key| key.1),
            $limit
        )
    };
}

/// A page of the list behind `after`, at most `limit` long.
pub async fn page(
    connection: &mut PgConnection,
    store: &Store,
    filters: &Filters,
    after: Option<Key>,
    limit: i64,
) -> sqlx::Result<Vec<(Key, ProductCard)>> {
    let currency = &store.currency;
    let rows = match filters.sort {
        Sort::Newest => {
            list!(
                "extract(epoch FROM l.published_at) * 1000000",
                "(l.published_at, l.product_id) < ('epoch'::timestamptz + $9 * interval '1 microsecond', $10)",
                "l.published_at DESC, l.product_id DESC",
                filters,
                currency,
                after,
                limit
            )
            .fetch_all(connection)
            .await?
        }
        Sort::PriceAsc => {
            list!(
                "l.min_amount",
                "(l.min_amount, l.product_id) > ($9, $10)",
                "l.min_amount, l.product_id",
                filters,
                currency,
                after,
                limit
            )
            .fetch_all(connection)
            .await?
        }
        Sort::PriceDesc => {
            list!(
                "l.min_amount",
                "(l.min_amount, l.product_id) < ($9, $10)",
                "l.min_amount DESC, l.product_id DESC",
                filters,
                currency,
                after,
                limit
            )
            .fetch_all(connection)
            .await?
        }
        Sort::Relevance => {
            list!(
                "ts_rank(l.document, to_tsquery('english', $2)) * 1000000000",
                "((ts_rank(l.document, to_tsquery('english', $2)) * 1000000000)::int8, l.product_id) < ($9, $10)",
                "1 DESC, 2 DESC",
                filters,
                currency,
                after,
                limit
            )
            .fetch_all(connection)
            .await?
        }
    };
    Ok(rows.into_iter().map(|row| row.card(store)).collect())
}

/// How many products the filters leave.
pub async fn total(connection: &mut PgConnection, store: &Store, filters: &Filters) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(DISTINCT m.product_id) AS "total!"
           FROM matching_variants($1, to_tsquery('english', $2), $3, $4, $5, $6, $7, $8) m"#,
        store.currency,
        filters.text,
        filters.category,
        &filters.vendors,
        &filters.options,
        filters.min_price,
        filters.max_price,
        filters.available
    )
    .fetch_one(connection)
    .await
}
