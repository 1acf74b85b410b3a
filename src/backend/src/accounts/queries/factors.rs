//! Second factors and recovery codes.

use sqlx::PgConnection;
use uuid::Uuid;

/// The seed of an authenticator: of the one that counts, or of the one that is being set up.
pub async fn seed(connection: &mut PgConnection, account_id: Uuid, confirmed: bool) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "SELECT seed FROM second_factors
         WHERE account_id = $1 AND kind = 'totp' AND (confirmed_at IS NOT NULL) = $2",
        account_id,
        confirmed
    )
    .fetch_optional(connection)
    .await
}

/// Begins to set up an authenticator in place of one that was not confirmed; false when there is one that counts.
pub async fn enrol(connection: &mut PgConnection, account_id: Uuid, seed: &[u8]) -> sqlx::Result<bool> {
    sqlx::query!(
        "INSERT INTO second_factors AS f (account_id, seed) VALUES ($1, $2)
         ON CONFLICT (account_id, kind) DO UPDATE SET seed = excluded.seed, last_step = 0, created_at = now()
         WHERE f.confirmed_at IS NULL",
        account_id,
        seed
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Takes the code of a time step, unless it or a later one was taken.
pub async fn take_step(connection: &mut PgConnection, account_id: Uuid, step: i64) -> sqlx::Result<bool> {
    sqlx::query!(
        "UPDATE second_factors SET last_step = $2 WHERE account_id = $1 AND kind = 'totp' AND last_step < $2",
        account_id,
        step
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// From now on it counts.
pub async fn confirm(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<bool> {
    sqlx::query!(
        "UPDATE second_factors SET confirmed_at = now() WHERE account_id = $1 AND kind = 'totp' AND confirmed_at IS NULL",
        account_id
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Notes that the session which set the authenticator up has shown it, and gives it another token.
pub async fn prove(connection: &mut PgConnection, session_id: Uuid, token_hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("UPDATE sessions SET proof = 'second_factor', token_hash = $2 WHERE id = $1", session_id, token_hash)
        .execute(connection)
        .await
        .map(drop)
}

/// Removes the authenticator, the recovery codes and what they had proved; false when there was none.
pub async fn remove(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<bool> {
    let removed =
        sqlx::query!("DELETE FROM second_factors WHERE account_id = $1", account_id).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM recovery_codes WHERE account_id = $1", account_id).execute(&mut *connection).await?;
    sqlx::query!(
        "UPDATE sessions SET proof = 'password' WHERE account_id = $1 AND proof = 'second_factor'",
        account_id
    )
    .execute(connection)
    .await?;
    Ok(removed.rows_affected() > 0)
}

/// Takes a recovery code, once.
pub async fn take_recovery_code(connection: &mut PgConnection, account_id: Uuid, hash: &[u8]) -> sqlx::Result<bool> {
    sqlx::query!(
        "UPDATE recovery_codes SET used_at = now() WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL",
        account_id,
        hash
    )
    .execute(connection)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Sets the recovery codes of an account; the ones of before are gone.
pub async fn set_recovery_codes(
    connection: &mut PgConnection,
    account_id: Uuid,
    hashes: &[Vec<u8>],
) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM recovery_codes WHERE account_id = $1", account_id).execute(&mut *connection).await?;
    sqlx::query!(
        "INSERT INTO recovery_codes (account_id, code_hash) SELECT $1, unnest($2::bytea[])",
        account_id,
        hashes
    )
    .execute(connection)
    .await
    .map(drop)
}
