//! A guest: a cart with its token, and what can be done with it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Reply, Shop};

/// Who has a cart.
pub struct Guest<'a> {
    pub shop: &'a Shop,
    pub cart: String,
    pub token: String,
}

impl<'a> Guest<'a> {
    /// A guest with an empty cart.
    pub async fn new(shop: &'a Shop) -> Self {
        let reply = shop.send(Method::POST, "/api/carts", &[], Some(&json!({}))).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
        let cart = reply.json()["id"].as_str().unwrap().to_owned();
        Self { shop, cart, token: reply.header("cart-token").to_owned() }
    }

    /// A guest whose cart has so many of a variant.
    pub async fn with(shop: &'a Shop, variant: Uuid, quantity: i32) -> Self {
        let guest = Self::new(shop).await;
        guest.add(variant, quantity).await.expect(StatusCode::OK);
        guest
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        self.shop.send(method, path, &[("cart-token", &self.token)], body).await
    }

    pub async fn read(&self) -> Value {
        self.send(Method::GET, &self.path(""), None).await.expect(StatusCode::OK).json()
    }

    pub async fn add(&self, variant: Uuid, quantity: i32) -> Reply {
        let body = json!({ "variant_id": variant, "quantity": quantity });
        self.send(Method::POST, &self.path("/items"), Some(&body)).await
    }

    pub async fn change(&self, variant: Uuid, quantity: i32) -> Reply {
        let body = json!({ "quantity": quantity });
        self.send(Method::PATCH, &self.path(&format!("/items/{variant}")), Some(&body)).await
    }

    pub async fn remove(&self, variant: Uuid) -> Reply {
        self.send(Method::DELETE, &self.path(&format!("/items/{variant}")), None).await
    }

    /// What the cart costs in a country, by each way of shipping.
    pub async fn quotes(&self, country: &str) -> Value {
        let path = self.path(&format!("/shipping-methods?country={country}"));
        self.send(Method::GET, &path, None).await.expect(StatusCode::OK).json()
    }

    /// The request for an order of the cart by the first way of shipping.
    pub async fn order(&self) -> Value {
        let quote = &self.quotes("DE").await["items"][0];
        json!({
            "cart_id": self.cart,
            "email": "ada@example.com",
            "shipping_address": {
                "name": "Ada Lovelace", "line1": "Hauptstr. 1", "postal_code": "10115", "city": "Berlin", "country": "DE",
            },
            "shipping_method_id": quote["id"],
            "expected_total": quote["total"],
        })
    }

    pub async fn place(&self, key: &str, order: &Value) -> Reply {
        let headers = [("cart-token", self.token.as_str()), ("idempotency-key", key)];
        self.shop.send(Method::POST, "/api/orders", &headers, Some(order)).await
    }

    /// Places an order of what is in the cart.
    pub async fn buy(&self) -> Bought<'a> {
        let reply = self.place(&Uuid::new_v4().to_string(), &self.order().await).await.expect(StatusCode::CREATED);
        let token = reply.header("order-token").to_owned();
        Bought { shop: self.shop, number: reply.json()["number"].as_i64().unwrap(), token }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/api/carts/{}{rest}", self.cart)
    }
}

/// Who has an order.
pub struct Bought<'a> {
    pub shop: &'a Shop,
    pub number: i64,
    pub token: String,
}

impl Bought<'_> {
    pub async fn send(&self, method: Method, rest: &str) -> Reply {
        let path = format!("/api/orders/{}{rest}", self.number);
        self.shop.send(method, &path, &[("order-token", &self.token)], None).await
    }

    pub async fn read(&self) -> Value {
        self.send(Method::GET, "").await.expect(StatusCode::OK).json()
    }

    /// Begins the payment: the provider's id of it, and what a browser confirms it with.
    pub async fn pay(&self) -> Reply {
        self.send(Method::POST, "/payment").await
    }

    pub async fn cancel(&self) -> Reply {
        self.send(Method::POST, "/cancellation").await
    }
}

/// The first variant of a product.
pub async fn variant_of(db: &PgPool, slug: &str) -> Uuid {
    sqlx::query_scalar("SELECT v.id FROM variants v JOIN products p ON p.id = v.product_id WHERE p.slug = $1 ORDER BY v.position LIMIT 1")
        .bind(slug)
        .fetch_one(db)
        .await
        .unwrap()
}

/// What is on the shelf of a variant, and how much of it is reserved.
pub async fn stock(db: &PgPool, variant: Uuid) -> (i32, i32) {
    sqlx::query_as("SELECT on_hand, reserved FROM stock WHERE variant_id = $1")
        .bind(variant)
        .fetch_one(db)
        .await
        .unwrap()
}
