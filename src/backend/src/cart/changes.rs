//! Changes of a cart's lines, and what they do to an order of the cart that waits for its payment.
//!
//! A change is tried in a transaction with the order in place. One that is refused, or changes no line, leaves the order alone.
//! Only for one that changes a line the payment is cancelled at the provider, outside of any transaction; then the order is
//! closed and the change made in one transaction, so that either both happen or neither.

use metrics::counter;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    merge,
    model::{AddItem, CancelledOrder, Cart},
    queries::{self, Line, State},
    rules,
};
use crate::{
    access::session::Caller,
    app::App,
    error::{Error, Result},
    payments::{
        close::{self, Closed, Reason, Voided},
        queries::OrderPayment,
    },
    store::{self, Store},
};

/// How often a change begins anew because the cart's order moved under it.
const PATIENCE: usize = 4;

/// A change of a cart's lines.
pub enum Change<'a> {
    /// Adds so many of each item to what is there.
    Add(&'a [AddItem]),
    /// Sets the quantity of a line that is there.
    SetQuantity {
        /// The line's variant.
        variant_id: Uuid,
        /// From 1 to [`rules::MAX_QUANTITY`].
        quantity: i32,
    },
    /// Removes a line that is there.
    Remove(Uuid),
    /// Takes the prices of this moment for seen, and of each line as many as there are.
    Acknowledge,
    /// Adds so many of each variant, as far as they are in stock; each with its title.
    AddAgain(&'a [(Uuid, i32, String)]),
}

/// A cart after a change.
pub struct Changed {
    /// As it is now.
    pub cart: Cart,
    /// The titles of what could not be added in full.
    pub missing: Vec<String>,
}

/// What became of a change.
pub enum Outcome {
    /// It was made, or there was nothing to change.
    Changed(Box<Changed>),
    /// The cart is finished: nothing of it can be changed. With what was found out of its order, if that was during the change.
    Finished(Option<Closed>),
}

impl Outcome {
    /// The changed cart.
    ///
    /// # Errors
    /// 404 for a cart that was finished before, 409 `order_paid` or `payment_processing` for one that turned out to be.
    pub fn changed(self) -> Result<Changed> {
        match self {
            Self::Changed(changed) => Ok(*changed),
            Self::Finished(closed) => {
                closed.map_or(Ok(()), Closed::expect_cancelled)?;
                Err(Error::NotFound("cart"))
            }
        }
    }
}

/// Makes a change of the cart `id`.
///
/// # Errors
/// When the change is refused; the cart and its order are then as before.
pub async fn change(app: &App, id: Uuid, change: &Change<'_>) -> Result<Outcome> {
    let mut voided = None;
    for _ in 0..PATIENCE {
        match attempt(app, id, change, voided.as_deref()).await? {
            Attempt::Made(outcome) => return Ok(outcome),
            Attempt::Moved => voided = None,
            Attempt::Cancels(order_id) => match close::void_payment(&app.db, &app.stripe, order_id).await? {
                Voided::Open(payment) => voided = Some(payment),
                Voided::Closed(Closed::Cancelled) => {}
                Voided::Closed(closed) => return Ok(Outcome::Finished(Some(closed))),
            },
        }
    }
    Err(moving())
}

/// Makes a change of the cart that a customer has, or of a new one for a signed-out visitor and for a customer who has none.
///
/// # Errors
/// When the change is refused; no cart is created then, and everything is as before.
pub async fn change_current(app: &App, caller: Option<&Caller>, change: &Change<'_>) -> Result<Changed> {
    for _ in 0..PATIENCE {
        let mut tx = app.db.begin().await?;
        if let Some(caller) = caller
            && let Some(id) = merge::existing(&mut tx, caller.account_id).await?
        {
            tx.commit().await?;
            match self::change(app, id, change).await? {
                Outcome::Changed(changed) => return Ok(*changed),
                // Bought meanwhile: the account has none now.
                Outcome::Finished(_) => continue,
            }
        }
        let store = store::settings(&mut tx).await?;
        let id = queries::create(&mut tx, &store.currency).await?;
        if let Some(caller) = caller {
            queries::give(&mut tx, id, Some(caller.account_id)).await?;
        }
        let applied = change.apply(&mut tx, &store, id).await?;
        let cart = queries::read(&mut tx, &store, id).await?.ok_or(Error::NotFound("cart"))?;
        tx.commit().await?;
        counter!("carts_created_total").increment(1);
        return Ok(applied.counted(cart));
    }
    Err(moving())
}

fn moving() -> Error {
    Error::conflict("cart_changed", "The cart is being ordered at the same time: try again.")
}

/// What came of trying a change.
enum Attempt {
    Made(Outcome),
    /// It changes a line, so this order has to be cancelled first. Nothing was changed yet.
    Cancels(Uuid),
    /// The cart or its order moved since the order's payment was cancelled. Nothing was changed.
    Moved,
}

/// Tries a change in one transaction; an order of the cart whose payment is `voided` is closed in it.
async fn attempt(app: &App, id: Uuid, change: &Change<'_>, voided: Option<&OrderPayment>) -> Result<Attempt> {
    let mut tx = app.db.begin().await?;
    if !queries::lock(&mut tx, id).await? {
        return Ok(Attempt::Made(Outcome::Finished(None)));
    }
    let pending = match queries::state(&mut tx, id).await? {
        Some(State::Open) => None,
        Some(State::Pending(order)) => Some(order),
        Some(State::Processing(_) | State::Done) | None => return Ok(Attempt::Made(Outcome::Finished(None))),
    };
    let store = queries::market(&mut tx, id).await?.ok_or(Error::NotFound("cart"))?;
    let closes = voided.filter(|payment| pending.as_ref().is_some_and(|order| order.id == payment.order_id));
    if let Some(payment) = closes
        && !close::close(&mut tx, payment, Reason::CartChanged).await?
    {
        return Ok(Attempt::Moved);
    }
    let before = queries::lines(&mut tx, id).await?;
    let applied = change.apply(&mut tx, &store, id).await?;
    let after = queries::lines(&mut tx, id).await?;
    match (&pending, closes, changes_quantities(&before, &after)) {
        (Some(order), None, true) => {
            tx.rollback().await?;
            return Ok(Attempt::Cancels(order.id));
        }
        (_, Some(_), false) => {
            tx.rollback().await?;
            return Ok(Attempt::Moved);
        }
        _ => {}
    }
    if before != after {
        queries::touch(&mut tx, id).await?;
    }
    let mut cart = queries::read(&mut tx, &store, id).await?.ok_or(Error::NotFound("cart"))?;
    tx.commit().await?;
    if let Some(payment) = closes {
        close::count_closed(payment, Reason::CartChanged);
        cart.cancelled_order = Some(CancelledOrder { number: payment.number });
    }
    Ok(Attempt::Made(Outcome::Changed(applied.counted(cart).into())))
}

/// A price that is seen anew changes nothing of what is ordered.
fn changes_quantities(before: &[Line], after: &[Line]) -> bool {
    let quantity = |line: &Line| (line.variant_id, line.quantity);
    !before.iter().map(quantity).eq(after.iter().map(quantity))
}

/// What a change did besides the lines.
#[derive(Default)]
struct Applied {
    missing: Vec<String>,
    added: u64,
}

impl Applied {
    /// Counts what was committed.
    fn counted(self, cart: Cart) -> Changed {
        counter!("cart_items_added_total").increment(self.added);
        Changed { cart, missing: self.missing }
    }
}

impl Change<'_> {
    /// Makes the change of a cart that is locked.
    async fn apply(&self, connection: &mut PgConnection, store: &Store, id: Uuid) -> Result<Applied> {
        let mut applied = Applied::default();
        match *self {
            Self::Add(items) => {
                for item in items {
                    add(connection, store, id, item).await?;
                    applied.added += 1;
                }
            }
            Self::SetQuantity { variant_id, quantity } => {
                set_quantity(connection, store, id, variant_id, quantity).await?;
            }
            Self::Remove(variant_id) => {
                if !queries::remove(connection, id, variant_id).await? {
                    return Err(Error::NotFound("line"));
                }
            }
            Self::Acknowledge => {
                let items = queries::items(connection, store, id).await?;
                queries::acknowledge(connection, &items, id).await?;
            }
            Self::AddAgain(sold) => {
                for (variant_id, quantity, title) in sold {
                    let (added, is_whole) = add_available(connection, store, id, *variant_id, *quantity).await?;
                    applied.added += u64::from(added);
                    applied.missing.extend((!is_whole).then(|| title.clone()));
                }
            }
        }
        Ok(applied)
    }
}

async fn add(connection: &mut PgConnection, store: &Store, id: Uuid, item: &AddItem) -> Result<()> {
    rules::expect_quantity("quantity", item.quantity)?;
    let offer = queries::offer(connection, store, id, item.variant_id).await?;
    let (amount, available) = offer.ok_or_else(|| Error::field("variant_id", "is not sold here"))?;
    let before = queries::quantity(connection, id, item.variant_id).await?;
    if before.is_none() && queries::line_count(connection, id).await? >= rules::MAX_LINES {
        return Err(Error::conflict("cart_full", format!("A cart holds {} lines.", rules::MAX_LINES)));
    }
    let wanted = before.unwrap_or_default() + item.quantity;
    rules::expect_available(item.variant_id, wanted, available).map_err(counted)?;
    Ok(queries::put(connection, id, item.variant_id, wanted, amount).await?)
}

async fn set_quantity(
    connection: &mut PgConnection,
    store: &Store,
    id: Uuid,
    variant_id: Uuid,
    quantity: i32,
) -> Result<()> {
    let before = queries::quantity(connection, id, variant_id).await?.ok_or(Error::NotFound("line"))?;
    let offer = queries::offer(connection, store, id, variant_id).await?;
    let (amount, available) = offer.ok_or_else(|| counted(rules::out_of_stock(&[(variant_id, 0)])))?;
    // Fewer than before is fine even where it is still too many.
    if quantity >= before {
        rules::expect_available(variant_id, quantity, available).map_err(counted)?;
    }
    Ok(queries::put(connection, id, variant_id, quantity, amount).await?)
}

/// Adds as many as there are: whether any was added, and whether all were.
async fn add_available(
    connection: &mut PgConnection,
    store: &Store,
    id: Uuid,
    variant_id: Uuid,
    quantity: i32,
) -> Result<(bool, bool)> {
    let before = queries::quantity(connection, id, variant_id).await?.unwrap_or_default();
    let is_full = before == 0 && queries::line_count(connection, id).await? >= rules::MAX_LINES;
    let offer = queries::offer(connection, store, id, variant_id).await?;
    let (amount, available) = offer.filter(|_| !is_full).unwrap_or_default();
    let wanted = before.saturating_add(quantity);
    let put = wanted.min(available);
    if put > before {
        queries::put(connection, id, variant_id, put, amount).await?;
    }
    Ok((put > before, wanted <= available))
}

/// Counts a refusal because there is not enough of something.
fn counted(refusal: Error) -> Error {
    counter!("out_of_stock_refusals_total", "at" => "cart").increment(1);
    refusal
}
