//! Closing an order that is not to be filled: the provider cancels first, only then does the stock go back.

use metrics::counter;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    PROVIDER, disputes,
    queries::{self, OrderPayment},
    refunds, settle,
};
use crate::{
    access::actor::Actor,
    audit_log::{self, Subject},
    database::Pool,
    error::{Error, Result},
    orders::{
        metrics::{Event, count},
        queries::record,
    },
    queue,
    stripe::{IntentStatus, Stripe},
};

/// Why an order is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its buyer says so.
    Customer,
    /// Its cart is to be changed.
    CartChanged,
    /// It waited too long for its payment.
    Expired,
    /// The staff say so.
    Staff,
}

/// What became of an order that was to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It is cancelled, now or before.
    Cancelled,
    /// It was paid meanwhile.
    Paid,
    /// The bank is thinking: the money may still come.
    Processing,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::CartChanged => "cart_changed",
            Self::Expired => "expired",
            Self::Staff => "staff",
        }
    }

    fn event(self) -> Event {
        match self {
            Self::Customer | Self::CartChanged | Self::Staff => Event::Cancelled,
            Self::Expired => Event::Expired,
        }
    }
}

impl Closed {
    /// For those who can only go on when it is.
    ///
    /// # Errors
    /// 409 `order_paid` or `payment_processing`.
    pub fn expect_cancelled(self) -> Result<()> {
        match self {
            Self::Cancelled => Ok(()),
            Self::Paid => Err(Error::conflict("order_paid", "The order was paid meanwhile.")),
            Self::Processing => {
                Err(Error::conflict("payment_processing", "The bank is still working on the payment: ask again later."))
            }
        }
    }
}

/// How often a payment that is begun anew while we close its order is followed.
const PATIENCE: usize = 3;

/// Cancels an order that was not paid: at the provider first, then here, with its stock. What is found to be paid is settled.
///
/// # Errors
/// When the provider or the database is away; the order is then as it was.
pub async fn cancel(db: &Pool, stripe: &Stripe, order_id: Uuid, reason: Reason) -> Result<Closed> {
    cancel_by(db, stripe, order_id, reason, None).await
}

/// The same, with the entry of the audit log when the staff decide it, in the transaction of the change itself.
///
/// # Errors
/// As [`cancel`].
pub async fn cancel_by(
    db: &Pool,
    stripe: &Stripe,
    order_id: Uuid,
    reason: Reason,
    decision: Option<&Decision<'_>>,
) -> Result<Closed> {
    for _ in 0..PATIENCE {
        let payment = match void_payment(db, stripe, order_id).await? {
            Voided::Closed(closed) => return Ok(closed),
            Voided::Open(payment) => payment,
        };
        let mut tx = db.begin().await?;
        if close(&mut tx, &payment, reason).await? {
            if let Some(decision) = decision {
                decision.record(&mut tx, payment.number).await?;
            }
            tx.commit().await?;
            count_closed(&payment, reason);
            return Ok(Closed::Cancelled);
        }
    }
    Err(Error::Internal("the order's payment begins anew again and again".into()))
}

/// An order whose payment was to be cancelled at the provider.
#[derive(Debug)]
pub enum Voided {
    /// The provider takes no money for it any more, and the order can be closed: [`close()`].
    Open(Box<OrderPayment>),
    /// It was closed or paid before, or is being paid.
    Closed(Closed),
}

/// Cancels the payment of an order at the provider, the first half of [`cancel`]; what is found to be paid is settled. An order
/// that is not closed afterwards can still be paid, by a new payment.
///
/// # Errors
/// When the provider or the database is away; the order is then as it was.
pub async fn void_payment(db: &Pool, stripe: &Stripe, order_id: Uuid) -> Result<Voided> {
    for _ in 0..PATIENCE {
        let payment = queries::of_order(&mut *db.acquire().await?, order_id).await?;
        let payment = payment.ok_or(Error::NotFound("order"))?;
        if let Some(closed) = is_closed(&payment) {
            return Ok(Voided::Closed(closed));
        }
        let Some(provider_id) = &payment.provider_id else { return Ok(Voided::Open(payment.into())) };
        let intent = stripe.cancel_payment_intent(provider_id).await?;
        match intent.status {
            IntentStatus::Canceled => return Ok(Voided::Open(payment.into())),
            IntentStatus::Succeeded | IntentStatus::Processing => {
                settle::settle(db, payment.payment_id, &intent, None).await?;
            }
            status => return Err(Error::Internal(format!("{provider_id} is {status:?} and cannot be cancelled"))),
        }
    }
    Err(Error::Internal("the order's payment moves again and again".into()))
}

/// Counts an order that was closed, once that is committed.
pub fn count_closed(payment: &OrderPayment, reason: Reason) {
    count(reason.event());
    if payment.provider_id.is_some() {
        counter!("payments_total", "provider" => PROVIDER, "outcome" => "canceled").increment(1);
    }
}

/// Closes an order whose payment was voided, in the caller's transaction, which may hold the order's cart and nothing after it.
/// False when the order or its payment moved since it was read.
///
/// # Errors
/// When the database refuses.
pub async fn close(connection: &mut PgConnection, read: &OrderPayment, reason: Reason) -> Result<bool> {
    let now = queries::lock(connection, read.order_id).await?.ok_or(Error::NotFound("order"))?;
    if now.order_status != "pending" || now.provider_id != read.provider_id || now.status == "captured" {
        return Ok(false);
    }
    queries::set_status(connection, now.payment_id, "cancelled", None).await?;
    queries::cancel_order(connection, now.order_id).await?;
    record(connection, now.order_id, "cancelled", json!({ "reason": reason.as_str() })).await?;
    Ok(true)
}

fn is_closed(payment: &OrderPayment) -> Option<Closed> {
    match (payment.order_status.as_str(), payment.status.as_str()) {
        ("cancelled", _) => Some(Closed::Cancelled),
        ("pending", "processing") => Some(Closed::Processing),
        ("pending", _) => None,
        _ => Some(Closed::Paid),
    }
}

/// Cancels an order that was confirmed and not shipped, and gives back what was paid.
///
/// # Errors
/// 409 `order_shipped` when it is too late, `order_disputed` while a dispute keeps what was paid from being refunded.
pub async fn revoke(db: &Pool, order_id: Uuid) -> Result<()> {
    let mut tx = db.begin().await?;
    let payment = queries::lock(&mut tx, order_id).await?;
    let status = queries::order_status(&mut tx, order_id).await?;
    match status.as_str() {
        "cancelled" => return Ok(()),
        "confirmed" if queries::shipped(&mut tx, order_id).await? == 0 => {}
        _ => return Err(Error::conflict("order_shipped", "The order is on its way: send it back instead.")),
    }
    if let Some(payment) = &payment {
        disputes::expect_refundable(&mut tx, payment.payment_id).await?;
    }
    queries::cancel_order(&mut tx, order_id).await?;
    record(&mut tx, order_id, "cancelled", json!({ "reason": Reason::Customer.as_str() })).await?;
    if let Some(payment) = &payment {
        refunds::request(&mut tx, payment, "the customer cancelled the order").await?;
    }
    queue::enqueue_cancellation(&mut tx, order_id).await?;
    tx.commit().await?;
    count(Event::Cancelled);
    Ok(())
}

/// Who of the staff decided that an order is closed, and why.
pub struct Decision<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// For the audit log.
    pub reason: &'a str,
}

impl Decision<'_> {
    async fn record(&self, connection: &mut PgConnection, number: i64) -> Result<()> {
        let (before, after) = (json!({ "status": "pending" }), json!({ "status": "cancelled", "reason": self.reason }));
        let subject = Subject("order", number.to_string());
        Ok(audit_log::record(connection, self.actor, "order.cancelled", subject, Some(before), Some(after)).await?)
    }
}
