//! Somebody with an account, in a browser of their own.

use chrono::Utc;
use devopsify::{accounts::totp, capability::Capability};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Reply, Shop, secrets};

/// A good one.
pub const PASSWORD: &str = "all the king's horses";

/// Who has a browser: the cookies that the store gave it.
pub struct Browser<'a> {
    pub shop: &'a Shop,
    pub cookies: std::sync::Mutex<Vec<(String, String)>>,
}

impl<'a> Browser<'a> {
    pub fn new(shop: &'a Shop) -> Self {
        Self { shop, cookies: std::sync::Mutex::default() }
    }

    /// Who registered, confirmed and is signed in.
    pub async fn of(shop: &'a Shop, email: &str) -> Self {
        let browser = Self::new(shop);
        browser.register(email).await.expect(StatusCode::ACCEPTED);
        browser.verify(&registration(&shop.db, email).await).await.expect(StatusCode::OK);
        browser
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        self.send_with(method, path, &[], body).await
    }

    /// As a browser does: with its cookies, and from this origin.
    pub async fn send_with(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let cookies = self.cookie_header();
        let mut all = vec![("cookie", cookies.as_str())];
        if headers.iter().all(|(name, _)| *name != "sec-fetch-site") {
            all.push(("sec-fetch-site", "same-origin"));
        }
        all.extend(headers);
        let reply = self.shop.send(method, path, &all, body).await;
        self.keep(&reply);
        reply
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn register(&self, email: &str) -> Reply {
        self.post("/api/auth/register", &json!({ "email": email, "name": "Ada", "password": PASSWORD })).await
    }

    pub async fn verify(&self, token: &str) -> Reply {
        self.post("/api/auth/verify", &json!({ "token": token, "password": PASSWORD })).await
    }

    pub async fn login(&self, email: &str, password: &str) -> Reply {
        self.post("/api/auth/login", &json!({ "email": email, "password": password })).await
    }

    pub async fn login_code(&self, code: &str) -> Reply {
        self.post("/api/auth/login/totp", &json!({ "code": code })).await
    }

    /// Sets an authenticator up; the recovery codes.
    pub async fn enrol(&self) -> Vec<String> {
        self.post("/api/account/totp", &json!({ "password": PASSWORD })).await.expect(StatusCode::OK);
        let code = self.code().await;
        let reply = self.post("/api/account/totp/confirmation", &json!({ "code": code })).await.expect(StatusCode::OK);
        super::strings(
            &reply.json()["codes"].as_array().unwrap().iter().map(|code| json!({ "code": code })).collect(),
            "code",
        )
    }

    /// What the authenticator shows now.
    pub async fn code(&self) -> String {
        self.code_in(0).await
    }

    /// What it shows after so many steps of 30 s.
    pub async fn code_in(&self, steps: u64) -> String {
        let seed: Vec<u8> = sqlx::query_scalar(
            "SELECT f.seed FROM second_factors f JOIN sessions s ON s.account_id = f.account_id
             WHERE s.token_hash = sha256(convert_to($1, 'UTF8'))",
        )
        .bind(self.cookie("session").unwrap())
        .fetch_one(&self.shop.db)
        .await
        .unwrap();
        code(&seed, steps)
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        cookies.retain(|(key, _)| key != name);
        if !value.is_empty() {
            cookies.push((name.into(), value.into()));
        }
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Cookies of an order's own addresses are left out: they would need paths.
    fn keep(&self, reply: &Reply) {
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if name != "order" {
                self.set_cookie(name, value);
            }
        }
    }

    /// The row of who is signed in.
    pub async fn account(&self) -> Uuid {
        sqlx::query_scalar("SELECT account_id FROM sessions WHERE token_hash = sha256(convert_to($1, 'UTF8'))")
            .bind(self.cookie("session").unwrap())
            .fetch_one(&self.shop.db)
            .await
            .unwrap()
    }
}

/// What an authenticator with this seed shows after so many steps of 30 s.
pub fn code(seed: &[u8], steps: u64) -> String {
    let authenticators = totp::authenticators(&secrets(), seed, "account", "store").unwrap();
    let now = u64::try_from(Utc::now().timestamp()).unwrap();
    authenticators[0].generate(now + 30 * steps).to_string()
}

/// What stands after `#` in the link that confirms the newest registration of an address.
pub async fn registration(db: &PgPool, email: &str) -> String {
    let id = newest(db, "SELECT id FROM registrations WHERE email = $1 ORDER BY id DESC LIMIT 1", email).await;
    secrets().link(Capability::Registration, id)
}

/// What stands after `#` in the link that sets a new password.
pub async fn reset(db: &PgPool, email: &str) -> String {
    let id = newest(db, "SELECT id FROM password_resets WHERE email = $1 ORDER BY id DESC LIMIT 1", email).await;
    secrets().link(Capability::PasswordReset, id)
}

async fn newest(db: &PgPool, sql: &'static str, email: &str) -> Uuid {
    sqlx::query_scalar(sql).bind(email).fetch_one(db).await.unwrap()
}
