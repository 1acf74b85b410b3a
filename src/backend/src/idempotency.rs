//! Requests that are safe to repeat (draft-ietf-httpapi-idempotency-key-header-07): the key is claimed and its answer kept in
//! the transaction of the change itself, so that either both are there or neither.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::error::{Error, Refusal, Result};

const LONGEST: usize = 255;

/// The key that a request carries.
#[derive(Clone)]
pub struct IdempotencyKey(String);

/// A key that this transaction holds, or the answer that it was given before.
pub enum Claim {
    /// The first request with this key: go on, then [`Claimed::store`] the answer.
    Claimed(Claimed),
    /// The body that was answered.
    Answered(String),
}

/// A key that this transaction holds.
pub struct Claimed {
    scope: String,
    route: &'static str,
    key: String,
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let refused = |message: &str| Error::field("Idempotency-Key", message);
        let Some(header) = parts.headers.get("idempotency-key") else {
            return Err(refused(
                "must be given as a header: choose a new random one for each request, and repeat it when the request is repeated",
            ));
        };
        let key = header.to_str().unwrap_or_default().trim();
        if key.is_empty() || key.len() > LONGEST {
            return Err(refused("must have 1 to 255 printable characters"));
        }
        Ok(Self(key.to_owned()))
    }
}

impl IdempotencyKey {
    /// Claims the key for `route` within `scope`. A request with the same key that is still running is waited for, as long
    /// as the database lets us wait for a lock.
    ///
    /// # Errors
    /// 409 `request_in_progress` when it takes longer, 422 `idempotency_key_reused` when the request was another one.
    pub async fn claim(
        self,
        connection: &mut PgConnection,
        scope: String,
        route: &'static str,
        request: &impl Serialize,
    ) -> Result<Claim> {
        let json = serde_json::to_vec(request).map_err(|error| Error::Internal(error.to_string()))?;
        let digest = Sha256::digest(json).to_vec();
        let claimed = sqlx::query!(
            "INSERT INTO idempotency_keys (scope, route, key, request_digest) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
            scope,
            route,
            self.0,
            digest
        )
        .execute(&mut *connection)
        .await
        .map_err(in_progress)?;
        if claimed.rows_affected() == 1 {
            return Ok(Claim::Claimed(Claimed { scope, route, key: self.0 }));
        }
        let before = sqlx::query!(
            "SELECT request_digest, body FROM idempotency_keys WHERE scope = $1 AND route = $2 AND key = $3",
            scope,
            route,
            self.0
        )
        .fetch_optional(connection)
        .await?;
        match before {
            Some(before) if before.request_digest != digest => Err(Error::Refused(Refusal {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                code: "idempotency_key_reused",
                detail: "The Idempotency-Key belongs to another request: choose a new one.".into(),
                errors: Vec::new(),
            })),
            Some(before) => before.body.map(Claim::Answered).ok_or_else(running),
            // It was forgotten between the two statements.
            None => Err(running()),
        }
    }
}

impl Claimed {
    /// Keeps the answer for those who ask again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn store(&self, connection: &mut PgConnection, status: StatusCode, body: &str) -> Result<()> {
        let status = i16::try_from(status.as_u16()).unwrap_or_default();
        sqlx::query!(
            "UPDATE idempotency_keys SET status = $4, body = $5 WHERE scope = $1 AND route = $2 AND key = $3",
            self.scope,
            self.route,
            self.key,
            status,
            body
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

fn running() -> Error {
    Error::conflict(
        "request_in_progress",
        "A request with this Idempotency-Key is still running: ask again in a moment.",
    )
}

fn in_progress(error: sqlx::Error) -> Error {
    // 55P03, lock_not_available: the other request holds the key for longer than we wait.
    let is_wait = error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "55P03");
    if is_wait { running() } else { error.into() }
}
