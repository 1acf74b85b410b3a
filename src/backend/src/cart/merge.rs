//! The guest's cart and the account's become one when somebody signs in, in one transaction, and nothing of either is lost.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    queries::{self, State},
    rules::MAX_QUANTITY,
};
use crate::{access, error::Result};

/// Joins the cart that a guest holds to the account's; answers the cart that the browser goes on with, if it is another one.
///
/// A cart whose order waits for its payment is left as it is, since a change would cancel the order: it is joined at the next
/// sign-in, and until then the browser keeps it. A guest's cart without a line changes nothing: the browser goes on with the
/// account's. A cart that is finished (bought, or its payment is in processing) is let go.
///
/// # Errors
/// When the database refuses; the transaction is to be given up then, and both carts are as before.
pub async fn join(connection: &mut PgConnection, guest: Option<Uuid>, account_id: Uuid) -> Result<Option<Uuid>> {
    lock(connection, guest, account_id).await?;
    let own = own(connection, account_id).await?;
    let Some(guest) = guest else { return Ok(own.map(|(id, _)| id)) };
    // Somebody else's stays somebody else's.
    if queries::owner(connection, guest).await? != Some(None) {
        return Ok(own.map(|(id, _)| id));
    }
    let state = queries::state(connection, guest).await?;
    match (state, own) {
        (None | Some(State::Processing(_) | State::Done), own) => Ok(own.map(|(id, _)| id)),
        (Some(State::Open | State::Pending(_)), None) => {
            queries::give(connection, guest, Some(account_id)).await?;
            Ok(None)
        }
        (Some(State::Open), Some((own, State::Open))) => {
            absorb(connection, guest, own).await?;
            Ok(Some(own))
        }
        (Some(State::Open), Some((own, _))) if queries::line_count(connection, guest).await? == 0 => Ok(Some(own)),
        (Some(_), Some(_)) => Ok(None),
    }
}

/// Both at once, in the order in which carts are locked everywhere.
async fn lock(connection: &mut PgConnection, guest: Option<Uuid>, account_id: Uuid) -> sqlx::Result<()> {
    access::queries::lock_account(connection, account_id).await?;
    sqlx::query!(
        "SELECT id FROM carts WHERE id = $1 OR account_id = $2 ORDER BY id FOR NO KEY UPDATE",
        guest,
        account_id
    )
    .fetch_all(connection)
    .await
    .map(drop)
}

/// The account's cart; one that is finished is let go, so that the account can have a new one.
async fn own(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Option<(Uuid, State)>> {
    let Some(id) = queries::of_account(connection, account_id).await? else { return Ok(None) };
    match queries::state(connection, id).await? {
        None | Some(State::Processing(_) | State::Done) => {
            queries::give(connection, id, None).await?;
            Ok(None)
        }
        Some(state) => Ok(Some((id, state))),
    }
}

/// What was in both is added up, as far as it can be bought; neither loses what it had. The price that was seen last counts.
async fn absorb(connection: &mut PgConnection, guest: Uuid, own: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO cart_items AS mine (cart_id, variant_id, quantity, seen_amount, added_at)
         SELECT $2, theirs.variant_id, theirs.quantity, theirs.seen_amount, theirs.added_at
         FROM cart_items theirs WHERE theirs.cart_id = $1 ORDER BY theirs.variant_id
         ON CONFLICT (cart_id, variant_id) DO UPDATE SET
             seen_amount = excluded.seen_amount,
             quantity = least($3, mine.quantity + excluded.quantity,
                 greatest(mine.quantity, excluded.quantity,
                          (SELECT CASE WHEN s.backorderable THEN $3 ELSE s.on_hand - s.reserved END
                           FROM stock s WHERE s.variant_id = mine.variant_id)))",
        guest,
        own,
        MAX_QUANTITY
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("DELETE FROM carts WHERE id = $1", guest).execute(&mut *connection).await?;
    queries::touch(connection, own).await
}

/// The cart that a new one would be for who is signed in: the one that they have and that can be changed.
///
/// # Errors
/// When the database refuses.
pub async fn existing(connection: &mut PgConnection, account_id: Uuid) -> Result<Option<Uuid>> {
    lock(connection, None, account_id).await?;
    Ok(own(connection, account_id).await?.map(|(id, _)| id))
}
