//! Who gets which answer of which endpoint: every endpoint of the document, asked by everybody.
//!
//! Each request is one that its endpoint would take, so that only who asks makes a difference; what it names belongs to the
//! owner. The table says what is expected and knows nothing of the policy.

mod requests;
mod table;

use std::collections::BTreeSet;

use devopsify::{
    policy::{Policy, rules},
    router,
};
use reqwest::Method;
use sqlx::PgPool;

use self::{
    requests::World,
    table::{EXPECTED, Row},
};
use crate::support::Shop;

/// Who asks, in the order of the table's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Anonymous,
    AnotherCustomer,
    Owner,
    Support,
    CatalogueManager,
    Administrator,
}

const EVERYBODY: [Who; 6] =
    [Who::Anonymous, Who::AnotherCustomer, Who::Owner, Who::Support, Who::CatalogueManager, Who::Administrator];

/// What an endpoint answers to everybody.
async fn answers(shop: &Shop, endpoint: &str) -> [u16; 6] {
    let mut answers = [0; 6];
    for (answer, who) in answers.iter_mut().zip(EVERYBODY) {
        *answer = World::new(shop, who).await.ask(endpoint).await;
    }
    answers
}

/// The rows whose answers are others than the table says, with what they were.
async fn differences(shop: &Shop, rows: &[Row]) -> Vec<String> {
    let mut different = Vec::new();
    for (endpoint, expected) in rows {
        let answers = answers(shop, endpoint).await;
        if answers != *expected {
            different.push(format!("{endpoint}: {answers:?} instead of {expected:?}"));
        }
    }
    different
}

#[test]
fn the_table_has_every_endpoint_of_the_document() {
    let document = serde_json::to_value(router::openapi()).unwrap();
    let documented: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let listed: BTreeSet<String> = EXPECTED.iter().map(|(endpoint, _)| (*endpoint).to_owned()).collect();
    assert_eq!(listed, documented);
    assert_eq!(listed.len(), EXPECTED.len(), "an endpoint is listed twice");
}

async fn expect_the_table(db: PgPool, part: fn(&str) -> bool) {
    let (shop, _provider) = Shop::selling(db).await;
    let rows: Vec<Row> = EXPECTED.iter().filter(|(endpoint, _)| part(endpoint)).copied().collect();
    assert!(!rows.is_empty());
    let different = differences(&shop, &rows).await;
    assert!(different.is_empty(), "\n{}", different.join("\n"));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_table_holds_for_staff(db: PgPool) {
    expect_the_table(db, |endpoint| endpoint.contains("/api/admin")).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_table_holds_for_accounts(db: PgPool) {
    expect_the_table(db, |endpoint| endpoint.contains("/api/account")).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_table_holds_for_everything_else(db: PgPool) {
    expect_the_table(db, |endpoint| !endpoint.contains("/api/admin") && !endpoint.contains("/api/account")).await;
}

/// A policy that lacks one rule answers its endpoint to nobody, and every other one as before.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn without_a_rule_its_row_fails_and_no_other(db: PgPool) {
    // One of each kind of access; that each rule stands for one endpoint is tested where the rules are.
    let sample: Vec<Row> = EXPECTED
        .iter()
        .filter(|(endpoint, _)| {
            [
                "GET /api/store",
                "GET /api/account",
                "GET /api/account/sessions",
                "GET /api/admin/orders",
                "POST /api/carts",
            ]
            .contains(endpoint)
        })
        .copied()
        .collect();
    for (removed, _) in &sample {
        let (method, path) = removed.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let rest = rules().into_iter().filter(|rule| rule.method != method || rule.path != path).collect();
        let (shop, _provider) = Shop::ruled_by(db.clone(), Policy::new(rest)).await;
        let different = differences(&shop, &sample).await;
        assert_eq!(different.len(), 1, "{different:?}");
        assert!(different[0].starts_with(&format!("{removed}: [405, 405, 405, 405, 405, 405]")), "{different:?}");
    }
}
