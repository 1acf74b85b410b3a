//! `serve` and `worker` under attack, each in a control group with the memory of its container (`make prove-limits`).
//!
//! Everything at once, for `SECONDS` (300 unless it says otherwise): neither process ends, visitors and customers are served
//! meanwhile, and the memory comes back. Control groups need root; the requests go over loopback only, the attackers' from
//! addresses of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod attacks;
mod memory;
mod pictures;
#[allow(dead_code, reason = "other tests need other parts of it")]
#[path = "../support/mod.rs"]
mod support;
mod visitors;

use std::{
    env,
    path::PathBuf,
    time::{Duration, Instant},
};

use devopsify::queue;
use sqlx::PgPool;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use attacks::Attack;
use memory::{MIB, MemoryGroup};
use support::{
    builders::{product, variant},
    orders::order,
    program::{Program, database_url},
    smtp::{MailServer, Manner},
    unused_port,
};

/// What the chart and compose.yaml give a container.
const LIMIT: u64 = 512 * MIB;
/// How much more than at its start a process may hold once an attack is over: caches, buffers and threads that it keeps.
const KEPT: u64 = 64 * MIB;
/// Between the end of an attack and the look at what is kept: longer than a request's head and body may take.
const CALM: Duration = Duration::from_secs(20);

fn duration() -> Duration {
    Duration::from_secs(env::var("SECONDS").map_or(300, |seconds| seconds.parse().expect("SECONDS is a number")))
}

/// The program that runs in containers, if `PROGRAM` names it; else the one that tests use.
fn program(name: &str, port: u16, variables: &[(&str, String)]) -> Program {
    let path = env::var("PROGRAM").map_or_else(|_| env!("CARGO_BIN_EXE_devopsify").into(), PathBuf::from);
    Program::of(&path, name, port, variables)
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn serve_answers_visitors_while_it_is_attacked(db: PgPool) {
    queue::migrate(&db).await.unwrap();
    product("mug").priced(1400).create(&db).await;
    let (port, operations) = (unused_port(), unused_port());
    let storefront = visitors::storefront();
    let variables = [
        ("DATABASE_URL", database_url(&db)),
        ("PORT", port.to_string()),
        ("OPERATIONS_PORT", operations.to_string()),
        ("STOREFRONT_URL", storefront.origin().ascii_serialization()),
    ];
    let mut serve = program("serve", operations, &variables);
    serve.start();
    serve.answers("/readyz").await;
    let group = MemoryGroup::holding(serve.pid(), LIMIT);
    visitors::visit(port).await.expect("a visitor is served before the attack");
    let start = group.resident();

    let attack = Attack::begin(port);
    let visits = visitors::keep_visiting(port, duration()).await;
    for outcome in attack.end() {
        println!("{outcome}");
    }
    println!("{visits}");
    sleep(CALM).await;
    let end = group.resident();
    println!("serve: {} MiB at the start, {} at the most, {} afterwards", start / MIB, group.peak() / MIB, end / MIB);
    assert!(serve.is_running(), "serve ended");
    assert!(visits.served_all(), "a visitor was not served");
    assert!(end <= start + KEPT, "serve keeps {} MiB more than at its start", (end - start) / MIB);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_worker_sends_mail_while_pictures_attack_it(db: PgPool) {
    queue::migrate(&db).await.unwrap();
    product("mug").variant(variant(&[], 1400, 10_000)).create(&db).await;
    let mut server = MailServer::open(Manner::Takes).await;
    let port = unused_port();
    let variables =
        [("DATABASE_URL", database_url(&db)), ("SMTP_URL", server.url.clone()), ("WORKER_PORT", port.to_string())];
    let mut worker = program("worker", port, &variables);
    let originals = pictures::originals(&worker.folder());
    worker.start();
    worker.answers("/readyz").await;
    let group = MemoryGroup::holding(worker.pid(), LIMIT);
    let start = group.resident();

    let (stop, until) = (CancellationToken::new(), Instant::now() + duration());
    let uploads = tokio::spawn(pictures::keep_uploading(db.clone(), worker.folder(), originals, stop.clone()));
    let mut mails = 0;
    while Instant::now() < until {
        let placed = order("MUG-1", 1).paid().create(&db).await;
        queue::enqueue_confirmation(&mut db.acquire().await.unwrap(), placed.id).await.unwrap();
        server.mail().await;
        mails += 1;
        sleep(Duration::from_secs(1)).await;
    }
    stop.cancel();
    let outcomes = uploads.await.unwrap();
    println!("{mails} mails sent meanwhile; {outcomes}");
    sleep(CALM).await;
    let end = group.resident();
    println!("worker: {} MiB at the start, {} at the most, {} afterwards", start / MIB, group.peak() / MIB, end / MIB);
    assert!(worker.is_running(), "the worker ended");
    assert!(outcomes.are_right(), "a photograph was refused, or a bomb was not");
    assert!(end <= start + KEPT, "the worker keeps {} MiB more than at its start", (end - start) / MIB);
}
