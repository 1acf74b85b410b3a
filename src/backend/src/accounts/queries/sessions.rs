//! Sessions: where somebody is signed in.

use std::net::IpAddr;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::accounts::model::Session;

/// A session that begins.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// Whose it is.
    pub account_id: Uuid,
    /// Of the cookie's token.
    pub token_hash: &'a [u8],
    /// `password`, `half` or `second_factor`.
    pub proof: &'a str,
    /// How long it lasts at the most.
    pub seconds: i32,
    /// Where it was begun.
    pub client_address: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<&'a str>,
}

/// An account has no more sessions: the ones that were used least recently end. Those that wait for a second factor are bounded
/// by the attempts that begin them.
const MOST: i64 = 50;

/// Begins a session.
pub async fn begin(connection: &mut PgConnection, new: &NewSession<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO sessions (account_id, token_hash, proof, client_address, user_agent, expires_at)
         VALUES ($1, $2, $3, $4::text::inet, $5, now() + interval '1 second' * $6)",
        new.account_id,
        new.token_hash,
        new.proof,
        new.client_address.map(|address| address.to_string()),
        new.user_agent,
        f64::from(new.seconds)
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "DELETE FROM sessions WHERE account_id = $1 AND id IN
             (SELECT id FROM sessions WHERE account_id = $1 AND proof <> 'half' ORDER BY last_used_at DESC, id DESC OFFSET $2)",
        new.account_id,
        MOST
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Whose session waits for its second factor.
pub async fn half(connection: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<Option<(Uuid, Uuid)>> {
    let row = sqlx::query!(
        "SELECT id, account_id FROM sessions WHERE token_hash = $1 AND proof = 'half' AND expires_at > now()",
        token_hash
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.id, row.account_id)))
}

/// Ends the session of a token, whatever it has come to; false when there was none.
pub async fn end_token(connection: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<bool> {
    sqlx::query!("DELETE FROM sessions WHERE token_hash = $1", token_hash)
        .execute(connection)
        .await
        .map(|ended| ended.rows_affected() == 1)
}

/// Ends one session of an account; false when it has none such.
pub async fn end(connection: &mut PgConnection, account_id: Uuid, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query!("DELETE FROM sessions WHERE account_id = $1 AND id = $2", account_id, id)
        .execute(connection)
        .await
        .map(|ended| ended.rows_affected() == 1)
}

/// Ends every session of an account but one.
pub async fn end_others(connection: &mut PgConnection, account_id: Uuid, kept: Option<Uuid>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE account_id = $1 AND id IS DISTINCT FROM $2", account_id, kept)
        .execute(connection)
        .await
        .map(drop)
}

/// Ends every session of the account with this address of mail, or of all accounts; how many there were.
pub async fn end_all(connection: &mut PgConnection, email: Option<&str>) -> sqlx::Result<u64> {
    sqlx::query!(
        "DELETE FROM sessions s USING accounts a
         WHERE a.id = s.account_id AND ($1::text IS NULL OR canonical_email(a.email) = canonical_email($1))",
        email
    )
    .execute(connection)
    .await
    .map(|ended| ended.rows_affected())
}

/// Where somebody is signed in.
pub async fn list(connection: &mut PgConnection, account_id: Uuid, current: Uuid) -> sqlx::Result<Vec<Session>> {
    sqlx::query_as!(
        Session,
        r#"SELECT s.id, s.id = $2 AS "current!", host(s.client_address) AS client_address, s.user_agent, s.created_at,
                  s.last_used_at, s.expires_at
           FROM sessions s JOIN accounts a ON a.id = s.account_id
           WHERE s.account_id = $1 AND s.proof <> 'half' AND s.expires_at > now()
             AND s.last_used_at > now() - session_idle_limit(a.role)
           ORDER BY s.id = $2 DESC, s.last_used_at DESC, s.id"#,
        account_id,
        current
    )
    .fetch_all(connection)
    .await
}
