//! What happens when two do at once what only one of them may.

use devopsify::{capability::Capability, payments::refunds};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use super::open;
use crate::support::{
    Shop,
    builders::product,
    expect_sound,
    guest::{stock, variant_of},
    orders::{Placed, order},
    secrets,
    staff::Staff,
};

async fn ship(staff: &Staff<'_>, order: &Placed, body: &serde_json::Value) -> (u16, String) {
    let reply = staff.post_once(&format!("/api/admin/orders/{}/fulfilments", order.number), body).await;
    if reply.status == StatusCode::CREATED { (201, String::new()) } else { reply.refusal() }
}

async fn cancel(shop: &Shop, order: &Placed) -> (u16, String) {
    let token = secrets().token(Capability::Order, order.id);
    let path = format!("/api/orders/{}/cancellation", order.number);
    let reply = shop.send(Method::POST, &path, &[("order-token", &token)], None).await;
    if reply.status == StatusCode::OK { (200, String::new()) } else { reply.refusal() }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn two_who_ship_the_same_ship_it_once(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let placed = order("MUG-1", 5).paid().create(&db).await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let two = json!({ "lines": [{ "variant_id": mug, "quantity": 2 }] });
    let shipped = futures_util::future::join_all((0..6).map(|_| ship(&staff, &placed, &two))).await;
    assert_eq!(shipped.iter().filter(|(status, _)| *status == 201).count(), 2, "{shipped:?}");
    assert!(shipped.iter().all(|(status, code)| *status == 201 || code == "already_shipped"), "{shipped:?}");
    assert_eq!(stock(&shop.db, mug).await, (6, 1));
    let whole = futures_util::future::join_all((0..4).map(|_| async { ship(&staff, &placed, &json!({})).await })).await;
    assert_eq!(whole.iter().filter(|(status, _)| *status == 201).count(), 1, "{whole:?}");
    assert_eq!(stock(&shop.db, mug).await, (5, 0));
    expect_sound(&shop.db).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_is_shipped_or_cancelled(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mut orders = Vec::new();
    for _ in 0..8 {
        orders.push(order("MUG-1", 1).paid().create(&db).await);
    }
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    for (number, placed) in orders.iter().enumerate() {
        let all = json!({});
        let (shipped, cancelled) = if number % 2 == 0 {
            tokio::join!(ship(&staff, placed, &all), cancel(&shop, placed))
        } else {
            let (cancelled, shipped) = tokio::join!(cancel(&shop, placed), ship(&staff, placed, &all));
            (shipped, cancelled)
        };
        match (shipped.0, cancelled.0) {
            (201, 409) => assert_eq!(cancelled.1, "order_shipped"),
            (409, 200) => assert_eq!(shipped.1, "order_cancelled"),
            both => panic!("{both:?}"),
        }
    }
    expect_sound(&shop.db).await;
}

/// A refund that begins while the parcel is being packed.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_that_is_being_given_back_waits(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let placed = order("MUG-1", 1).paid().create(&db).await;
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let mut tx = shop.db.begin().await.unwrap();
    let payment = devopsify::payments::queries::lock(&mut tx, placed.id).await.unwrap().unwrap();
    refunds::request(&mut tx, &payment, "by hand").await.unwrap();
    let all = json!({});
    let shipping = ship(&staff, &placed, &all);
    let (shipped, ()) = tokio::join!(shipping, async {
        // The other has to be waiting for the order before this ends.
        let waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) OR NOT granted AND locktype = 'transactionid')";
        shop.until("waiting", waiting).await;
        tx.commit().await.unwrap();
    });
    assert_eq!(shipped, (409, "order_refunded".into()));
}

/// Orders of the same variants in different orders of their lines.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn parcels_do_not_lock_each_other_out(db: PgPool) {
    for slug in ["mug", "cap", "pin"] {
        product(slug).priced(1400).create(&db).await;
    }
    let mut orders = Vec::new();
    for number in 0..6 {
        let skus = if number % 2 == 0 { ["MUG-1", "CAP-1", "PIN-1"] } else { ["PIN-1", "CAP-1", "MUG-1"] };
        orders.push(order(skus[0], 1).line(skus[1], 1).line(skus[2], 1).paid().create(&db).await);
    }
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let all = json!({});
    let shipped = futures_util::future::join_all(orders.iter().map(|placed| ship(&staff, placed, &all))).await;
    assert!(shipped.iter().all(|(status, _)| *status == 201), "{shipped:?}");
    expect_sound(&shop.db).await;
}
