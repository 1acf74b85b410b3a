//! `/api/admin/variants`: what can be bought of a product.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{made, open, tee, text};
use crate::support::{
    builders::{picture, product, variant},
    guest::variant_of,
    orders::order,
    staff::Staff,
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_variant_is_added(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let product = tee(&staff).await;
    let path = format!("/api/admin/products/{}", text(&product["id"]));
    staff
        .send(Method::PATCH, &path, &json!({ "options": [{ "name": "Size", "values": ["S", "M", "L"] }] }))
        .await
        .expect(StatusCode::OK);
    let variants = format!("{path}/variants");
    let large = json!({ "option_values": ["L"], "sku": "TEE-L", "prices": [{ "currency": "EUR", "amount": 1900 }] });
    let reply = staff.send(Method::POST, &variants, &large).await.expect(StatusCode::CREATED);
    assert!(reply.header("etag").starts_with('"'));
    let added = &reply.json()["variants"][2];
    assert_eq!((&added["sku"], &added["option_values"]), (&json!("TEE-L"), &json!(["L"])));
    let shown = shop.json("/api/products/merge-tee").await;
    assert_eq!((&shown["price"]["amount"], shown["variants"].as_array().unwrap().len()), (&json!(1900), 3));
    let told = staff.told("variant", &text(&added["id"])).await;
    assert_eq!((told[0].0.as_str(), &told[0].2["prices"][0]["amount"]), ("variant.created", &json!(1900)));
    assert_eq!(told[0].2["product_id"], product["id"]);
    for (body, refusal) in [
        (json!({ "option_values": ["L"] }), (409, "variant_exists")),
        (json!({ "option_values": ["S"], "sku": "TEE-M" }), (409, "sku_taken")),
    ] {
        let refused = staff.send(Method::POST, &variants, &body).await.refusal();
        assert_eq!(
            (refused.0, refused.1 == refusal.1 || refused.1 == "variant_exists"),
            (refusal.0, true),
            "{refused:?}"
        );
    }
    for (body, field) in [
        (json!({ "option_values": ["XL"] }), "option_values[0]"),
        (json!({ "option_values": [] }), "option_values"),
        (json!({ "option_values": ["S"], "picture_id": Uuid::nil() }), "picture_id"),
        (json!({ "option_values": ["S"], "prices": [{ "currency": "EUR" }] }), "prices[0].amount"),
        (json!({ "option_values": ["S"], "on_hand": 5 }), "on_hand"),
    ] {
        assert_eq!(staff.send(Method::POST, &variants, &body).await.refused(), [field], "{body}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_variant_changes_as_far_as_it_is_named(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let product = tee(&staff).await;
    let shows = picture(&shop.db, text(&product["id"]).parse().unwrap(), 1, "a tee").await;
    let id = text(&product["variants"][0]["id"]);
    let path = format!("/api/admin/variants/{id}");
    let change = |body: Value| {
        let (staff, path) = (&staff, &path);
        async move { staff.send(Method::PATCH, path, &body).await }
    };
    let body = json!({ "barcode": "400", "weight_grams": 180, "picture_id": shows, "backorderable": true });
    let after = change(body.clone()).await.expect(StatusCode::OK).json()["variants"][0].clone();
    for field in ["barcode", "weight_grams", "picture_id", "backorderable"] {
        assert_eq!(after[field], body[field], "{field}");
    }
    assert_eq!((&after["sku"], &after["prices"]), (&json!("TEE-S"), &product["variants"][0]["prices"]));
    assert_eq!(shop.json("/api/products/merge-tee").await["variants"][0]["picture_id"], json!(shows));
    let cleared =
        change(json!({ "sku": null, "barcode": null, "picture_id": null })).await.expect(StatusCode::OK).json();
    assert_eq!((&cleared["variants"][0]["sku"], &cleared["variants"][0]["picture_id"]), (&Value::Null, &Value::Null));
    let told = staff.told("variant", &id).await;
    assert_eq!((told.len(), told[1].0.as_str(), &told[1].1["weight_grams"]), (2, "variant.changed", &json!(0)));
    assert_eq!(told[0].1, json!({ "sku": "TEE-S", "barcode": "400", "picture_id": shows }));
    assert_eq!(change(json!({ "sku": "TEE-M" })).await.refusal(), (409, "sku_taken".into()));
    assert_eq!(change(json!({ "option_values": ["M"] })).await.refusal(), (409, "variant_exists".into()));
    let other = made(&staff, &json!({ "title": "Other" })).await;
    let theirs = picture(&shop.db, text(&other["id"]).parse().unwrap(), 1, "another").await;
    for (body, field) in [
        (json!({ "picture_id": theirs }), "picture_id"),
        (json!({ "weight_grams": null }), "weight_grams"),
        (json!({ "backorderable": "yes" }), "backorderable"),
        (json!({ "option_values": ["XL"] }), "option_values[0]"),
        (json!({ "prices": [] }), "prices"),
    ] {
        assert_eq!(change(body.clone()).await.refused(), [field], "{body}");
    }
    let nowhere = format!("/api/admin/variants/{}", Uuid::nil());
    assert_eq!(staff.send(Method::PATCH, &nowhere, &json!({})).await.refusal().0, 404);
}

/// What was sold without stock has to come in before the shelf counts again.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_promised_without_stock_stays_backorderable(db: PgPool) {
    product("cap").variant(variant(&[], 2500, 1).backorderable()).create(&db).await;
    order("CAP-1", 3).paid().create(&db).await;
    let path = format!("/api/admin/variants/{}", variant_of(&db, "cap").await);
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let refused = staff.send(Method::PATCH, &path, &json!({ "backorderable": false })).await;
    assert_eq!(refused.refusal(), (409, "stock_is_promised".into()));
}
