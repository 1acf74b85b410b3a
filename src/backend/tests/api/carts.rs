//! `/api/carts`: whose they are, what they hold, and what parallel changes do to them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{
    Shop,
    builders::{product, variant},
    guest::{Guest, variant_of},
};

const NOBODY: &str = "018f0000-0000-7000-8000-000000000000";

async fn shop(db: PgPool) -> (Shop, Uuid) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    (Shop::open(db).await, mug)
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_cart_begins_with_a_token_and_what_is_put_into_it(db: PgPool) {
    let (shop, mug) = shop(db).await;
    let body = json!({ "items": [{ "variant_id": mug, "quantity": 2 }] });
    let reply = shop.send(Method::POST, "/api/carts", &[], Some(&body)).await.expect(StatusCode::CREATED);
    let cart = reply.json();
    assert_eq!((&cart["item_count"], &cart["subtotal"]["amount"]), (&json!(2), &json!(2800)));
    assert_eq!((&cart["can_check_out"], &cart["pending_order"]), (&json!(true), &Value::Null));
    assert_eq!(cart["items"][0]["available_quantity"], 10);
    assert_eq!(cart["items"][0]["changed"], Value::Null);
    assert_eq!(reply.header("cache-control"), "no-store");
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with(&format!("cart={}.", cart["id"].as_str().unwrap())), "{cookie}");
    for attribute in ["Path=/api", "HttpOnly", "SameSite=Lax", "Max-Age=7776000"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let id = cart["id"].as_str().unwrap();
    let by_header = [("cart-token", reply.header("cart-token"))];
    let by_cookie = [("cookie", cookie.split(';').next().unwrap())];
    shop.get_with(&format!("/api/carts/{id}"), &by_header).await.expect(StatusCode::OK);
    shop.get_with(&format!("/api/carts/{id}"), &by_cookie).await.expect(StatusCode::OK);
    assert_eq!(shop.get_with("/api/carts/current", &by_cookie).await.json()["id"], id);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_browser_gets_the_cookie_alone(db: PgPool) {
    let (shop, _) = shop(db).await;
    let reply = shop.send(Method::POST, "/api/carts", &[("sec-fetch-site", "same-origin")], Some(&json!({}))).await;
    assert_eq!((reply.status, reply.header("cart-token")), (StatusCode::CREATED, ""));
    assert!(!reply.header("set-cookie").contains("Secure"));
    product("pin").priced(1).create(&shop.db).await;
    let by_tls = Shop::known_as(shop.db, "https://shop.example", |_| {}).await;
    let reply = by_tls.send(Method::POST, "/api/carts", &[], Some(&json!({}))).await;
    let empty = by_tls.send(Method::POST, "/api/carts", &[], None).await;
    assert_eq!(empty.refused(), ["body"]);
    assert!(reply.header("set-cookie").contains("; Secure"));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn without_its_token_there_is_no_cart(db: PgPool) {
    let (shop, mug) = shop(db).await;
    let (mine, other) = (Guest::new(&shop).await, Guest::new(&shop).await);
    let path = mine.path("");
    let crossed = format!("cart={}.{}", mine.cart, other.token);
    let forged = format!("cart={}.{}", mine.cart, "x".repeat(43));
    let tries: [&[(&str, &str)]; 5] =
        [&[], &[("cart-token", &other.token)], &[("cart-token", "")], &[("cookie", &crossed)], &[("cookie", &forged)]];
    for headers in tries {
        assert_eq!(shop.get_with(&path, headers).await.refusal(), (404, "not_found".into()), "{headers:?}");
        let item = json!({ "variant_id": mug, "quantity": 1 });
        let reply = shop.send(Method::POST, &mine.path("/items"), headers, Some(&item)).await;
        assert_eq!(reply.refusal(), (404, "not_found".into()), "{headers:?}");
    }
    for path in ["/api/carts/current", "/api/carts/nothing", &format!("/api/carts/{NOBODY}")] {
        assert_eq!(shop.get(path).await.refusal(), (404, "not_found".into()), "{path}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn lines_are_added_up_changed_and_removed(db: PgPool) {
    let (shop, mug) = shop(db).await;
    product("pin").priced(500).create(&shop.db).await;
    let pin = variant_of(&shop.db, "pin").await;
    let guest = Guest::with(&shop, mug, 1).await;
    guest.add(pin, 1).await.expect(StatusCode::OK);
    let cart = guest.add(mug, 2).await.expect(StatusCode::OK).json();
    assert_eq!((&cart["items"][0]["quantity"], &cart["items"][1]["quantity"]), (&json!(3), &json!(1)));
    assert_eq!(cart["subtotal"]["amount"], 4700);
    let cart = guest.change(mug, 7).await.expect(StatusCode::OK).json();
    assert_eq!(cart["items"][0]["total"]["amount"], 9800);
    let cart = guest.remove(mug).await.expect(StatusCode::OK).json();
    assert_eq!(cart["items"].as_array().unwrap().len(), 1);
    assert_eq!(guest.remove(mug).await.refusal(), (404, "not_found".into()));
    assert_eq!(guest.change(mug, 1).await.refusal(), (404, "not_found".into()));
    guest.remove(pin).await.expect(StatusCode::OK);
    assert_eq!(guest.read().await["can_check_out"], false);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_cannot_be_used_is_refused_by_name(db: PgPool) {
    let (shop, mug) = shop(db).await;
    product("draft").draft().priced(100).create(&shop.db).await;
    let draft = variant_of(&shop.db, "draft").await;
    let guest = Guest::new(&shop).await;
    let items = guest.path("/items");
    for (body, field) in [
        (json!({ "variant_id": mug, "quantity": 0 }), "quantity"),
        (json!({ "variant_id": mug, "quantity": 1000 }), "quantity"),
        (json!({ "variant_id": mug, "quantity": -1 }), "quantity"),
        (json!({ "variant_id": mug, "quantity": 1.5 }), "quantity"),
        (json!({ "variant_id": mug, "quantity": "1" }), "quantity"),
        (json!({ "variant_id": mug }), "quantity"),
        (json!({ "variant_id": "mug", "quantity": 1 }), "variant_id"),
        (json!({ "variant_id": NOBODY, "quantity": 1 }), "variant_id"),
        (json!({ "variant_id": draft, "quantity": 1 }), "variant_id"),
        (json!({ "variant_id": mug, "quantity": 1, "price": 1 }), "price"),
        (json!([]), "body"),
    ] {
        assert_eq!(guest.send(Method::POST, &items, Some(&body)).await.refused(), [field], "{body}");
    }
    assert_eq!(guest.send(Method::POST, &format!("{items}?x=1"), Some(&json!({}))).await.refused(), ["x"]);
    let nested = json!({ "items": [{ "variant_id": mug, "quantity": "1" }] });
    assert_eq!(shop.send(Method::POST, "/api/carts", &[], Some(&nested)).await.refused(), ["items[0].quantity"]);
    let many = json!({ "items": vec![json!({ "variant_id": mug, "quantity": 1 }); 101] });
    assert_eq!(shop.send(Method::POST, "/api/carts", &[], Some(&many)).await.refused(), ["items"]);
    let plain = shop.client.post(shop.at(&items)).header("cart-token", &guest.token).body("{}");
    let reply = Shop::read(plain.send().await.unwrap()).await;
    assert_eq!(reply.refusal(), (415, "unsupported_media_type".into()));
    for path in [guest.path("/items/x"), guest.path(&format!("/items/{NOBODY}"))] {
        let reply = guest.send(Method::PATCH, &path, Some(&json!({ "quantity": 1 }))).await;
        assert_eq!(reply.refusal(), (404, "not_found".into()));
    }
    assert_eq!(guest.read().await["item_count"], 0);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn no_more_is_taken_than_there_is(db: PgPool) {
    product("last").variant(variant(&[], 1000, 3)).create(&db).await;
    product("made").variant(variant(&[], 1000, 0).backorderable()).create(&db).await;
    product("gone").variant(variant(&[], 1000, 0)).create(&db).await;
    let (last, made, gone) =
        (variant_of(&db, "last").await, variant_of(&db, "made").await, variant_of(&db, "gone").await);
    let shop = Shop::open(db).await;
    let guest = Guest::with(&shop, last, 2).await;
    let reply = guest.add(last, 2).await;
    assert_eq!(reply.refusal(), (409, "out_of_stock".into()));
    assert_eq!(reply.json()["errors"][0], json!({ "field": format!("items.{last}"), "message": "only 3 left" }));
    assert_eq!(guest.change(last, 4).await.refusal(), (409, "out_of_stock".into()));
    guest.change(last, 3).await.expect(StatusCode::OK);
    assert_eq!(guest.add(gone, 1).await.json()["errors"][0]["message"], "is sold out");
    guest.add(made, 999).await.expect(StatusCode::OK);
    assert_eq!(guest.add(made, 1).await.refusal(), (409, "out_of_stock".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn twenty_changes_at_once_are_all_there(db: PgPool) {
    product("mug").variant(variant(&[], 1400, 500)).create(&db).await;
    product("pin").variant(variant(&[], 500, 500)).create(&db).await;
    let (mug, pin) = (variant_of(&db, "mug").await, variant_of(&db, "pin").await);
    let shop = Shop::open(db).await;
    let guest = Guest::new(&shop).await;
    let changes = (0..20).map(|number| guest.add(if number % 2 == 0 { mug } else { pin }, 1));
    for reply in futures_util::future::join_all(changes).await {
        reply.expect(StatusCode::OK);
    }
    let cart = guest.read().await;
    assert_eq!(cart["items"].as_array().unwrap().len(), 2);
    assert_eq!(cart["items"][0]["quantity"], 10);
    assert_eq!(cart["items"][1]["quantity"], 10);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_changed_since_is_told_until_it_is_acknowledged(db: PgPool) {
    let (shop, mug) = shop(db).await;
    for slug in ["pin", "cap"] {
        product(slug).priced(500).create(&shop.db).await;
    }
    let (pin, cap) = (variant_of(&shop.db, "pin").await, variant_of(&shop.db, "cap").await);
    let guest = Guest::with(&shop, mug, 4).await;
    guest.add(pin, 1).await.expect(StatusCode::OK);
    guest.add(cap, 1).await.expect(StatusCode::OK);
    for change in [
        format!("UPDATE prices SET amount = 1500 WHERE variant_id = '{mug}'"),
        format!(
            "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reason) VALUES ('{mug}', 'adjusted', -8, 'broken')"
        ),
        "UPDATE products SET status = 'archived' WHERE slug = 'cap'".to_owned(),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(&shop.db).await.unwrap();
    }
    let cart = guest.read().await;
    assert_eq!(cart["can_check_out"], false);
    let (changed, gone) = (&cart["items"][0], &cart["items"][2]);
    assert_eq!((&changed["unit_price"]["amount"], &changed["available_quantity"]), (&json!(1500), &json!(2)));
    assert_eq!(
        changed["changed"],
        json!({ "previous_price": { "amount": 1400, "currency": "EUR" }, "previous_quantity": 4 })
    );
    assert_eq!(cart["items"][1]["changed"], Value::Null);
    assert_eq!((&gone["available_quantity"], &gone["availability"]), (&json!(0), &json!("out_of_stock")));
    // Fewer is taken, even if it is still too many.
    guest.change(mug, 3).await.expect(StatusCode::OK);
    let cart = guest.send(Method::POST, &guest.path("/acknowledgement"), None).await.expect(StatusCode::OK).json();
    assert_eq!(cart["items"].as_array().unwrap().len(), 2);
    assert_eq!((&cart["items"][0]["quantity"], &cart["items"][0]["changed"]), (&json!(2), &Value::Null));
    assert_eq!(cart["can_check_out"], true);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_cart_holds_a_hundred_lines(db: PgPool) {
    let values: Vec<String> = (0..101).map(|number| number.to_string()).collect();
    let names: Vec<&str> = values.iter().map(String::as_str).collect();
    let all =
        names.iter().fold(product("many").option("Size", &names), |many, name| many.variant(variant(&[name], 100, 5)));
    all.create(&db).await;
    let variants: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM variants ORDER BY position").fetch_all(&db).await.unwrap();
    let shop = Shop::open(db).await;
    let items: Vec<Value> = variants[..100].iter().map(|id| json!({ "variant_id": id, "quantity": 1 })).collect();
    let reply = shop.send(Method::POST, "/api/carts", &[], Some(&json!({ "items": items }))).await;
    let reply = reply.expect(StatusCode::CREATED);
    let cart = reply.json()["id"].as_str().unwrap().to_owned();
    let guest = Guest { shop: &shop, cart, token: reply.header("cart-token").to_owned() };
    assert_eq!(guest.add(variants[100], 1).await.refusal(), (409, "cart_full".into()));
    guest.add(variants[99], 1).await.expect(StatusCode::OK);
}
