//! Faults on demand: what Stripe does on its bad days can be asked for here, so that a store can be tried against it.
//!
//! `POST /demo/faults` with the secret key and these parameters, form-encoded; the requests that match next are answered so:
//!
//! | parameter | what it says |
//! |---|---|
//! | `path` | such as `/v1/refunds`, or with `*` at its end for all that begin so |
//! | `method` | `POST` when left out |
//! | `answer` | a status from 400 to 599, or `hang` for no answer at all |
//! | `code` | the error's code, for a status below 500 |
//! | `stored` | `true`: the answer is kept for the idempotency key, as Stripe keeps even its 500s; `false` when left out |
//! | `effect` | `true`: what was asked for is done all the same; only with `stored`; `false` when left out |
//! | `times` | how many requests, 1 when left out; 0 ends all faults of this path and method |

use std::sync::{Mutex, PoisonError};

use axum::{
    body::Bytes,
    extract::{Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use serde_json::json;

use super::{
    Provider,
    api::{only_merchant, respond},
    book::Answer,
    objects::{failed, ok, refused},
    params::Params,
    rules::Decision,
};

/// What is to go wrong.
#[derive(Default)]
pub struct Faults(Mutex<Vec<Fault>>);

#[derive(Clone)]
struct Fault {
    method: String,
    path: String,
    /// None hangs.
    answer: Option<Answer>,
    is_stored: bool,
    has_effect: bool,
    times: u32,
}

impl Fault {
    fn read(params: &Params) -> Option<Self> {
        let is_true = |name| params.get(name) == Some("true");
        let answer = match params.get("answer") {
            Some("hang") => None,
            status => Some(answer(status?.parse().ok()?, params.get("code"))?),
        };
        let fault = Self {
            method: params.get("method").unwrap_or("POST").to_owned(),
            path: params.get("path").filter(|path| path.starts_with("/v1/"))?.to_owned(),
            is_stored: is_true("stored"),
            has_effect: is_true("effect"),
            times: params.get("times").map_or(Some(1), |times| times.parse().ok())?,
            answer,
        };
        let can_be_stored = fault.method == "POST" && fault.answer.is_some();
        (can_be_stored || !fault.is_stored).then_some(fault).filter(|fault| fault.is_stored || !fault.has_effect)
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        let is_there = match self.path.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => path == self.path,
        };
        is_there && self.method == method
    }
}

fn answer(status: u16, code: Option<&str>) -> Option<Answer> {
    const MESSAGE: &str = "This is a fault that was asked for.";
    match status {
        400..=499 => Some(refused(status, code, None, MESSAGE)),
        500..=599 => Some(failed(status, MESSAGE)),
        _ => None,
    }
}

impl Faults {
    fn change<T>(&self, change: impl FnOnce(&mut Vec<Fault>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, fault: Fault) {
        self.change(|faults| match fault.times {
            0 => faults.retain(|known| known.path != fault.path || known.method != fault.method),
            _ => faults.push(fault),
        });
    }

    fn take(&self, method: &str, path: &str, is_stored: bool) -> Option<Fault> {
        self.change(|faults| {
            let place = faults.iter().position(|fault| fault.is_stored == is_stored && fault.matches(method, path))?;
            faults[place].times -= 1;
            let fault = faults[place].clone();
            faults.retain(|fault| fault.times > 0);
            Some(fault)
        })
    }

    /// What is decided, unless it is to go wrong in a way that is kept for the request's key.
    pub fn disturb(&self, path: &str, decide: impl FnOnce() -> Decision) -> Decision {
        let Some(Fault { answer: Some(answer), has_effect, .. }) = self.take("POST", path, true) else {
            return decide();
        };
        let change = if has_effect { decide().change } else { Default::default() };
        Decision::done(answer, change)
    }
}

/// Takes a fault on.
pub async fn add(State(provider): State<Provider>, headers: HeaderMap, body: Bytes) -> Response {
    let params = Params::read(&body);
    if let Err(refusal) = only_merchant(&provider, &headers, &params) {
        return respond(Ok(refusal));
    }
    respond(Ok(match Fault::read(&params) {
        Some(fault) => {
            provider.faults.add(fault);
            ok(json!({ "object": "fault" }))
        }
        None => refused(400, None, None, "This is no fault: see the list of parameters."),
    }))
}

/// Lets requests go wrong in ways that are kept for no key.
pub async fn intercept(State(provider): State<Provider>, request: Request, next: Next) -> Response {
    match provider.faults.take(request.method().as_str(), request.uri().path(), false) {
        None => next.run(request).await,
        Some(Fault { answer: Some(answer), .. }) => respond(Ok(answer)),
        Some(_) => std::future::pending().await,
    }
}
