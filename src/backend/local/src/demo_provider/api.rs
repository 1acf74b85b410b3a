//! The part of Stripe's API that a store needs: who may ask, and what is asked.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use super::{
    Provider,
    book::{Answer, Book, Intent},
    faults,
    idempotency::once,
    ledger::Gone,
    objects::{self, failed, for_browsers, list, missing, ok, refused},
    params::Params,
    rules::{Decision, Desk},
};

const BODY_LIMIT: usize = 64 << 10;
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Every route under `/v1`, and the faults that they may have; browsers of every origin may ask, as at Stripe.
pub fn router(provider: &Provider) -> Router<Provider> {
    Router::new()
        .route("/v1/payment_intents", get(list_intents).post(create_intent))
        .route("/v1/payment_intents/{id}", get(get_intent))
        .route("/v1/payment_intents/{id}/cancel", post(cancel_intent))
        .route("/v1/payment_intents/{id}/confirm", post(confirm_intent))
        .route("/v1/refunds", get(list_refunds).post(create_refund))
        .route("/v1/refunds/{id}", get(get_refund))
        .route("/v1/disputes", get(list_disputes))
        .route("/v1/disputes/{id}", get(get_dispute).post(answer_dispute))
        .route("/v1/disputes/{id}/close", post(accept_dispute))
        .route("/v1/{*rest}", get(unknown).post(unknown))
        .layer(middleware::from_fn_with_state(provider.clone(), faults::intercept))
        .route("/demo/faults", post(faults::add))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        // Named and not `*`, which does not stand for `Authorization`.
        .layer(CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(AllowHeaders::mirror_request()))
}

/// Whose key a request has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Caller {
    Merchant,
    Browser,
}

async fn unknown(uri: Uri) -> Response {
    respond(Ok(refused(
        404,
        None,
        None,
        format!("Unrecognized request URL ({}): it is not part of the demo", uri.path()),
    )))
}

async fn create_intent(State(provider): State<Provider>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let params = Params::read(&body);
    merchant(&provider, &headers, &params, &uri, |desk| desk.create(&params)).await
}

async fn cancel_intent(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    merchant(&provider, &headers, &Params::read(&body), &uri, |desk| desk.cancel(&id)).await
}

async fn create_refund(State(provider): State<Provider>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let params = Params::read(&body);
    merchant(&provider, &headers, &params, &uri, |desk| desk.refund(&params)).await
}

async fn confirm_intent(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = Params::read(&body);
    let caller = match caller(&provider, &headers, &params) {
        Ok(caller) => caller,
        Err(refusal) => return respond(Ok(refusal)),
    };
    let decide = |desk: Desk| match stranger(caller, &params, desk.book.intent(&id)) {
        Some(refusal) => refusal.into(),
        None => desk.confirm(&id, &params),
    };
    let answered = once(&provider, &headers, &params, &uri, decide).await;
    respond(answered.map(|answer| shown_to(caller, answer)))
}

async fn get_intent(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let params = Params::read(query.unwrap_or_default().as_bytes());
    let caller = match caller(&provider, &headers, &params) {
        Ok(caller) => caller,
        Err(refusal) => return respond(Ok(refusal)),
    };
    let look = |book: &Book| {
        let refusal = stranger(caller, &params, book.intent(&id));
        refusal.unwrap_or_else(|| provider.desk(book).intent(&id))
    };
    respond(provider.ledger.read(look).await.map(|answer| shown_to(caller, answer)))
}

async fn list_intents(State(provider): State<Provider>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let params = Params::read(query.unwrap_or_default().as_bytes());
    if let Err(refusal) = only_merchant(&provider, &headers, &params) {
        return respond(Ok(refusal));
    }
    let look = |book: &Book| {
        let intents = book.intents().map(|intent| (intent.id.as_str(), objects::intent(intent, &provider.pages)));
        page("/v1/payment_intents", &params, intents)
    };
    respond(provider.ledger.read(look).await)
}

async fn list_refunds(State(provider): State<Provider>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let params = Params::read(query.unwrap_or_default().as_bytes());
    if let Err(refusal) = only_merchant(&provider, &headers, &params) {
        return respond(Ok(refusal));
    }
    let look = |book: &Book| {
        let wanted = params.get("payment_intent");
        if let Some(id) = wanted.filter(|id| book.intent(id).is_none()) {
            return missing("payment_intent", id);
        }
        let refunds = book.refunds().filter(|refund| wanted.is_none_or(|wanted| refund.payment_intent == wanted));
        let shown = refunds.filter_map(|refund| {
            Some((refund.id.as_str(), objects::refund(refund, book.intent(&refund.payment_intent)?)))
        });
        page("/v1/refunds", &params, shown)
    };
    respond(provider.ledger.read(look).await)
}

async fn list_disputes(State(provider): State<Provider>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let params = Params::read(query.unwrap_or_default().as_bytes());
    if let Err(refusal) = only_merchant(&provider, &headers, &params) {
        return respond(Ok(refusal));
    }
    respond(provider.ledger.read(|book| page("/v1/disputes", &params, provider.desk(book).show_disputes())).await)
}

async fn get_dispute(State(provider): State<Provider>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Err(refusal) = only_merchant(&provider, &headers, &Params::default()) {
        return respond(Ok(refusal));
    }
    respond(provider.ledger.read(|book| provider.desk(book).show_dispute(&id)).await)
}

async fn answer_dispute(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = Params::read(&body);
    merchant(&provider, &headers, &params, &uri, |desk| desk.answer_dispute(&id, &params)).await
}

async fn accept_dispute(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    merchant(&provider, &headers, &Params::read(&body), &uri, |desk| desk.accept_dispute(&id)).await
}

/// A page of what there is, the newest first.
fn page<'a>(url: &str, params: &Params, all: impl Iterator<Item = (&'a str, Value)>) -> Answer {
    let limit =
        params.get("limit").map_or(Some(10), |text| text.parse().ok().filter(|limit| (1..=100).contains(limit)));
    let Some(limit) = limit else {
        return refused(400, None, Some("limit"), "Give a limit between 1 and 100.");
    };
    // Ids ascend in time, so what is older is what comes before.
    let after = params.get("starting_after");
    let mut left = all.filter(|(id, _)| after.is_none_or(|after| *id < after)).map(|(_, shown)| shown);
    let data = left.by_ref().take(limit).collect();
    ok(list(url, data, left.next().is_some()))
}

async fn get_refund(State(provider): State<Provider>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Err(refusal) = only_merchant(&provider, &headers, &Params::default()) {
        return respond(Ok(refusal));
    }
    respond(provider.ledger.read(|book| provider.desk(book).show_refund(&id)).await)
}

async fn merchant(
    provider: &Provider,
    headers: &HeaderMap,
    params: &Params,
    uri: &Uri,
    decide: impl FnOnce(Desk) -> Decision,
) -> Response {
    if let Err(refusal) = only_merchant(provider, headers, params) {
        return respond(Ok(refusal));
    }
    respond(once(provider, headers, params, uri, decide).await)
}

/// The secret key as a bearer; browsers have the publishable one, there or as the parameter `key`.
fn caller(provider: &Provider, headers: &HeaderMap, params: &Params) -> Result<Caller, Answer> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let Some(key) = bearer.or_else(|| params.get("key")) else {
        return Err(refused(401, None, None, "You did not provide an API key: send it as `Authorization: Bearer …`."));
    };
    if is_same(key, &provider.secret_key) {
        Ok(Caller::Merchant)
    } else if is_same(key, &provider.publishable_key) {
        Ok(Caller::Browser)
    } else {
        Err(refused(401, Some("api_key_invalid"), None, "Invalid API key provided."))
    }
}

/// # Errors
/// The refusal of everyone but the merchant.
pub fn only_merchant(provider: &Provider, headers: &HeaderMap, params: &Params) -> Result<(), Answer> {
    match caller(provider, headers, params)? {
        Caller::Merchant => Ok(()),
        Caller::Browser => {
            let message = "This API call cannot be made with a publishable API key. Please use a secret API key.";
            Err(refused(403, Some("secret_key_required"), None, message))
        }
    }
}

/// A browser must know the payment's client secret; what it has no right to see is not said to exist.
fn stranger(caller: Caller, params: &Params, intent: Option<&Intent>) -> Option<Answer> {
    let given = params.get("client_secret");
    match (caller, intent) {
        (Caller::Browser, Some(intent)) if given.is_some_and(|given| is_same(given, &intent.client_secret)) => None,
        (Caller::Browser, _) => Some(refused(
            404,
            Some("resource_missing"),
            Some("client_secret"),
            "There is no PaymentIntent with this id and this client_secret.",
        )),
        (Caller::Merchant, _) => None,
    }
}

/// Digests differ from their first byte on, so that the time it takes says nothing about the secret.
fn is_same(given: &str, secret: &str) -> bool {
    Sha256::digest(given) == Sha256::digest(secret)
}

fn shown_to(caller: Caller, mut answer: Answer) -> Answer {
    if caller == Caller::Browser {
        if let Some(intent) = answer.body.pointer_mut("/error/payment_intent") {
            *intent = for_browsers(intent.take());
        }
        answer.body = for_browsers(answer.body);
    }
    answer
}

/// The answer over HTTP.
pub fn respond(answer: Result<Answer, Gone>) -> Response {
    let answer = answer.unwrap_or_else(|gone| failed(500, gone.to_string()));
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CACHE_CONTROL, "no-store")], Json(answer.body)).into_response();
    if answer.replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
