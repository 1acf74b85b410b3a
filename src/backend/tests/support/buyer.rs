//! Buying in a browser, with its cookies.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Reply, customer::Browser};

impl Browser<'_> {
    /// Begins a cart with so many of a variant.
    pub async fn begin_cart(&self, variant: Uuid, quantity: i32) -> Reply {
        self.post("/api/carts", &json!({ "items": [{ "variant_id": variant, "quantity": quantity }] })).await
    }

    /// Adds to the current cart.
    pub async fn add(&self, variant: Uuid, quantity: i32) -> Reply {
        self.post("/api/carts/current/items", &json!({ "variant_id": variant, "quantity": quantity })).await
    }

    /// Places an order of the current cart.
    pub async fn place(&self) -> Reply {
        let cart = self.get("/api/carts/current").await.expect(StatusCode::OK).json();
        let quotes = self.get("/api/carts/current/shipping-methods?country=DE").await.expect(StatusCode::OK).json();
        let quote = &quotes["items"][0];
        let order = json!({
            "cart_id": cart["id"],
            "email": "ada@example.com",
            "shipping_address": {
                "name": "Ada Lovelace", "line1": "Hauptstr. 1", "postal_code": "10115", "city": "Berlin", "country": "DE",
            },
            "shipping_method_id": quote["id"],
            "expected_total": quote["total"],
        });
        let key = Uuid::new_v4().to_string();
        self.send_with(Method::POST, "/api/orders", &[("idempotency-key", &key)], Some(&order)).await
    }

    /// Places an order of a new cart.
    pub async fn order(&self, variant: Uuid, quantity: i32) -> Reply {
        self.begin_cart(variant, quantity).await.expect(StatusCode::CREATED);
        self.place().await
    }

    /// An order of a signed-in customer.
    pub async fn read_order(&self, number: &Value) -> Value {
        self.get(&format!("/api/orders/{number}")).await.expect(StatusCode::OK).json()
    }
}
