//! A request that each endpoint would take, with what it needs made first.

mod desk;

use devopsify::{access::session::digest, capability::Capability, passwords::Password, payments::webhook};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::Who;
use crate::support::{
    Shop,
    builders::{product, variant},
    customer::{PASSWORD, code},
    guest::variant_of,
    orders::order,
    secrets,
};

/// A store with an owner of things in it, and somebody who asks.
pub struct World<'a> {
    shop: &'a Shop,
    owner: Person,
    asking: Option<Person>,
}

struct Person {
    id: Uuid,
    email: String,
    token: String,
}

/// A request, without its method.
struct Wanted {
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Wanted {
    fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), headers: Vec::new(), body: None }
    }

    fn with(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::get(path) }
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl<'a> World<'a> {
    pub async fn new(shop: &'a Shop, who: Who) -> Self {
        // The table asks more often in an hour than anybody may.
        sqlx::query("DELETE FROM attempts").execute(&shop.db).await.unwrap();
        let owner = person(shop, "customer", "password").await;
        // The last administrator may not go; there is another one.
        person(shop, "administrator", "second_factor").await;
        let asking = match who {
            Who::Anonymous => None,
            Who::AnotherCustomer => Some(person(shop, "customer", "password").await),
            Who::Owner => Some(Person { email: owner.email.clone(), token: owner.token.clone(), ..owner }),
            Who::Support => Some(person(shop, "support", "second_factor").await),
            Who::CatalogueManager => Some(person(shop, "catalogue_manager", "second_factor").await),
            Who::Administrator => Some(person(shop, "administrator", "second_factor").await),
        };
        Self { shop, owner, asking }
    }

    /// The status of the answer.
    pub async fn ask(&self, endpoint: &str) -> u16 {
        let (method, path) = endpoint.split_once(' ').unwrap();
        let wanted = self.wanted(endpoint, path).await;
        let mut headers: Vec<(&str, &str)> =
            wanted.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let cookie = self.asking.as_ref().map(|person| format!("session={}", person.token)).unwrap_or_default();
        if !cookie.is_empty() {
            headers.push(("cookie", &cookie));
        }
        let method: Method = method.parse().unwrap();
        self.shop.send(method, &wanted.path, &headers, wanted.body.as_ref()).await.status.as_u16()
    }

    async fn wanted(&self, endpoint: &str, path: &str) -> Wanted {
        match path.split('/').nth(2) {
            Some("admin") => self.of_staff(endpoint, path).await,
            Some("account") => self.of_account(endpoint, path).await,
            Some("auth") => self.of_auth(endpoint, path).await,
            Some("carts" | "orders") => self.of_buying(endpoint, path).await,
            _ => self.of_everybody(endpoint, path).await,
        }
    }

    async fn of_everybody(&self, endpoint: &str, path: &str) -> Wanted {
        match endpoint {
            "GET /api/products/{slug}" => {
                let slug = self.product().await;
                Wanted::get(format!("/api/products/{slug}"))
            }
            "GET /api/search/suggestions" => Wanted::get("/api/search/suggestions?q=mug"),
            "POST /api/webhooks/stripe" => {
                let event =
                    json!({ "id": "evt_1", "object": "event", "type": "ping", "created": 1, "data": { "object": {} } });
                let signed = webhook::sign("whsec_test", chrono::Utc::now().timestamp(), event.to_string().as_bytes());
                Wanted::with(path, event).header("stripe-signature", signed)
            }
            _ => Wanted::get(path),
        }
    }

    async fn of_auth(&self, endpoint: &str, path: &str) -> Wanted {
        let db = &self.shop.db;
        let email = &self.owner.email;
        let id = async |sql: &'static str| -> Uuid {
            sqlx::query_scalar(sql).bind(self.owner.id).bind(hash().await).fetch_one(db).await.unwrap()
        };
        let link = |capability, id| json!({ "token": secrets().link(capability, id) });
        match endpoint {
            "POST /api/auth/register" => Wanted::with(path, json!({ "email": email, "password": PASSWORD })),
            "POST /api/auth/login" => Wanted::with(path, json!({ "email": email, "password": PASSWORD })),
            "POST /api/auth/verify" => {
                let sql = "INSERT INTO registrations (email, name, password_hash)
                           SELECT 'new-' || email, '', $2 FROM accounts WHERE id = $1 RETURNING id";
                let mut body = link(Capability::Registration, id(sql).await);
                body["password"] = PASSWORD.into();
                Wanted::with(path, body)
            }
            "POST /api/auth/password/forgot" => Wanted::with(path, json!({ "email": email })),
            "POST /api/auth/password/reset" => {
                let sql = "INSERT INTO password_resets (email) SELECT email FROM accounts WHERE id = $1 AND $2 <> '' RETURNING id";
                let mut body = link(Capability::PasswordReset, id(sql).await);
                body["password"] = "all the king's men".into();
                Wanted::with(path, body)
            }
            "POST /api/auth/email/confirm" => {
                let sql = "INSERT INTO email_changes (account_id, email)
                           SELECT id, 'other-' || email FROM accounts WHERE id = $1 AND $2 <> '' RETURNING id";
                Wanted::with(path, link(Capability::NewEmail, id(sql).await))
            }
            "POST /api/auth/login/totp" => {
                let (seed, half) = (self.factor(self.owner.id, true).await, session(db, self.owner.id, "half").await.0);
                let wanted = Wanted::with(path, json!({ "code": code(&seed, 0) }));
                // Who is signed in already sends the cookie of that, and a browser has one of a name.
                if self.asking.is_some() { wanted } else { wanted.header("cookie", format!("session={half}")) }
            }
            _ => Wanted::get(path),
        }
    }

    async fn of_account(&self, endpoint: &str, path: &str) -> Wanted {
        let db = &self.shop.db;
        let owned = async |sql: &'static str| -> String {
            let id: Uuid = sqlx::query_scalar(sql).bind(self.owner.id).fetch_one(db).await.unwrap();
            path.replace("{id}", &id.to_string())
        };
        let address = "INSERT INTO addresses (account_id, name, line1, city, country) VALUES ($1, 'A', 'B', 'C', 'DE') RETURNING id";
        let proof = json!({ "password": PASSWORD });
        let asking = self.asking.as_ref().map_or(self.owner.id, |person| person.id);
        match endpoint {
            "PATCH /api/account" => Wanted::with(path, json!({ "name": "Ada" })),
            "POST /api/account/password" => {
                Wanted::with(path, json!({ "current_password": PASSWORD, "password": "all the king's men" }))
            }
            "POST /api/account/email" => {
                Wanted::with(path, json!({ "email": format!("{}@example.org", Uuid::now_v7()), "password": PASSWORD }))
            }
            "POST /api/account/addresses" => Wanted::with(path, json!({ "address": berlin() })),
            "PUT /api/account/addresses/{id}" => Wanted::with(owned(address).await, json!({ "address": berlin() })),
            "DELETE /api/account/addresses/{id}" => Wanted::get(owned(address).await),
            "POST /api/account/orders/{number}/reorder" => {
                Wanted::get(path.replace("{number}", &self.order(true).await.to_string()))
            }
            "DELETE /api/account/sessions/{id}" => {
                Wanted::get(path.replace("{id}", &session(db, self.owner.id, "password").await.1.to_string()))
            }
            "POST /api/account/totp/confirmation" => {
                Wanted::with(path, json!({ "code": code(&self.factor(asking, false).await, 0) }))
            }
            "POST /api/account/totp/recovery-codes" | "POST /api/account/totp/removal" => {
                self.factor(asking, true).await;
                Wanted::with(path, proof)
            }
            "POST /api/account/totp" | "POST /api/account/export" | "POST /api/account/erasure" => Wanted::with(path, proof),
            "POST /api/account/tokens" => {
                let wanted = json!({ "name": "A", "scopes": ["account:read"], "expires_in_days": 1, "password": PASSWORD });
                Wanted::with(path, wanted)
            }
            "DELETE /api/account/tokens/{id}" => Wanted::get(
                owned(
                    "INSERT INTO api_tokens (account_id, name, token_hash, scopes, expires_at)
                     VALUES ($1, 'A', sha256($1::text::bytea), '{account:read}', now() + interval '1 day') RETURNING id",
                )
                .await,
            ),
            "GET /api/account/export" | "GET /api/account/export/file" => Wanted::get(
                owned(
                    "INSERT INTO exports (account_id, progress, body, expires_at)
                     VALUES ($1, 100, '{}', now() + interval '1 day') RETURNING id",
                )
                .await,
            ),
            _ => Wanted::get(path),
        }
    }

    async fn of_buying(&self, endpoint: &str, path: &str) -> Wanted {
        if path.starts_with("/api/orders/{number}") {
            return Wanted::get(path.replace("{number}", &self.order(false).await.to_string()));
        }
        if endpoint == "POST /api/carts" {
            return Wanted::with(path, json!({}));
        }
        let (cart, mug) = self.cart().await;
        let path = path.replace("{id}", &cart.to_string()).replace("{variant_id}", &mug.to_string());
        match endpoint {
            "POST /api/carts/{id}/items" => Wanted::with(path, json!({ "variant_id": mug, "quantity": 1 })),
            "PATCH /api/carts/{id}/items/{variant_id}" => Wanted::with(path, json!({ "quantity": 2 })),
            "GET /api/carts/{id}/shipping-methods" => Wanted::get(format!("{path}?country=DE")),
            "POST /api/orders" => Wanted::with(path, self.place(cart).await).header("idempotency-key", "one"),
            _ => Wanted::get(path),
        }
    }

    async fn of_staff(&self, endpoint: &str, path: &str) -> Wanted {
        if path.starts_with("/api/admin/orders/") || path.starts_with("/api/admin/refunds/") {
            return self.of_order_desk(endpoint, path).await;
        }
        let db = &self.shop.db;
        let slug = self.product().await;
        let mug = variant_of(db, &slug).await;
        let of = async |sql: &'static str| -> Uuid { sqlx::query_scalar(sql).bind(mug).fetch_one(db).await.unwrap() };
        let product = of("SELECT product_id FROM variants WHERE id = $1").await;
        let fill = |id: Uuid| path.replace("{id}", &id.to_string()).replace("{currency}", "EUR");
        match endpoint {
            "POST /api/admin/products" => Wanted::with(path, json!({ "title": format!("Mug {}", Uuid::now_v7()) })),
            "GET /api/admin/products/{id}" => Wanted::get(fill(product)),
            "PATCH /api/admin/products/{id}" => Wanted::with(fill(product), json!({ "title": "Another mug" })),
            "POST /api/admin/products/{id}/variants" => Wanted::with(fill(product), json!({ "option_values": ["L"] })),
            "PATCH /api/admin/variants/{id}" => Wanted::with(fill(mug), json!({ "barcode": "4012345678901" })),
            "PUT /api/admin/variants/{id}/prices/{currency}" => Wanted::with(fill(mug), json!({ "amount": 1500 })),
            "DELETE /api/admin/variants/{id}/prices/{currency}" => Wanted::get(fill(mug)),
            "POST /api/admin/products/{id}/pictures" => {
                Wanted::with(fill(product), json!({ "source": "https://pictures.example/mug.png" }))
            }
            "PATCH /api/admin/pictures/{id}" | "DELETE /api/admin/pictures/{id}" => {
                let sql = "INSERT INTO media (product_id, position, source)
                           SELECT product_id, 1, 'https://pictures.example/' || id FROM variants WHERE id = $1 RETURNING id";
                let path = fill(of(sql).await);
                if endpoint.starts_with("PATCH") {
                    Wanted::with(path, json!({ "alt": "A mug" }))
                } else {
                    Wanted::get(path)
                }
            }
            "POST /api/admin/stock-movements" => {
                let body = json!({ "variant_id": mug, "kind": "received", "quantity": 1, "reason": "Delivery" });
                Wanted::with(path, body).header("idempotency-key", "one")
            }
            "GET /api/admin/customers/{id}" => Wanted::get(fill(self.owner.id)),
            "PUT /api/admin/accounts/{id}/role" => Wanted::with(fill(self.owner.id), json!({ "role": "support" })),
            _ => Wanted::get(path),
        }
    }

    /// The slug of a new product that can be bought.
    async fn product(&self) -> String {
        let slug = format!("mug-{}", Uuid::now_v7());
        product(&slug).option("Size", &["M", "L"]).variant(variant(&["M"], 1400, 10)).create(&self.shop.db).await;
        slug
    }

    /// The owner's cart with something in it.
    async fn cart(&self) -> (Uuid, Uuid) {
        let mug = variant_of(&self.shop.db, &self.product().await).await;
        let cart = sqlx::query_scalar(
            "WITH cart AS (INSERT INTO carts (currency, account_id) VALUES ('EUR', $1) RETURNING id)
             INSERT INTO cart_items (cart_id, variant_id, quantity, seen_amount) SELECT id, $2, 1, 1400 FROM cart RETURNING cart_id",
        )
        .bind(self.owner.id)
        .bind(mug)
        .fetch_one(&self.shop.db)
        .await
        .unwrap();
        (cart, mug)
    }

    /// The number of an order of the owner's.
    async fn order(&self, is_paid: bool) -> i64 {
        let slug = self.product().await;
        let sku: String = sqlx::query_scalar("SELECT v.sku FROM variants v WHERE v.id = $1")
            .bind(variant_of(&self.shop.db, &slug).await)
            .fetch_one(&self.shop.db)
            .await
            .unwrap();
        let wanted = order(&sku, 1);
        let placed = if is_paid { wanted.paid() } else { wanted }.create(&self.shop.db).await;
        sqlx::query("UPDATE orders SET account_id = $2 WHERE id = $1")
            .bind(placed.id)
            .bind(self.owner.id)
            .execute(&self.shop.db)
            .await
            .unwrap();
        placed.number
    }

    /// What the owner would order.
    async fn place(&self, cart: Uuid) -> Value {
        let cookie = format!("session={}", self.owner.token);
        let path = format!("/api/carts/{cart}/shipping-methods?country=DE");
        let quote = self.shop.get_with(&path, &[("cookie", &cookie)]).await.json()["items"][0].clone();
        json!({
            "cart_id": cart, "email": self.owner.email, "shipping_method_id": quote["id"],
            "expected_total": quote["total"], "shipping_address": berlin(),
        })
    }

    /// The seed of an authenticator.
    async fn factor(&self, account: Uuid, is_confirmed: bool) -> Vec<u8> {
        sqlx::query_scalar(
            "INSERT INTO second_factors (account_id, seed, confirmed_at)
             VALUES ($1, '\\x01020304', CASE WHEN $2 THEN now() END) RETURNING seed",
        )
        .bind(account)
        .bind(is_confirmed)
        .fetch_one(&self.shop.db)
        .await
        .unwrap()
    }
}

fn berlin() -> Value {
    json!({ "name": "Ada", "line1": "Hauptstr. 1", "postal_code": "10115", "city": "Berlin", "country": "DE" })
}

/// Of the password that everybody has.
async fn hash() -> &'static str {
    static HASH: OnceCell<String> = OnceCell::const_new();
    HASH.get_or_init(async || {
        let passwords = devopsify::passwords::Passwords::new().unwrap();
        passwords.hash(&Password(PASSWORD.into())).await.unwrap()
    })
    .await
}

async fn person(shop: &Shop, role: &str, proof: &str) -> Person {
    let email = format!("{}@example.com", Uuid::now_v7());
    let id = sqlx::query_scalar(
        "INSERT INTO accounts (email, name, password_hash, role) VALUES ($1, '', $2, $3) RETURNING id",
    )
    .bind(&email)
    .bind(hash().await)
    .bind(role)
    .fetch_one(&shop.db)
    .await
    .unwrap();
    Person { id, email, token: session(&shop.db, id, proof).await.0 }
}

/// The token and the id of a session.
async fn session(db: &PgPool, account: Uuid, proof: &str) -> (String, Uuid) {
    let token = Uuid::new_v4().to_string();
    let id = sqlx::query_scalar(
        "INSERT INTO sessions (account_id, token_hash, proof, expires_at) VALUES ($1, $2, $3, now() + interval '1 hour') RETURNING id",
    )
    .bind(account)
    .bind(digest(&token))
    .bind(proof)
    .fetch_one(db)
    .await
    .unwrap();
    (token, id)
}
