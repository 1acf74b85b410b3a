//! `/api/orders`: placed once, at the price that was shown, of what is there.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{
    Shop,
    builders::{product, variant},
    guest::{Guest, stock, variant_of},
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_order_is_what_was_shown(db: PgPool) {
    product("hoodie").option("Color", &["Black"]).variant(variant(&["Black"], 6900, 5)).create(&db).await;
    product("pin").priced(500).create(&db).await;
    let (hoodie, pin) = (variant_of(&db, "hoodie").await, variant_of(&db, "pin").await);
    let (shop, _provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, hoodie, 1).await;
    guest.add(pin, 2).await.expect(StatusCode::OK);
    let request = guest.order().await;
    let reply = guest.place("key", &request).await.expect(StatusCode::CREATED);
    let order = reply.json();
    assert_eq!((&order["status"], &order["payment_status"]), (&json!("pending"), &json!("unpaid")));
    assert_eq!((&order["subtotal"]["amount"], &order["shipping"]["price"]["amount"]), (&json!(7900), &json!(490)));
    assert_eq!(order["total"], request["expected_total"]);
    // 83.90 × 19 ÷ 119
    assert_eq!(
        order["taxes"],
        json!([{ "name": "VAT", "percent": "19", "amount": { "amount": 1340, "currency": "EUR" } }])
    );
    assert_eq!(
        (&order["lines"][0]["title"], &order["lines"][0]["option_names"][0]),
        (&json!("hoodie"), &json!("Color"))
    );
    assert_eq!(order["lines"][1]["total"]["amount"], 1000);
    assert_eq!(order["billing_address"], order["shipping_address"]);
    assert_eq!(
        (&order["can_pay"], &order["can_cancel"], &order["events"][0]["kind"]),
        (&json!(true), &json!(true), &json!("placed"))
    );
    assert_eq!((stock(&shop.db, hoodie).await, stock(&shop.db, pin).await), ((5, 1), (10, 2)));
    let number = order["number"].as_i64().unwrap();
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("order=") && cookie.contains(&format!("Path=/api/orders/{number};")), "{cookie}");
    let path = format!("/api/orders/{number}");
    let by_cookie = shop.get_with(&path, &[("cookie", cookie.split(';').next().unwrap())]).await;
    assert_eq!(by_cookie.expect(StatusCode::OK).json(), order);
    let by_header = shop.get_with(&path, &[("order-token", reply.header("order-token"))]).await;
    assert!(by_header.header("set-cookie").starts_with("order="), "a link's visitor goes on with a cookie");
    // Whose answer was lost gets the order by the cart.
    let by_cart = guest.send(Method::GET, &guest.path(""), None).await;
    assert_eq!(by_cart.header("order-token"), reply.header("order-token"));
    assert!(by_cart.header("set-cookie").starts_with("order="));
    let cart = by_cart.json();
    assert_eq!(cart["pending_order"]["number"], number);
    assert_eq!((&cart["item_count"], &cart["items"][0]["changed"]), (&json!(3), &Value::Null));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn without_its_token_there_is_no_order(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let (shop, _provider) = Shop::selling(db).await;
    let mine = Guest::with(&shop, mug, 1).await.buy().await;
    let other = Guest::with(&shop, mug, 1).await.buy().await;
    let path = format!("/api/orders/{}", mine.number);
    let cookie = format!("order={}", other.token);
    let tries: [&[(&str, &str)]; 4] =
        [&[], &[("order-token", &other.token)], &[("cookie", &cookie)], &[("order-token", "")]];
    for headers in tries {
        for (method, rest) in [(Method::GET, ""), (Method::POST, "/payment"), (Method::POST, "/cancellation")] {
            let reply = shop.send(method, &format!("{path}{rest}"), headers, None).await;
            assert_eq!(reply.refusal(), (404, "not_found".into()), "{rest} {headers:?}");
        }
    }
    for path in ["/api/orders/999999", "/api/orders/x", "/api/orders/-1"] {
        let reply = shop.get_with(path, &[("order-token", &mine.token)]).await;
        assert_eq!(reply.refusal(), (404, "not_found".into()), "{path}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_cannot_be_used_is_refused_by_name(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let (shop, _provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 1).await;
    let good = guest.order().await;
    let with = |pointer: &str, value: Value| {
        let mut order = good.clone();
        *order.pointer_mut(pointer).unwrap() = value;
        order
    };
    for (order, field) in [
        (with("/email", json!("nobody")), "email"),
        (with("/email", json!(1)), "email"),
        (with("/shipping_address/name", json!(" ")), "shipping_address.name"),
        (with("/shipping_address/postal_code", json!("1011")), "shipping_address.postal_code"),
        (with("/shipping_address/city", json!("x".repeat(101))), "shipping_address.city"),
        (with("/shipping_address/country", json!("XX")), "shipping_address.country"),
        (with("/shipping_address/line1", json!("a\u{7}b")), "shipping_address.line1"),
        (with("/shipping_method_id", json!("x")), "shipping_method_id"),
        (with("/expected_total/amount", json!("1")), "expected_total.amount"),
        (with("/cart_id", json!(1)), "cart_id"),
    ] {
        assert_eq!(guest.place("key", &order).await.refused(), [field], "{order}");
    }
    let mut billed = good.clone();
    billed["billing_address"] =
        json!({ "name": "", "line1": "1 Main St", "city": "Springfield", "postal_code": "1", "country": "US" });
    let refused = guest.place("key", &billed).await.refused();
    assert_eq!(refused, ["billing_address.name", "billing_address.postal_code", "billing_address.region"]);
    billed["more"] = json!(1);
    assert_eq!(guest.place("key", &billed).await.refused(), ["more"]);
    for key in [None, Some(""), Some(" "), Some(&*"k".repeat(256))] {
        let mut headers = vec![("cart-token", guest.token.as_str())];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        let reply = shop.send(Method::POST, "/api/orders", &headers, Some(&good)).await;
        assert_eq!(reply.refused(), ["Idempotency-Key"]);
    }
    let stranger = Guest::new(&shop).await;
    assert_eq!(stranger.place("key", &good).await.refusal(), (404, "not_found".into()));
    assert_eq!(stock(&shop.db, mug).await, (10, 0), "nothing of it was written");
    guest.place("key", &good).await.expect(StatusCode::CREATED);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_present_state_may_refuse_an_order(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let (shop, _provider) = Shop::selling(db).await;
    let (guest, empty) = (Guest::with(&shop, mug, 4).await, Guest::new(&shop).await);
    let order = guest.order().await;
    let mut nothing = order.clone();
    nothing["cart_id"] = json!(empty.cart);
    assert_eq!(empty.place("key", &nothing).await.refusal(), (409, "cart_empty".into()));
    let mut other = order.clone();
    other["expected_total"]["amount"] = json!(1);
    assert_eq!(guest.place("key", &other).await.refusal(), (409, "price_changed".into()));
    other = order.clone();
    other["expected_total"]["currency"] = json!("USD");
    assert_eq!(guest.place("key", &other).await.refusal(), (409, "price_changed".into()));
    other = order.clone();
    other["shipping_method_id"] = json!(Uuid::nil());
    assert_eq!(guest.place("key", &other).await.refusal(), (409, "shipping_unavailable".into()));
    let broken = "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reason) SELECT id, 'adjusted', -7, 'broken' FROM variants";
    sqlx::query(broken).execute(&shop.db).await.unwrap();
    let reply = guest.place("key", &order).await;
    assert_eq!(reply.refusal(), (409, "out_of_stock".into()));
    assert_eq!(reply.json()["errors"][0], json!({ "field": format!("items.{mug}"), "message": "only 3 left" }));
    guest.change(mug, 3).await.expect(StatusCode::OK);
    let number = guest.buy().await.number;
    let reply = guest.place("another", &guest.order().await).await;
    assert_eq!(reply.refusal(), (409, "cart_changed".into()));
    assert!(reply.json()["detail"].as_str().unwrap().contains(&number.to_string()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn of_fifty_buyers_of_five_exactly_five_get_one(db: PgPool) {
    product("last").variant(variant(&[], 1400, 5)).create(&db).await;
    let last = variant_of(&db, "last").await;
    let (shop, _provider) = Shop::selling(db).await;
    let mut guests = Vec::new();
    for _ in 0..50 {
        let guest = Guest::with(&shop, last, 1).await;
        let mut order = guest.order().await;
        order["email"] = json!(format!("{}@example.com", guest.cart));
        guests.push((guest, order));
    }
    let replies = join_all(guests.iter().map(|(guest, order)| guest.place("key", order))).await;
    let placed = replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count();
    assert_eq!(placed, 5);
    for refused in replies.iter().filter(|reply| reply.status != StatusCode::CREATED) {
        assert_eq!(refused.refusal(), (409, "out_of_stock".into()));
    }
    assert_eq!(stock(&shop.db, last).await, (5, 5));
    let orders: i64 = sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(&shop.db).await.unwrap();
    assert_eq!(orders, 5);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn carts_that_cross_never_block_each_other_for_good(db: PgPool) {
    for slug in ["a", "b", "c"] {
        product(slug).variant(variant(&[], 100, 1000)).create(&db).await;
    }
    let (a, b, c) = (variant_of(&db, "a").await, variant_of(&db, "b").await, variant_of(&db, "c").await);
    let (shop, _provider) = Shop::selling(db).await;
    let mut guests = Vec::new();
    for number in 0..24 {
        let mut order = [a, b, c];
        order.rotate_left(number % 3);
        let guest = Guest::new(&shop).await;
        for variant in order {
            guest.add(variant, 1).await.expect(StatusCode::OK);
        }
        let mut order = guest.order().await;
        order["email"] = json!(format!("{number}@example.com"));
        guests.push((guest, order));
    }
    for reply in join_all(guests.iter().map(|(guest, order)| guest.place("key", order))).await {
        reply.expect(StatusCode::CREATED);
    }
    assert_eq!(stock(&shop.db, b).await, (1000, 24));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn one_key_is_one_order(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let (shop, _provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 1).await;
    let order = guest.order().await;
    let replies = join_all((0..3).map(|_| guest.place("key", &order))).await;
    for reply in &replies {
        assert_eq!((reply.status, &reply.text), (StatusCode::CREATED, &replies[0].text));
        assert_eq!(reply.header("order-token"), replies[0].header("order-token"));
        assert!(!reply.header("order-token").is_empty());
    }
    let mut spaced = order.clone();
    spaced["email"] = json!(" ada@example.com ");
    assert_eq!(guest.place("key", &spaced).await.text, replies[0].text, "it is the same request");
    let mut other = order.clone();
    other["email"] = json!("grace@example.com");
    assert_eq!(guest.place("key", &other).await.refusal(), (422, "idempotency_key_reused".into()));
    let keys: String =
        sqlx::query_scalar("SELECT string_agg(body, '') FROM idempotency_keys").fetch_one(&shop.db).await.unwrap();
    assert!(!keys.contains(replies[0].header("order-token")), "a stored answer holds no secret");
    assert_eq!(stock(&shop.db, mug).await, (10, 1));
    // Another cart's key is another key.
    let second = Guest::with(&shop, mug, 1).await;
    second.place("key", &second.order().await).await.expect(StatusCode::CREATED);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_costs_nothing_needs_no_payment(db: PgPool) {
    product("sticker").priced(0).create(&db).await;
    sqlx::query("UPDATE shipping_rates SET amount = 0").execute(&db).await.unwrap();
    let sticker = variant_of(&db, "sticker").await;
    let (shop, _provider) = Shop::selling(db).await;
    let bought = Guest::with(&shop, sticker, 1).await.buy().await;
    let order = bought.read().await;
    assert_eq!((&order["status"], &order["payment_status"]), (&json!("confirmed"), &json!("paid")));
    assert_eq!(bought.pay().await.refusal(), (409, "order_paid".into()));
    bought.cancel().await.expect(StatusCode::OK);
    assert_eq!(stock(&shop.db, sticker).await, (10, 0));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_destination_decides_tax_and_shipping(db: PgPool) {
    product("mug").priced(6900).create(&db).await;
    let mug = variant_of(&db, "mug").await;
    let (shop, _provider) = Shop::selling(db).await;
    let guest = Guest::with(&shop, mug, 1).await;
    let austria = guest.quotes("AT").await;
    assert_eq!(austria["lines"][0]["unit_price"]["amount"], 6958);
    let standard = &austria["items"][0];
    assert_eq!((&standard["price"]["amount"], &standard["total"]["amount"]), (&json!(990), &json!(7948)));
    assert_eq!(standard["taxes"][0]["percent"], "20");
    let home = guest.quotes("DE").await;
    assert_eq!(home["items"].as_array().unwrap().len(), 2, "express is for the home market alone");
    let abroad = guest.quotes("US").await;
    assert_eq!((&abroad["items"][0]["tax"]["amount"], &abroad["subtotal"]["amount"]), (&json!(0), &json!(5798)));
    guest.add(mug, 1).await.expect(StatusCode::OK);
    assert_eq!(guest.quotes("DE").await["items"][0]["price"]["amount"], 0, "free from 80.00 on");
    sqlx::query("UPDATE variants SET weight_grams = 20000").execute(&shop.db).await.unwrap();
    assert_eq!(guest.quotes("US").await["items"], json!([]), "too heavy for overseas");
    for country in ["XX", "de", ""] {
        let path = guest.path(&format!("/shipping-methods?country={country}"));
        assert_eq!(guest.send(Method::GET, &path, None).await.refused(), ["country"]);
    }
    sqlx::query("UPDATE variants SET weight_grams = 100").execute(&shop.db).await.unwrap();
    let mut order = guest.order().await;
    order["shipping_method_id"] = home["items"][1]["id"].clone();
    order["shipping_address"] =
        json!({ "name": "Ada", "line1": "Ring 1", "postal_code": "1010", "city": "Wien", "country": "AT" });
    assert_eq!(guest.place("key", &order).await.refusal(), (409, "shipping_unavailable".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_countries_are_those_that_are_shipped_to(db: PgPool) {
    let shop = Shop::open(db).await;
    let all = shop.json("/api/countries").await;
    let find = |list: &Value, code: &str| {
        list["items"].as_array().unwrap().iter().find(|country| country["code"] == code).cloned()
    };
    let fields = |country: Value| -> Vec<String> {
        country["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        fields(find(&all, "DE").unwrap()),
        ["name", "company", "line1", "line2", "postal_code", "city", "phone"]
    );
    let america = find(&all, "US").unwrap();
    let region = america["fields"].as_array().unwrap().iter().find(|field| field["name"] == "region").unwrap();
    assert_eq!((&region["label"], &region["options"][4]["value"]), (&json!("State"), &json!("CA")));
    assert!(find(&all, "HK").is_some());
    sqlx::query("DELETE FROM shipping_rates WHERE country IS NULL").execute(&shop.db).await.unwrap();
    let some = shop.json("/api/countries").await;
    assert!(find(&some, "FR").is_some() && find(&some, "US").is_none());
}
