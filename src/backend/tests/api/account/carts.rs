//! The guest's cart and the account's: one after signing in, and nothing of either is lost.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{
    Shop,
    builders::{product, variant},
    customer::{Browser, PASSWORD},
    guest::variant_of,
};

impl Browser<'_> {
    async fn fill(&self, items: &[(Uuid, i32)]) {
        if self.get("/api/carts/current").await.status == StatusCode::NOT_FOUND {
            self.post("/api/carts", &json!({})).await.expect(StatusCode::CREATED);
        }
        for (variant_id, quantity) in items {
            let body = json!({ "variant_id": variant_id, "quantity": quantity });
            self.post("/api/carts/current/items", &body).await.expect(StatusCode::OK);
        }
    }

    async fn cart(&self) -> Value {
        self.get("/api/carts/current").await.expect(StatusCode::OK).json()
    }

    /// How many of each variant are in the cart.
    async fn quantities(&self) -> Vec<(Uuid, i64)> {
        let cart = self.cart().await;
        let mut quantities: Vec<_> = cart["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| (item["variant_id"].as_str().unwrap().parse().unwrap(), item["quantity"].as_i64().unwrap()))
            .collect();
        quantities.sort();
        quantities
    }
}

/// So many products, of each of which there are ten.
async fn variants(db: &PgPool, count: usize) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for number in 0..count {
        let slug = format!("thing-{number}");
        product(&slug).option("Size", &["M"]).variant(variant(&["M"], 1000, 10)).create(db).await;
        ids.push(variant_of(db, &slug).await);
    }
    ids.sort();
    ids
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn two_carts_of_65_lines_become_one_or_stay_as_they_are(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let things = variants(&db, 95).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let mine: Vec<_> = things[..65].iter().map(|id| (*id, 4)).collect();
    ada.fill(&mine).await;
    // 35 of the 65 are in both: 4 and 7 are more than the 10 that there are.
    let phone = Browser::new(&shop);
    let theirs: Vec<_> = things[30..].iter().map(|id| (*id, 7)).collect();
    phone.fill(&theirs).await;
    let (before, guest) = (phone.quantities().await, phone.cookie("cart"));

    // The database gives up in the middle of it: nothing has happened.
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
         CREATE TRIGGER give_up BEFORE INSERT OR UPDATE ON cart_items
             FOR EACH ROW WHEN (NEW.variant_id = '{}') EXECUTE FUNCTION give_up()",
        things[60]
    )))
    .execute(&db)
    .await
    .unwrap();
    let reply = phone.login("ada@example.com", PASSWORD).await;
    assert_eq!(reply.refusal(), (503, "database_unavailable".into()));
    assert_eq!((phone.quantities().await, phone.cookie("cart")), (before, guest));
    assert_eq!(ada.quantities().await.len(), 65);
    assert_eq!(phone.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    sqlx::raw_sql("DROP TRIGGER give_up ON cart_items").execute(&db).await.unwrap();

    phone.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    let joined = phone.quantities().await;
    let wanted: Vec<_> = things
        .iter()
        .enumerate()
        .map(|(number, id)| {
            (
                *id,
                if number < 30 {
                    4
                } else if number < 65 {
                    10
                } else {
                    7
                },
            )
        })
        .collect();
    assert_eq!(joined, wanted);
    assert_eq!(ada.quantities().await, wanted);
    let carts: i64 = sqlx::query_scalar("SELECT count(*) FROM carts").fetch_one(&db).await.unwrap();
    assert_eq!(carts, 1);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nothing_is_lost_where_there_is_less_than_was_wanted(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let things = variants(&db, 1).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    ada.fill(&[(things[0], 8)]).await;
    let phone = Browser::new(&shop);
    phone.fill(&[(things[0], 9)]).await;
    sqlx::query(
        "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reason) VALUES ($1, 'adjusted', -9, 'lost')",
    )
    .bind(things[0])
    .execute(&db)
    .await
    .unwrap();
    phone.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    // The cart keeps what was wanted and says that there is one.
    let cart = phone.cart().await;
    assert_eq!((&cart["items"][0]["quantity"], &cart["items"][0]["available_quantity"]), (&9.into(), &1.into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_guests_cart_becomes_the_accounts_and_goes_with_it_to_other_browsers(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let things = variants(&db, 2).await;
    Browser::of(&shop, "ada@example.com").await;
    let phone = Browser::new(&shop);
    phone.fill(&[(things[0], 2)]).await;
    let guest = phone.cart().await["id"].clone();
    phone.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(phone.cart().await["id"], guest);
    let desk = Browser::new(&shop);
    desk.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(desk.quantities().await, [(things[0], 2)]);
    // Its token alone opens it no more; who signs out leaves it behind.
    let cookie = desk.cookie("cart").unwrap();
    desk.send(Method::POST, "/api/auth/logout", None).await.expect(StatusCode::NO_CONTENT);
    assert_eq!((desk.cookie("cart"), desk.cookie("session")), (None, None));
    let thief = Browser::new(&shop);
    thief.set_cookie("cart", &cookie);
    assert_eq!(thief.get("/api/carts/current").await.refusal(), (404, "not_found".into()));
    let bob = Browser::of(&shop, "bob@example.com").await;
    bob.set_cookie("cart", &cookie);
    assert_eq!(bob.get("/api/carts/current").await.refusal(), (404, "not_found".into()));
    bob.login("bob@example.com", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(phone.quantities().await, [(things[0], 2)], "somebody else took it over");
    // One account, one cart: making another goes on with it.
    let again = phone.post("/api/carts", &json!({ "items": [{ "variant_id": things[1], "quantity": 1 }] })).await;
    assert_eq!(again.expect(StatusCode::CREATED).json()["id"], guest);
    assert_eq!(phone.quantities().await, [(things[0], 2), (things[1], 1)]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn many_sign_ins_at_once_join_each_cart_once(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let things = variants(&db, 6).await;
    Browser::of(&shop, "ada@example.com").await;
    let mut phones = Vec::new();
    for thing in &things {
        let phone = Browser::new(&shop);
        phone.fill(&[(*thing, 1), (things[0], 1)]).await;
        phones.push(phone);
    }
    let signed_in =
        futures_util::future::join_all(phones.iter().map(|phone| phone.login("ada@example.com", PASSWORD))).await;
    // Six at once are more than five tries; who has to wait has lost nothing.
    for (phone, reply) in phones.iter().zip(signed_in) {
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            sqlx::query("DELETE FROM attempts").execute(&db).await.unwrap();
            phone.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
        } else {
            reply.expect(StatusCode::OK);
        }
    }
    let quantities = phones[0].quantities().await;
    assert_eq!(quantities.len(), 6);
    assert_eq!(quantities[0], (things[0], 7));
}

/// A signed-in customer whose order waits for its payment, begun at the provider.
async fn buying<'a>(shop: &'a Shop, thing: Uuid) -> (Browser<'a>, Value) {
    let ada = Browser::of(shop, "ada@example.com").await;
    ada.begin_cart(thing, 4).await.expect(StatusCode::CREATED);
    let number = ada.place().await.expect(StatusCode::CREATED).json()["number"].clone();
    ada.send(Method::POST, &format!("/api/orders/{number}/payment"), None).await.expect(StatusCode::OK);
    (ada, number)
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_changes_nothing_leaves_a_customers_order_alone(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let things = variants(&db, 2).await;
    let (ada, number) = buying(&shop, things[0]).await;
    let cart = ada.cart().await;
    assert_eq!(cart["pending_order"]["number"], number);
    let item = |variant: Uuid, quantity: i32| json!({ "variant_id": variant, "quantity": quantity });
    for (items, status) in [
        (json!([]), 201),
        (json!([item(Uuid::nil(), 1)]), 400),
        (json!([item(things[0], 7)]), 409),
        (json!([item(things[1], 0)]), 400),
        (json!([item(things[1], 1), item(Uuid::nil(), 1)]), 400),
        (json!([item(things[1], 1), item(things[0], 999)]), 409),
    ] {
        let reply = ada.post("/api/carts", &json!({ "items": items })).await;
        assert_eq!(reply.status.as_u16(), status, "{items}: {}", reply.text);
        if status == 201 {
            assert_eq!(reply.json(), cart);
        }
        assert_eq!(ada.read_order(&number).await["status"], "pending", "{items} cancelled the order");
    }
    // Ordering again what there is no more of adds nothing.
    sqlx::query(
        "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reason) VALUES ($1, 'adjusted', -6, 'lost')",
    )
    .bind(things[0])
    .execute(&db)
    .await
    .unwrap();
    let reorder = format!("/api/account/orders/{number}/reorder");
    let reply = ada.send(Method::POST, &reorder, None).await.expect(StatusCode::OK).json();
    assert_eq!((&reply["missing"], &reply["cart"]["cancelled_order"]), (&json!(["thing 0"]), &Value::Null));
    assert_eq!(ada.read_order(&number).await["status"], "pending");
    // Nor does signing in with an empty cart, which the account's takes the place of.
    let phone = Browser::new(&shop);
    phone.fill(&[]).await;
    phone.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(phone.cart().await["pending_order"]["number"], number);
    assert_eq!(ada.cart().await["id"], cart["id"]);
    // What adds something says so.
    let reply = ada.begin_cart(things[1], 1).await.expect(StatusCode::CREATED).json();
    assert_eq!((&reply["id"], &reply["cancelled_order"]["number"]), (&cart["id"], &number));
    assert_eq!(ada.read_order(&number).await["status"], "cancelled");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_customer_has_a_new_cart_while_a_payment_is_in_processing(db: PgPool) {
    let (shop, _provider) = Shop::deaf(db.clone()).await;
    let things = variants(&db, 2).await;
    let (ada, number) = buying(&shop, things[0]).await;
    let first = ada.cart().await["id"].clone();
    let desk = Browser::new(&shop);
    desk.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    let set = async |status: &'static str| {
        sqlx::query("UPDATE payments p SET status = $1 FROM orders o WHERE o.id = p.order_id AND o.number = $2")
            .bind(status)
            .bind(number.as_i64())
            .execute(&db)
            .await
            .unwrap();
    };
    set("processing").await;
    assert_eq!(ada.get("/api/carts/current").await.refusal(), (404, "not_found".into()));
    // If the payment fails before there is another cart, its own is there again.
    set("open").await;
    assert_eq!(ada.cart().await["pending_order"]["number"], number);
    set("processing").await;
    let next = ada.add(things[1], 2).await.expect(StatusCode::OK).json();
    assert_ne!(next["id"], first);
    for browser in [&ada, &desk] {
        assert_eq!(browser.cart().await["id"], next["id"]);
    }
    assert_eq!(ada.begin_cart(things[1], 1).await.expect(StatusCode::CREATED).json()["id"], next["id"]);
    let again = ada.send(Method::POST, &format!("/api/account/orders/{number}/reorder"), None).await;
    assert_eq!(again.expect(StatusCode::OK).json()["cart"]["item_count"], 7);
    let stock = async || crate::support::guest::stock(&db, things[0]).await;
    assert_eq!(stock().await, (10, 4), "the order keeps its stock");
    // Another order can be placed, and the first one is in the history as before.
    let second = ada.place().await.expect(StatusCode::CREATED).json()["number"].clone();
    assert_eq!(stock().await, (10, 8));
    assert_eq!(ada.read_order(&number).await["payment_status"], "processing");
    // If it fails now, the order can be paid from its page, and the cart stays the new one.
    set("open").await;
    assert_eq!(ada.read_order(&number).await["can_pay"], true);
    assert_eq!(ada.cart().await["pending_order"]["number"], second);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_guests_cart_takes_the_place_of_one_whose_payment_is_in_processing(db: PgPool) {
    let (shop, _provider) = Shop::deaf(db.clone()).await;
    let things = variants(&db, 2).await;
    let (ada, number) = buying(&shop, things[0]).await;
    sqlx::query("UPDATE payments SET status = 'processing'").execute(&db).await.unwrap();
    let phone = Browser::new(&shop);
    phone.fill(&[(things[1], 2)]).await;
    let guest = phone.cart().await["id"].clone();
    phone.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    for browser in [&phone, &ada] {
        assert_eq!(browser.cart().await["id"], guest);
        assert_eq!(browser.quantities().await, [(things[1], 2)]);
    }
    // The other way round: a guest's order in processing comes along, its cart does not.
    sqlx::query("UPDATE payments SET status = 'open'").execute(&db).await.unwrap();
    assert_eq!(ada.read_order(&number).await["can_pay"], true);
    let tablet = Browser::new(&shop);
    tablet.order(things[0], 1).await.expect(StatusCode::CREATED);
    sqlx::query("UPDATE payments SET status = 'processing'").execute(&db).await.unwrap();
    tablet.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(tablet.cart().await["id"], guest);
}
