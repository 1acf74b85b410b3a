//! `/api/account/addresses`.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Shop, customer::Browser};

fn berlin() -> Value {
    json!({ "name": "Ada Lovelace", "line1": "Hauptstr. 1", "postal_code": "10115", "city": "Berlin", "country": "DE" })
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_first_address_is_the_default_and_another_one_may_become_it(db: PgPool) {
    let (shop, _provider) = Shop::selling(db).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let add = async |body: Value| ada.post("/api/account/addresses", &body).await;
    let first = add(json!({ "address": berlin() })).await.expect(StatusCode::CREATED).json();
    assert_eq!((&first["default_shipping"], &first["default_billing"]), (&true.into(), &true.into()));
    let second = add(json!({ "address": berlin(), "default_shipping": true })).await.expect(StatusCode::CREATED).json();
    let list = async || ada.get("/api/account/addresses").await.expect(StatusCode::OK).json()["items"].clone();
    let items = list().await;
    assert_eq!((&items[0]["id"], &items[0]["default_billing"]), (&second["id"], &false.into()));
    assert_eq!((&items[1]["default_shipping"], &items[1]["default_billing"]), (&false.into(), &true.into()));

    let path = format!("/api/account/addresses/{}", second["id"].as_str().unwrap());
    let mut changed = berlin();
    changed["city"] = "Potsdam".into();
    let body = json!({ "address": changed, "default_billing": true });
    let reply = ada.send(Method::PUT, &path, Some(&body)).await.expect(StatusCode::OK).json();
    assert_eq!((&reply["address"]["city"], &reply["default_billing"]), (&"Potsdam".into(), &true.into()));
    ada.send(Method::DELETE, &path, None).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(ada.send(Method::DELETE, &path, None).await.refusal(), (404, "not_found".into()));
    assert_eq!(list().await.as_array().unwrap().len(), 1);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_address_is_one_that_its_country_has_and_belongs_to_one(db: PgPool) {
    let (shop, _provider) = Shop::selling(db).await;
    let (ada, bob) = (Browser::of(&shop, "ada@example.com").await, Browser::of(&shop, "bob@example.com").await);
    let mut bad = berlin();
    bad["postal_code"] = "1".into();
    assert_eq!(ada.post("/api/account/addresses", &json!({ "address": bad })).await.refused(), ["address.postal_code"]);
    let body = json!({ "address": berlin() });
    let saved = ada.post("/api/account/addresses", &body).await.expect(StatusCode::CREATED).json();
    let path = format!("/api/account/addresses/{}", saved["id"].as_str().unwrap());
    for method in [Method::PUT, Method::DELETE] {
        let body = (method == Method::PUT).then_some(&body);
        assert_eq!(bob.send(method, &path, body).await.refusal(), (404, "not_found".into()));
    }
    assert_eq!(bob.get("/api/account/addresses").await.json(), json!({ "items": [] }));
    assert_eq!(ada.get("/api/account/addresses").await.json()["items"].as_array().unwrap().len(), 1);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_book_holds_fifty_also_when_many_come_at_once(db: PgPool) {
    let (shop, _provider) = Shop::selling(db).await;
    let ada = Browser::of(&shop, "ada@example.com").await;
    let body = json!({ "address": berlin(), "default_shipping": true });
    let replies = futures_util::future::join_all((0..55).map(|_| ada.post("/api/account/addresses", &body))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count(), 50);
    assert!(
        replies
            .iter()
            .filter(|reply| reply.status != StatusCode::CREATED)
            .all(|reply| reply.refusal().1 == "address_book_full")
    );
    let items = ada.get("/api/account/addresses").await.json()["items"].clone();
    assert_eq!(items.as_array().unwrap().iter().filter(|item| item["default_shipping"] == true).count(), 1);
}
