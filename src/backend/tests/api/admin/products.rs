//! `/api/admin/products`: written, found, and changed by one at a time.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{made, open, tee, text};
use crate::support::{
    builders::{category, product},
    staff::Staff,
    strings,
};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_product_is_made_and_sold(db: PgPool) {
    let tops = category(&db, None, "tops", "Tops").await;
    let tees = category(&db, Some(tops), "tees", "Tees").await;
    let shop = open(db).await;
    let staff = Staff::new(&shop, "catalogue_manager", "second_factor").await;
    let body = json!({
        "title": " Merge Tee ", "description_html": "<p onclick=\"x()\">Soft.<script>alert(1)</script></p>",
        "vendor": "Mainline", "tags": ["organic", "organic", "new"], "status": "active", "seo_title": "Tee",
        "tax_category": "reduced", "categories": [tees, tops],
        "options": [{ "name": "Size", "values": ["S", "M"] }],
        "variants": [
            { "option_values": ["S"], "sku": "TEE-S", "barcode": "4006381333931", "weight_grams": 180, "backorderable": true,
              "prices": [{ "currency": "EUR", "amount": 2900, "compare_at": 3900, "cost": 1100 }, { "currency": "USD", "amount": 3300 }] },
            { "option_values": ["M"], "prices": [{ "currency": "EUR", "amount": 2900 }] }],
    });
    let reply = staff.send(Method::POST, "/api/admin/products", &body).await.expect(StatusCode::CREATED);
    assert_eq!(reply.header("cache-control"), "no-store");
    let json = reply.json();
    for (field, value) in [
        ("slug", json!("merge-tee")),
        ("title", json!("Merge Tee")),
        ("description_html", json!("<p>Soft.</p>")),
        ("tags", json!(["organic", "new"])),
        ("status", json!("active")),
        ("tax_category", json!("reduced")),
        ("categories", json!([tees, tops])),
        ("pictures", json!([])),
    ] {
        assert_eq!(json[field], value, "{field}");
    }
    assert!(json["published_at"].is_string());
    let first = &json["variants"][0];
    assert_eq!(
        (&first["sku"], &first["weight_grams"], &first["backorderable"]),
        (&json!("TEE-S"), &json!(180), &json!(true))
    );
    assert_eq!(first["prices"][0], json!({ "currency": "EUR", "amount": 2900, "compare_at": 3900, "cost": 1100 }));
    assert_eq!((&first["on_hand"], first["prices"].as_array().unwrap().len()), (&json!(0), 2));
    // Shoppers find it at once, and never learn what it cost the store.
    let shown = shop.get("/api/products/merge-tee").await.expect(StatusCode::OK);
    assert!(!shown.text.contains("cost") && !shown.text.contains("1100"), "{}", shown.text);
    assert_eq!(shop.slugs("/api/products?q=merge&category=tops").await, ["merge-tee"]);
    assert_eq!(shop.slugs("/api/products?available=true").await, ["merge-tee"]);
    let id = text(&json["id"]);
    assert_eq!(staff.json(&format!("/api/admin/products/{id}")).await, json);
    let told = staff.told("product", &id).await;
    assert_eq!((told.len(), told[0].0.as_str(), &told[0].1), (1, "product.created", &Value::Null));
    assert_eq!((&told[0].2["title"], &told[0].2["variants"][0][0]["sku"]), (&json!("Merge Tee"), &json!("TEE-S")));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_slug_is_made_of_the_title_and_is_one_products_only(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    for (title, slug) in [
        ("Merge Tee", "merge-tee"),
        ("Merge Tee!", "merge-tee-2"),
        ("Größe", "größe"),
        ("?!", "product"),
        ("!?", "product-2"),
    ] {
        assert_eq!(made(&staff, &json!({ "title": title })).await["slug"], slug, "{title}");
    }
    let named = |slug: &str| json!({ "title": "Another", "slug": slug });
    let taken = staff.send(Method::POST, "/api/admin/products", &named("Merge-Tee")).await;
    assert_eq!(taken.refusal(), (409, "slug_taken".into()));
    for bad in ["a b", "a/b", "..", ""] {
        assert_eq!(staff.send(Method::POST, "/api/admin/products", &named(bad)).await.refused(), ["slug"], "{bad:?}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn every_field_that_cannot_be_used_is_named(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let sized = json!([{ "name": "Size", "values": ["S"] }]);
    let priced = |prices: Value| json!({ "variants": [{ "prices": prices }] });
    for (change, fields) in [
        (json!({ "title": " " }), vec!["title"]),
        (json!({ "title": "x".repeat(256) }), vec!["title"]),
        (json!({ "vendor": "" }), vec!["vendor"]),
        (json!({ "tags": ["a", "b,c"] }), vec!["tags[1]"]),
        (json!({ "status": "lost" }), vec!["status"]),
        (json!({ "tax_category": "none" }), vec!["tax_category"]),
        (json!({ "description_html": "<b>".repeat(300) }), vec!["description_html"]),
        (json!({ "categories": [Uuid::nil()] }), vec!["categories[0]"]),
        (json!({ "options": [{ "name": "a:b", "values": [] }] }), vec!["options[0].name", "options[0].values"]),
        (
            json!({ "options": [sized[0], { "name": "size", "values": ["S", "S"] }] }),
            vec!["options[1].name", "options[1].values[1]"],
        ),
        (json!({ "options": [{ "name": "Size", "values": ["S"], "value": 1 }] }), vec!["options[0].value"]),
        (json!({ "options": sized, "variants": [{}] }), vec!["variants[0].option_values"]),
        (json!({ "options": sized, "variants": [{ "option_values": ["XL"] }] }), vec!["variants[0].option_values[0]"]),
        (
            json!({ "variants": [{ "weight_grams": -1, "sku": "" }] }),
            vec!["variants[0].weight_grams", "variants[0].sku"],
        ),
        (json!({ "variants": [{ "picture_id": Uuid::nil() }] }), vec!["variants[0].picture_id"]),
        (priced(json!([{ "currency": "eur", "amount": 1 }])), vec!["variants[0].prices[0].currency"]),
        (
            priced(json!([{ "currency": "EUR", "amount": -1, "cost": -1 }])),
            vec!["variants[0].prices[0].amount", "variants[0].prices[0].cost"],
        ),
        (
            priced(json!([{ "currency": "EUR", "amount": 1 }, { "currency": "EUR", "amount": 2 }])),
            vec!["variants[0].prices[1].currency"],
        ),
        (json!({ "colour": "red" }), vec!["colour"]),
    ] {
        let mut body = json!({ "title": "Tee" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(staff.send(Method::POST, "/api/admin/products", &body).await.refused(), fields, "{change}");
    }
    let twice = json!({ "title": "Tee", "variants": [{ "sku": "A" }, { "sku": "B" }] });
    assert_eq!(staff.send(Method::POST, "/api/admin/products", &twice).await.refusal(), (409, "variant_exists".into()));
    let products: i64 = sqlx::query_scalar("SELECT count(*) FROM products").fetch_one(&shop.db).await.unwrap();
    assert_eq!(products, 0);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn only_what_is_named_changes(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let before = tee(&staff).await;
    let path = format!("/api/admin/products/{}", text(&before["id"]));
    let change = |body: Value| {
        let (staff, path) = (&staff, &path);
        async move { staff.send(Method::PATCH, path, &body).await }
    };
    let after = change(json!({ "title": "Rebase Tee", "vendor": "Mainline" })).await.expect(StatusCode::OK).json();
    assert_eq!(
        (&after["title"], &after["vendor"], &after["slug"]),
        (&json!("Rebase Tee"), &json!("Mainline"), &before["slug"])
    );
    assert_eq!((&after["options"], &after["variants"]), (&before["options"], &before["variants"]));
    assert_eq!(shop.slugs("/api/products?q=rebase").await, ["merge-tee"]);
    let cleared = change(json!({ "vendor": null })).await.expect(StatusCode::OK).json();
    assert_eq!((&cleared["vendor"], &cleared["title"]), (&Value::Null, &json!("Rebase Tee")));
    change(json!({})).await.expect(StatusCode::OK);
    let same = change(json!({ "title": "Rebase Tee" })).await.expect(StatusCode::OK).json();
    assert_eq!(same["updated_at"], cleared["updated_at"], "a change of nothing is none");
    let told = staff.told("product", &text(&before["id"])).await;
    assert_eq!(
        (told.len(), &told[1]),
        (
            3,
            &(
                "product.changed".into(),
                json!({ "title": "Merge Tee", "vendor": null }),
                json!({ "title": "Rebase Tee", "vendor": "Mainline" })
            )
        )
    );
    for field in ["title", "slug", "description_html", "tags", "status", "tax_category", "categories", "options"] {
        assert_eq!(change(json!({ field: null })).await.refused(), [field], "null");
    }
    change(json!({ "status": "archived" })).await.expect(StatusCode::OK);
    assert_eq!(shop.get("/api/products/merge-tee").await.status, StatusCode::NOT_FOUND);
    let shown = change(json!({ "status": "active", "published_at": null })).await.expect(StatusCode::OK).json();
    assert!(shown["published_at"].is_string(), "what is shown was shown at some time");
    let nowhere = format!("/api/admin/products/{}", Uuid::nil());
    assert_eq!(staff.send(Method::PATCH, &nowhere, &json!({})).await.refusal().0, 404);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn options_change_together_with_the_values_of_their_variants(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let before = tee(&staff).await;
    let (id, small, medium) =
        (text(&before["id"]), text(&before["variants"][0]["id"]), text(&before["variants"][1]["id"]));
    let path = format!("/api/admin/products/{id}");
    let options = json!([{ "name": "Size", "values": ["S", "M"] }, { "name": "Color", "values": ["Black"] }]);
    let alone = staff.send(Method::PATCH, &path, &json!({ "options": options })).await;
    assert_eq!(alone.refusal(), (409, "variants_do_not_fit".into()));
    let values = |small_values: Value, medium_values: Value| json!([{ "id": small, "option_values": small_values }, { "id": medium, "option_values": medium_values }]);
    let both = json!({ "options": options, "variants": values(json!(["S", "Black"]), json!(["M", "Black"])) });
    let after = staff.send(Method::PATCH, &path, &both).await.expect(StatusCode::OK).json();
    assert_eq!(after["variants"][1]["option_values"], json!(["M", "Black"]));
    // Two may swap theirs.
    let swapped = json!({ "variants": values(json!(["M", "Black"]), json!(["S", "Black"])) });
    let after = staff.send(Method::PATCH, &path, &swapped).await.expect(StatusCode::OK).json();
    assert_eq!(after["variants"][1]["option_values"], json!(["S", "Black"]));
    let (_, was, is) = &staff.told("product", &id).await[0];
    assert_eq!(
        (&was["option_values"][0][1], &is["option_values"][0][1]),
        (&json!(["S", "Black"]), &json!(["M", "Black"]))
    );
    let strange = json!({ "variants": [{ "id": Uuid::nil(), "option_values": ["S"] }] });
    assert_eq!(
        staff.send(Method::PATCH, &path, &strange).await.refused(),
        ["variants[0].id", "variants[0].option_values"]
    );
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn who_read_an_older_version_changes_nothing(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let product = tee(&staff).await;
    let path = format!("/api/admin/products/{}", text(&product["id"]));
    let read = staff.get(&path).await;
    let etag = read.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    let change = |title: &str, tag: &str| {
        let (staff, path, body, tag) = (&staff, &path, json!({ "title": title }), tag.to_owned());
        async move { staff.send_with(Method::PATCH, path, &[("if-match", &tag)], &body).await }
    };
    // A sale is no change of the product.
    let received =
        json!({ "variant_id": product["variants"][0]["id"], "kind": "received", "quantity": 5, "reason": "x" });
    staff.post_once("/api/admin/stock-movements", &received).await.expect(StatusCode::CREATED);
    let changed = change("First", &etag).await.expect(StatusCode::OK);
    assert_ne!(changed.header("etag"), etag);
    assert_eq!(change("Second", &etag).await.refusal(), (412, "changed_meanwhile".into()));
    assert_eq!(change("Second", "\"x\", W/\"y\"").await.refusal(), (412, "changed_meanwhile".into()));
    change("Third", &format!("\"x\", {}", changed.header("etag"))).await.expect(StatusCode::OK);
    change("Fourth", "*").await.expect(StatusCode::OK);
    // Of many at once who read the same, one wins.
    let etag = staff.get(&path).await.header("etag").to_owned();
    let titles: Vec<_> = (0..6).map(|number| format!("Title {number}")).collect();
    let replies = futures_util::future::join_all(titles.iter().map(|title| change(title, &etag))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == StatusCode::OK).count(), 1);
    // A variant's change is one of the product.
    let etag = staff.get(&path).await.header("etag").to_owned();
    let variant = format!("/api/admin/variants/{}", text(&product["variants"][0]["id"]));
    staff.send(Method::PATCH, &variant, &json!({ "weight_grams": 5 })).await.expect(StatusCode::OK);
    assert_eq!(change("Fifth", &etag).await.refusal(), (412, "changed_meanwhile".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn products_are_found_by_status_and_by_text(db: PgPool) {
    product("merge-hoodie").vendor("Mainline").priced(6900).create(&db).await;
    product("secret-mug").draft().priced(1400).create(&db).await;
    product("100-percent").priced(1400).create(&db).await;
    let shop = open(db).await;
    let staff = Staff::new(&shop, "catalogue_manager", "second_factor").await;
    for (filter, found) in [
        ("", vec!["100-percent", "secret-mug", "merge-hoodie"]),
        ("status=draft", vec!["secret-mug"]),
        ("q=HOODIE", vec!["merge-hoodie"]),
        ("q=mainl", vec!["merge-hoodie"]),
        ("q=mug-1", vec!["secret-mug"]),
        ("q=%25", vec![]),
        ("status=active&q=mug", vec![]),
    ] {
        let list = staff.json(&format!("/api/admin/products?{filter}")).await;
        assert_eq!(strings(&list["items"], "slug"), found, "{filter}");
    }
    let first = staff.json("/api/admin/products?limit=2").await;
    assert_eq!((&first["items"][0]["variant_count"], &first["items"][0]["on_hand"]), (&json!(1), &json!(10)));
    let cursor = text(&first["next_cursor"]);
    let rest = staff.json(&format!("/api/admin/products?limit=2&cursor={cursor}")).await;
    assert_eq!(
        (strings(&rest["items"], "slug"), &rest["next_cursor"]),
        (vec!["merge-hoodie".to_owned()], &Value::Null)
    );
    assert_eq!(staff.get(&format!("/api/admin/products?q={}", "x".repeat(101))).await.refused(), ["q"]);
}
