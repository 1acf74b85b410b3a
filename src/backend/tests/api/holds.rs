//! How long orders hold their stock unpaid, and how many of them a browser and a network may have.

use chrono::{DateTime, Utc};
use devopsify::payments::close::{self, Reason};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::support::{
    Reply, Shop,
    builders::{product, variant},
    customer::Browser,
    guest::{Bought, Guest, stock, variant_of},
    provider::Provider,
};

/// A product of which there are so many.
async fn stocked(db: &PgPool, slug: &str, on_hand: i32) -> Uuid {
    product(slug).variant(variant(&[], 1000, on_hand)).create(db).await;
    variant_of(db, slug).await
}

/// Places an order of so many of a variant, from a program without cookies.
async fn place(shop: &Shop, variant: Uuid, quantity: i32) -> Reply {
    let guest = Guest::with(shop, variant, quantity).await;
    guest.place("key", &guest.order().await).await
}

fn minutes(order: &Value) -> i64 {
    let time = |name: &str| order[name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    // The one is the store's clock, the other the database's.
    ((time("expires_at") - time("placed_at")).as_seconds_f64() / 60.0).round() as i64
}

fn bought<'a>(shop: &'a Shop, reply: &Reply) -> Bought<'a> {
    Bought { shop, number: reply.json()["number"].as_i64().unwrap(), token: reply.header("order-token").to_owned() }
}

async fn run(db: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(db).await.unwrap();
}

/// Gives up what is unpaid, as the worker does when its time is over.
async fn expire(shop: &Shop) {
    run(&shop.db, "UPDATE orders SET expires_at = now() WHERE status = 'pending'").await;
    let ids: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM orders WHERE status = 'pending'").fetch_all(&shop.db).await.unwrap();
    for id in ids {
        close::cancel(&shop.app.db, &shop.stripe, id, Reason::Expired).await.unwrap();
    }
}

const LIMITED: (u16, &str) = (429, "large_hold_limited");
const TOO_MANY: (u16, &str) = (429, "too_many_unpaid_orders");

fn refusal(reply: &Reply) -> (u16, String) {
    reply.refusal()
}

fn is(refused: (u16, &str)) -> (u16, String) {
    (refused.0, refused.1.to_owned())
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_large_hold_is_short_and_an_ordinary_one_is_not(db: PgPool) {
    let (ten, many) = (stocked(&db, "ten", 10).await, stocked(&db, "many", 5000).await);
    product("made").variant(variant(&[], 1000, 0).backorderable()).create(&db).await;
    let made = variant_of(&db, "made").await;
    let (shop, _provider) = Shop::selling(db).await;
    for (variant, quantity, lasts) in
        [(ten, 5, 30), (ten, 6, 10), (many, 100, 30), (many, 101, 10), (many, 999, 10), (made, 90, 30), (made, 101, 10)]
    {
        let reply = place(&shop, variant, quantity).await.expect(StatusCode::CREATED);
        let order = reply.json();
        assert_eq!(minutes(&order), lasts, "{quantity}");
        let is_queued = "SELECT EXISTS (SELECT FROM orders o JOIN graphile_worker.jobs j ON j.run_at = o.expires_at
                                        WHERE j.task_identifier = 'expire_order' AND o.number = $1)";
        let is_queued: bool =
            sqlx::query_scalar(is_queued).bind(order["number"].as_i64()).fetch_one(&shop.db).await.unwrap();
        assert!(is_queued, "it is given up at another time");
        bought(&shop, &reply).cancel().await.expect(StatusCode::OK);
    }
    // What others reserved is not there: 3 are most of the 5 that are left.
    place(&shop, ten, 5).await.expect(StatusCode::CREATED);
    assert_eq!(minutes(&place(&shop, ten, 3).await.expect(StatusCode::CREATED).json()), 10);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_network_has_one_large_hold_and_any_ordinary_ones(db: PgPool) {
    let (ten, other, many) =
        (stocked(&db, "ten", 10).await, stocked(&db, "other", 10).await, stocked(&db, "many", 5000).await);
    let (one, two) = (stocked(&db, "one", 1).await, stocked(&db, "two", 3).await);
    let (shop, _provider) = Shop::selling(db).await;
    let first = place(&shop, ten, 6).await.expect(StatusCode::CREATED);
    for (variant, quantity) in [(other, 6), (other, 10), (many, 101)] {
        let reply = place(&shop, variant, quantity).await;
        assert_eq!(refusal(&reply), is(LIMITED), "{quantity}");
        assert!(!reply.json()["errors"].as_array().unwrap().is_empty());
    }
    assert_eq!(
        place(&shop, other, 6).await.json()["errors"],
        json!([{ "field": format!("items.{other}"), "message": "at most 5 can be ordered now" }])
    );
    // Ordinary purchases pass, and so do the last units, which are held for a short time only.
    assert_eq!(minutes(&place(&shop, other, 5).await.expect(StatusCode::CREATED).json()), 30);
    assert_eq!(minutes(&place(&shop, many, 100).await.expect(StatusCode::CREATED).json()), 30);
    assert_eq!(minutes(&place(&shop, one, 1).await.expect(StatusCode::CREATED).json()), 10);
    assert_eq!(minutes(&place(&shop, two, 2).await.expect(StatusCode::CREATED).json()), 10);
    assert_eq!(stock(&shop.db, other).await, (10, 5), "what was refused holds nothing");
    // The provider is processing it: it is not unpaid any more.
    let payment = |status: &str| {
        format!(
            "UPDATE payments SET status = '{status}' WHERE order_id = (SELECT id FROM orders WHERE number = {})",
            first.json()["number"]
        )
    };
    run(&shop.db, &payment("processing")).await;
    let second = place(&shop, many, 101).await.expect(StatusCode::CREATED);
    assert_eq!(refusal(&place(&shop, many, 101).await), is(LIMITED));
    // Paid is not unpaid either.
    let number = second.json()["number"].clone();
    run(
        &shop.db,
        &format!(
            "UPDATE payments p SET status = 'captured', captured = amount, provider_id = 'pi_' || o.number FROM orders o WHERE o.id = p.order_id AND o.number = {number};
             UPDATE orders SET status = 'confirmed', confirmed_at = now() WHERE number = {number}"
        ),
    )
    .await;
    place(&shop, many, 101).await.expect(StatusCode::CREATED);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn after_a_large_hold_expired_the_network_waits_for_an_hour(db: PgPool) {
    let (ten, many) = (stocked(&db, "ten", 10).await, stocked(&db, "many", 5000).await);
    let (shop, _provider) = Shop::selling(db).await;
    place(&shop, ten, 6).await.expect(StatusCode::CREATED);
    // Its time is over, and the worker has not come to it yet.
    run(&shop.db, "UPDATE orders SET expires_at = now()").await;
    assert_eq!(refusal(&place(&shop, many, 101).await), is(LIMITED));
    expire(&shop).await;
    assert_eq!(stock(&shop.db, ten).await, (10, 0));
    assert_eq!(refusal(&place(&shop, many, 101).await), is(LIMITED));
    place(&shop, many, 100).await.expect(StatusCode::CREATED);
    let later = "UPDATE orders SET cancelled_at = cancelled_at - interval '59 minutes', expires_at = expires_at - interval '59 minutes'
                 WHERE status = 'cancelled'";
    run(&shop.db, later).await;
    assert_eq!(refusal(&place(&shop, many, 101).await), is(LIMITED));
    run(&shop.db, &later.replace("59 minutes", "61 seconds")).await;
    place(&shop, many, 101).await.expect(StatusCode::CREATED);
}

/// 99,900 pieces of 100 variants, in one order that nobody pays.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nobody_empties_the_shelves_again_and_again_without_paying(db: PgPool) {
    let values: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let names: Vec<&str> = values.iter().map(String::as_str).collect();
    let all = names
        .iter()
        .fold(product("many").option("Size", &names), |many, name| many.variant(variant(&[name], 100, 999)));
    all.create(&db).await;
    let variants: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM variants").fetch_all(&db).await.unwrap();
    let (shop, _provider) = Shop::selling(db).await;
    sqlx::query("UPDATE variants SET weight_grams = 0").execute(&shop.db).await.unwrap();
    let items: Vec<Value> = variants.iter().map(|id| json!({ "variant_id": id, "quantity": 999 })).collect();
    let hoard = async || {
        let reply = shop.send(Method::POST, "/api/carts", &[], Some(&json!({ "items": items }))).await;
        let reply = reply.expect(StatusCode::CREATED);
        let cart = reply.json()["id"].as_str().unwrap().to_owned();
        let guest = Guest { shop: &shop, cart, token: reply.header("cart-token").to_owned() };
        guest.place("key", &guest.order().await).await
    };
    let held =
        async || -> i64 { sqlx::query_scalar("SELECT sum(reserved) FROM stock").fetch_one(&shop.db).await.unwrap() };
    let order = hoard().await.expect(StatusCode::CREATED).json();
    assert_eq!((minutes(&order), held().await), (10, 99_900));
    expire(&shop).await;
    assert_eq!((refusal(&hoard().await), held().await), (is(LIMITED), 0));

    // Nor by cancelling in time, and ordering again: together that may take as long as one hold.
    run(&shop.db, "UPDATE orders SET cancelled_at = cancelled_at - interval '2 hours', expires_at = expires_at - interval '2 hours'").await;
    for _ in 0..2 {
        let reply = hoard().await.expect(StatusCode::CREATED);
        bought(&shop, &reply).cancel().await.expect(StatusCode::OK);
        run(
            &shop.db,
            "UPDATE orders SET cancelled_at = placed_at + interval '9 minutes' WHERE cancelled_at > now() - interval '1 minute'
                AND cancelled_at < placed_at + interval '9 minutes'",
        )
        .await;
    }
    assert_eq!((refusal(&hoard().await), held().await), (is(LIMITED), 0));
}

/// The merchant's settings count, from the next order on.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_limits_are_settings(db: PgPool) {
    let many = stocked(&db, "many", 1000).await;
    let (shop, _provider) = Shop::selling(db).await;
    let set =
        "UPDATE settings SET hold_minutes = 45, large_hold_minutes = 5, large_hold_units = 10, large_hold_percent = 90,
                                   large_hold_pause_minutes = 0, unpaid_orders_per_device = 1";
    run(&shop.db, set).await;
    assert_eq!(minutes(&place(&shop, many, 10).await.expect(StatusCode::CREATED).json()), 45);
    assert_eq!(minutes(&place(&shop, many, 11).await.expect(StatusCode::CREATED).json()), 5);
    assert_eq!(refusal(&place(&shop, many, 11).await), is(LIMITED));
    expire(&shop).await;
    place(&shop, many, 11).await.expect(StatusCode::CREATED);
    let browser = Browser::new(&shop);
    browser.order(many, 1).await.expect(StatusCode::CREATED);
    assert_eq!(refusal(&browser.order(many, 1).await), is(TOO_MANY));
}

/// A store that believes the tests where they come from.
async fn behind_a_proxy(db: PgPool, max_unpaid_orders_per_address: i64) -> (Shop, Provider) {
    Shop::selling_with(db, |config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        config.max_unpaid_orders_per_address = max_unpaid_orders_per_address;
    })
    .await
}

/// Places an order of so many of a variant from an address, with more headers.
async fn place_from(shop: &Shop, address: &str, headers: &[(&str, &str)], variant: Uuid, quantity: i32) -> Reply {
    let guest = Guest::with(shop, variant, quantity).await;
    let order = guest.order().await;
    let mut all = vec![("cart-token", guest.token.as_str()), ("idempotency-key", "key"), ("x-forwarded-for", address)];
    all.extend(headers);
    shop.send(Method::POST, "/api/orders", &all, Some(&order)).await
}

/// Each of a variant of its own, so that it is not the stock's lock that makes them take turns.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn of_thirty_orders_at_once_no_more_pass_than_may(db: PgPool) {
    let mut variants = Vec::new();
    for number in 0..30 {
        variants.push(stocked(&db, &format!("thing-{number}"), 100).await);
    }
    let (shop, _provider) = behind_a_proxy(db, 5).await;
    let passed = async |address: &dyn Fn(usize) -> String, headers: &[(&str, &str)]| {
        let addresses: Vec<_> = (0..30).map(address).collect();
        let placing = addresses.iter().zip(&variants);
        let replies =
            join_all(placing.map(|(address, variant)| place_from(&shop, address, headers, *variant, 1))).await;
        let (placed, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == StatusCode::CREATED);
        assert!(refused.iter().all(|reply| refusal(reply) == is(TOO_MANY)));
        placed.len()
    };
    let everywhere = |number: usize| format!("203.0.113.{number}");
    // A program has no device: it is counted by its network alone, of an IPv6 address by the first 64 bits.
    assert_eq!(passed(&|_| "198.51.100.7".into(), &[]).await, 5);
    assert_eq!(passed(&|number| format!("2001:db8:0:1::{number:x}"), &[]).await, 5);
    assert_eq!(passed(&everywhere, &[]).await, 30);
    expire(&shop).await;
    // A browser is counted wherever it is.
    let browser = Browser::new(&shop);
    browser.order(variants[0], 1).await.expect(StatusCode::CREATED);
    let device = format!("device={}", browser.cookie("device").unwrap());
    assert_eq!(passed(&everywhere, &[("cookie", &device)]).await, 4);
    // A cookie that the store did not sign names no device.
    let forged = format!("device={}.{}", Uuid::now_v7(), "x".repeat(43));
    assert_eq!(passed(&|_| "192.0.2.9".into(), &[("cookie", &forged)]).await, 5);
    let devices: i64 =
        sqlx::query_scalar("SELECT count(DISTINCT device_id) FROM orders").fetch_one(&shop.db).await.unwrap();
    assert_eq!(devices, 1);
}

/// Orders that are far from the limit do not wait for one another; those near it do.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_network_reaches_a_high_limit_and_does_not_pass_it(db: PgPool) {
    const LIMIT: usize = 170;
    let mut variants = Vec::new();
    for number in 0..30 {
        variants.push(stocked(&db, &format!("thing-{number}"), 100).await);
    }
    let (shop, _provider) = behind_a_proxy(db, i64::try_from(LIMIT).unwrap()).await;
    let mut placed = 0;
    for wave in 0..6 {
        let placing = variants.iter().map(|variant| place_from(&shop, "198.51.100.7", &[], *variant, 1));
        let replies = join_all(placing).await;
        let created = replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count();
        let refused = replies.iter().filter(|reply| reply.status != StatusCode::CREATED);
        assert!(refused.map(refusal).all(|refusal| refusal == is(TOO_MANY)), "wave {wave}");
        placed += created;
    }
    assert_eq!(placed, LIMIT);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_large_hold_concerns_its_own_network_alone(db: PgPool) {
    let many = stocked(&db, "many", 5000).await;
    let (shop, _provider) = behind_a_proxy(db, 200).await;
    for (address, status) in [
        ("198.51.100.7", 201),
        ("198.51.100.7", 429),
        ("198.51.100.8", 201),
        ("2001:db8:0:1::1", 201),
        ("2001:db8:0:1:ffff::2", 429),
        ("2001:db8:0:2::1", 201),
    ] {
        assert_eq!(place_from(&shop, address, &[], many, 101).await.status.as_u16(), status, "{address}");
    }
}

/// Of several large holds at once one passes.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn of_ten_large_holds_at_once_one_passes(db: PgPool) {
    let mut ready = Vec::new();
    let mut variants = Vec::new();
    for number in 0..10 {
        variants.push(stocked(&db, &format!("thing-{number}"), 10).await);
    }
    let (shop, _provider) = Shop::selling(db).await;
    for variant in variants {
        let guest = Guest::with(&shop, variant, 6).await;
        let order = guest.order().await;
        ready.push((guest, order));
    }
    let replies = join_all(ready.iter().map(|(guest, order)| guest.place("key", order))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count(), 1);
    let held: i64 = sqlx::query_scalar("SELECT sum(reserved) FROM stock").fetch_one(&shop.db).await.unwrap();
    assert_eq!(held, 6);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_office_behind_one_address_buys_and_one_browser_is_limited(db: PgPool) {
    let many = stocked(&db, "many", 1000).await;
    let (shop, _provider) = Shop::selling_with(db, |config| config.max_unpaid_orders_per_address = 200).await;
    let browsers: Vec<_> = (0..60).map(|_| Browser::new(&shop)).collect();
    for few in browsers.chunks(4) {
        for reply in join_all(few.iter().map(|browser| browser.order(many, 1))).await {
            assert_eq!(minutes(&reply.expect(StatusCode::CREATED).json()), 30);
        }
    }
    let browser = &browsers[0];
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(browser.order(many, 1).await.expect(StatusCode::CREATED));
    }
    assert_eq!(refusal(&browser.order(many, 1).await), is(TOO_MANY));
    browsers[1].order(many, 1).await.expect(StatusCode::CREATED);
    // What is in processing is not unpaid.
    run(
        &shop.db,
        &format!(
            "UPDATE payments SET status = 'processing' WHERE order_id = (SELECT id FROM orders WHERE number = {})",
            orders[0].json()["number"]
        ),
    )
    .await;
    browser.order(many, 1).await.expect(StatusCode::CREATED);
    assert_eq!(refusal(&browser.order(many, 1).await), is(TOO_MANY));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nobody_is_limited_by_what_others_did_with_their_address(db: PgPool) {
    let many = stocked(&db, "many", 1000).await;
    let (shop, _provider) = Shop::selling(db).await;
    // Every order of the tests' guests and browsers names this address.
    for _ in 0..8 {
        place(&shop, many, 1).await.expect(StatusCode::CREATED);
    }
    Browser::new(&shop).order(many, 1).await.expect(StatusCode::CREATED);
    // Nor once they are the account's.
    let ada = Browser::of(&shop, "ada@example.com").await;
    ada.login("ada@example.com", crate::support::customer::PASSWORD).await.expect(StatusCode::OK);
    ada.order(many, 1).await.expect(StatusCode::CREATED);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_browsers_first_order_is_its_own_and_identifies_it(db: PgPool) {
    let many = stocked(&db, "many", 1000).await;
    let (shop, _provider) = Shop::selling(db).await;
    let browser = Browser::new(&shop);
    let placed = browser.order(many, 1).await.expect(StatusCode::CREATED);
    let cookies: Vec<_> = placed.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let pair = |name: &str| {
        let cookie = cookies.iter().find(|cookie| cookie.starts_with(name));
        cookie.unwrap_or_else(|| panic!("{name} is not among {cookies:?}")).split(';').next().unwrap()
    };
    let path = format!("/api/orders/{}", placed.json()["number"]);
    shop.get_with(&path, &[("cookie", pair("order="))]).await.expect(StatusCode::OK);
    pair("device=");
}
