//! Clients that are slow, too many, or send what is no request: each is ended, and an ordinary visitor is answered meanwhile.

use std::time::Duration;

use axum::{Router, body::Body, http::header, response::Html, routing::get};
use devopsify::{config::LoadConfig, router, server::Limits};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;
use tokio::net::TcpListener;

use crate::support::{
    self, Shop,
    raw::{Raw, Raws},
};

/// Limits that a test can wait for. What a test says that is not ended has an hour.
const HOUR: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_millis(300);

fn patient() -> Limits {
    Limits { head: HOUR, idle: HOUR, write: HOUR, stream: HOUR, reclaim: HOUR, linger: SOON, ..Limits::default() }
}

/// A store in front of a storefront whose every page says where it is.
async fn shop(db: PgPool, load: LoadConfig, limits: Limits) -> Shop {
    let storefront = support::serve(Router::new().fallback(get(|| async { Html("<p>page</p>") }))).await;
    let mut shop = Shop::with(db, |config| {
        config.storefront_url = storefront;
        config.load = load;
    })
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    shop.origin = support::serve_within(listener, router::router(shop.app.clone()), limits);
    shop
}

async fn expect_answered(shop: &Shop) {
    assert_eq!(shop.get("/").await.status, StatusCode::OK);
    assert_eq!(shop.get("/api/store").await.status, StatusCode::OK);
}

fn expect_secure(answer: &Raws, status: u16) {
    let text = answer.text();
    assert_eq!(answer.status(), status, "{text}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{text}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{text}");
    assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{text}");
    assert_eq!(answer.header("connection"), "close", "{text}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn heads_that_never_end_are_ended(db: PgPool) {
    let shop = shop(db, LoadConfig::default(), Limits { head: SOON, ..patient() }).await;
    let beginnings: [&[u8]; 5] =
        [b"G", b"GET / HTTP/1.1\r\nhost: a\r\n", b"\r\n", b"PRI * HTTP/2.0\r\n", b"POST /api/carts HTTP/1.1\r\na: b"];
    let mut sockets = Vec::new();
    for number in 0..300 {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(beginnings[number % beginnings.len()]).await;
        sockets.push(socket);
    }
    expect_answered(&shop).await;
    for answer in join_all(sockets.into_iter().map(Raw::end)).await {
        if !answer.bytes.is_empty() {
            expect_secure(&answer, 408);
        }
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_byte_now_and_then_gives_no_more_time(db: PgPool) {
    let shop = shop(db, LoadConfig::default(), Limits { head: SOON, ..patient() }).await;
    let mut socket = Raw::to(&shop.origin).await;
    let mut sent = 0;
    // The store closes: writing fails then, or nothing is sent any more.
    while !socket.is_closed() {
        assert!(sent < 1000, "a head may go on for ever");
        socket.send(b"a").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        sent += 1;
    }
    expect_answered(&shop).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn connections_without_requests_are_ended(db: PgPool) {
    let shop = shop(db, LoadConfig::default(), Limits { idle: SOON, ..patient() }).await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(Raw::to(&shop.origin).await);
    }
    let mut kept = Vec::new();
    for _ in 0..50 {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(b"GET /api/store HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert_eq!(socket.answer().await.status(), 200);
        kept.push(socket);
    }
    // HTTP/2: the preface and empty settings, and no request.
    for _ in 0..50 {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
        silent.push(socket);
    }
    expect_answered(&shop).await;
    for answer in join_all(kept.into_iter().map(Raw::end)).await {
        assert_eq!(answer.text(), "");
    }
    join_all(silent.into_iter().map(Raw::end)).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn heads_that_are_too_large_are_refused(db: PgPool) {
    let shop = shop(db, LoadConfig::default(), patient()).await;
    let field = format!("GET / HTTP/1.1\r\nhost: a\r\nx-large: {}", "a".repeat(390 << 10));
    let fields = format!("GET / HTTP/1.1\r\nhost: a\r\n{}", "x: 123456789\r\n".repeat(20_000));
    let answers = join_all((0..300).map(async |number: usize| {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(if number.is_multiple_of(2) { field.as_bytes() } else { fields.as_bytes() }).await;
        socket.end().await
    }))
    .await;
    for answer in answers.iter().filter(|answer| !answer.bytes.is_empty()) {
        expect_secure(answer, 431);
    }
    // Those that stop writing when they are answered see the answer.
    let mut socket = Raw::to(&shop.origin).await;
    socket.send(&field.as_bytes()[..17 << 10]).await;
    expect_secure(&socket.end().await, 431);
    expect_answered(&shop).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_no_request_is_answered_as_everything_is(db: PgPool) {
    let shop = shop(db, LoadConfig::default(), patient()).await;
    let long = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(9 << 10));
    let larger = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(70 << 10));
    for (bytes, status) in [
        ("hello\r\n\r\n", 400),
        ("\0\x01\x02\r\n\r\n", 400),
        ("GET /\u{e9} HTTP/9.9\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n", 0),
        (&*larger, 431),
    ] {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(bytes.as_bytes()).await;
        if status == 0 {
            continue;
        }
        let answer = socket.end().await;
        expect_secure(&answer, status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    // After a request on the same connection, and after one that was sent with it.
    for first in ["GET /api/store HTTP/1.1\r\nhost: a\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"] {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(format!("{first}no request\r\n\r\n").as_bytes()).await;
        let text = socket.end().await.text();
        let (good, bad) = text.split_at(text.rfind("HTTP/1.1 400").unwrap());
        assert!(good.starts_with("HTTP/1.1 200"), "{good}");
        expect_secure(&Raws { bytes: bad.into() }, 400);
    }
    let mut socket = Raw::to(&shop.origin).await;
    socket.send(long.as_bytes()).await;
    let answer = socket.answer().await;
    assert_eq!((answer.status(), answer.header("x-content-type-options").as_str()), (414, "nosniff"));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn answers_that_nobody_reads_are_ended(db: PgPool) {
    let endless = Router::new().fallback(get(|| async {
        let chunk = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'a'; 64 << 10]));
        ([(header::CONTENT_TYPE, "text/html")], Body::from_stream(chunk))
    }));
    let storefront = support::serve(endless).await;
    let mut shop = Shop::with(db, |config| config.storefront_url = storefront).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let limits = Limits { write: SOON, ..patient() };
    shop.origin = support::serve_within(listener, router::router(shop.app.clone()), limits);
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(b"GET /admin HTTP/1.1\r\nhost: a\r\n\r\n").await;
        sockets.push(socket);
    }
    assert_eq!(shop.get("/api/store").await.status, StatusCode::OK);
    join_all(sockets.iter().map(Raw::until_reset)).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn bodies_that_never_end_are_ended_and_share_their_memory(db: PgPool) {
    // Two of them fill the memory, however slow the machine is.
    let load = LoadConfig { max_body_memory: 2 << 20, ..LoadConfig::default() };
    let shop = shop(db, load, patient()).await;
    let body = vec![b' '; (1 << 20) - 1];
    let head =
        "POST /api/carts HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1048576\r\n\r\n";
    let stalled = join_all((0..200).map(async |_: usize| {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(head.as_bytes()).await;
        socket.send(&body).await;
        socket.end().await
    }));
    let visits = async {
        for _ in 0..20 {
            expect_answered(&shop).await;
            // What an ordinary visitor sends is read, whatever the others hold.
            let reply = shop.send(Method::POST, "/api/carts", &[], Some(&json!({ "items": [] }))).await;
            assert!(reply.status.is_success(), "{}", reply.text);
        }
    };
    let (answers, ()) = tokio::join!(stalled, visits);
    let with = |status: u16| answers.iter().filter(|answer| answer.status() == status).count();
    for answer in answers.iter().filter(|answer| answer.status() == 503) {
        assert_eq!((answer.header("retry-after").as_str(), answer.header("x-frame-options").as_str()), ("5", "DENY"));
    }
    assert!(with(503) > 0, "there was memory for all of them");
    assert_eq!(with(503) + with(408) + with(0), 200);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn bodies_are_not_read_before_what_needs_none_is_checked(db: PgPool) {
    let shop = shop(db, LoadConfig::default(), patient()).await;
    for (head, status) in [
        ("POST /api/admin/products HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 1000", 401),
        ("POST /api/carts HTTP/1.1\r\ncontent-type: text/plain\r\ncontent-length: 1000", 415),
        ("POST /api/carts HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 10000000", 413),
        ("POST /api/nothing HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 1000", 405),
        ("PUT /api/store HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 1000", 405),
        ("POST /products HTTP/1.1\r\ncontent-type: text/html\r\ncontent-length: 1000", 405),
        ("GET /products HTTP/1.1\r\ncontent-length: 1000", 200),
        ("GET /media/a/1.webp HTTP/1.1\r\ntransfer-encoding: chunked", 404),
    ] {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(format!("{head}\r\nhost: a\r\n\r\n").as_bytes()).await;
        let answer = socket.end().await;
        assert_eq!(answer.status(), status, "{head}: {}", answer.text());
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn one_connection_too_many_is_refused(db: PgPool) {
    let shop = shop(db, LoadConfig::default(), Limits { connections: 100, ..patient() }).await;
    let mut open = Vec::new();
    for _ in 0..100 {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(b"GET /api/store HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert_eq!(socket.answer().await.status(), 200);
        open.push(socket);
    }
    let refused = join_all((0..50).map(async |_: usize| {
        let mut socket = Raw::to(&shop.origin).await;
        socket.send(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
        socket.end().await
    }))
    .await;
    for answer in refused {
        expect_secure(&answer, 503);
        assert_eq!(answer.header("retry-after"), "5");
    }
    drop(open);
    shop.until_answered().await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn connections_without_requests_make_room_for_visitors(db: PgPool) {
    let limits = Limits { connections: 50, reclaim: Duration::ZERO, ..patient() };
    let shop = shop(db, LoadConfig::default(), limits).await;
    let mut hoarded = Vec::new();
    for _ in 0..200 {
        hoarded.push(Raw::to(&shop.origin).await);
    }
    expect_answered(&shop).await;
    drop(hoarded);
}

/// Frames of HTTP/2, by hand.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_connection_of_http2_has_so_many_requests_at_once(db: PgPool) {
    let shop = shop(db, LoadConfig::default(), Limits { idle: SOON, ..patient() }).await;
    let mut socket = Raw::to(&shop.origin).await;
    socket.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    socket.send(&frame(4, 0, 0, &[])).await;
    // `GET /` by http of `a`, a hundred times, with bodies that never come.
    let fields = [&[0x82, 0x84, 0x86, 0x41, 0x01][..], b"a"].concat();
    for number in 0..100u32 {
        socket.send(&frame(1, 4, 2 * number + 1, &fields)).await;
    }
    let bytes = socket.end().await.bytes;
    let settings = &bytes[..60];
    assert!(settings.windows(6).any(|setting| setting == [0, 3, 0, 0, 0, 64]), "{settings:?}");
    // What is beyond is refused by itself (REFUSED_STREAM, 7).
    let refused = bytes.windows(13).filter(|bytes| bytes[..5] == [0, 0, 4, 3, 0] && bytes[9..] == [0, 0, 0, 7]).count();
    assert!(refused > 0, "a hundred requests ran at once");
    expect_answered(&shop).await;
}
