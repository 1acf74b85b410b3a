//! The shapes that Stripe's API has: objects, errors, webhooks.

use serde_json::{Value, json};

use super::{
    book::{Answer, Dispute, DisputeStatus, Event, Intent, IntentStatus, Refund},
    cards::Decline,
};
use devopsify::stripe::VERSION;

/// What a browser may not see of a payment.
const PRIVATE: [&str; 3] = ["amount_received", "latest_charge", "metadata"];

/// A payment. `pages` is the origin of the pages where cards' holders are asked.
pub fn intent(intent: &Intent, pages: &str) -> Value {
    let next_action = intent.authentication.as_ref().filter(|_| intent.status == IntentStatus::RequiresAction);
    json!({
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_received": if intent.status == IntentStatus::Succeeded { intent.amount } else { 0 },
        "automatic_payment_methods": { "allow_redirects": "always", "enabled": true },
        "canceled_at": intent.canceled_at,
        "capture_method": "automatic",
        "client_secret": intent.client_secret,
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "description": intent.description,
        "last_payment_error": intent.last_payment_error,
        "latest_charge": intent.latest_charge,
        "livemode": false,
        "metadata": intent.metadata,
        "next_action": next_action.map(|asked| json!({
            "type": "redirect_to_url",
            "redirect_to_url": { "url": format!("{pages}/authenticate/{}", asked.token), "return_url": asked.return_url },
        })),
        "payment_method_types": ["card"],
        "receipt_email": intent.receipt_email,
        "status": intent.status,
    })
}

/// What a browser sees of a payment.
pub fn for_browsers(mut intent: Value) -> Value {
    if let Some(fields) = intent.as_object_mut() {
        fields.retain(|name, _| !PRIVATE.contains(&name.as_str()));
    }
    intent
}

/// A refund of a payment.
pub fn refund(refund: &Refund, intent: &Intent) -> Value {
    json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "charge": intent.latest_charge,
        "created": refund.created,
        "currency": intent.currency,
        "failure_reason": refund.failure_reason,
        "metadata": refund.metadata,
        "payment_intent": intent.id,
        "status": refund.status,
    })
}

/// The attempt that paid, of which `refunded` was given back.
pub fn charge(intent: &Intent, refunded: i64) -> Value {
    json!({
        "id": intent.latest_charge,
        "object": "charge",
        "amount": intent.amount,
        "amount_captured": intent.amount,
        "amount_refunded": refunded,
        "captured": true,
        "created": intent.created,
        "currency": intent.currency,
        "livemode": false,
        "metadata": intent.metadata,
        "paid": true,
        "payment_intent": intent.id,
        "refunded": refunded >= intent.amount,
        "status": "succeeded",
    })
}

/// The dispute of a payment.
pub fn dispute(dispute: &Dispute, intent: &Intent) -> Value {
    let is_refundable = matches!(dispute.status, DisputeStatus::WarningNeedsResponse | DisputeStatus::WarningClosed);
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "charge": intent.latest_charge,
        "created": dispute.created,
        "currency": intent.currency,
        "evidence_details": {
            "due_by": dispute.due_by,
            "has_evidence": dispute.submissions > 0,
            "past_due": false,
            "submission_count": dispute.submissions,
        },
        "is_charge_refundable": is_refundable,
        "livemode": false,
        "metadata": {},
        "payment_intent": intent.id,
        "reason": dispute.reason,
        "status": dispute.status,
    })
}

/// A webhook's body.
pub fn event(event: &Event) -> Value {
    json!({
        "id": event.id,
        "object": "event",
        "api_version": VERSION,
        "created": event.created,
        "data": { "object": event.object },
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
        "type": event.kind,
    })
}

/// A list.
pub fn list(url: &str, data: Vec<Value>, has_more: bool) -> Value {
    json!({ "object": "list", "url": url, "has_more": has_more, "data": data })
}

/// An error about a card, as it stands in an error's body and as a payment's last one.
pub fn card_error(decline: &Decline, charge: Option<&str>) -> Value {
    let mut error = json!({ "type": "card_error", "code": decline.code, "message": decline.message });
    let more = [("decline_code", decline.decline_code), ("param", decline.param), ("charge", charge)];
    for (name, value) in more {
        if let (Some(value), Some(fields)) = (value, error.as_object_mut()) {
            fields.insert(name.into(), value.into());
        }
    }
    error
}

/// An object.
pub fn ok(body: Value) -> Answer {
    Answer { status: 200, body, replayed: false }
}

/// A refusal.
pub fn refused(status: u16, code: Option<&str>, param: Option<&str>, message: impl Into<String>) -> Answer {
    let mut error = json!({ "type": "invalid_request_error", "message": message.into() });
    for (name, value) in [("code", code), ("param", param)] {
        if let (Some(value), Some(fields)) = (value, error.as_object_mut()) {
            fields.insert(name.into(), value.into());
        }
    }
    Answer { status, body: json!({ "error": error }), replayed: false }
}

/// A failure of the provider itself.
pub fn failed(status: u16, message: impl Into<String>) -> Answer {
    let error = json!({ "type": "api_error", "message": message.into() });
    Answer { status, body: json!({ "error": error }), replayed: false }
}

/// There is no such object.
pub fn missing(kind: &str, id: &str) -> Answer {
    refused(404, Some("resource_missing"), Some("id"), format!("No such {kind}: '{id}'"))
}

/// The same key came with another request.
pub fn key_reused(key: &str) -> Answer {
    let message = format!(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a \
         key other than '{key}' if you meant to execute a different request."
    );
    idempotency_error(400, None, &message)
}

/// Another request with the same key still runs.
pub fn key_in_use(key: &str) -> Answer {
    let message = format!(
        "There is currently another in-progress request using this Idempotent Key ({key}), that probably means you \
         submitted twice, and the other request is still going through."
    );
    idempotency_error(409, Some("idempotency_key_in_use"), &message)
}

fn idempotency_error(status: u16, code: Option<&str>, message: &str) -> Answer {
    let error = json!({ "type": "idempotency_error", "code": code, "message": message });
    Answer { status, body: json!({ "error": error }), replayed: false }
}
