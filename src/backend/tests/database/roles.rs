//! What the roles of PostgreSQL may do, and that a database which one role made becomes the owner's.

use std::{collections::BTreeSet, path::Path};

use devopsify::{
    database::roles::{self, APPLICATION, Addresses, MONITORING, OWNER, Passwords},
    queue,
};
use devopsify_local::up::postgres::{Options, Server};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::support::{
    builders::{product, variant},
    program::{addresses, admin_url},
};

/// Ledgers and histories: what is written stays.
const APPEND_ONLY: [&str; 8] = [
    "audit_log",
    "fulfilment_lines",
    "order_cancellation_lines",
    "order_cancellations",
    "order_events",
    "order_lines",
    "order_taxes",
    "stock_movements",
];

/// What moves from state to state, and stays.
const LASTING: [&str; 8] =
    ["disputes", "fulfilments", "order_addresses", "orders", "payments", "refunds", "stock", "stock_reservations"];

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

/// The SQLSTATE that refuses a statement; none when it is accepted.
async fn refusal(connection: &mut PgConnection, sql: &str) -> Option<String> {
    let error = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.err()?;
    Some(error.as_database_error().unwrap().code().unwrap().into_owned())
}

async fn expect_denied(connection: &mut PgConnection, sql: &str) {
    let code = refusal(connection, sql).await;
    assert_eq!(code.as_deref(), Some("42501"), "{sql}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_application_cannot_change_history(db: PgPool) {
    let mut application = connect(&addresses(&db).1.application).await;
    for table in APPEND_ONLY {
        let column: String = sqlx::query_scalar(
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position LIMIT 1",
        )
        .bind(table)
        .fetch_one(&db)
        .await
        .unwrap();
        // Nothing is there to change, so no trigger refuses it: the role's rights do.
        expect_denied(&mut application, &format!("UPDATE {table} SET {column} = {column} WHERE false")).await;
        expect_denied(&mut application, &format!("DELETE FROM {table} WHERE false")).await;
        expect_denied(&mut application, &format!("TRUNCATE {table} CASCADE")).await;
        assert_eq!(refusal(&mut application, &format!("SELECT FROM {table}")).await, None, "{table}");
    }
    expect_denied(&mut application, "UPDATE provider_events SET kind = kind WHERE false").await;
    for table in LASTING {
        expect_denied(&mut application, &format!("DELETE FROM {table} WHERE false")).await;
        expect_denied(&mut application, &format!("TRUNCATE {table} CASCADE")).await;
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_application_cannot_change_the_schema(db: PgPool) {
    queue::migrate(&db).await.unwrap();
    let mut application = connect(&addresses(&db).1.application).await;
    for sql in [
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "ALTER TABLE orders ADD COLUMN mine int",
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_log_is_history ON audit_log",
        "DROP TABLE exports",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "ALTER TABLE graphile_worker._private_jobs ADD COLUMN mine int",
        "SET session_replication_role = replica",
        "UPDATE _sqlx_migrations SET success = success",
        "CREATE ROLE devopsify_mine",
    ] {
        expect_denied(&mut application, sql).await;
    }
    // The owner may do what a migration does.
    roles::create(&admin_url(&db), &addresses(&db).0).await.unwrap();
    let mut owner = connect(&addresses(&db).1.owner).await;
    assert_eq!(refusal(&mut owner, "ALTER TABLE orders ADD COLUMN mine int").await, None);
    expect_denied(&mut owner, "CREATE ROLE devopsify_mine").await;
}

/// Whoever adds a table says in its migration what the application does with it, and here what kind of table it is.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn every_table_is_granted_what_its_kind_needs(db: PgPool) {
    let tables: Vec<(String, bool, bool, bool, bool)> = sqlx::query_as(
        "SELECT c.relname::text, has_table_privilege($1, c.oid, 'SELECT'), has_table_privilege($1, c.oid, 'INSERT'),
                has_table_privilege($1, c.oid, 'UPDATE'), has_table_privilege($1, c.oid, 'DELETE')
         FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
    )
    .bind(APPLICATION)
    .fetch_all(&db)
    .await
    .unwrap();
    let names: BTreeSet<&str> = tables.iter().map(|table| table.0.as_str()).collect();
    assert!(APPEND_ONLY.iter().chain(&LASTING).all(|table| names.contains(table)), "{names:?}");
    for (table, select, insert, update, delete) in &tables {
        let expected = match table.as_str() {
            "_sqlx_migrations" => [false, false, false],
            "settings" => [false, true, false],
            "provider_events" => [true, false, true],
            table if APPEND_ONLY.contains(&table) => [true, false, false],
            table if LASTING.contains(&table) => [true, true, false],
            _ => [true, true, true],
        };
        assert!(select, "{table}");
        assert_eq!([*insert, *update, *delete], expected, "insert, update and delete of {table}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn monitoring_reads_statistics_and_no_table(db: PgPool) {
    let mut monitoring = connect(&addresses(&db).1.monitoring).await;
    expect_denied(&mut monitoring, "SELECT FROM accounts").await;
    expect_denied(&mut monitoring, "SELECT FROM orders").await;
    expect_denied(&mut monitoring, "INSERT INTO stock_movements (variant_id) VALUES (uuidv7())").await;
    let others: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE usename <> $1 AND query <> '<insufficient privilege>'",
    )
    .bind(MONITORING)
    .fetch_one(&mut monitoring)
    .await
    .unwrap();
    assert!(others > 0, "it sees what others do");
}

/// What `up` and one credential for everything made until now.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_database_that_one_role_made_becomes_the_owners(db: PgPool) {
    queue::migrate(&db).await.unwrap();
    product("mug").variant(variant(&[], 1400, 5)).create(&db).await;
    let (passwords, addresses) = addresses(&db);
    for _ in 0..2 {
        roles::create(&admin_url(&db), &passwords).await.unwrap();
    }
    let others: Vec<String> = sqlx::query_scalar(
        "WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'graphile_worker'))
         SELECT c.oid::regclass::text FROM pg_class c
         WHERE relnamespace IN (SELECT oid FROM ours) AND relowner <> $1::regrole
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
         UNION ALL
         SELECT p.oid::regprocedure::text FROM pg_proc p
         WHERE pronamespace IN (SELECT oid FROM ours) AND proowner <> $1::regrole
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
         UNION ALL
         SELECT t.oid::regtype::text FROM pg_type t
         WHERE typnamespace IN (SELECT oid FROM ours) AND typowner <> $1::regrole
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')",
    )
    .bind(OWNER)
    .fetch_all(&db)
    .await
    .unwrap();
    assert_eq!(others, [""; 0]);
    assert_eq!(devopsify::database::migrate(&addresses.owner).await.unwrap(), 0);
    let mut application = connect(&addresses.application).await;
    assert_eq!(refusal(&mut application, "UPDATE products SET title = title").await, None);
    expect_denied(&mut application, "DELETE FROM stock_movements").await;
}

/// As on RDS: the administrator may create roles and grant `pg_monitor`, and is no superuser.
#[tokio::test]
async fn an_administrator_who_is_no_superuser_creates_the_roles() {
    let home = TempDir::new().unwrap();
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../database").canonicalize().unwrap();
    let mut server = Server::start(home.path(), &Options { database: programs, throw_away: true }).await.unwrap();
    let mut superuser = connect(&server.url()).await;
    for sql in [
        "CREATE ROLE provider LOGIN CREATEROLE CREATEDB PASSWORD 'secret'",
        "GRANT pg_monitor TO provider WITH ADMIN OPTION",
        "CREATE DATABASE shop OWNER provider",
    ] {
        assert_eq!(refusal(&mut superuser, sql).await, None, "{sql}");
    }
    let mut provider = Url::parse(&server.url()).unwrap();
    provider.set_username("provider").unwrap();
    provider.set_password(Some("secret")).unwrap();
    provider.set_path("shop");
    let word = |role: &str| format!("of-{role}");
    let passwords =
        Passwords { owner: word("owner"), application: word("application"), monitoring: word("monitoring") };
    let addresses = Addresses::of(provider.as_str(), &passwords).unwrap();
    // A store from before there were roles, then one that has them.
    devopsify::database::migrate(provider.as_str()).await.unwrap();
    for _ in 0..2 {
        roles::create(provider.as_str(), &passwords).await.unwrap();
        assert_eq!(devopsify::database::migrate(&addresses.owner).await.unwrap(), 0);
    }
    let mut owner = connect(&addresses.owner).await;
    assert_eq!(refusal(&mut owner, "ALTER TABLE orders ADD COLUMN mine int").await, None);
    assert_eq!(refusal(&mut owner, "CREATE TABLE mine (id int)").await, None);
    let mut application = connect(&addresses.application).await;
    expect_denied(&mut application, "DELETE FROM stock_movements").await;
    expect_denied(&mut connect(&addresses.monitoring).await, "SELECT FROM orders").await;
    server.stop(&CancellationToken::new()).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn passwords_are_kept_as_verifiers(db: PgPool) {
    let (passwords, _) = addresses(&db);
    roles::create(&admin_url(&db), &passwords).await.unwrap();
    let kept: Vec<String> = sqlx::query_scalar("SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'devopsify\\_%'")
        .fetch_all(&db)
        .await
        .unwrap();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|verifier| verifier.starts_with("SCRAM-SHA-256$")), "{kept:?}");
}
