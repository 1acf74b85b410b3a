//! What each request does: decided from the book alone, as data, without touching anything.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    book::{Answer, Authentication, Book, Change, Intent, IntentStatus, Refund, RefundStatus, new_id},
    cards::{self, Behaviour, Card, Decline, Verdict},
    objects::{self, missing, ok, refused},
    params::Params,
};
use devopsify::stripe::amounts::{from_stripe, limits, to_stripe};

/// What takes its time takes this long.
const PROCESSING: Duration = Duration::from_secs(5);
const UNEXPECTED_STATE: Option<&str> = Some("payment_intent_unexpected_state");
const NOT_AUTHENTICATED: Decline = Decline {
    code: "payment_intent_authentication_failure",
    decline_code: None,
    param: None,
    message: "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
};

/// What is answered, and what has to be written down before.
pub struct Decision {
    /// For the caller.
    pub answer: Answer,
    /// For the ledger.
    pub change: Change,
    /// Whether the answer is kept for the request's key. That of a request whose parameters cannot be used is not: nothing
    /// was begun (docs.stripe.com/api/idempotent_requests).
    pub is_kept: bool,
}

impl From<Answer> for Decision {
    fn from(answer: Answer) -> Self {
        Self { answer, change: Change::default(), is_kept: true }
    }
}

impl Decision {
    /// The parameters cannot be used.
    pub fn invalid(answer: Answer) -> Self {
        Self { is_kept: false, ..answer.into() }
    }

    /// Something happened.
    pub fn done(answer: Answer, change: Change) -> Self {
        Self { answer, change, is_kept: true }
    }
}

/// A look into the book at a moment.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// What is known.
    pub book: &'a Book,
    /// The origin of the pages where cards' holders are asked.
    pub pages: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Desk<'_> {
    /// A payment that nobody has tried yet.
    pub fn create(&self, params: &Params) -> Decision {
        let currency = params.get("currency").unwrap_or_default().to_ascii_lowercase();
        if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_lowercase()) {
            let message = format!("Invalid currency: {currency}.");
            return Decision::invalid(refused(400, Some("parameter_invalid_string"), Some("currency"), message));
        }
        let amount = match amount(params.get("amount")).and_then(|amount| chargeable(amount, &currency)) {
            Ok(amount) => amount,
            Err(refusal) => return Decision::invalid(refusal),
        };
        let id = new_id("pi");
        let intent = Intent {
            client_secret: format!("{id}_secret_{}", Uuid::new_v4().simple()),
            id,
            amount,
            currency,
            status: IntentStatus::RequiresPaymentMethod,
            created: self.now.timestamp(),
            canceled_at: None,
            description: params.get("description").map(str::to_owned),
            receipt_email: params.get("receipt_email").map(str::to_owned),
            metadata: params.metadata(),
            last_payment_error: None,
            latest_charge: None,
            card: None,
            authentication: None,
            due: None,
        };
        self.told(intent, "payment_intent.created")
    }

    /// A payment as it is.
    pub fn intent(&self, id: &str) -> Answer {
        self.book.intent(id).map_or_else(|| missing("payment_intent", id), |intent| ok(self.show(intent)))
    }

    /// A payment is called off, unless it is too late.
    pub fn cancel(&self, id: &str) -> Decision {
        let Some(intent) = self.book.intent(id) else { return missing("payment_intent", id).into() };
        if !matches!(intent.status, IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresAction) {
            return self.unexpected(intent, "cancel", "requires_payment_method or requires_action").into();
        }
        let canceled =
            Intent { status: IntentStatus::Canceled, canceled_at: Some(self.now.timestamp()), ..intent.clone() };
        self.told(canceled, "payment_intent.canceled")
    }

    /// A card is tried. `return_url` is where its holder goes on after being asked.
    pub fn confirm(&self, id: &str, params: &Params) -> Decision {
        let Some(intent) = self.book.intent(id) else { return missing("payment_intent", id).into() };
        if !matches!(intent.status, IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresAction) {
            return self.unexpected(intent, "confirm", "requires_payment_method or requires_action").into();
        }
        if params.get("payment_method_data[type]") != Some("card") {
            let message = "You can only pay by card here: give payment_method_data[type]=card.";
            return Decision::invalid(refused(400, Some("parameter_missing"), Some("payment_method_data"), message));
        }
        match cards::judge(&params.card(), self.now) {
            Verdict::Invalid(decline) => {
                Decision::invalid(card_refused(json!({ "error": objects::card_error(&decline, None) })))
            }
            Verdict::Declined(decline) => self.fail(intent, &decline),
            Verdict::Accepted(card) if card.behaviour == Behaviour::Authenticates => {
                self.ask(intent, card, params.get("return_url"))
            }
            Verdict::Accepted(card) if card.behaviour == Behaviour::PaysLater => {
                let due = Some(self.now + PROCESSING);
                let processing = Intent { status: IntentStatus::Processing, due, ..attempt(intent, card) };
                self.told(processing, "payment_intent.processing")
            }
            Verdict::Accepted(card) => self.pay(attempt(intent, card)),
        }
    }

    /// The card's holder answers the question at the page of `token`. Whatever came first stays.
    pub fn respond(&self, token: &str, approved: bool) -> Decision {
        let Some(intent) = self.book.asked_at(token) else { return missing("page", token).into() };
        if intent.status != IntentStatus::RequiresAction {
            return ok(self.show(intent)).into();
        }
        if approved { self.pay(intent.clone()) } else { self.fail(intent, &NOT_AUTHENTICATED) }
    }

    /// Money goes back, as far as there is any.
    pub fn refund(&self, params: &Params) -> Decision {
        let id = params.get("payment_intent").unwrap_or_default();
        let Some(intent) = self.book.intent(id) else { return missing("payment_intent", id).into() };
        let left = intent.amount - self.book.refunded(id);
        if intent.status != IntentStatus::Succeeded {
            let message = format!("This PaymentIntent ({id}) does not have a successful charge to refund.");
            return refused(400, None, Some("payment_intent"), message).into();
        }
        if left == 0 {
            let message =
                format!("Charge {} has already been refunded.", intent.latest_charge.as_deref().unwrap_or(""));
            return refused(400, Some("charge_already_refunded"), None, message).into();
        }
        if self.is_charged_back(id) {
            let charge = intent.latest_charge.as_deref().unwrap_or_default();
            let message = format!("Charge {charge} has been charged back; cannot issue a refund.");
            return refused(400, Some("charge_disputed"), None, message).into();
        }
        let wanted = if params.get("amount").is_none() { Ok(left) } else { amount(params.get("amount")) };
        match wanted {
            Err(refusal) => Decision::invalid(refusal),
            Ok(wanted) if wanted > left => {
                let message = format!("Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})");
                refused(400, None, Some("amount"), message).into()
            }
            Ok(wanted) => self.give_back(intent, wanted, params),
        }
    }

    /// A refund as it is.
    pub fn show_refund(&self, id: &str) -> Answer {
        let found = self.book.refund(id);
        let both = found.and_then(|refund| Some((refund, self.book.intent(&refund.payment_intent)?)));
        both.map_or_else(|| missing("refund", id), |(refund, intent)| ok(objects::refund(refund, intent)))
    }

    /// The outcome of what took its time.
    pub fn settle(&self, id: &str) -> Change {
        if let Some(intent) = self.book.intent(id).filter(|intent| intent.status == IntentStatus::Processing) {
            return self.pay(intent.clone()).change;
        }
        let refund = self.book.refund(id).filter(|refund| refund.due.is_some());
        let Some((refund, intent)) =
            refund.and_then(|refund| Some((refund, self.book.intent(&refund.payment_intent)?)))
        else {
            return Change::default();
        };
        let fails = intent.card.as_ref().is_some_and(|card| card.behaviour == Behaviour::RefundFails);
        let status = if fails { RefundStatus::Failed } else { RefundStatus::Succeeded };
        let failure_reason = fails.then(|| "expired_or_canceled_card".to_owned());
        let refund = Refund { status, failure_reason, due: None, ..refund.clone() };
        let mut change = Change::default();
        let object = objects::refund(&refund, intent);
        change.tell("refund.updated", &object, self.now);
        if fails {
            change.tell("refund.failed", &object, self.now);
        }
        change.refunds.push(refund);
        change
    }

    fn pay(&self, intent: Intent) -> Decision {
        let paid = Intent {
            status: IntentStatus::Succeeded,
            latest_charge: Some(new_id("ch")),
            last_payment_error: None,
            due: None,
            ..intent
        };
        let mut decision = self.told(paid.clone(), "payment_intent.succeeded");
        self.dispute_at_once(&paid, &mut decision.change);
        decision
    }

    fn fail(&self, intent: &Intent, decline: &Decline) -> Decision {
        let charge = new_id("ch");
        let mut error = objects::card_error(decline, Some(&charge));
        let failed = Intent {
            status: IntentStatus::RequiresPaymentMethod,
            last_payment_error: Some(error.clone()),
            latest_charge: Some(charge),
            card: None,
            ..intent.clone()
        };
        let shown = self.show(&failed);
        let mut decision = self.told(failed, "payment_intent.payment_failed");
        if let Some(fields) = error.as_object_mut() {
            fields.insert("payment_intent".into(), shown);
        }
        decision.answer = card_refused(json!({ "error": error }));
        decision
    }

    fn ask(&self, intent: &Intent, card: Card, return_url: Option<&str>) -> Decision {
        let usable = |text: &&str| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let Some(return_url) = return_url.filter(usable) else {
            let message = "This card asks its holder on a page of its own: give a return_url to come back to.";
            return Decision::invalid(refused(400, Some("parameter_missing"), Some("return_url"), message));
        };
        let token = Uuid::new_v4().simple().to_string();
        let authentication = Some(Authentication { token, return_url: return_url.to_owned() });
        let asked = Intent { status: IntentStatus::RequiresAction, authentication, ..attempt(intent, card) };
        self.told(asked, "payment_intent.requires_action")
    }

    fn give_back(&self, intent: &Intent, amount: i64, params: &Params) -> Decision {
        let behaviour = intent.card.as_ref().map(|card| card.behaviour);
        let takes_time = matches!(behaviour, Some(Behaviour::RefundFails | Behaviour::RefundsLater));
        let pending = behaviour == Some(Behaviour::RefundsLater);
        let refund = Refund {
            id: new_id("re"),
            amount,
            payment_intent: intent.id.clone(),
            status: if pending { RefundStatus::Pending } else { RefundStatus::Succeeded },
            created: self.now.timestamp(),
            failure_reason: None,
            metadata: params.metadata(),
            due: takes_time.then(|| self.now + PROCESSING),
        };
        let object = objects::refund(&refund, intent);
        let mut change = Change::default();
        change.tell("refund.created", &object, self.now);
        if !pending {
            change.tell("refund.updated", &object, self.now);
        }
        let charge = objects::charge(intent, self.book.refunded(&intent.id) + amount);
        change.tell("charge.refunded", &charge, self.now);
        self.close_inquiry(intent, self.book.refunded(&intent.id) + amount, &mut change);
        change.refunds.push(refund);
        Decision::done(ok(object), change)
    }

    fn unexpected(&self, intent: &Intent, what: &str, wanted: &str) -> Answer {
        let shown = self.show(intent);
        let message = format!(
            "You cannot {what} this PaymentIntent because it has a status of {}. Only a PaymentIntent with one of the \
             following statuses may be used: {wanted}.",
            shown["status"].as_str().unwrap_or_default()
        );
        let mut answer = refused(400, UNEXPECTED_STATE, None, message);
        answer.body["error"]["payment_intent"] = shown;
        answer
    }

    /// The payment is as given from now on, the merchant is told, and so is the caller.
    fn told(&self, intent: Intent, kind: &str) -> Decision {
        let shown = self.show(&intent);
        let mut change = Change::default();
        change.tell(kind, &shown, self.now);
        change.intents.push(intent);
        Decision::done(ok(shown), change)
    }

    fn show(&self, intent: &Intent) -> Value {
        objects::intent(intent, self.pages)
    }
}

fn attempt(intent: &Intent, card: Card) -> Intent {
    Intent { card: Some(card), last_payment_error: None, ..intent.clone() }
}

fn card_refused(body: Value) -> Answer {
    Answer { status: 402, body, replayed: false }
}

/// An amount within Stripe's limits, without decimals that the currency has not.
fn chargeable(amount: i64, currency: &str) -> Result<i64, Answer> {
    let currency = currency.to_ascii_uppercase();
    let limits = limits(&currency);
    let refusal = |code, message| Err(refused(400, Some(code), Some("amount"), message));
    if amount < *limits.start() {
        return refusal("amount_too_small", format!("Amount must be at least {} {currency}", limits.start()));
    }
    if amount > *limits.end() {
        return refusal("amount_too_large", format!("Amount must be no more than {} {currency}", limits.end()));
    }
    if from_stripe(amount, &currency).and_then(|ours| to_stripe(ours, &currency)) != Ok(amount) {
        return refusal("parameter_invalid_integer", format!("Invalid amount for {currency}: {amount}"));
    }
    Ok(amount)
}

fn amount(text: Option<&str>) -> Result<i64, Answer> {
    let Some(text) = text else {
        return Err(refused(400, Some("parameter_missing"), Some("amount"), "Missing required param: amount."));
    };
    match text.parse::<i64>() {
        Ok(amount) if amount > 0 => Ok(amount),
        _ => Err(refused(400, Some("parameter_invalid_integer"), Some("amount"), format!("Invalid integer: {text}"))),
    }
}
