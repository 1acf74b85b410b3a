//! Refunding by the staff over HTTP.

use axum::{extract::State, http::StatusCode, response::Response};
use metrics::counter;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgTransaction};
use uuid::Uuid;

use super::{
    model::{RefundMethod, RefundOrder, RefundStatus, ResolveRefund},
    queries::{self, Refund},
    rules,
};
use crate::{
    access::actor::Actor,
    app::App,
    audit_log::{self, Subject},
    error::{Error, Problem, Refusals, Result},
    extract::{Json, PathId, PathNumber, Query},
    idempotency::{Claim, Claimed, IdempotencyKey},
    order_management::{self, model::InspectedOrder},
    orders::queries::id_of,
    payments::{self, disputes, queries::OrderPayment, refunds},
    queue,
    response::{as_text, created_as},
    store::NoParameters,
    stripe::amounts,
};

const REFUND: &str = "POST /api/admin/orders/{number}/refunds";
const RETRY: &str = "POST /api/admin/refunds/{id}/retry";
const RESOLVE: &str = "POST /api/admin/refunds/{id}/resolution";

/// Gives money back by the payment provider, or records that it was paid back by other means. Safe to repeat with the same
/// `Idempotency-Key`.
#[utoipa::path(post, path = "/api/admin/orders/{number}/refunds", tag = "admin", request_body = RefundOrder,
    params(("number" = i64, Path, description = "The order's number"),
           ("Idempotency-Key" = String, Header, description = "The same for every repetition of one request", min_length = 1, max_length = 255)),
    responses((status = 201, body = InspectedOrder),
              (status = 422, body = Problem, content_type = "application/problem+json", description = "The key belongs to another request"), Refusals))]
pub async fn refund_order(
    State(app): State<App>,
    actor: Actor,
    PathNumber(number): PathNumber,
    key: IdempotencyKey,
    _: Query<NoParameters>,
    Json(input): Json<RefundOrder>,
) -> Result<Response> {
    let input = rules::checked(&input)?;
    let mut tx = app.db.begin().await?;
    let claimed = match key.claim(&mut tx, actor.scope(), REFUND, &(number, &input)).await? {
        Claim::Claimed(claimed) => claimed,
        Claim::Answered(body) => return Ok(created_as(body)),
    };
    let order_id = id_of(&mut tx, number).await?.ok_or(Error::NotFound("order"))?;
    let payment = lock_paid(&mut tx, order_id).await?;
    let left = refunds::left(&mut tx, payment.payment_id).await?;
    rules::expect_refundable(input.amount, left, amounts::step(&payment.currency), input.method)?;
    let id = match &input.reference {
        Some(reference) => {
            refunds::record_paid_back(&mut tx, &payment, input.amount, (&input.reason, reference), None).await?
        }
        None => {
            disputes::expect_refundable(&mut tx, payment.payment_id).await?;
            refunds::request_amount(&mut tx, &payment, input.amount, &input.reason, None).await?
        }
    };
    refunds::settle_failed(&mut tx, payment.payment_id, input.amount).await?;
    queue::enqueue_adjustment(&mut tx, order_id, queue::Subject::Refund(id)).await?;
    let action = if input.method == RefundMethod::Other { "refund.recorded" } else { "refund.requested" };
    let details =
        json!({ "refund_id": id, "amount": input.amount, "reason": input.reason, "reference": input.reference });
    answer(tx, &claimed, &actor, (number, order_id), action, details).await
}

/// Makes a refund again: one that failed as a new one, one that was not made yet at once. Safe to repeat with the same
/// `Idempotency-Key`.
#[utoipa::path(post, path = "/api/admin/refunds/{id}/retry", tag = "admin",
    params(("id" = Uuid, Path, description = "The refund"),
           ("Idempotency-Key" = String, Header, description = "The same for every repetition of one request", min_length = 1, max_length = 255)),
    responses((status = 201, body = InspectedOrder),
              (status = 422, body = Problem, content_type = "application/problem+json", description = "The key belongs to another request"), Refusals))]
pub async fn retry_refund(
    State(app): State<App>,
    actor: Actor,
    PathId(id): PathId,
    key: IdempotencyKey,
    _: Query<NoParameters>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let claimed = match key.claim(&mut tx, actor.scope(), RETRY, &id).await? {
        Claim::Claimed(claimed) => claimed,
        Claim::Answered(body) => return Ok(created_as(body)),
    };
    let (payment, refund) = lock(&mut tx, id).await?;
    let details = if refund.status == RefundStatus::Requested {
        queue::enqueue_refund(&mut tx, id).await?;
        json!({ "refund_id": id, "amount": refund.amount })
    } else {
        disputes::expect_refundable(&mut tx, payment.payment_id).await?;
        let left = refunds::left(&mut tx, payment.payment_id).await?;
        let amount = rules::expect_failed(refund.status, refund.outstanding, left)?;
        refunds::settle(&mut tx, id, amount).await?;
        let again = refunds::request_amount(&mut tx, &payment, amount, &refund.reason, Some(id)).await?;
        json!({ "refund_id": again, "replaces": id, "amount": amount })
    };
    answer(tx, &claimed, &actor, (refund.number, refund.order_id), "refund.retried", details).await
}

/// Records that the money of a refund that failed, or that the provider refuses to make, was paid back by other means. Safe to
/// repeat with the same `Idempotency-Key`.
#[utoipa::path(post, path = "/api/admin/refunds/{id}/resolution", tag = "admin", request_body = ResolveRefund,
    params(("id" = Uuid, Path, description = "The refund"),
           ("Idempotency-Key" = String, Header, description = "The same for every repetition of one request", min_length = 1, max_length = 255)),
    responses((status = 201, body = InspectedOrder),
              (status = 422, body = Problem, content_type = "application/problem+json", description = "The key belongs to another request"), Refusals))]
pub async fn resolve_refund(
    State(app): State<App>,
    actor: Actor,
    PathId(id): PathId,
    key: IdempotencyKey,
    _: Query<NoParameters>,
    Json(input): Json<ResolveRefund>,
) -> Result<Response> {
    let input = rules::checked_resolution(&input)?;
    let mut tx = app.db.begin().await?;
    let claimed = match key.claim(&mut tx, actor.scope(), RESOLVE, &(id, &input)).await? {
        Claim::Claimed(claimed) => claimed,
        Claim::Answered(body) => return Ok(created_as(body)),
    };
    let (payment, refund) = lock(&mut tx, id).await?;
    let amount = end(&mut tx, &payment, id, &refund).await?;
    let paid_back = (input.note.as_str(), input.reference.as_str());
    let by_hand = refunds::record_paid_back(&mut tx, &payment, amount, paid_back, Some(id)).await?;
    let details = json!({
        "refund_id": by_hand, "replaces": id, "amount": amount, "reason": input.note, "reference": input.reference,
    });
    answer(tx, &claimed, &actor, (refund.number, refund.order_id), "refund.resolved", details).await
}

/// Ends a refund whose money was paid back otherwise, and says how much that was.
async fn end(connection: &mut PgConnection, payment: &OrderPayment, id: Uuid, refund: &Refund) -> Result<i64> {
    if refund.status == RefundStatus::Requested {
        if refund.is_being_made {
            let detail = "The provider was asked for it within the last minute: see what it answers, and ask again.";
            return Err(Error::conflict("refund_in_progress", detail));
        }
        refunds::supersede(connection, id, "paid back by other means").await?;
        return Ok(refund.amount);
    }
    let left = refunds::left(connection, payment.payment_id).await?;
    let amount = rules::expect_failed(refund.status, refund.outstanding, left)?;
    refunds::settle(connection, id, amount).await?;
    Ok(amount)
}

/// Locks an order that was paid, and its payment.
async fn lock_paid(connection: &mut PgConnection, order_id: Uuid) -> Result<OrderPayment> {
    let payment = payments::queries::lock(connection, order_id).await?;
    payment
        .filter(|payment| payment.status == "captured")
        .ok_or_else(|| Error::conflict("order_not_paid", "Nothing was paid for this order."))
}

/// Locks the order and the payment of a refund, and reads it.
async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(OrderPayment, Refund)> {
    let order_id = queries::find(connection, id).await?.ok_or(Error::NotFound("refund"))?.order_id;
    let payment = lock_paid(connection, order_id).await?;
    let refund = queries::find(connection, id).await?.ok_or(Error::NotFound("refund"))?;
    Ok((payment, refund))
}

/// Keeps the answer, writes to the audit log, which is locked last, and commits.
async fn answer(
    mut tx: PgTransaction<'static>,
    claimed: &Claimed,
    actor: &Actor,
    (number, order_id): (i64, Uuid),
    action: &'static str,
    details: Value,
) -> Result<Response> {
    let body = as_text(&order_management::queries::inspect(&mut tx, order_id).await?)?;
    claimed.store(&mut tx, StatusCode::CREATED, &body).await?;
    audit_log::record(&mut tx, actor, action, Subject("order", number.to_string()), None, Some(details)).await?;
    tx.commit().await?;
    if matches!(action, "refund.recorded" | "refund.resolved") {
        counter!("refunds_total", "outcome" => "succeeded").increment(1);
    }
    Ok(created_as(body))
}
