//! No input of a visitor makes a fault of ours: generated requests through every public endpoint, seeded, so that a failure
//! repeats. What is public is read from the policy and the OpenAPI document, so a new endpoint is covered as it is registered.

mod corpus;
mod endpoints;
mod wire;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::{StreamExt, stream};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

use self::{
    corpus::{ENCODINGS, Random, percent, rotated, texts},
    endpoints::{Endpoint, Known, leaves, public},
    wire::{Request, send},
};
use crate::support::{
    Shop,
    builders::{category, product, variant},
    guest::{Guest, variant_of},
    provider::Provider,
};

/// A store with a little of everything that the endpoints read.
async fn stocked(db: PgPool) -> (Shop, Provider) {
    let hoodies = category(&db, None, "hoodies", "Hoodies").await;
    for number in 0..3 {
        product(&format!("hoodie-{number}"))
            .title("Merge O'ahu Hoodie")
            .category(hoodies)
            .vendor("Mainline")
            .option("Color", &["Black"])
            .variant(variant(&["Black"], 6900 + number, 1_000_000))
            .create(&db)
            .await;
    }
    Shop::selling(db).await
}

/// Sends requests, a few at a time, and fails with those that were answered by a fault of ours.
async fn expect_no_fault(shop: &Shop, requests: Vec<Request>) {
    assert!(!requests.is_empty());
    let faults: Vec<String> = stream::iter(&requests)
        .map(|request| async move { send(&shop.origin, request).await.fault(request) })
        .buffer_unordered(6)
        .filter_map(|fault| async { fault })
        .collect()
        .await;
    let shown = faults.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} of {} requests made a fault:\n{shown}", faults.len(), requests.len());
}

async fn known(shop: &Shop) -> Known {
    let variant_id = variant_of(&shop.db, "hoodie-0").await;
    let bought = Guest::with(shop, variant_id, 1).await.buy().await;
    let guest = Guest::with(shop, variant_id, 1).await;
    Known {
        order: guest.order().await,
        cart: guest.cart.clone(),
        cart_token: guest.token.clone(),
        variant: variant_id.to_string(),
        number: bought.number.to_string(),
        order_token: bought.token,
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn no_text_in_a_path_or_a_query_makes_a_fault(db: PgPool) {
    let (shop, _provider) = stocked(db).await;
    let known = known(&shop).await;
    let mut requests = Vec::new();
    let encodings = || ENCODINGS.into_iter().map(str::to_owned);
    let values = |turn| {
        let texts = rotated(texts(), 3, turn).map(|text| percent(text.as_bytes()));
        texts.chain(encodings()).chain(rotated(corpus::bytes(), 16, turn))
    };
    for (turn, endpoint) in public().iter().enumerate() {
        for name in &endpoint.path_parameters {
            let paths = values(turn).map(|value| endpoint.path_with(&known, name, &value));
            requests.extend(paths.map(|path| endpoint.request(&known).target(path)));
        }
        for name in &endpoint.query_parameters {
            requests.extend(values(turn).map(|value| endpoint.request(&known).query(&format!("{name}={value}"))));
        }
        requests.extend(encodings().map(|value| endpoint.request(&known).query(&format!("{value}={value}"))));
    }
    expect_no_fault(&shop, requests).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn no_letter_of_any_script_makes_a_search_fail(db: PgPool) {
    let (shop, _provider) = stocked(db).await;
    // Every letter, modifier letter and digit but the tens of thousands of ideographs and syllables, eight words at a time.
    let letters: Vec<char> = ('\u{1}'..='\u{1FFFF}')
        .filter(|letter| {
            letter.is_alphanumeric() && !matches!(letter, '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
        })
        .filter(|letter| !('\u{13000}'..='\u{18FFF}').contains(letter))
        .collect();
    let mut requests = Vec::new();
    for (number, some) in letters.chunks(72).enumerate() {
        let words: Vec<String> = some.chunks(9).map(|word| word.iter().collect()).collect();
        let q = percent(words.join(" ").as_bytes());
        let path = if number % 2 == 0 { "/api/products?facets=true&q=" } else { "/api/search/suggestions?q=" };
        requests.push(Request::new("GET", &format!("{path}{q}")));
    }
    for text in texts().iter().filter(|text| text.chars().count() <= 100) {
        let q = percent(text.as_bytes());
        requests.push(Request::new("GET", &format!("/api/products?facets=true&q={q}")));
        requests.push(Request::new("GET", &format!("/api/search/suggestions?q={q}")));
    }
    expect_no_fault(&shop, requests).await;
}

/// The key of a cursor is not signed, so anybody can write one.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn no_forged_cursor_makes_a_fault(db: PgPool) {
    let (shop, _provider) = stocked(db).await;
    let mut requests = Vec::new();
    for order in ["sort=newest", "sort=price_asc", "sort=price_desc", "q=hoodie"] {
        let page = shop.json(&format!("/api/products?limit=1&{order}")).await;
        let cursor = URL_SAFE_NO_PAD.decode(page["next_cursor"].as_str().unwrap()).unwrap();
        let genuine: Value = serde_json::from_slice(&cursor).unwrap();
        for key in corpus::keys() {
            let mut forged = genuine.clone();
            forged["key"][0] = key;
            let cursor = URL_SAFE_NO_PAD.encode(forged.to_string());
            requests.push(Request::new("GET", &format!("/api/products?limit=1&{order}&cursor={cursor}")));
        }
    }
    expect_no_fault(&shop, requests).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn no_header_makes_a_fault(db: PgPool) {
    let (shop, _provider) = stocked(db).await;
    let known = known(&shop).await;
    let mut requests = Vec::new();
    for (turn, endpoint) in public().iter().enumerate() {
        for name in corpus::HEADERS {
            // Whether HTTP itself can be read depends on these.
            let frames = ["Content-Length", "Host", "Expect"].contains(&name);
            for value in rotated(corpus::header_values(name), 5, turn) {
                let request = endpoint.request(&known).header(name, &value);
                requests.push(if frames { request.garbled() } else { request });
            }
        }
    }
    expect_no_fault(&shop, requests).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn no_json_makes_a_fault(db: PgPool) {
    let (shop, _provider) = stocked(db).await;
    let mut known = known(&shop).await;
    for endpoint in public().into_iter().filter(|endpoint| endpoint.body.is_some()) {
        for mutant in mutants(&endpoint, &known) {
            let mut request = endpoint.request(&known);
            request.body = mutant;
            let answer = send(&shop.origin, &request).await;
            if let Some(fault) = answer.fault(&request) {
                panic!("{fault}");
            }
            // What was taken has used the cart up: the next one is to come as far.
            if answer.status == Some(StatusCode::CREATED.as_u16()) && endpoint.path == "/api/orders" {
                known = self::known(&shop).await;
            }
        }
    }
}

/// The endpoint's body with each of its fields replaced by each odd value, one at a time, and bodies that are none.
fn mutants(endpoint: &Endpoint, known: &Known) -> Vec<Vec<u8>> {
    let body = endpoint.body(known);
    let mut mutants = corpus::bodies();
    for (turn, path) in leaves(&body).into_iter().enumerate() {
        for value in corpus::values(turn) {
            let mut mutant = body.clone();
            *mutant.pointer_mut(&path).unwrap() = value;
            mutants.push(mutant.to_string().into_bytes());
        }
    }
    let mut extra = body;
    extra["\u{1F4A3}"] = json!([{}]);
    mutants.push(extra.to_string().into_bytes());
    mutants
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn no_bytes_make_a_fault(db: PgPool) {
    let (shop, _provider) = stocked(db).await;
    let known = known(&shop).await;
    let mut random = Random::seeded(0x5EED);
    let mut requests = Vec::new();
    for endpoint in public() {
        for _ in 0..25 {
            let mut request = endpoint.request(&known);
            match random.below(4) {
                0 => request.target.extend(random.bytes(60)),
                1 => request.body = random.bytes(400),
                2 => {
                    let name = corpus::HEADERS[random.below(corpus::HEADERS.len())];
                    request = request.header(name, &random.bytes(80));
                }
                _ => {
                    let at = random.below(request.target.len() + 1);
                    request.target.splice(at..at, percent(&random.bytes(20)).into_bytes());
                }
            }
            requests.push(request.garbled());
        }
    }
    expect_no_fault(&shop, requests).await;
}
