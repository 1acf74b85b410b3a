//! Idempotency keys as at Stripe (docs.stripe.com/api/idempotent_requests): the same key is answered the same way again, errors
//! of the provider included, for a day; not at the same time, and not for another request.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use axum::http::{HeaderMap, Uri};

use super::{
    Provider,
    book::{Answer, Book, Change, Reply},
    ledger::Gone,
    objects::{key_in_use, key_reused, refused},
    params::Params,
    rules::{Decision, Desk},
};

const LONGEST_KEY: usize = 255;

/// The keys of requests that run.
#[derive(Default)]
pub struct KeysInUse(Mutex<HashSet<String>>);

/// A key in use, until it is dropped.
struct InUse<'a> {
    keys: &'a KeysInUse,
    key: &'a str,
}

impl KeysInUse {
    fn enter<'a>(&'a self, key: &'a str) -> Option<InUse<'a>> {
        let is_free = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        is_free.then_some(InUse { keys: self, key })
    }
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(self.key);
    }
}

/// Decides, or answers what was answered to the same key before.
pub async fn once(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    uri: &Uri,
    decide: impl FnOnce(Desk) -> Decision,
) -> Result<Answer, Gone> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).filter(|key| !key.is_empty());
    if key.is_some_and(|key| key.len() > LONGEST_KEY) {
        return Ok(refused(400, None, None, "An idempotency key has 255 characters at the most."));
    }
    let _in_use = match key.map(|key| provider.keys.enter(key).ok_or(key)).transpose() {
        Ok(in_use) => in_use,
        Err(key) => return Ok(key_in_use(key)),
    };
    let fingerprint = params.fingerprint(uri.path());
    let decide = |book: &Book| {
        let desk = provider.desk(book);
        if let Some(reply) = key.and_then(|key| book.reply(key, desk.now)) {
            let is_same = reply.fingerprint == fingerprint;
            let answer =
                if is_same { Answer { replayed: true, ..reply.answer.clone() } } else { key_reused(&reply.key) };
            return (answer, Change::default());
        }
        let now = desk.now;
        let Decision { answer, mut change, is_kept } = provider.faults.disturb(uri.path(), || decide(desk));
        let reply = |key: &str| Reply { key: key.to_owned(), fingerprint, answer: answer.clone(), at: Some(now) };
        change.reply = key.filter(|_| is_kept).map(reply);
        (answer, change)
    };
    provider.ledger.change(decide).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_free_again_when_its_request_is_over() {
        let keys = KeysInUse::default();
        let first = keys.enter("key").unwrap();
        assert!(keys.enter("key").is_none() && keys.enter("other").is_some());
        drop(first);
        assert!(keys.enter("key").is_some());
    }
}
