//! Tokens for programs.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{access::queries::scopes, accounts::model::ApiToken};

/// The tokens of an account that are good.
pub async fn list(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Vec<ApiToken>> {
    let rows = sqlx::query!(
        "SELECT id, name, scopes, created_at, last_used_at, expires_at FROM api_tokens
         WHERE account_id = $1 AND expires_at > now() ORDER BY id DESC",
        account_id
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ApiToken {
            id: row.id,
            name: row.name,
            scopes: scopes(&row.scopes),
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
        })
        .collect())
}

/// Keeps a new token.
pub async fn create(
    connection: &mut PgConnection,
    account_id: Uuid,
    name: &str,
    token_hash: &[u8],
    scopes: &[String],
    days: u16,
) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!(
        "INSERT INTO api_tokens (account_id, name, token_hash, scopes, expires_at)
         VALUES ($1, $2, $3, $4, now() + interval '1 day' * $5) RETURNING id",
        account_id,
        name,
        token_hash,
        scopes,
        f64::from(days)
    )
    .fetch_one(connection)
    .await
}

/// Revokes a token; false when the account has none such.
pub async fn revoke(connection: &mut PgConnection, account_id: Uuid, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query!("DELETE FROM api_tokens WHERE account_id = $1 AND id = $2", account_id, id)
        .execute(connection)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Revokes every token of an account.
pub async fn revoke_all(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM api_tokens WHERE account_id = $1", account_id).execute(connection).await.map(drop)
}
