//! The stock that an import changes: remembered batch by batch, settled at the end, in the one order of locks.

use std::collections::HashSet;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    product::Variant,
    report::{BadRow, Warning},
    stock::{Change, Count},
};

const STOCKS_A_BATCH: i64 = 5000;

/// What the file says of a variant's stock.
pub struct Wish<'a> {
    /// The variant.
    pub id: Uuid,
    /// Whether the store had it not before.
    pub is_new: bool,
    /// The product's slug.
    pub handle: &'a str,
    /// What the file says.
    pub variant: &'a Variant,
}

/// What became of the wishes.
#[derive(Default)]
pub struct Settled {
    /// The products of which a stock changed.
    pub products: HashSet<Uuid>,
    /// What was put right.
    pub warnings: Vec<Warning>,
    /// What cannot be, with the product's slug.
    pub bad: Vec<(String, BadRow)>,
}

#[derive(sqlx::FromRow)]
struct Remembered {
    #[sqlx(flatten)]
    count: Count,
    handle: String,
    product_id: Uuid,
}

/// Keeps the wishes until the end.
///
/// # Errors
/// When the database fails.
pub async fn remember(connection: &mut PgConnection, wishes: &[Wish<'_>]) -> sqlx::Result<()> {
    let line = |wish: &Wish| i64::try_from(wish.variant.line).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO import_stock
         SELECT * FROM unnest($1::uuid[], $2::int8[], $3::text[], $4::bool[], $5::int4[], $6::bool[])",
    )
    .bind(wishes.iter().map(|wish| wish.id).collect::<Vec<_>>())
    .bind(wishes.iter().map(line).collect::<Vec<_>>())
    .bind(wishes.iter().map(|wish| wish.handle).collect::<Vec<_>>())
    .bind(wishes.iter().map(|wish| wish.is_new).collect::<Vec<_>>())
    .bind(wishes.iter().map(|wish| wish.variant.offer.quantity).collect::<Vec<_>>())
    .bind(wishes.iter().map(|wish| wish.variant.offer.backorderable).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves the stock; orders lock it by the variant's id, and so does this, from the first to the last.
///
/// # Errors
/// When the database fails.
pub async fn settle(connection: &mut PgConnection, take: bool) -> sqlx::Result<Settled> {
    let mut settled = Settled::default();
    let mut last = Uuid::nil();
    loop {
        let rows = lock(connection, last, take).await?;
        let Some(end) = rows.last() else { return Ok(settled) };
        last = end.count.variant_id;
        let mut changes = Vec::with_capacity(rows.len());
        for Remembered { count, handle, product_id } in rows {
            match count.change(take) {
                Ok(change) => {
                    settled.warnings.extend(change.warning.clone());
                    if change.delta != 0 || change.backorderable != count.backorderable {
                        settled.products.insert(product_id);
                        changes.push((count, change));
                    }
                }
                Err(bad) => settled.bad.push((handle, bad)),
            }
        }
        write(connection, &changes).await?;
    }
}

/// The next stocks that may have to change, locked.
async fn lock(connection: &mut PgConnection, after: Uuid, take: bool) -> sqlx::Result<Vec<Remembered>> {
    sqlx::query_as(
        "SELECT i.variant_id, i.line, i.is_new, i.quantity, i.backorderable AS wanted, s.on_hand, s.reserved,
                s.backorderable, i.handle, v.product_id
         FROM import_stock i JOIN stock s USING (variant_id) JOIN variants v ON v.id = i.variant_id
         WHERE i.variant_id > $1
           AND (i.backorderable <> s.backorderable OR ((i.is_new OR $2) AND i.quantity <> s.on_hand))
         ORDER BY i.variant_id LIMIT $3
         FOR NO KEY UPDATE OF s",
    )
    .bind(after)
    .bind(take)
    .bind(STOCKS_A_BATCH)
    .fetch_all(connection)
    .await
}

async fn write(connection: &mut PgConnection, changes: &[(Count, Change)]) -> sqlx::Result<()> {
    let moved = || changes.iter().filter(|(_, change)| change.delta != 0);
    let kind = |count: &Count| if count.is_new { ("received", "import") } else { ("adjusted", "stock-take") };
    sqlx::query!(
        "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reason)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::int4[], $4::text[])",
        &moved().map(|(count, _)| count.variant_id).collect::<Vec<_>>(),
        &moved().map(|(count, _)| kind(count).0.to_owned()).collect::<Vec<_>>(),
        &moved().map(|(_, change)| change.delta).collect::<Vec<_>>(),
        &moved().map(|(count, _)| kind(count).1.to_owned()).collect::<Vec<_>>()
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE stock s SET backorderable = d.backorderable
         FROM unnest($1::uuid[], $2::bool[]) AS d (variant_id, backorderable)
         WHERE s.variant_id = d.variant_id AND s.backorderable <> d.backorderable",
        &changes.iter().map(|(count, _)| count.variant_id).collect::<Vec<_>>(),
        &changes.iter().map(|(_, change)| change.backorderable).collect::<Vec<_>>()
    )
    .execute(connection)
    .await?;
    Ok(())
}
