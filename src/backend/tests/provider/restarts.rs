//! `devopsify demo-provider` as a process: killed at any moment, it forgets nothing that it said.

use std::{
    collections::{BTreeMap, HashSet},
    io::Write,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use devopsify::stripe::{IntentStatus, Stripe};
use tempfile::TempDir;
use tokio::{net::TcpStream, task::JoinSet};
use url::Url;
use uuid::Uuid;

use super::{Hooks, PATIENCE, PUBLISHABLE, SECRET, WEBHOOK_SECRET, card, client, confirm, new_intent, read, stripe};
use crate::support::{program::local_program, unused_address};

/// A provider that can be killed and started again with what it wrote down.
struct Machine {
    folder: TempDir,
    port: u16,
    hooks: Hooks,
    process: Option<Child>,
}

impl Machine {
    async fn new() -> Self {
        let port = unused_address().await.port();
        Self { folder: TempDir::new().unwrap(), port, hooks: Hooks::listen().await, process: None }
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger.jsonl")
    }

    fn origin(&self) -> Url {
        format!("http://127.0.0.1:{}", self.port).parse().unwrap()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(local_program());
        command
            .arg("demo-provider")
            .envs([("STRIPE_SECRET_KEY", SECRET), ("STRIPE_PUBLISHABLE_KEY", PUBLISHABLE)])
            .envs([("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET), ("HOST", "127.0.0.1"), ("RUST_LOG", "error")])
            .envs([("DEMO_PROVIDER_PORT", self.port.to_string()), ("DEMO_WEBHOOK_URL", self.hooks.url.to_string())])
            .env("DEMO_LEDGER", self.ledger())
            .env("DEMO_PROVIDER_URL", self.origin().as_str())
            .stdin(Stdio::null());
        command
    }

    async fn start(&mut self) -> Stripe {
        let process = self.process.insert(self.command().spawn().unwrap());
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            assert!(process.try_wait().unwrap().is_none() && Instant::now() < deadline, "it does not start");
            tokio::task::yield_now().await;
        }
        stripe(&self.origin())
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    fn refusal(&self) -> String {
        let output = self.command().output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Makes payments one after the other, until the provider is gone; what was answered is told by its key.
async fn make(stripe: Stripe, prefix: String, answered: &'static AtomicUsize) -> Vec<(String, Option<String>)> {
    let mut keys = Vec::new();
    for number in 0..8 {
        let key = format!("{prefix}-{number}");
        let made = stripe.create_payment_intent(&new_intent(&key)).await.ok().map(|intent| intent.id);
        answered.fetch_add(usize::from(made.is_some()), Ordering::SeqCst);
        let gone = made.is_none();
        keys.push((key, made));
        if gone {
            break;
        }
    }
    keys
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_answered_survives_a_kill() {
    static ANSWERED: AtomicUsize = AtomicUsize::new(0);
    let mut machine = Machine::new().await;
    let mut keys = BTreeMap::new();
    for round in 0..3 {
        let stripe = machine.start().await;
        let mut makers = JoinSet::new();
        for maker in 0..4 {
            makers.spawn(make(stripe.clone(), format!("{round}-{maker}"), &ANSWERED));
        }
        // In the middle of it, wherever that is.
        let enough = ANSWERED.load(Ordering::SeqCst) + 5 * (round + 1);
        while ANSWERED.load(Ordering::SeqCst) < enough && !makers.is_empty() {
            tokio::task::yield_now().await;
        }
        machine.kill();
        keys.extend(makers.join_all().await.into_iter().flatten());

        let stripe = machine.start().await;
        for (key, id) in &mut keys {
            let again = stripe.create_payment_intent(&new_intent(key)).await.unwrap().id;
            assert!(id.as_ref().is_none_or(|id| *id == again), "{key} was answered {id:?} and is {again} now");
            *id = Some(again);
        }
        machine.kill();
    }
    let made = read(&machine.ledger()).matches("payment_intent.created").count();
    assert_eq!(made, keys.len(), "a key made more than one payment");
    let ids: HashSet<_> = keys.values().collect();
    assert_eq!(ids.len(), keys.len());
}

#[tokio::test]
async fn webhooks_and_outcomes_survive_a_kill() {
    let mut machine = Machine::new().await;
    machine.hooks.answer(500);
    let stripe = machine.start().await;
    let paid = stripe.create_payment_intent(&new_intent("paid")).await.unwrap();
    confirm(&client(), &machine.origin(), &paid, &card("4242424242424242")).await;
    let slow = stripe.create_payment_intent(&new_intent("slow")).await.unwrap();
    let (_, body) = confirm(&client(), &machine.origin(), &slow, &card("4000000000004236")).await;
    assert_eq!(body["status"], "processing");
    let refund = stripe.create_refund("refund", &paid.id, 90, "EUR", Uuid::from_u128(3)).await.unwrap();
    machine.kill();

    machine.hooks.answer(200);
    let stripe = machine.start().await;
    let mut left = HashSet::from([paid.id.clone(), slow.id.clone()]);
    while !left.is_empty() {
        let event = machine.hooks.next("payment_intent.succeeded").await;
        left.remove(event.object["id"].as_str().unwrap());
    }
    for id in [&paid.id, &slow.id] {
        assert_eq!(stripe.payment_intent(id).await.unwrap().status, IntentStatus::Succeeded);
    }
    let again = stripe.create_refund("refund", &paid.id, 90, "EUR", Uuid::from_u128(3)).await.unwrap();
    assert_eq!(again.id, refund.id);
    assert!(stripe.create_refund("more", &paid.id, 14290, "EUR", Uuid::from_u128(4)).await.is_err());
}

#[tokio::test]
async fn a_torn_line_is_cut_off_and_a_damaged_ledger_is_refused() {
    let mut machine = Machine::new().await;
    let stripe = machine.start().await;
    let made = stripe.create_payment_intent(&new_intent("key")).await.unwrap();
    machine.kill();
    let append = |bytes: &[u8]| {
        std::fs::OpenOptions::new().append(true).open(machine.ledger()).unwrap().write_all(bytes).unwrap();
    };
    append(br#"{"intents":[{"id":"pi_torn","#);
    let stripe = machine.start().await;
    assert_eq!(stripe.payment_intent(&made.id).await.unwrap().amount, 14290);
    stripe.create_payment_intent(&new_intent("next")).await.unwrap();
    assert!(!read(&machine.ledger()).contains("pi_torn"));
    let refusal = machine.refusal();
    assert!(refusal.contains("another demo provider uses the ledger"), "{refusal}");
    machine.kill();

    let append = |bytes: &[u8]| {
        std::fs::OpenOptions::new().append(true).open(machine.ledger()).unwrap().write_all(bytes).unwrap();
    };
    append(b"{\"intents\":[{\"id\":\"pi_torn\",\n");
    let refusal = machine.refusal();
    assert!(refusal.contains("is damaged: restore the file, or move it away"), "{refusal}");
}

#[tokio::test]
async fn a_missing_key_and_a_taken_port_are_named() {
    let machine = Machine::new().await;
    let output = machine.command().env_remove("STRIPE_WEBHOOK_SECRET").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("STRIPE_WEBHOOK_SECRET is not set") && said.lines().count() == 1, "{said}");
    let _taken = tokio::net::TcpListener::bind(("127.0.0.1", machine.port)).await.unwrap();
    let refusal = machine.refusal();
    assert!(refusal.contains("set DEMO_PROVIDER_PORT to another port"), "{refusal}");
}
