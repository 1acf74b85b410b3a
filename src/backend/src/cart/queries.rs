//! The cart's SQL.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    model::{Cart, CartItem, PendingOrder},
    rules,
};
use crate::{
    catalog::{model::Picture, rules::availability},
    money::Money,
    store::{self, Store},
};

/// What became of a cart.
#[derive(Debug)]
pub enum State {
    /// It can be changed and bought.
    Open,
    /// An order of it waits for its payment.
    Pending(PendingOrder),
    /// The provider is processing the payment of the order with this number, which may take days: it can be neither changed nor
    /// bought again, unless the payment fails.
    Processing(i64),
    /// It was bought.
    Done,
}

impl State {
    /// Whether its shopper goes on with another cart.
    pub fn is_finished(&self) -> bool {
        matches!(self, Self::Processing(_) | Self::Done)
    }
}

/// Makes an empty cart.
pub async fn create(connection: &mut PgConnection, currency: &str) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!("INSERT INTO carts (currency) VALUES ($1) RETURNING id", currency).fetch_one(connection).await
}

/// Whose cart it is: none when there is no such cart, none within when it is a guest's.
pub async fn owner(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Option<Uuid>>> {
    sqlx::query_scalar!("SELECT account_id FROM carts WHERE id = $1", id).fetch_optional(connection).await
}

/// The cart that an account goes on with.
pub async fn of_account(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("SELECT id FROM carts WHERE account_id = $1", account_id).fetch_optional(connection).await
}

/// Gives a cart to an account that has none, or takes it from the one that has it.
pub async fn give(connection: &mut PgConnection, id: Uuid, account_id: Option<Uuid>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE carts SET account_id = $2 WHERE id = $1", id, account_id).execute(connection).await.map(drop)
}

/// Locks a cart until the transaction ends, so that changes of it take turns; false when there is none.
pub async fn lock(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query!("SELECT id FROM carts WHERE id = $1 FOR NO KEY UPDATE", id)
        .fetch_optional(connection)
        .await
        .map(|found| found.is_some())
}

/// What became of a cart; none when there is no such cart.
pub async fn state(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<State>> {
    let row = sqlx::query!(
        r#"SELECT o.id AS "order_id?", o.number AS "number?", o.status AS "status?", o.total AS "total?",
                  o.currency AS "currency?", o.expires_at AS "expires_at?",
                  EXISTS (SELECT FROM payments p WHERE p.order_id = o.id AND p.status = 'processing') AS "is_processing!"
           FROM carts c
           LEFT JOIN orders o ON o.cart_id = c.id AND (o.status <> 'cancelled' OR o.confirmed_at IS NOT NULL)
           WHERE c.id = $1
           LIMIT 1"#,
        id
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(match (row.order_id, row.number, row.total, row.currency, row.expires_at) {
        (Some(id), Some(number), Some(amount), Some(currency), Some(expires_at))
            if row.status.as_deref() == Some("pending") =>
        {
            if row.is_processing {
                State::Processing(number)
            } else {
                State::Pending(PendingOrder { id, number, total: Money { amount, currency }, expires_at })
            }
        }
        (Some(_), ..) => State::Done,
        (None, ..) => State::Open,
    }))
}

/// The store in a cart's currency; none when there is no such cart.
pub async fn market(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Store>> {
    let currency =
        sqlx::query_scalar!("SELECT currency FROM carts WHERE id = $1", id).fetch_optional(&mut *connection).await?;
    let Some(currency) = currency else { return Ok(None) };
    Ok(Some(Store { currency, ..store::settings(connection).await? }))
}

/// What one of a variant costs now and how many of it a cart could hold; none when there is no such variant or no price for it.
/// What an unpaid order of this cart holds is counted as there.
pub async fn offer(
    connection: &mut PgConnection,
    store: &Store,
    cart_id: Uuid,
    variant_id: Uuid,
) -> sqlx::Result<Option<(i64, i32)>> {
    let row = sqlx::query!(
        r#"SELECT r.amount, (s.on_hand - s.reserved + coalesce((
                      SELECT h.held FROM stock_reservations h JOIN orders o ON o.id = h.order_id
                      WHERE o.cart_id = $3 AND o.status = 'pending' AND h.variant_id = v.id), 0))::int AS "left!",
                  s.backorderable
           FROM variants v
           JOIN products p ON p.id = v.product_id AND p.status = 'active' AND p.published_at <= now()
           JOIN prices r ON r.variant_id = v.id AND r.currency = $2
           JOIN stock s ON s.variant_id = v.id
           WHERE v.id = $1"#,
        variant_id,
        store.currency,
        cart_id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.amount, rules::available(true, row.left, row.backorderable))))
}

/// A line of a cart, as far as a change can change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The variant.
    pub variant_id: Uuid,
    /// How many.
    pub quantity: i32,
    /// The price that was seen last, in minor units.
    pub seen_amount: i64,
}

/// The lines of a cart, by variant.
pub async fn lines(connection: &mut PgConnection, cart_id: Uuid) -> sqlx::Result<Vec<Line>> {
    sqlx::query_as!(
        Line,
        "SELECT variant_id, quantity, seen_amount FROM cart_items WHERE cart_id = $1 ORDER BY variant_id",
        cart_id
    )
    .fetch_all(connection)
    .await
}

/// How many of a variant a cart holds; none when it holds none.
pub async fn quantity(connection: &mut PgConnection, cart_id: Uuid, variant_id: Uuid) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!("SELECT quantity FROM cart_items WHERE cart_id = $1 AND variant_id = $2", cart_id, variant_id)
        .fetch_optional(connection)
        .await
}

/// How many lines a cart has.
pub async fn line_count(connection: &mut PgConnection, cart_id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM cart_items WHERE cart_id = $1"#, cart_id)
        .fetch_one(connection)
        .await
}

/// Sets how many of a variant a cart holds, at the price that was seen.
pub async fn put(
    connection: &mut PgConnection,
    cart_id: Uuid,
    variant_id: Uuid,
    quantity: i32,
    seen_amount: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO cart_items (cart_id, variant_id, quantity, seen_amount) VALUES ($1, $2, $3, $4)
         ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity, seen_amount = excluded.seen_amount",
        cart_id,
        variant_id,
        quantity,
        seen_amount
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Takes a variant out of a cart; false when it was not in it.
pub async fn remove(connection: &mut PgConnection, cart_id: Uuid, variant_id: Uuid) -> sqlx::Result<bool> {
    sqlx::query!("DELETE FROM cart_items WHERE cart_id = $1 AND variant_id = $2", cart_id, variant_id)
        .execute(connection)
        .await
        .map(|done| done.rows_affected() > 0)
}

/// Notes that a cart is in use.
pub async fn touch(connection: &mut PgConnection, cart_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("UPDATE carts SET updated_at = now() WHERE id = $1", cart_id).execute(connection).await.map(drop)
}

/// Takes the prices of this moment for seen, and as many of each line as there are; what is sold out goes.
pub async fn acknowledge(connection: &mut PgConnection, items: &[CartItem], cart_id: Uuid) -> sqlx::Result<()> {
    let (mut gone, mut kept, mut quantities, mut amounts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for item in items.iter().filter(|item| item.changed.is_some()) {
        if item.available_quantity == 0 {
            gone.push(item.variant_id);
        } else {
            kept.push(item.variant_id);
            quantities.push(item.quantity.min(item.available_quantity));
            amounts.push(item.unit_price.amount);
        }
    }
    sqlx::query!("DELETE FROM cart_items WHERE cart_id = $1 AND variant_id = ANY ($2)", cart_id, &gone)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "UPDATE cart_items i SET quantity = now.quantity, seen_amount = now.amount
         FROM unnest($2::uuid[], $3::int[], $4::bigint[]) AS now (variant_id, quantity, amount)
         WHERE i.cart_id = $1 AND i.variant_id = now.variant_id",
        cart_id,
        &kept,
        &quantities,
        &amounts
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A cart as its shopper sees it; none when there is none, or when it is finished.
pub async fn read(connection: &mut PgConnection, store: &Store, id: Uuid) -> sqlx::Result<Option<Cart>> {
    let pending_order = match state(connection, id).await? {
        None | Some(State::Processing(_) | State::Done) => return Ok(None),
        Some(State::Open) => None,
        Some(State::Pending(order)) => Some(order),
    };
    let updated_at =
        sqlx::query_scalar!("SELECT updated_at FROM carts WHERE id = $1", id).fetch_optional(&mut *connection).await?;
    let Some(updated_at) = updated_at else { return Ok(None) };
    let items = items(connection, store, id).await?;
    let amount = items.iter().map(|item| item.total.amount).sum();
    Ok(Some(Cart {
        id,
        item_count: items.iter().map(|item| i64::from(item.quantity)).sum(),
        subtotal: Money { amount, currency: store.currency.clone() },
        can_check_out: rules::can_check_out(&items),
        pending_order,
        cancelled_order: None,
        updated_at,
        currency: store.currency.clone(),
        items,
    }))
}

/// The lines of a cart. What an unpaid order of this cart holds is counted as there.
pub async fn items(connection: &mut PgConnection, store: &Store, cart_id: Uuid) -> sqlx::Result<Vec<CartItem>> {
    let rows = sqlx::query!(
        r#"SELECT i.variant_id, i.quantity, i.seen_amount, p.slug, p.title, v.option_values, v.sku,
                  variant_picture(v.id) AS "picture: Json<Picture>", r.amount AS "amount?",
                  p.status = 'active' AND p.published_at <= now() AND r.amount IS NOT NULL AS "sold!",
                  (s.on_hand - s.reserved + coalesce((
                      SELECT h.held FROM stock_reservations h JOIN orders o ON o.id = h.order_id
                      WHERE o.cart_id = i.cart_id AND o.status = 'pending' AND h.variant_id = i.variant_id), 0))::int AS "left!",
                  s.backorderable
           FROM cart_items i
           JOIN variants v ON v.id = i.variant_id
           JOIN products p ON p.id = v.product_id
           JOIN stock s ON s.variant_id = v.id
           LEFT JOIN prices r ON r.variant_id = v.id AND r.currency = $2
           WHERE i.cart_id = $1
           ORDER BY i.added_at, i.variant_id"#,
        cart_id,
        store.currency
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let money = |amount| Money { amount, currency: store.currency.clone() };
            let unit_price = money(row.amount.unwrap_or(row.seen_amount));
            let available = rules::available(row.sold, row.left, row.backorderable);
            CartItem {
                variant_id: row.variant_id,
                product_slug: row.slug,
                title: row.title,
                option_values: row.option_values,
                sku: row.sku,
                picture: row.picture.map(|picture| picture.0),
                quantity: row.quantity,
                total: money(unit_price.amount * i64::from(row.quantity)),
                availability: availability(
                    if row.sold { row.left } else { 0 },
                    row.sold && row.backorderable,
                    store.low_stock_threshold,
                ),
                available_quantity: available,
                changed: rules::changed(&unit_price, row.seen_amount, row.quantity, available),
                unit_price,
            }
        })
        .collect())
}
