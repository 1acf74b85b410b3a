//! Devices that are known to belong to an account's owner.

use sqlx::PgConnection;
use uuid::Uuid;

/// An account has no more: the ones that were used least recently go.
const MOST: i64 = 20;

/// A device of an account, with what it has used of its budgets.
#[derive(Debug)]
pub struct KnownDevice {
    /// The row of `accounts`.
    pub account_id: Uuid,
    /// The device.
    pub device_id: Uuid,
    /// How full its budget for signing in was.
    pub sign_in_level: f32,
    /// The seconds since then.
    pub sign_in_seconds: f64,
    /// How full its budget for mails was.
    pub mail_level: f32,
    /// The seconds since then.
    pub mail_seconds: f64,
}

/// The device of the account with this email address, locked until the transaction ends; none when it is not known there.
pub async fn lock(
    connection: &mut PgConnection,
    canonical_email: &str,
    device_id: Uuid,
) -> sqlx::Result<Option<KnownDevice>> {
    sqlx::query_as!(
        KnownDevice,
        r#"SELECT d.account_id, d.device_id, d.sign_in_level, d.mail_level,
                  extract(epoch FROM clock_timestamp() - d.sign_in_counted_at)::float8 AS "sign_in_seconds!",
                  extract(epoch FROM clock_timestamp() - d.mail_counted_at)::float8 AS "mail_seconds!"
           FROM account_devices d JOIN accounts a ON a.id = d.account_id
           WHERE canonical_email(a.email) = $1 AND d.device_id = $2
           FOR NO KEY UPDATE OF d"#,
        canonical_email,
        device_id
    )
    .fetch_optional(connection)
    .await
}

/// Notes how full a device's budget for signing in is now.
pub async fn set_sign_in_level(connection: &mut PgConnection, known: &KnownDevice, level: f32) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE account_devices SET sign_in_level = $3, sign_in_counted_at = clock_timestamp()
         WHERE account_id = $1 AND device_id = $2",
        known.account_id,
        known.device_id,
        level
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Notes how full a device's budget for mails is now.
pub async fn set_mail_level(connection: &mut PgConnection, known: &KnownDevice, level: f32) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE account_devices SET mail_level = $3, mail_counted_at = clock_timestamp()
         WHERE account_id = $1 AND device_id = $2",
        known.account_id,
        known.device_id,
        level
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Whether a device is known to an account.
pub async fn is_known(connection: &mut PgConnection, account_id: Uuid, device_id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM account_devices WHERE account_id = $1 AND device_id = $2) AS "known!""#,
        account_id,
        device_id
    )
    .fetch_one(connection)
    .await
}

/// Remembers the device of who proved to be the account's owner; its budget for signing in is full again.
pub async fn remember(connection: &mut PgConnection, account_id: Uuid, device_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO account_devices (account_id, device_id) VALUES ($1, $2)
         ON CONFLICT (account_id, device_id) DO UPDATE SET last_used_at = now(), sign_in_level = 0",
        account_id,
        device_id
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "DELETE FROM account_devices WHERE account_id = $1 AND device_id IN
             (SELECT device_id FROM account_devices WHERE account_id = $1
              ORDER BY last_used_at DESC, device_id DESC OFFSET $2)",
        account_id,
        MOST
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Forgets the devices of an account but one.
pub async fn forget_others(connection: &mut PgConnection, account_id: Uuid, kept: Option<Uuid>) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM account_devices WHERE account_id = $1 AND device_id IS DISTINCT FROM $2",
        account_id,
        kept
    )
    .execute(connection)
    .await
    .map(drop)
}
