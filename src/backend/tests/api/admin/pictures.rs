//! `/api/admin/products/{id}/pictures`: by their address or by their bytes, in their order.

use std::io::Cursor;

use image::ImageFormat;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{made, open, tee, text};
use crate::support::{Shop, staff::Staff, strings};

fn drawn(format: ImageFormat, width: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, 20).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn pictures_of(product: &Value) -> String {
    format!("/api/admin/products/{}/pictures", text(&product["id"]))
}

async fn queued(db: &PgPool) -> i64 {
    let sql = "SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier = 'make_renditions'";
    sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
}

async fn add(staff: &Staff<'_>, path: &str, name: &str) -> Value {
    let body = json!({ "source": format!("https://pictures.example/{name}.jpg"), "alt": name });
    staff.send(Method::POST, path, &body).await.expect(StatusCode::CREATED).json()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_picture_comes_by_its_address(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let path = pictures_of(&tee(&staff).await);
    let product = add(&staff, &path, "front").await;
    let picture = &product["pictures"][0];
    assert_eq!(
        (&picture["source"], &picture["alt"], &picture["status"], &picture["position"]),
        (&json!("https://pictures.example/front.jpg"), &json!("front"), &json!("pending"), &json!(1))
    );
    assert_eq!(queued(&shop.db).await, 1);
    let first = json!({ "source": "https://pictures.example/first.jpg", "position": 1 });
    let product = staff.send(Method::POST, &path, &first).await.expect(StatusCode::CREATED).json();
    assert_eq!(strings(&product["pictures"], "alt"), ["", "front"]);
    let told = staff.told("picture", &text(&product["pictures"][0]["id"])).await;
    assert_eq!(
        (told[0].0.as_str(), &told[0].2["source"], &told[0].2["position"]),
        ("picture.added", &first["source"], &json!(1))
    );
    assert_eq!(staff.send(Method::POST, &path, &first).await.refusal(), (409, "picture_exists".into()));
    for (body, field) in [
        (json!({ "source": "file:///etc/passwd" }), "source"),
        (json!({ "source": "pictures/cap.jpg" }), "source"),
        (json!({ "source": "sha256:00" }), "source"),
        (json!({ "source": "https://pictures.example/x.jpg", "position": 0 }), "position"),
        (json!({ "source": "https://pictures.example/x.jpg", "alt": "x".repeat(1001) }), "alt"),
        (json!({ "src": "" }), "src"),
    ] {
        assert_eq!(staff.send(Method::POST, &path, &body).await.refused(), [field], "{body}");
    }
    assert_eq!(queued(&shop.db).await, 2);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_picture_comes_by_its_bytes(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let path = pictures_of(&tee(&staff).await);
    for (number, (kind, format)) in (1..).zip([
        ("image/png", ImageFormat::Png),
        ("image/jpeg", ImageFormat::Jpeg),
        ("image/webp", ImageFormat::WebP),
        ("image/gif", ImageFormat::Gif),
    ]) {
        let bytes = drawn(format, 30 + number);
        let reply = staff.upload(&format!("{path}?alt=Picture%20{number}&position=1"), kind, bytes.clone()).await;
        let picture = &reply.expect(StatusCode::CREATED).json()["pictures"][0];
        assert_eq!((&picture["alt"], &picture["position"]), (&json!(format!("Picture {number}")), &json!(1)), "{kind}");
        let digest = text(&picture["source"]).strip_prefix("sha256:").unwrap().to_owned();
        assert_eq!(shop.media.read(&format!("originals/{digest}")).await.unwrap(), bytes, "{kind}");
    }
    assert_eq!(queued(&shop.db).await, 4);
    let png = drawn(ImageFormat::Png, 31);
    assert_eq!(staff.upload(&path, "image/png", png.clone()).await.refusal(), (409, "picture_exists".into()));
    assert_eq!(staff.upload(&path, "image/jpeg", png.clone()).await.refused(), ["body"]);
    assert_eq!(staff.upload(&path, "image/png", b"<svg/>".to_vec()).await.refused(), ["body"]);
    assert_eq!(staff.upload(&path, "image/png", Vec::new()).await.refused(), ["body"]);
    assert_eq!(
        staff.upload(&path, "image/svg+xml", png.clone()).await.refusal(),
        (415, "unsupported_media_type".into())
    );
    assert_eq!(staff.upload(&format!("{path}?position=0"), "image/png", png.clone()).await.refused(), ["position"]);
    assert_eq!(staff.upload(&format!("{path}?title=x"), "image/png", png.clone()).await.refused(), ["title"]);
    let with_json = format!("{path}?alt=x");
    assert_eq!(
        staff.send(Method::POST, &with_json, &json!({ "source": "https://a.example" })).await.refused(),
        ["alt"]
    );
    let nowhere = format!("/api/admin/products/{}/pictures", Uuid::nil());
    assert_eq!(staff.upload(&nowhere, "image/png", png).await.refusal().0, 404);
}

/// Pictures may be larger than what all other endpoints take, and no more than that, and from nobody else.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn only_a_picture_may_be_large(db: PgPool) {
    let shop: Shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let path = pictures_of(&tee(&staff).await);
    let sized = |size: usize| {
        let mut bytes = drawn(ImageFormat::Png, 31);
        bytes.resize(size, 0);
        bytes
    };
    staff.upload(&path, "image/png", sized(20 << 20)).await.expect(StatusCode::CREATED);
    assert_eq!(staff.upload(&path, "image/png", sized((20 << 20) + 1)).await.refusal(), (413, "too_large".into()));
    let elsewhere = staff.upload("/api/admin/products", "application/json", sized((1 << 20) + 1)).await;
    assert_eq!(elsewhere.refusal(), (413, "too_large".into()));
    let stranger = shop.client.post(shop.at(&path)).header("content-type", "image/png").body(sized(1 << 21));
    assert_eq!(Shop::read(stranger.send().await.unwrap()).await.refusal(), (401, "sign_in_required".into()));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn pictures_are_ordered_described_and_taken_away(db: PgPool) {
    let shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    let path = pictures_of(&made(&staff, &json!({ "title": "Tee", "variants": [{}] })).await);
    let mut product = Value::Null;
    for name in ["a", "b", "c", "d"] {
        product = add(&staff, &path, name).await;
    }
    let id = |product: &Value, place: usize| text(&product["pictures"][place]["id"]);
    for (place, position, order) in [(3, 1, "dabc"), (0, 3, "abdc"), (0, 99, "bdca"), (1, 2, "bdca")] {
        let picture = format!("/api/admin/pictures/{}", id(&product, place));
        product =
            staff.send(Method::PATCH, &picture, &json!({ "position": position })).await.expect(StatusCode::OK).json();
        assert_eq!(strings(&product["pictures"], "alt").concat(), order);
    }
    let first = id(&product, 0);
    let picture = format!("/api/admin/pictures/{first}");
    let variant = format!("/api/admin/variants/{}", text(&product["variants"][0]["id"]));
    staff.send(Method::PATCH, &variant, &json!({ "picture_id": first })).await.expect(StatusCode::OK);
    product = staff.send(Method::PATCH, &picture, &json!({ "alt": "The back" })).await.expect(StatusCode::OK).json();
    assert_eq!((&product["pictures"][0]["alt"], &product["pictures"][0]["position"]), (&json!("The back"), &json!(1)));
    for (body, field) in
        [(json!({ "alt": null }), "alt"), (json!({ "position": 0 }), "position"), (json!({ "x": 1 }), "x")]
    {
        assert_eq!(staff.send(Method::PATCH, &picture, &body).await.refused(), [field]);
    }
    product = staff.delete(&picture).await.expect(StatusCode::OK).json();
    assert_eq!(
        (strings(&product["pictures"], "alt").concat(), &product["variants"][0]["picture_id"]),
        ("dca".into(), &Value::Null)
    );
    assert_eq!(staff.delete(&picture).await.refusal().0, 404);
    let told: Vec<_> = staff.told("picture", &first).await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!((told[0].as_str(), told.last().unwrap().as_str()), ("picture.removed", "picture.added"));
}
