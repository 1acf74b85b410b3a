//! `/api/account/orders`: whose an order is, the history, ordering again.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{
    Shop,
    builders::{product, variant},
    customer::{Browser, PASSWORD, registration},
    guest::{Guest, variant_of},
};

async fn numbers(browser: &Browser<'_>) -> Vec<i64> {
    let history = browser.get("/api/account/orders").await.expect(StatusCode::OK).json();
    history["items"].as_array().unwrap().iter().map(|order| order["number"].as_i64().unwrap()).collect()
}

/// A request for what is in the cart of a browser.
async fn place(browser: &Browser<'_>, email: &str) -> i64 {
    let quote = browser.get("/api/carts/current/shipping-methods?country=DE").await.expect(StatusCode::OK).json();
    let cart = browser.get("/api/carts/current").await.expect(StatusCode::OK).json();
    let order = json!({
        "cart_id": cart["id"], "email": email, "shipping_method_id": quote["items"][0]["id"],
        "expected_total": quote["items"][0]["total"],
        "shipping_address": { "name": "Ada", "line1": "Hauptstr. 1", "postal_code": "10115", "city": "Berlin", "country": "DE" },
    });
    let reply = browser.send_with(Method::POST, "/api/orders", &[("idempotency-key", "one")], Some(&order)).await;
    reply.expect(StatusCode::CREATED).json()["number"].as_i64().unwrap()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_guests_orders_become_the_accounts_when_the_address_is_confirmed_and_not_before(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let bought = Guest::with(&shop, mug, 1).await.buy().await;
    let path = format!("/api/orders/{}", bought.number);
    let owner = async || {
        sqlx::query_scalar::<_, Option<uuid::Uuid>>("SELECT account_id FROM orders").fetch_one(&db).await.unwrap()
    };

    // Somebody else asks for an account with the address that the guest gave.
    let mallory = Browser::new(&shop);
    mallory.register("ADA@example.com").await.expect(StatusCode::ACCEPTED);
    assert_eq!(mallory.login("ada@example.com", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(mallory.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(owner().await, None);

    let ada = Browser::new(&shop);
    ada.verify(&registration(&db, "ADA@example.com").await).await.expect(StatusCode::OK);
    assert_eq!(owner().await, Some(ada.account().await));
    assert_eq!(numbers(&ada).await, [bought.number]);
    assert_eq!(ada.get(&path).await.expect(StatusCode::OK).json()["number"], bought.number);
    let bob = Browser::of(&shop, "bob@example.com").await;
    assert_eq!(bob.get(&path).await.refusal(), (404, "not_found".into()));
    assert_eq!(numbers(&bob).await, [0_i64; 0]);
    // The link of the mail still opens it.
    assert_eq!(bought.read().await["number"], bought.number);
    // One that is placed as a guest later comes with the next sign-in.
    let later = Guest::with(&shop, mug, 1).await.buy().await;
    ada.login("ada@example.com", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(numbers(&ada).await, [later.number, bought.number]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_of_who_is_signed_in_is_theirs_whatever_address_it_names(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let body = json!({ "items": [{ "variant_id": mug, "quantity": 2 }] });
    ada.post("/api/carts", &body).await.expect(StatusCode::CREATED);
    let number = place(&ada, "a.friend@example.com").await;
    let path = format!("/api/orders/{number}");
    assert_eq!(ada.get(&path).await.expect(StatusCode::OK).json()["email"], "a.friend@example.com");
    ada.send(Method::POST, &format!("{path}/payment"), None).await.expect(StatusCode::OK);
    let friend = Browser::of(&shop, "a.friend@example.com").await;
    assert_eq!(friend.get(&path).await.status, StatusCode::NOT_FOUND);
    for action in ["payment", "cancellation"] {
        let reply = friend.send(Method::POST, &format!("{path}/{action}"), None).await;
        assert_eq!(reply.refusal(), (404, "not_found".into()));
    }
    ada.send(Method::POST, &format!("{path}/cancellation"), None).await.expect(StatusCode::OK);
    let history = ada.get("/api/account/orders").await.json();
    let listed = &history["items"][0];
    assert_eq!(
        (&listed["status"], &listed["item_count"], &listed["titles"]),
        (&"cancelled".into(), &2.into(), &json!(["mug"]))
    );
    assert_eq!(listed["total"]["amount"], ada.get(&path).await.json()["total"]["amount"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_long_history_comes_in_pages(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    product("mug").option("Size", &["M"]).variant(variant(&["M"], 1400, 20)).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let mut placed = Vec::new();
    for _ in 0..12 {
        sqlx::query("UPDATE orders SET email = 'elsewhere@example.com'").execute(&db).await.unwrap();
        placed.push(Guest::with(&shop, mug, 1).await.buy().await.number);
    }
    sqlx::query("UPDATE orders SET account_id = $1").bind(ada.account().await).execute(&db).await.unwrap();
    placed.reverse();
    let page = async |path: &str| ada.get(path).await.expect(StatusCode::OK).json();
    let of = |page: &Value| {
        page["items"].as_array().unwrap().iter().map(|order| order["number"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let first = page("/api/account/orders").await;
    let next = format!("/api/account/orders?cursor={}", first["next_cursor"].as_str().unwrap());
    let second = page(&next).await;
    assert_eq!([of(&first), of(&second)].concat(), placed);
    assert_eq!((of(&first).len(), &second["next_cursor"]), (10, &Value::Null));
    let bob = Browser::of(&shop, "bob@example.com").await;
    assert_eq!(bob.get(&next).await.refused(), ["cursor"], "a cursor of somebody else's list");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn ordering_again_takes_what_is_there_and_tells_what_is_not(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    for slug in ["mug", "tee", "cap"] {
        product(slug).priced(1400).create(&db).await;
    }
    let ids = [variant_of(&db, "mug").await, variant_of(&db, "tee").await, variant_of(&db, "cap").await];
    let ada = Browser::of(&shop, "ada@example.com").await;
    let items: Vec<_> = ids.iter().map(|id| json!({ "variant_id": id, "quantity": 3 })).collect();
    ada.post("/api/carts", &json!({ "items": items })).await.expect(StatusCode::CREATED);
    let number = place(&ada, "ada@example.com").await;
    ada.send(Method::POST, &format!("/api/orders/{number}/cancellation"), None).await.expect(StatusCode::OK);
    sqlx::query("DELETE FROM cart_items").execute(&db).await.unwrap();
    sqlx::query("UPDATE products SET status = 'draft' WHERE slug = 'tee'").execute(&db).await.unwrap();
    sqlx::query(
        "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reason)
                 SELECT variant_id, 'adjusted', 1 - on_hand, 'lost' FROM stock WHERE variant_id = $1 AND on_hand > 1",
    )
    .bind(ids[2])
    .execute(&db)
    .await
    .unwrap();
    let path = format!("/api/account/orders/{number}/reorder");
    let again = ada.send(Method::POST, &path, None).await.expect(StatusCode::OK).json();
    let quantities: Vec<_> =
        again["cart"]["items"].as_array().unwrap().iter().map(|item| item["quantity"].as_i64().unwrap()).collect();
    assert_eq!((quantities, &again["missing"]), (vec![3, 1], &json!(["tee", "cap"])));
    let bob = Browser::of(&shop, "bob@example.com").await;
    assert_eq!(bob.send(Method::POST, &path, None).await.refusal(), (404, "not_found".into()));
}
