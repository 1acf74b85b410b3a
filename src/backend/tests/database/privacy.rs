//! `docs/privacy.md` against the schema: every column says what it is of people.

use std::collections::BTreeMap;

use sqlx::PgPool;

const DOCUMENT: &str = include_str!("../../../../docs/privacy.md");
const CLASSES: [&str; 5] = ["person", "secret", "trace", "book", "store"];

/// The class of every column that the document lists.
fn classified() -> BTreeMap<(String, String), String> {
    let mut classified = BTreeMap::new();
    for line in DOCUMENT.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [table, columns, class, _kept] = cells[..] else { panic!("{line}") };
        assert!(CLASSES.contains(&class), "{line}");
        for column in columns.split(", ") {
            let at = (table.trim_matches('`').to_owned(), column.trim_matches('`').to_owned());
            assert!(classified.insert(at.clone(), class.to_owned()).is_none(), "{at:?} stands there twice");
        }
    }
    classified
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn every_column_says_what_it_is_of_people(db: PgPool) {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' ORDER BY 1, 2",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let classified = classified();
    let missing: Vec<_> = columns.iter().filter(|column| !classified.contains_key(column)).collect();
    assert!(missing.is_empty(), "say in docs/privacy.md what these are: {missing:?}");
    let gone: Vec<_> = classified.keys().filter(|column| !columns.contains(column)).collect();
    assert!(gone.is_empty(), "docs/privacy.md lists what is not there: {gone:?}");
}

/// What says who somebody is does not outlive their account, whatever the document says.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_an_account_is_named_by_goes_with_it(db: PgPool) {
    let rules: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT conrelid::regclass::text, a.attname::text, confdeltype::text
         FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         WHERE c.contype = 'f' AND c.confrelid = 'accounts'::regclass ORDER BY 1",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    for (table, column, on_delete) in &rules {
        // Cascades, or leaves the row without its owner: orders for the books, carts for the night's job.
        let leaves = ["orders", "carts"].contains(&table.as_str());
        assert_eq!(on_delete, if leaves { "n" } else { "c" }, "{table}.{column}");
        assert_eq!(classified()[&(table.clone(), column.clone())], "person", "{table}.{column}");
    }
    assert!(rules.len() >= 9, "{rules:?}");
}
