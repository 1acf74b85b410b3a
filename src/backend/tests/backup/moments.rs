//! A moment before a mistake, and one of the time after it was undone.

use reqwest::StatusCode;
use sqlx::PgPool;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    machine::{Machine, Said},
    mugs, orders, stocked,
};
use crate::support::{
    Shop,
    guest::{Guest, variant_of},
};

/// A guest's order, by the store's own address.
pub async fn bought(db: &PgPool) {
    let shop = Shop::open(db.clone()).await;
    let guest = Guest::with(&shop, variant_of(db, "mug").await, 2).await;
    let mut order = guest.order().await;
    // Nobody may have many orders that wait for their payment.
    order["email"] = format!("{}@example.com", Uuid::new_v4()).into();
    guest.place(&Uuid::new_v4().to_string(), &order).await.expect(StatusCode::CREATED);
}

/// Places orders until it is told to stop; returns how many.
async fn busy(db: PgPool, stop: CancellationToken) -> usize {
    let mut placed = 0;
    while !stop.is_cancelled() {
        mugs(1).paid().create(&db).await;
        placed += 1;
    }
    placed
}

/// A backup while the store sells.
async fn backed_up(machine: &Machine) -> String {
    let stop = CancellationToken::new();
    let selling = tokio::spawn(busy(machine.db.clone(), stop.clone()));
    let said = machine.backup(&["create"]).await;
    stop.cancel();
    assert!(selling.await.unwrap() > 1, "nothing was written meanwhile");
    let said = said.done();
    said.split("/base/").nth(1).unwrap().split('/').next().unwrap().to_owned()
}

pub async fn expect_sound(machine: &Machine) {
    let Said { well, text } = machine.audit().await;
    assert!(well, "{text}");
    // With a long history there are lines of the log too, about statements that take seconds.
    let told: Vec<&str> = text.lines().filter(|line| !line.starts_with('{')).collect();
    assert!(told.len() >= 15 && told.iter().all(|line| line.starts_with("     0  ")), "{text}");
}

/// Servers take seconds to start, so one story is told in one test.
#[tokio::test]
async fn a_mistake_is_undone_to_the_moment_before_it() {
    let folder = TempDir::new().unwrap();
    let machine = Machine::archiving(&folder).await;
    stocked(&machine.db).await;
    bought(&machine.db).await;
    let first = backed_up(&machine).await;
    mugs(1).completed().create(&machine.db).await;
    mugs(3).refunded().create(&machine.db).await;
    let (kept, moment) = (orders(&machine.db).await, machine.now().await);

    // The mistake, and a backup of what it left.
    mugs(5).create(&machine.db).await;
    sqlx::raw_sql("DROP TABLE orders CASCADE").execute(&machine.db).await.unwrap();
    let second = machine.backup(&["create"]).await.done();
    assert!(!second.contains(&first), "{second}");
    let list = machine.backup(&["list"]).await.done();
    assert_eq!(list.matches(" MB  restores ").count(), 2, "{list}");
    let archive = folder.path().join("backups");
    machine.stop().await;

    let [old, new, newest] = ["home", "again", "once-more"].map(|home| folder.path().join(home));
    let (machine, said) = Machine::restored(&archive, &old, &new, moment).await;
    assert!(said.contains(&format!("is the backup {first} ")), "{said}");
    assert_eq!(orders(&machine.db).await, kept);
    expect_sound(&machine).await;

    // The store goes on, and is restored once more: the second backup is of what was given up.
    bought(&machine.db).await;
    mugs(2).paid().create(&machine.db).await;
    let (kept, moment) = (orders(&machine.db).await, machine.now().await);
    mugs(1).create(&machine.db).await;
    machine.archived().await;
    machine.stop().await;
    let (machine, said) = Machine::restored(&archive, &new, &newest, moment).await;
    assert!(said.contains(&format!("is the backup {first} ")), "{said}");
    assert_eq!(orders(&machine.db).await, kept);
    expect_sound(&machine).await;
    machine.stop().await;
}
