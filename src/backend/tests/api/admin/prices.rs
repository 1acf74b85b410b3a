//! `/api/admin/variants/{id}/prices/{currency}`: what a variant costs.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{open, tee, text};
use crate::support::staff::Staff;

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_price_is_set_and_taken_away(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let product = tee(&staff).await;
    let id = text(&product["variants"][0]["id"]);
    let path = format!("/api/admin/variants/{id}/prices/EUR");
    let body = json!({ "amount": 1900, "compare_at": 2900, "cost": 700 });
    let after = staff.send(Method::PUT, &path, &body).await.expect(StatusCode::OK).json();
    let price = json!({ "currency": "EUR", "amount": 1900, "compare_at": 2900, "cost": 700 });
    assert_eq!(after["variants"][0]["prices"], json!([price]));
    assert_ne!(after["updated_at"], product["updated_at"]);
    let shown = &shop.json("/api/products").await["items"][0];
    assert_eq!((&shown["price"]["amount"], &shown["compare_at_price"]["amount"]), (&json!(1900), &json!(2900)));
    // What is left out of a price is not there any more.
    staff.send(Method::PUT, &path, &json!({ "amount": 2000 })).await.expect(StatusCode::OK);
    let gone = staff.delete(&path).await.expect(StatusCode::OK).json();
    assert_eq!(gone["variants"][0]["prices"], json!([]));
    assert_eq!(shop.json("/api/products").await["items"][0]["price"]["amount"], 3100);
    assert_eq!(staff.delete(&path).await.refusal(), (404, "not_found".into()));
    assert_eq!(
        staff.told("price", &format!("{id}/EUR")).await,
        [
            (
                "price.removed".into(),
                json!({ "currency": "EUR", "amount": 2000, "compare_at": null, "cost": null }),
                Value::Null
            ),
            (
                "price.set".into(),
                json!({ "amount": 1900, "compare_at": 2900, "cost": 700 }),
                json!({ "amount": 2000, "compare_at": null, "cost": null })
            ),
            (
                "price.set".into(),
                json!({ "amount": 2900, "compare_at": null, "cost": null }),
                json!({ "amount": 1900, "compare_at": 2900, "cost": 700 })
            ),
        ]
    );
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_price_that_cannot_be_is_refused(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let id = text(&tee(&staff).await["variants"][0]["id"]);
    for (currency, body, field) in [
        ("eur", json!({ "amount": 1 }), "currency"),
        ("EURO", json!({ "amount": 1 }), "currency"),
        ("EUR", json!({}), "amount"),
        ("EUR", json!({ "amount": -1 }), "amount"),
        ("EUR", json!({ "amount": 1.5 }), "amount"),
        ("EUR", json!({ "amount": 1_000_000_000_001_i64 }), "amount"),
        ("EUR", json!({ "amount": 1, "cost": -1 }), "cost"),
        ("EUR", json!({ "amount": 1, "price": 2 }), "price"),
    ] {
        let path = format!("/api/admin/variants/{id}/prices/{currency}");
        assert_eq!(staff.send(Method::PUT, &path, &body).await.refused(), [field], "{currency} {body}");
    }
    let nowhere = format!("/api/admin/variants/{}/prices/EUR", Uuid::nil());
    assert_eq!(staff.send(Method::PUT, &nowhere, &json!({ "amount": 1 })).await.refusal().0, 404);
}
