//! What people see of the demo provider: a page where a card's holder approves, and one that lists the test cards.

use std::{borrow::Cow, fmt::Write};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use url::Url;

use super::{
    Provider,
    book::{Book, Intent, IntentStatus},
    cards::CARDS,
    ledger::Gone,
    params::Params,
};
use devopsify::{money::exponent, stripe::amounts::from_stripe};

const STYLE: &str = include_str!("pages/style.css");
const ASK: &str = include_str!("pages/authenticate.html");
const ENDED: &str = include_str!("pages/ended.html");
const CARD_LIST: &str = include_str!("pages/cards.html");

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // The address of a page is what lets somebody answer on it.
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Every route for people.
pub fn router() -> Router<Provider> {
    Router::new()
        .route("/", get(card_list))
        .route("/authenticate/{token}", get(ask).post(answer))
        .route("/style.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }))
        .fallback(|| async { ended(StatusCode::NOT_FOUND, None) })
}

/// Gives each answer its security headers; a policy that it already has stays.
pub async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING));
    response
}

async fn card_list(State(provider): State<Provider>) -> Response {
    let mut rows = String::new();
    for card in CARDS {
        let number = card.number.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
        let _ = write!(rows, "<tr><td><code>{number}</code></td><td>{}</td></tr>", escaped(card.about));
    }
    let page = CARD_LIST.replace("{cards}", &rows).replace("{origin}", &escaped(&provider.pages));
    html(StatusCode::OK, page, None)
}

async fn ask(State(provider): State<Provider>, Path(token): Path<String>) -> Response {
    match provider.ledger.read(|book| book.asked_at(&token).cloned()).await {
        Err(gone) => failed(&gone),
        Ok(None) => ended(StatusCode::NOT_FOUND, None),
        Ok(Some(intent)) if intent.status != IntentStatus::RequiresAction => ended(StatusCode::OK, back(&intent)),
        Ok(Some(intent)) => {
            let back = back(&intent);
            let merchant = back.as_ref().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
            let page = ASK
                .replace("{amount}", &escaped(&amount(&intent)))
                .replace("{merchant}", &escaped(&merchant))
                .replace("{last4}", &escaped(intent.card.as_ref().map_or("", |card| &card.last4)))
                .replace("{description}", &escaped(intent.description.as_deref().unwrap_or("–")));
            html(StatusCode::OK, page, back.as_ref())
        }
    }
}

/// The answer counts when it is posted, whether or not the browser ever comes back to the store.
async fn answer(State(provider): State<Provider>, Path(token): Path<String>, body: Bytes) -> Response {
    let approved = match Params::read(&body).get("answer") {
        Some("approve") => true,
        Some("decline") => false,
        _ => return ended(StatusCode::BAD_REQUEST, None),
    };
    let decide = |book: &Book| {
        let known = book.asked_at(&token).is_some();
        (known, provider.desk(book).respond(&token, approved).change)
    };
    let known = provider.ledger.change(decide).await;
    let intent = provider.ledger.read(|book| book.asked_at(&token).cloned()).await;
    match (known, intent) {
        (Err(gone), _) | (_, Err(gone)) => failed(&gone),
        (Ok(true), Ok(Some(intent))) => match back(&intent) {
            Some(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string())]).into_response(),
            None => ended(StatusCode::OK, None),
        },
        _ => ended(StatusCode::NOT_FOUND, None),
    }
}

/// Where the customer goes on, told what became of it, as Stripe does.
fn back(intent: &Intent) -> Option<Url> {
    let mut url = Url::parse(&intent.authentication.as_ref()?.return_url).ok()?;
    let status = match intent.status {
        IntentStatus::Succeeded => "succeeded",
        IntentStatus::Processing => "pending",
        _ => "failed",
    };
    url.query_pairs_mut().append_pair("payment_intent", &intent.id).append_pair("redirect_status", status);
    Some(url)
}

fn amount(intent: &Intent) -> String {
    let currency = intent.currency.to_ascii_uppercase();
    let minor = from_stripe(intent.amount, &currency).unwrap_or(intent.amount);
    let digits = exponent(&currency);
    let scale = 10_i64.pow(digits);
    match digits {
        0 => format!("{minor} {currency}"),
        _ => format!("{}.{:0width$} {currency}", minor / scale, minor % scale, width = digits as usize),
    }
}

/// Nothing is asked here, or not any more.
fn ended(status: StatusCode, back: Option<Url>) -> Response {
    let (title, text) = match status {
        StatusCode::OK => ("This was answered already", "There is nothing left to decide here."),
        _ => ("Nothing is asked here", "The question was withdrawn, or its address is not complete."),
    };
    let link = back.map(|url| format!(r#"<p><a href="{}">Go back to the store</a></p>"#, escaped(url.as_str())));
    let page = ENDED.replace("{title}", title).replace("{text}", text).replace("{link}", &link.unwrap_or_default());
    html(status, page, None)
}

fn failed(gone: &Gone) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, gone.to_string()).into_response()
}

/// A page with its own style sheet, whose form leads here and on to `target`: browsers follow a form's redirect only to where
/// the policy lets forms go.
fn html(status: StatusCode, page: String, target: Option<&Url>) -> Response {
    let target = target.map(|url| format!(" {}", url.origin().ascii_serialization())).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self'{target}; frame-ancestors 'none'; base-uri 'none'"
    );
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "no-store".to_owned())];
    (status, headers, Html(page)).into_response()
}

fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text.into();
    }
    let escape = |sign: char| match sign {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escape).collect::<String>().into()
}
