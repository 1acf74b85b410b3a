//! Cancelling by the staff over HTTP.

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::{CancelOrder, CloseOrder},
    queries::{self, New},
    rules::{self, Outcome},
};
use crate::{
    access::{actor::Actor, session::expect_scope},
    app::App,
    audit_log::{self, Subject},
    error::{Error, Problem, Refusals, Result},
    extract::{Json, PathNumber, Query},
    idempotency::{Claim, IdempotencyKey},
    order_management::{self, fulfilment, model::InspectedOrder},
    orders::cancellations::CancellationLine,
    orders::{
        metrics::{Event, count},
        queries::{id_of, record},
    },
    payments::{
        self,
        close::{self, Closed, Decision, Reason},
        queries::OrderPayment,
        refunds,
    },
    policy::Scope,
    queue,
    response::{as_text, created_as, private},
    store::NoParameters,
};

const ROUTE: &str = "POST /api/admin/orders/{number}/cancellations";

/// What becomes of the money for what is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payback {
    /// It goes back.
    Requested,
    /// It went back before.
    Made,
    /// It stays here.
    None,
}

/// Cancels what of an order is still to be shipped, in whole or in part, and gives its units back to the stock. Safe to repeat
/// with the same `Idempotency-Key`.
#[utoipa::path(post, path = "/api/admin/orders/{number}/cancellations", tag = "admin", request_body = CancelOrder,
    params(("number" = i64, Path, description = "The order's number"),
           ("Idempotency-Key" = String, Header, description = "The same for every repetition of one request", min_length = 1, max_length = 255)),
    responses((status = 201, body = InspectedOrder),
              (status = 422, body = Problem, content_type = "application/problem+json", description = "The key belongs to another request"), Refusals))]
pub async fn cancel_order_lines(
    State(app): State<App>,
    actor: Actor,
    PathNumber(number): PathNumber,
    key: IdempotencyKey,
    _: Query<NoParameters>,
    Json(input): Json<CancelOrder>,
) -> Result<Response> {
    let input = rules::checked(input)?;
    if input.refund {
        expect_scope(&actor.caller, Scope::RefundsWrite)?;
    }
    let order_id = id_of(&mut *app.db.acquire().await?, number).await?.ok_or(Error::NotFound("order"))?;
    let is_closed = close_unpaid(&app, &actor, &key, (number, order_id), &input).await?;
    let mut tx = app.db.begin().await?;
    let claimed = match key.claim(&mut tx, actor.scope(), ROUTE, &(number, &input)).await? {
        Claim::Claimed(claimed) => claimed,
        Claim::Answered(body) => return Ok(created_as(body)),
    };
    let cancelled = if is_closed { None } else { Some(cancel(&mut tx, order_id, &input).await?) };
    let body = as_text(&order_management::queries::inspect(&mut tx, order_id).await?)?;
    claimed.store(&mut tx, StatusCode::CREATED, &body).await?;
    if let Some((_, details)) = &cancelled {
        log(&mut tx, &actor, "order.cancelled", number, details).await?;
    }
    tx.commit().await?;
    if let Some((Outcome::Cancelled, _)) = cancelled {
        count(Event::Cancelled);
    }
    Ok(created_as(body))
}

/// Closes an order of which all money went back, as by a refund at the provider: what is still to be shipped never will be, and
/// returns to the stock. Safe to repeat.
#[utoipa::path(post, path = "/api/admin/orders/{number}/close", tag = "admin", request_body = CloseOrder,
    params(("number" = i64, Path, description = "The order's number")),
    responses((status = 200, body = InspectedOrder), Refusals))]
pub async fn close_order(
    State(app): State<App>,
    actor: Actor,
    PathNumber(number): PathNumber,
    _: Query<NoParameters>,
    Json(input): Json<CloseOrder>,
) -> Result<Response> {
    let input = rules::checked_close(&input)?;
    let mut tx = app.db.begin().await?;
    let order_id = id_of(&mut tx, number).await?.ok_or(Error::NotFound("order"))?;
    let payment = payments::queries::lock(&mut tx, order_id).await?;
    let status = payments::queries::order_status(&mut tx, order_id).await?;
    if matches!(status.as_str(), "completed" | "cancelled") {
        return Ok(private(&order_management::queries::inspect(&mut tx, order_id).await?));
    }
    rules::expect_cancellable(&status)?;
    if !fulfilment::queries::is_paid_back(&mut tx, order_id).await? {
        return Err(Error::conflict(
            "order_not_refunded",
            "Some of its money is still here: cancel what is still to be shipped instead.",
        ));
    }
    let (outcome, details) = carry_out(&mut tx, order_id, payment, None, &input.reason, Payback::Made).await?;
    let order = order_management::queries::inspect(&mut tx, order_id).await?;
    log(&mut tx, &actor, "order.closed", number, &details).await?;
    tx.commit().await?;
    if outcome == Outcome::Cancelled {
        count(Event::Cancelled);
    }
    Ok(private(&order))
}

/// Cancels an order that is not paid, at the provider first. Says whether it did: one that is paid is not for this.
async fn close_unpaid(
    app: &App,
    actor: &Actor,
    key: &IdempotencyKey,
    (number, order_id): (i64, Uuid),
    input: &CancelOrder,
) -> Result<bool> {
    // What the key was given before is answered, and another request refused, before anything is done.
    let mut tx = app.db.begin().await?;
    let claim = key.clone().claim(&mut tx, actor.scope(), ROUTE, &(number, input)).await?;
    let status = payments::queries::order_status(&mut tx, order_id).await?;
    tx.rollback().await?;
    if matches!(claim, Claim::Answered(_)) || status != "pending" {
        return Ok(false);
    }
    if input.lines.is_some() {
        rules::expect_cancellable(&status)?;
    }
    let decision = Decision { actor, reason: &input.reason };
    match close::cancel_by(&app.db, &app.stripe, order_id, Reason::Staff, Some(&decision)).await? {
        // Paid at the same moment: it is cancelled like any other that is paid.
        Closed::Paid => Ok(false),
        closed => closed.expect_cancelled().map(|()| true),
    }
}

async fn cancel(connection: &mut PgConnection, order_id: Uuid, input: &CancelOrder) -> Result<(Outcome, Value)> {
    let payment = payments::queries::lock(connection, order_id).await?;
    rules::expect_cancellable(&payments::queries::order_status(connection, order_id).await?)?;
    let payback = if input.refund { Payback::Requested } else { Payback::None };
    carry_out(connection, order_id, payment, input.lines.as_deref(), &input.reason, payback).await
}

/// Cancels some of an order that is locked, or all that is still to be shipped. What was done is for the audit log.
async fn carry_out(
    connection: &mut PgConnection,
    order_id: Uuid,
    payment: Option<OrderPayment>,
    wanted: Option<&[CancellationLine]>,
    reason: &str,
    payback: Payback,
) -> Result<(Outcome, Value)> {
    let sold = queries::lock_sold(connection, order_id).await?;
    let lines = rules::choose(&sold, wanted)?;
    let outcome = rules::outcome(&sold, &lines);
    let worth = rules::worth(&queries::sums(connection, order_id).await?, &sold, &lines);
    let refund_amount = match (&payment, payback) {
        (Some(payment), Payback::Requested) => give_back(connection, payment, outcome, worth.amount(), reason).await?,
        _ => 0,
    };
    let is_refunded = payback != Payback::None;
    let new = New { order_id, reason, lines: &lines, worth: &worth, is_refunded, refund_amount };
    let id = queries::insert(connection, &new).await?;
    tell(connection, order_id, id, &lines, outcome).await?;
    let details = json!({
        "cancellation_id": id, "lines": lines, "reason": reason, "refund": is_refunded, "amount": worth.amount(),
        "refund_amount": refund_amount,
    });
    Ok((outcome, details))
}

/// Of an order that is cancelled all that is left goes back, else what the part was worth, as far as that is left.
async fn give_back(
    connection: &mut PgConnection,
    payment: &OrderPayment,
    outcome: Outcome,
    amount: i64,
    reason: &str,
) -> Result<i64> {
    if outcome == Outcome::Cancelled {
        return refunds::request(connection, payment, reason).await;
    }
    let amount = amount.min(refunds::left(connection, payment.payment_id).await?);
    if amount <= 0 {
        return Ok(0);
    }
    refunds::request_amount(connection, payment, amount, reason, None).await?;
    Ok(amount)
}

/// Moves the order on, and reports it in its history and to its customer.
async fn tell(
    connection: &mut PgConnection,
    order_id: Uuid,
    cancellation_id: Uuid,
    lines: &[CancellationLine],
    outcome: Outcome,
) -> Result<()> {
    if outcome == Outcome::Cancelled {
        payments::queries::cancel_order(connection, order_id).await?;
        record(connection, order_id, "cancelled", json!({ "reason": "staff" })).await?;
        return Ok(queue::enqueue_cancellation(connection, order_id).await?);
    }
    let about = json!({ "cancellation_id": cancellation_id, "lines": lines });
    record(connection, order_id, "partially_cancelled", about).await?;
    if fulfilment::queries::complete_if_shipped(connection, order_id).await? {
        record(connection, order_id, "completed", json!({})).await?;
    }
    Ok(queue::enqueue_adjustment(connection, order_id, queue::Subject::Cancellation(cancellation_id)).await?)
}

async fn log(connection: &mut PgConnection, actor: &Actor, action: &str, number: i64, details: &Value) -> Result<()> {
    let subject = Subject("order", number.to_string());
    Ok(audit_log::record(connection, actor, action, subject, None, Some(details.clone())).await?)
}
