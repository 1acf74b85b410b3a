//! What the demo provider knows: payments, refunds, disputes, answers it gave, webhooks it owes. A change is data, so that it can be
//! written down before it counts.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::cards::Card;

/// How far a payment is; Stripe's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    /// Nothing was tried, or the last attempt failed.
    RequiresPaymentMethod,
    /// The card's holder is asked.
    RequiresAction,
    /// The outcome is due at a moment.
    Processing,
    /// Paid.
    Succeeded,
    /// Called off.
    Canceled,
}

/// A payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Intent {
    /// `pi_…`; ids ascend in time.
    pub id: String,
    /// In Stripe's units.
    pub amount: i64,
    /// ISO 4217 in small letters.
    pub currency: String,
    /// How far it is.
    pub status: IntentStatus,
    /// What a browser must know to confirm it.
    pub client_secret: String,
    /// Seconds of Unix time.
    pub created: i64,
    /// Seconds of Unix time.
    pub canceled_at: Option<i64>,
    /// For the merchant and the card's holder.
    pub description: Option<String>,
    /// Nothing is sent there.
    pub receipt_email: Option<String>,
    /// The merchant's.
    pub metadata: BTreeMap<String, String>,
    /// Why the last attempt failed, in Stripe's shape.
    pub last_payment_error: Option<Value>,
    /// The last attempt, `ch_…`.
    pub latest_charge: Option<String>,
    /// The card of an attempt that did not fail.
    pub card: Option<Card>,
    /// Where its holder is asked, or was.
    pub authentication: Option<Authentication>,
    /// When its outcome is known.
    pub due: Option<DateTime<Utc>>,
}

/// A question to a card's holder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Authentication {
    /// The last part of the page's address; whoever has it may answer.
    pub token: String,
    /// Where the holder goes on.
    pub return_url: String,
}

/// How far a refund is; Stripe's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// The outcome is due at a moment.
    Pending,
    /// Given back, as far as is known.
    Succeeded,
    /// It came back.
    Failed,
}

/// A refund.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refund {
    /// `re_…`; ids ascend in time.
    pub id: String,
    /// In Stripe's units.
    pub amount: i64,
    /// The payment that it gives back.
    pub payment_intent: String,
    /// How far it is.
    pub status: RefundStatus,
    /// Seconds of Unix time.
    pub created: i64,
    /// Why it failed.
    pub failure_reason: Option<String>,
    /// The merchant's.
    pub metadata: BTreeMap<String, String>,
    /// When its outcome is known.
    pub due: Option<DateTime<Utc>>,
}

/// How far a dispute is; Stripe's names. Those that begin with a warning are inquiries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// The bank asks; the money is still there.
    WarningNeedsResponse,
    /// The inquiry is over.
    WarningClosed,
    /// The bank took the money.
    NeedsResponse,
    /// The bank looks at the evidence.
    UnderReview,
    /// The money came back.
    Won,
    /// The money is gone.
    Lost,
}

/// A dispute of a payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dispute {
    /// `dp_…`; ids ascend in time.
    pub id: String,
    /// In Stripe's units.
    pub amount: i64,
    /// The payment that is disputed.
    pub payment_intent: String,
    /// How far it is.
    pub status: DisputeStatus,
    /// Such as `fraudulent`.
    pub reason: String,
    /// Seconds of Unix time.
    pub created: i64,
    /// By when evidence is to be sent, in seconds of Unix time.
    pub due_by: i64,
    /// How often evidence was sent.
    pub submissions: u32,
}

/// A webhook that is owed until it was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// `evt_…`; ids ascend in time.
    pub id: String,
    /// Such as `payment_intent.succeeded`.
    pub kind: String,
    /// Seconds of Unix time.
    pub created: i64,
    /// The object as it was then, in Stripe's shape.
    pub object: Value,
}

/// A status and a body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// In Stripe's shape.
    pub body: Value,
    /// Whether it is the one that was given to the same key before.
    #[serde(skip)]
    pub replayed: bool,
}

/// How long an answer is kept for its key.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// An answer that is given again to the same key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reply {
    /// The caller's `Idempotency-Key`.
    pub key: String,
    /// What the request asked for, as a digest.
    pub fingerprint: String,
    /// What it was told.
    pub answer: Answer,
    /// When; not known of those that an earlier release wrote.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
}

/// A line of the ledger: everything that one request changes, all of it or nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// Payments as they are from now on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<Intent>,
    /// Refunds as they are from now on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// Disputes as they are from now on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<Dispute>,
    /// Webhooks that are owed from now on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// The answer, if the request had a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
    /// A webhook that was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered: Option<String>,
}

impl Change {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.intents.is_empty()
            && self.refunds.is_empty()
            && self.disputes.is_empty()
            && self.events.is_empty()
            && self.reply.is_none()
            && self.delivered.is_none()
    }

    /// Owes a webhook about an object.
    pub fn tell(&mut self, kind: &str, object: &Value, now: DateTime<Utc>) {
        let event = Event { id: new_id("evt"), kind: kind.into(), created: now.timestamp(), object: object.clone() };
        self.events.push(event);
    }

    /// What is still to be done when this change is safe.
    pub fn follow_ups(&self) -> Vec<FollowUp> {
        let payments = self.intents.iter().filter_map(|intent| due(&intent.id, intent.due));
        let refunds = self.refunds.iter().filter_map(|refund| due(&refund.id, refund.due));
        payments.chain(refunds).chain(self.events.iter().cloned().map(FollowUp::Deliver)).collect()
    }
}

/// Something that happens by itself.
#[derive(Debug, Clone)]
pub enum FollowUp {
    /// A webhook is sent.
    Deliver(Event),
    /// The outcome of a payment or a refund becomes known.
    Settle(String, DateTime<Utc>),
}

fn due(id: &str, at: Option<DateTime<Utc>>) -> Option<FollowUp> {
    at.map(|at| FollowUp::Settle(id.to_owned(), at))
}

/// Everything, as the changes so far made it.
#[derive(Debug, Default)]
pub struct Book {
    intents: BTreeMap<String, Intent>,
    refunds: BTreeMap<String, Refund>,
    disputes: BTreeMap<String, Dispute>,
    replies: HashMap<String, Reply>,
    owed: BTreeMap<String, Event>,
    tokens: HashMap<String, String>,
}

impl Book {
    /// Makes a change count.
    pub fn apply(&mut self, change: Change) {
        for intent in change.intents {
            if let Some(authentication) = &intent.authentication {
                self.tokens.insert(authentication.token.clone(), intent.id.clone());
            }
            self.intents.insert(intent.id.clone(), intent);
        }
        self.refunds.extend(change.refunds.into_iter().map(|refund| (refund.id.clone(), refund)));
        self.disputes.extend(change.disputes.into_iter().map(|dispute| (dispute.id.clone(), dispute)));
        self.owed.extend(change.events.into_iter().map(|event| (event.id.clone(), event)));
        self.replies.extend(change.reply.into_iter().map(|reply| (reply.key.clone(), reply)));
        if let Some(id) = change.delivered {
            self.owed.remove(&id);
        }
    }

    /// What is still to be done, after a start.
    pub fn follow_ups(&self) -> Vec<FollowUp> {
        let payments = self.intents.values().filter_map(|intent| due(&intent.id, intent.due));
        let refunds = self.refunds.values().filter_map(|refund| due(&refund.id, refund.due));
        payments.chain(refunds).chain(self.owed.values().cloned().map(FollowUp::Deliver)).collect()
    }

    /// A payment.
    pub fn intent(&self, id: &str) -> Option<&Intent> {
        self.intents.get(id)
    }

    /// Payments, the newest first.
    pub fn intents(&self) -> impl Iterator<Item = &Intent> {
        self.intents.values().rev()
    }

    /// The payment whose card's holder is asked at this page; a later question to the same holder replaces it.
    pub fn asked_at(&self, token: &str) -> Option<&Intent> {
        let intent = self.intent(self.tokens.get(token)?)?;
        intent.authentication.as_ref().is_some_and(|asked| asked.token == token).then_some(intent)
    }

    /// A refund.
    pub fn refund(&self, id: &str) -> Option<&Refund> {
        self.refunds.get(id)
    }

    /// Refunds, the newest first.
    pub fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.values().rev()
    }

    /// A dispute.
    pub fn dispute(&self, id: &str) -> Option<&Dispute> {
        self.disputes.get(id)
    }

    /// Disputes, the newest first.
    pub fn disputes(&self) -> impl Iterator<Item = &Dispute> {
        self.disputes.values().rev()
    }

    /// What of a payment was given back or is about to be.
    pub fn refunded(&self, intent: &str) -> i64 {
        let counts = |refund: &&Refund| refund.payment_intent == intent && refund.status != RefundStatus::Failed;
        self.refunds.values().filter(counts).map(|refund| refund.amount).sum()
    }

    /// The answer that a key was given, if it is still kept.
    pub fn reply(&self, key: &str, now: DateTime<Utc>) -> Option<&Reply> {
        self.replies.get(key).filter(|reply| reply.at.is_none_or(|at| now - at < KEPT))
    }
}

/// An id that ascends in time.
pub fn new_id(prefix: &str) -> String {
    format!("{prefix}_{}", Uuid::now_v7().simple())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_forgotten_after_a_day() {
        let (mut book, now) = (Book::default(), Utc::now());
        let answer = Answer { status: 500, body: json!({}), replayed: false };
        let reply = Reply { key: "key".into(), fingerprint: "f".into(), answer, at: Some(now) };
        book.apply(Change { reply: Some(reply), ..Change::default() });
        assert!(book.reply("key", now + TimeDelta::hours(23)).is_some());
        assert!(book.reply("key", now + TimeDelta::hours(24)).is_none());
    }

    #[test]
    fn answers_that_an_earlier_release_wrote_are_read() {
        let line = r#"{"reply":{"key":"key","fingerprint":"f","answer":{"status":200,"body":{}}}}"#;
        let mut book = Book::default();
        book.apply(serde_json::from_str(line).unwrap());
        assert!(book.reply("key", Utc::now()).is_some());
    }
}
