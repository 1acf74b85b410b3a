//! The SQL of sessions, tokens and the lock of an account.

use sqlx::PgConnection;
use uuid::Uuid;

use super::session::{Caller, Proof};
use crate::policy::{Role, Scope};

/// The caller of a session that has not ended; its last use is recorded to the minute.
pub async fn by_session(connection: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<Option<Caller>> {
    let row = sqlx::query!(
        r#"SELECT s.id, s.account_id, s.proof, a.email, a.role, s.last_used_at < now() - interval '1 minute' AS "stale!"
           FROM sessions s JOIN accounts a ON a.id = s.account_id
           WHERE s.token_hash = $1 AND s.proof <> 'half' AND s.expires_at > now()
             AND s.last_used_at > now() - session_idle_limit(a.role)"#,
        token_hash
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.stale {
        sqlx::query!("UPDATE sessions SET last_used_at = now() WHERE id = $1", row.id).execute(connection).await?;
    }
    Ok(Some(Caller {
        account_id: row.account_id,
        email: row.email,
        role: role(&row.role)?,
        proof: if row.proof == "second_factor" { Proof::SecondFactor } else { Proof::Password },
        proof_id: row.id,
    }))
}

/// The caller of an API token that has not expired; its last use is recorded to the minute.
pub async fn by_token(connection: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<Option<Caller>> {
    let row = sqlx::query!(
        r#"SELECT t.id, t.account_id, t.scopes, a.email, a.role,
                  coalesce(t.last_used_at < now() - interval '1 minute', true) AS "stale!"
           FROM api_tokens t JOIN accounts a ON a.id = t.account_id
           WHERE t.token_hash = $1 AND t.expires_at > now()"#,
        token_hash
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.stale {
        sqlx::query!("UPDATE api_tokens SET last_used_at = now() WHERE id = $1", row.id).execute(connection).await?;
    }
    Ok(Some(Caller {
        account_id: row.account_id,
        email: row.email,
        role: role(&row.role)?,
        proof: Proof::Token(scopes(&row.scopes)),
        proof_id: row.id,
    }))
}

/// A role as it is stored.
pub fn role(text: &str) -> sqlx::Result<Role> {
    text.parse().map_err(|error: String| sqlx::Error::Decode(error.into()))
}

/// Scopes by name. A name that this version does not know grants nothing.
pub fn scopes(names: &[String]) -> Vec<Scope> {
    names.iter().filter_map(|name| serde_json::from_value(name.as_str().into()).ok()).collect()
}

/// Locks an account until the transaction ends: other changes of what it owns wait.
pub async fn lock_account(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE", account_id)
        .fetch_optional(connection)
        .await
        .map(drop)
}

/// Prevents an account from being deleted until the transaction ends; false when there is none.
pub async fn keep_account(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<bool> {
    sqlx::query!("SELECT id FROM accounts WHERE id = $1 FOR KEY SHARE", account_id)
        .fetch_optional(connection)
        .await
        .map(|found| found.is_some())
}
