//! How long it takes: a store with a history of ORDERS orders (a million, unless it is set), backed up and restored to a second.
//!
//! `ORDERS=1000000 cargo test --test main -- --ignored --nocapture a_long_history` prints the figures; it needs 8 GB of disk.

use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use tempfile::TempDir;

use super::{
    machine::{Machine, emptied, restore, said, until},
    moments::{bought, expect_sound},
    mugs, stocked,
};

/// Columns that differ from the pattern's, with the expression that fills each.
type Changed = &'static [(&'static str, &'static str)];

/// The tables that an order has rows in, how they are found from it, and what is another one in a copy of it.
const TABLES: [(&str, &str, Changed); 11] = [
    (
        "orders",
        "t.id = c.pattern",
        &[("id", "c.id"), ("cart_id", "NULL"), ("email", "'customer' || c.turn || '@example.com'")],
    ),
    ("order_lines", "t.order_id = c.pattern", &[("order_id", "c.id")]),
    ("order_taxes", "t.order_id = c.pattern", &[("order_id", "c.id")]),
    ("order_addresses", "t.order_id = c.pattern", &[("order_id", "c.id")]),
    ("order_events", "t.order_id = c.pattern", &[("id", "uuidv7()"), ("order_id", "c.id")]),
    ("payments", "t.order_id = c.pattern", &[("id", "c.payment"), ("order_id", "c.id")]),
    ("refunds", "t.payment_id = c.pattern_payment", &[("id", "uuidv7()"), ("payment_id", "c.payment")]),
    ("stock_reservations", "t.order_id = c.pattern", &[("order_id", "c.id")]),
    ("stock_movements", "t.order_id = c.pattern", &[("id", "uuidv7()"), ("order_id", "c.id")]),
    ("fulfilments", "t.order_id = c.pattern", &[("id", "c.fulfilment"), ("order_id", "c.id")]),
    ("fulfilment_lines", "t.order_id = c.pattern", &[("fulfilment_id", "c.fulfilment"), ("order_id", "c.id")]),
];

/// Copies every order that is there until there are so many. Triggers would do it one by one, so the stock is summed up after.
async fn multiply(db: &PgPool, orders: i64) {
    let mut tx = db.begin().await.unwrap();
    sqlx::query("SET LOCAL session_replication_role = replica").execute(&mut *tx).await.unwrap();
    sqlx::query(
        "CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
         SELECT o.id AS pattern, p.id AS pattern_payment, turn, uuidv7() AS id, uuidv7() AS payment, uuidv7() AS fulfilment
         FROM (SELECT id, row_number() OVER (ORDER BY number) - 1 AS place, count(*) OVER () AS patterns FROM orders) o
              JOIN payments p ON p.order_id = o.id
              JOIN generate_series(1, $1 - (SELECT count(*) FROM orders)) AS turn ON turn % o.patterns = o.place
         ORDER BY turn",
    )
    .bind(orders)
    .execute(&mut *tx)
    .await
    .unwrap();
    for (table, of_pattern, other) in TABLES {
        copy(&mut tx, table, of_pattern, other).await;
    }
    let sum = "UPDATE stock s SET on_hand = m.on_hand, reserved = m.reserved
               FROM (SELECT variant_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
                     FROM stock_movements GROUP BY variant_id) m WHERE m.variant_id = s.variant_id";
    sqlx::query(sum).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    sqlx::query("VACUUM ANALYZE").execute(db).await.unwrap();
}

async fn copy(connection: &mut PgConnection, table: &str, of_pattern: &str, other: &[(&str, &str)]) {
    let columns: Vec<String> = sqlx::query_scalar(
        "SELECT attname::text FROM pg_attribute
         WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''",
    )
    .bind(table)
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    let value = |column: &String| {
        let other = other.iter().find(|(name, _)| name == column);
        other.map_or_else(|| format!("t.{column}"), |(_, value)| (*value).to_owned())
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let sql = format!(
        "INSERT INTO {table} ({}) SELECT {} FROM copies c JOIN {table} t ON {of_pattern} ORDER BY c.turn",
        columns.join(", "),
        values.join(", ")
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

fn say(what: &str, took: Duration) {
    println!("  {what:<58} {:>8.1} s", took.as_secs_f64());
}

async fn number(db: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
}

/// The next whole second, once it is over.
async fn next_second(machine: &Machine) -> DateTime<Utc> {
    let second = machine.now().await.trunc_subsecs(0) + TimeDelta::seconds(1);
    until("the next second", async || machine.now().await > second).await;
    second
}

#[tokio::test]
#[ignore = "it measures, needs minutes and gigabytes; see the head of this file"]
async fn a_long_history_is_restored_to_a_second() {
    let wanted = std::env::var("ORDERS").map_or(1_000_000, |orders| orders.parse().expect("ORDERS is a number"));
    let folder = TempDir::new().unwrap();
    let (old, backups) = (folder.path().join("home"), folder.path().join("backups"));
    let mut machine = Machine::start(&old, &backups).await;
    stocked(&machine.db).await;
    for order in [mugs(1).paid(), mugs(1).completed(), mugs(2).cancelled(), mugs(3).refunded()] {
        order.create(&machine.db).await;
    }
    let began = Instant::now();
    multiply(&machine.db, wanted).await;
    let size = number(&machine.db, "SELECT pg_database_size(current_database())").await;
    println!(
        "{} orders, a database of {} MB",
        number(&machine.db, "SELECT count(*) FROM orders").await,
        size / 1_000_000
    );
    say("made in", began.elapsed());
    machine.archive(&[]).await;

    let began = Instant::now();
    print!("{}", machine.backup(&["create"]).await.done());
    say("backup, its log archived and read back, in", began.elapsed());
    for _ in 0..5 {
        bought(&machine.db).await;
    }
    let (moment, kept) = (next_second(&machine).await, number(&machine.db, "SELECT count(*) FROM orders").await);
    bought(&machine.db).await;
    sqlx::raw_sql("DROP TABLE orders CASCADE").execute(&machine.db).await.unwrap();
    machine.archived().await;
    machine.stop().await;

    let (home, began) = (folder.path().join("again"), Instant::now());
    print!("{}", said(restore(&backups, &emptied(&old, &home), Some(moment))).await.done());
    say("unpacked in", began.elapsed());
    let machine = Machine::recovered(&home, &backups).await;
    say("took changes after", began.elapsed());
    assert_eq!(number(&machine.db, "SELECT count(*) FROM orders").await, kept);
    let began = Instant::now();
    expect_sound(&machine).await;
    say(&format!("audit of {kept} orders, nothing wrong, in"), began.elapsed());
    machine.stop().await;
}
