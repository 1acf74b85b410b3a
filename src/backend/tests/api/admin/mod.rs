//! `/api/admin`.

mod access;
mod audit_log;
mod cancellations;
mod customers;
mod fulfilments;
mod orders;
mod pictures;
mod prices;
mod products;
mod races;
mod refunds;
mod roles;
mod stock_movements;
mod variants;

use devopsify::queue;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Shop, staff::Staff};

/// A store with its queue.
async fn open(db: PgPool) -> Shop {
    queue::migrate(&db).await.unwrap();
    Shop::open(db).await
}

/// Makes a product, and answers it.
async fn made(staff: &Staff<'_>, body: &Value) -> Value {
    staff.send(Method::POST, "/api/admin/products", body).await.expect(StatusCode::CREATED).json()
}

/// A tee of two sizes, for sale.
async fn tee(staff: &Staff<'_>) -> Value {
    let variant = |size: &str, sku: &str, amount: i64| json!({ "option_values": [size], "sku": sku, "prices": [{ "currency": "EUR", "amount": amount }] });
    let body = json!({
        "title": "Merge Tee", "status": "active", "options": [{ "name": "Size", "values": ["S", "M"] }],
        "variants": [variant("S", "TEE-S", 2900), variant("M", "TEE-M", 3100)],
    });
    made(staff, &body).await
}

/// A text of an answer, such as an id.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
