//! Disputes: opened by the test cards, answered and lost by the merchant, as in Stripe's test mode
//! (docs.stripe.com/testing#disputes).

use std::time::Duration;

use serde_json::Value;

use super::{
    book::{Answer, Change, Dispute, DisputeStatus, Intent, new_id},
    cards::Behaviour,
    objects::{self, missing, ok, refused},
    params::Params,
    rules::{Decision, Desk},
};

/// How long a merchant may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(9 * 24 * 60 * 60);
/// What the evidence decides the dispute by, as at Stripe.
const EVIDENCE: &str = "evidence[uncategorized_text]";

impl Desk<'_> {
    /// A dispute as it is.
    pub fn show_dispute(&self, id: &str) -> Answer {
        self.disputed(id)
            .map_or_else(|| missing("dispute", id), |(dispute, intent)| ok(objects::dispute(dispute, intent)))
    }

    /// Every dispute, the newest first, with its id.
    pub fn show_disputes(&self) -> impl Iterator<Item = (&str, Value)> {
        self.book.disputes().filter_map(|dispute| {
            let intent = self.book.intent(&dispute.payment_intent)?;
            Some((dispute.id.as_str(), objects::dispute(dispute, intent)))
        })
    }

    /// The merchant answers: `winning_evidence` wins, `losing_evidence` loses, anything else is looked at without end.
    pub fn answer_dispute(&self, id: &str, params: &Params) -> Decision {
        self.decide_dispute(id, |status| match (status, params.get(EVIDENCE)) {
            (DisputeStatus::WarningNeedsResponse, Some("losing_evidence")) => DisputeStatus::NeedsResponse,
            (DisputeStatus::WarningNeedsResponse, _) => DisputeStatus::WarningClosed,
            (_, Some("winning_evidence")) => DisputeStatus::Won,
            (_, Some("losing_evidence")) => DisputeStatus::Lost,
            _ => DisputeStatus::UnderReview,
        })
    }

    /// The merchant gives in.
    pub fn accept_dispute(&self, id: &str) -> Decision {
        self.decide_dispute(id, |_| DisputeStatus::Lost)
    }

    fn decide_dispute(&self, id: &str, decide: impl FnOnce(DisputeStatus) -> DisputeStatus) -> Decision {
        let Some((before, intent)) = self.disputed(id) else { return missing("dispute", id).into() };
        if is_closed(before.status) {
            return refused(400, None, None, "This dispute is already closed.").into();
        }
        let status = decide(before.status);
        let dispute = Dispute { status, submissions: before.submissions + 1, ..before.clone() };
        let shown = objects::dispute(&dispute, intent);
        let mut change = Change::default();
        let kinds: &[&str] = match status {
            DisputeStatus::Won => &["charge.dispute.closed", "charge.dispute.funds_reinstated"],
            DisputeStatus::Lost | DisputeStatus::WarningClosed => &["charge.dispute.closed"],
            DisputeStatus::NeedsResponse => &["charge.dispute.updated", "charge.dispute.funds_withdrawn"],
            DisputeStatus::UnderReview | DisputeStatus::WarningNeedsResponse => &["charge.dispute.updated"],
        };
        for kind in kinds {
            change.tell(kind, &shown, self.now);
        }
        change.disputes.push(dispute);
        Decision::done(ok(shown), change)
    }

    /// What some cards' holders do as soon as they paid.
    pub(super) fn dispute_at_once(&self, intent: &Intent, change: &mut Change) {
        let (status, reason) = match intent.card.as_ref().map(|card| card.behaviour) {
            Some(Behaviour::Disputes) => (DisputeStatus::NeedsResponse, "fraudulent"),
            Some(Behaviour::DisputesNotReceived) => (DisputeStatus::NeedsResponse, "product_not_received"),
            Some(Behaviour::Inquires) => (DisputeStatus::WarningNeedsResponse, "fraudulent"),
            _ => return,
        };
        let dispute = Dispute {
            id: new_id("dp"),
            amount: intent.amount,
            payment_intent: intent.id.clone(),
            status,
            reason: reason.into(),
            created: self.now.timestamp(),
            due_by: (self.now + ANSWER_WITHIN).timestamp(),
            submissions: 0,
        };
        let shown = objects::dispute(&dispute, intent);
        change.tell("charge.dispute.created", &shown, self.now);
        if status == DisputeStatus::NeedsResponse {
            change.tell("charge.dispute.funds_withdrawn", &shown, self.now);
        }
        change.disputes.push(dispute);
    }

    /// An inquiry has come to its end when everything was given back.
    pub(super) fn close_inquiry(&self, intent: &Intent, refunded: i64, change: &mut Change) {
        let inquiry = self.of(&intent.id).find(|dispute| dispute.status == DisputeStatus::WarningNeedsResponse);
        let Some(inquiry) = inquiry.filter(|_| refunded >= intent.amount) else { return };
        let closed = Dispute { status: DisputeStatus::WarningClosed, ..inquiry.clone() };
        change.tell("charge.dispute.closed", &objects::dispute(&closed, intent), self.now);
        change.disputes.push(closed);
    }

    /// Whether the bank has the money of a payment, or may have it at the end.
    pub(super) fn is_charged_back(&self, intent: &str) -> bool {
        let took = [DisputeStatus::NeedsResponse, DisputeStatus::UnderReview, DisputeStatus::Lost];
        self.of(intent).any(|dispute| took.contains(&dispute.status))
    }

    fn of(&self, intent: &str) -> impl Iterator<Item = &Dispute> {
        self.book.disputes().filter(move |dispute| dispute.payment_intent == intent)
    }

    fn disputed(&self, id: &str) -> Option<(&Dispute, &Intent)> {
        let dispute = self.book.dispute(id)?;
        Some((dispute, self.book.intent(&dispute.payment_intent)?))
    }
}

fn is_closed(status: DisputeStatus) -> bool {
    matches!(status, DisputeStatus::Won | DisputeStatus::Lost | DisputeStatus::WarningClosed)
}
