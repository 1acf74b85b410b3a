//! Who of the staff is signed in, written straight into the database, and what they ask for.

use devopsify::access::session::digest;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Reply, Shop};

/// Somebody with a role, signed in with a second factor.
pub struct Staff<'a> {
    pub shop: &'a Shop,
    pub account: Uuid,
    cookie: String,
}

/// A row of `accounts`.
pub async fn account(db: &PgPool, email: &str, name: &str, role: &str) -> Uuid {
    sqlx::query_scalar(
        "INSERT INTO accounts (email, name, password_hash, role) VALUES ($1, $2, '$argon2id$none', $3) RETURNING id",
    )
    .bind(email)
    .bind(name)
    .bind(role)
    .fetch_one(db)
    .await
    .unwrap()
}

impl<'a> Staff<'a> {
    pub async fn administrator(shop: &'a Shop) -> Self {
        Self::new(shop, "administrator", "second_factor").await
    }

    /// An account of its own, with a session that was proved so.
    pub async fn new(shop: &'a Shop, role: &str, proof: &str) -> Self {
        let token = Uuid::new_v4().to_string();
        let account = account(&shop.db, &format!("{token}@shop.example"), role, role).await;
        sqlx::query(
            "INSERT INTO sessions (account_id, token_hash, proof, expires_at)
             VALUES ($1, $2, $3, now() + interval '1 hour')",
        )
        .bind(account)
        .bind(digest(&token))
        .bind(proof)
        .execute(&shop.db)
        .await
        .unwrap();
        Self { shop, account, cookie: format!("session={token}") }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.shop.get_with(path, &[("cookie", &self.cookie)]).await
    }

    /// The JSON of a successful answer.
    pub async fn json(&self, path: &str) -> Value {
        let reply = self.get(path).await.expect(StatusCode::OK);
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        reply.json()
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        self.send_with(method, path, &[], body).await
    }

    pub async fn send_with(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        let mut all = vec![("cookie", self.cookie.as_str())];
        all.extend(headers);
        self.shop.send(method, path, &all, Some(body)).await
    }

    /// Posts with a new `Idempotency-Key`.
    pub async fn post_once(&self, path: &str, body: &Value) -> Reply {
        self.send_with(Method::POST, path, &[("idempotency-key", &Uuid::new_v4().to_string())], body).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.shop.send(Method::DELETE, path, &[("cookie", &self.cookie)], None).await
    }

    /// Sends bytes of a type.
    pub async fn upload(&self, path: &str, kind: &str, bytes: Vec<u8>) -> Reply {
        let request = self.shop.client.post(self.shop.at(path)).header("cookie", &self.cookie);
        Shop::read(request.header("content-type", kind).body(bytes).send().await.unwrap()).await
    }

    /// The actions of the audit log about something, the newest first, each with what was and what is.
    pub async fn told(&self, subject_type: &str, subject_id: &str) -> Vec<(String, Value, Value)> {
        let path = format!("/api/admin/audit-log?subject_type={subject_type}&subject_id={subject_id}");
        let log = Self::administrator(self.shop).await.json(&path).await;
        let entries = log["items"].as_array().unwrap().iter();
        entries
            .map(|entry| {
                assert_eq!(entry["account_id"], self.account.to_string());
                (entry["action"].as_str().unwrap().to_owned(), entry["before"].clone(), entry["after"].clone())
            })
            .collect()
    }
}
