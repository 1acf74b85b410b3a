//! The order that is being paid, and requests of its cart.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{begin, mug};
use crate::support::{
    Shop,
    builders::{product, variant},
    guest::{Bought, Guest, stock, variant_of},
    provider::{CONFIRMED_CARD, GOOD_CARD, PROCESSING_CARD, Provider},
};

/// An order whose payment waits for the card's holder (3-D Secure), and the provider's id of the payment.
async fn authenticating<'a>(guest: &Guest<'a>, provider: &Provider) -> (Bought<'a>, String) {
    let bought = guest.buy().await;
    let start = begin(&bought).await;
    assert_eq!(provider.confirm(&start, CONFIRMED_CARD).await.1["status"], "requires_action");
    (bought, start["payment_intent"].as_str().unwrap().to_owned())
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_changes_nothing_leaves_the_order_alone(db: PgPool) {
    let mug = mug(&db).await;
    product("last").variant(variant(&[], 1000, 3)).create(&db).await;
    product("gone").variant(variant(&[], 1000, 0)).create(&db).await;
    product("draft").draft().priced(100).create(&db).await;
    let (last, gone) = (variant_of(&db, "last").await, variant_of(&db, "gone").await);
    let draft = variant_of(&db, "draft").await;
    let (shop, provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 4).await;
    guest.add(last, 3).await.expect(StatusCode::OK);
    let (bought, intent) = authenticating(&guest, &provider).await;
    let cart = guest.read().await;
    assert_eq!(cart["pending_order"]["number"], bought.number);
    let add = |variant: Uuid, quantity: i32| {
        (Method::POST, "/items".to_owned(), json!({ "variant_id": variant, "quantity": quantity }))
    };
    let set =
        |variant: Uuid, quantity: i32| (Method::PATCH, format!("/items/{variant}"), json!({ "quantity": quantity }));
    let remove = |variant: Uuid| (Method::DELETE, format!("/items/{variant}"), Value::Null);
    for ((method, rest, body), status) in [
        (add(Uuid::nil(), 1), 400),
        (add(draft, 1), 400),
        (add(mug, 0), 400),
        (add(mug, 1000), 400),
        (add(mug, 7), 409),
        (add(mug, 999), 409),
        (add(last, 1), 409),
        (add(gone, 1), 409),
        (set(mug, 4), 200),
        (set(last, 3), 200),
        (set(mug, 11), 409),
        (set(last, 4), 409),
        (set(mug, 0), 400),
        (set(mug, 1000), 400),
        (set(gone, 1), 404),
        (set(Uuid::nil(), 1), 404),
        (remove(gone), 404),
        (remove(Uuid::nil()), 404),
        ((Method::POST, "/acknowledgement".to_owned(), Value::Null), 200),
        ((Method::POST, "/items".to_owned(), json!({})), 400),
    ] {
        let body = (!body.is_null()).then_some(&body);
        let reply = guest.send(method.clone(), &guest.path(&rest), body).await;
        assert_eq!(reply.status.as_u16(), status, "{method} {rest} {body:?}: {}", reply.text);
        if status == 200 {
            assert_eq!(reply.json(), cart, "{method} {rest} {body:?}");
        }
        assert_eq!(bought.read().await["status"], "pending", "{method} {rest} {body:?} cancelled the order");
    }
    // A price that is seen anew is not what was ordered.
    sqlx::query("UPDATE prices SET amount = 1500 WHERE variant_id = $1").bind(mug).execute(&shop.db).await.unwrap();
    let path = guest.path("/acknowledgement");
    let seen = guest.send(Method::POST, &path, None).await.expect(StatusCode::OK).json();
    assert_eq!((&seen["items"][0]["changed"], &seen["cancelled_order"]), (&Value::Null, &Value::Null));
    assert_eq!(seen["pending_order"], cart["pending_order"]);

    assert_eq!((stock(&shop.db, mug).await, stock(&shop.db, last).await), ((10, 4), (3, 3)));
    assert_eq!(provider.intent(&intent).await["status"], "requires_action");
    assert_eq!(bought.read().await["status"], "pending");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_change_says_which_order_it_cancelled(db: PgPool) {
    let mug = mug(&db).await;
    product("pin").priced(500).create(&db).await;
    let pin = variant_of(&db, "pin").await;
    let (shop, provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 6).await;
    // What its own order holds is there for the cart: 9 of 10, of which it holds 6.
    for change in [
        (Method::PATCH, format!("/items/{mug}"), Some(json!({ "quantity": 9 }))),
        (Method::POST, "/items".to_owned(), Some(json!({ "variant_id": mug, "quantity": 1 }))),
        (Method::POST, "/items".to_owned(), Some(json!({ "variant_id": pin, "quantity": 1 }))),
        (Method::PATCH, format!("/items/{mug}"), Some(json!({ "quantity": 3 }))),
        (Method::DELETE, format!("/items/{mug}"), None),
    ] {
        let (bought, intent) = authenticating(&guest, &provider).await;
        let (method, rest, body) = change;
        let reply = guest.send(method, &guest.path(&rest), body.as_ref()).await.expect(StatusCode::OK).json();
        assert_eq!(reply["cancelled_order"], json!({ "number": bought.number }), "{rest} {body:?}");
        assert_eq!((&reply["pending_order"], &guest.read().await["cancelled_order"]), (&Value::Null, &Value::Null));
        let order = bought.read().await;
        assert_eq!(
            (&order["status"], &order["events"][1]["data"]["reason"]),
            (&json!("cancelled"), &json!("cart_changed"))
        );
        assert_eq!(provider.intent(&intent).await["status"], "canceled");
    }
    assert_eq!((stock(&shop.db, mug).await, stock(&shop.db, pin).await), ((10, 0), (10, 0)));
    // What is sold no more goes when that is acknowledged, and the order of it with it.
    guest.add(mug, 1).await.expect(StatusCode::OK);
    let (bought, _) = authenticating(&guest, &provider).await;
    sqlx::query("UPDATE products SET status = 'archived' WHERE slug = 'pin'").execute(&shop.db).await.unwrap();
    let reply = guest.send(Method::POST, &guest.path("/acknowledgement"), None).await.expect(StatusCode::OK).json();
    assert_eq!((&reply["cancelled_order"]["number"], &reply["item_count"]), (&json!(bought.number), &json!(1)));
}

/// The provider has cancelled the payment when the database gives up: the order is as before, and can be paid by another one.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_is_cancelled_together_with_the_change_or_not_at_all(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 4).await;
    let (bought, intent) = authenticating(&guest, &provider).await;
    sqlx::raw_sql(
        "CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF EXISTS (SELECT FROM orders WHERE status = 'cancelled') THEN
                 RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full';
             END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER give_up BEFORE UPDATE ON cart_items FOR EACH ROW EXECUTE FUNCTION give_up()",
    )
    .execute(&shop.db)
    .await
    .unwrap();
    assert_eq!(guest.change(mug, 3).await.refusal(), (503, "database_unavailable".into()));
    assert_eq!((&bought.read().await["status"], stock(&shop.db, mug).await), (&json!("pending"), (10, 4)));
    assert_eq!(guest.read().await["item_count"], 4);
    assert_eq!(provider.intent(&intent).await["status"], "canceled");
    let again = begin(&bought).await;
    assert_ne!(again["payment_intent"], json!(intent));
    assert_eq!(provider.confirm(&again, GOOD_CARD).await.0, StatusCode::OK);
    shop.until("the payment", "SELECT status = 'confirmed' FROM orders").await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_guest_begins_a_new_cart_while_the_payment_is_in_processing(db: PgPool) {
    let mug = mug(&db).await;
    let (shop, provider) = Shop::deaf(db).await;
    let guest = Guest::with(&shop, mug, 4).await;
    let bought = guest.buy().await;
    // The store learns of it when it asks the provider to cancel.
    assert_eq!(provider.confirm(&begin(&bought).await, PROCESSING_CARD).await.1["status"], "processing");
    let cookie = format!("cart={}.{}", guest.cart, guest.token);
    let by_cookie = [("cookie", cookie.as_str())];
    let item = json!({ "variant_id": mug, "quantity": 2 });
    let reply =
        shop.send(Method::POST, "/api/carts/current/items", &by_cookie, Some(&item)).await.expect(StatusCode::OK);
    let next = reply.json();
    assert_ne!(next["id"], guest.cart);
    assert_eq!((&next["item_count"], &next["cancelled_order"]), (&json!(2), &Value::Null));
    assert!(reply.header("set-cookie").starts_with(&format!("cart={}.", next["id"].as_str().unwrap())));
    assert_eq!(stock(&shop.db, mug).await, (10, 4), "the order keeps its stock");
    // From now on it knows.
    assert_eq!(shop.get_with("/api/carts/current", &by_cookie).await.refusal(), (404, "not_found".into()));
    for reply in [guest.add(mug, 1).await, guest.change(mug, 1).await, guest.remove(mug).await] {
        assert_eq!(reply.refusal(), (404, "not_found".into()));
    }
    let reply =
        shop.send(Method::POST, "/api/carts/current/items", &by_cookie, Some(&item)).await.expect(StatusCode::OK);
    let cart = reply.json()["id"].as_str().unwrap().to_owned();
    let second = Guest { shop: &shop, cart, token: reply.header("cart-token").to_owned() };
    second.buy().await;
    assert_eq!(stock(&shop.db, mug).await, (10, 6));
}
