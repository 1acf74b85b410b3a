//! Email addresses: one canonical form, wherever they are compared.

use std::path::Path;

use devopsify::email::canonical;
use proptest::{
    prelude::any,
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use reqwest::StatusCode;
use sqlx::PgPool;

use crate::support::{
    Shop,
    customer::{Browser, PASSWORD},
};

/// Letters that lower-casing by Unicode or by a locale folds into ASCII, in place of the `i`, `k` and `s` of an address.
const LOOK_ALIKES: [&str; 5] = [
    "v\u{130}ctimsk@example.com",
    "v\u{131}ctimsk@example.com",
    "victim\u{17f}k@example.com",
    "victims\u{212a}@example.com",
    "vi\u{307}ctimsk@example.com",
];

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_address_that_only_folds_into_another_is_not_that_one(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    Browser::of(&shop, "victimsk@example.com").await;
    for email in LOOK_ALIKES {
        let reply = Browser::new(&shop).login(email, PASSWORD).await;
        assert_eq!(reply.refusal(), (401, "invalid_credentials".into()), "{email} signed in to another account");
    }
    Browser::new(&shop).login("VICTIMSK@Example.COM", PASSWORD).await.expect(StatusCode::OK);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn spellings_of_one_address_share_its_attempts(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    Browser::of(&shop, "ada@example.com").await;
    let mut statuses = Vec::new();
    for email in [
        "ada@example.com",
        "ADA@example.com",
        " Ada@Example.com ",
        "aDA@EXAMPLE.COM",
        "adA@example.com",
        "AdA@example.com",
    ] {
        statuses.push(Browser::new(&shop).login(email, "not the right one").await.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
}

/// Every character that there is, and texts of several.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_database_and_the_program_agree_on_the_canonical_form(db: PgPool) {
    let every: String = ('\u{1}'..=char::MAX).collect();
    let mut runner = TestRunner::deterministic();
    let strategy = any::<String>().prop_map(|text| text.replace('\0', ""));
    let mut texts: Vec<String> = (0..500).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    texts.extend(LOOK_ALIKES.map(str::to_owned));
    texts.push(every);
    let theirs: Vec<String> = sqlx::query_scalar(
        "SELECT canonical_email(text) FROM unnest($1::text[]) WITH ORDINALITY AS t (text, n) ORDER BY n",
    )
    .bind(&texts)
    .fetch_all(&db)
    .await
    .unwrap();
    let ours: Vec<String> = texts.iter().map(|text| canonical(text)).collect();
    let differs = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
    assert!(differs.is_none(), "{differs:?}");
}

/// No one lower-cases an address in another way. That a password must not resemble its address compares no addresses.
#[test]
fn addresses_are_compared_in_their_canonical_form_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut found, mut read) = (vec![root], Vec::new(), 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("src/passwords.rs") {
                read += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                let folds = |line: &str| {
                    let sql = line
                        .match_indices("lower(")
                        .any(|(at, _)| line[at..].split(')').next().is_some_and(|argument| argument.contains("email")));
                    let rust = [
                        "email.to_lowercase",
                        "email.to_ascii_lowercase",
                        "email.eq_ignore_ascii_case",
                        "email).to_lowercase",
                    ];
                    sql || line.to_lowercase().contains("email ilike") || rust.iter().any(|call| line.contains(call))
                };
                let lines = text.lines().filter(|line| folds(line) && !path.ends_with("src/email.rs"));
                found.extend(lines.map(|line| format!("{}: {line}", path.display())));
            }
        }
    }
    assert!(read > 100 && found.is_empty(), "use email::canonical, or canonical_email in SQL: {found:#?}");
}
