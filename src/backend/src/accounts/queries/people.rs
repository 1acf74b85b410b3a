//! Registrations, accounts, their passwords and their addresses of mail.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    access,
    accounts::model::Account,
    policy::{Role, Scope},
};

/// Who wants to sign in.
#[derive(Debug)]
pub struct Person {
    /// The row of `accounts`.
    pub id: Uuid,
    /// The address of mail.
    pub email: String,
    /// Of the password.
    pub password_hash: String,
    /// What they may do.
    pub role: Role,
    /// Whether signing in wants a code.
    pub has_second_factor: bool,
}

/// Keeps who asks for an account until the address is confirmed.
pub async fn register(
    connection: &mut PgConnection,
    email: &str,
    name: &str,
    password_hash: &str,
) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!(
        "INSERT INTO registrations (email, name, password_hash) VALUES ($1, $2, $3) RETURNING id",
        email,
        name,
        password_hash
    )
    .fetch_one(connection)
    .await
}

/// The password of a registration that can still be confirmed.
pub async fn registered(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<(String, String)>> {
    let row = sqlx::query!("SELECT email, password_hash FROM registrations WHERE id = $1 AND expires_at > now()", id)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (row.email, row.password_hash)))
}

/// Makes a registration an account, once; the others of its address are no more. None when it is gone, or there is such an
/// account already.
pub async fn confirm_registration(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    let taken = sqlx::query!("DELETE FROM registrations WHERE id = $1 RETURNING email, name, password_hash", id)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(taken) = taken else { return Ok(None) };
    let account = sqlx::query_scalar!(
        "INSERT INTO accounts (email, name, password_hash) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING RETURNING id",
        taken.email,
        taken.name,
        taken.password_hash
    )
    .fetch_optional(&mut *connection)
    .await?;
    sqlx::query!("DELETE FROM registrations WHERE canonical_email(email) = canonical_email($1)", taken.email)
        .execute(connection)
        .await?;
    Ok(account)
}

/// Makes an account of an address that needs no confirmation, since the one who runs the store says so.
pub async fn create(
    connection: &mut PgConnection,
    email: &str,
    name: &str,
    password_hash: &str,
    role: Role,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "INSERT INTO accounts (email, name, password_hash, role) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING id",
        email,
        name,
        password_hash,
        role.as_str()
    )
    .fetch_optional(connection)
    .await
}

/// Who has this address of mail.
pub async fn by_email(connection: &mut PgConnection, email: &str) -> sqlx::Result<Option<Person>> {
    let id = sqlx::query_scalar!("SELECT id FROM accounts WHERE canonical_email(email) = canonical_email($1)", email);
    match id.fetch_optional(&mut *connection).await? {
        Some(id) => person(connection, id).await,
        None => Ok(None),
    }
}

/// Locks an account until the transaction ends, before everything else of it; none when there is no such account.
pub async fn lock(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Option<Person>> {
    access::queries::lock_account(connection, account_id).await?;
    person(connection, account_id).await
}

async fn person(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Option<Person>> {
    let row = sqlx::query!(
        r#"SELECT a.id, a.email, a.password_hash, a.role,
                  EXISTS (SELECT FROM second_factors f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL) AS "second!"
           FROM accounts a WHERE a.id = $1"#,
        account_id
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Person {
            id: row.id,
            email: row.email,
            password_hash: row.password_hash,
            role: access::queries::role(&row.role)?,
            has_second_factor: row.second,
        })
    })
    .transpose()
}

/// The hash of an account's password.
pub async fn password_hash(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT password_hash FROM accounts WHERE id = $1", account_id).fetch_optional(connection).await
}

/// Keeps the same password under the parameters of today, unless it was changed meanwhile.
pub async fn rehash(connection: &mut PgConnection, account_id: Uuid, before: &str, after: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2",
        account_id,
        before,
        after
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Sets a new password, and gives up the requests for one.
pub async fn set_password(connection: &mut PgConnection, account_id: Uuid, password_hash: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE accounts SET password_hash = $2, password_changed_at = now() WHERE id = $1",
        account_id,
        password_hash
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "DELETE FROM password_resets r USING accounts a WHERE a.id = $1 AND canonical_email(r.email) = canonical_email(a.email)",
        account_id
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Keeps a request for a new password.
pub async fn ask_reset(connection: &mut PgConnection, email: &str) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!("INSERT INTO password_resets (email) VALUES ($1) RETURNING id", email)
        .fetch_one(connection)
        .await
}

/// Whose a request for a new password is, as long as it is good.
pub async fn reset_email(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT email FROM password_resets WHERE id = $1 AND expires_at > now()", id)
        .fetch_optional(connection)
        .await
}

/// Whether the link of a request for a new password was sent to an email address and works for another 15 minutes at least.
pub async fn has_fresh_reset(connection: &mut PgConnection, email: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM password_resets
                          WHERE canonical_email(email) = canonical_email($1)
                            AND expires_at > now() + interval '15 minutes') AS "exists!""#,
        email
    )
    .fetch_one(connection)
    .await
}

/// Takes a request for a new password, once: whose it is.
pub async fn take_reset(connection: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<(Uuid, String)>> {
    let row = sqlx::query!(
        "DELETE FROM password_resets r USING accounts a
         WHERE r.id = $1 AND r.expires_at > now() AND canonical_email(a.email) = canonical_email(r.email) RETURNING a.id, a.email",
        id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.id, row.email)))
}

/// Who is signed in, as they see it.
pub async fn account(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Option<Account>> {
    let row = sqlx::query!(
        r#"SELECT a.email, a.name, a.role, a.created_at, c.email AS "new_email?",
                  EXISTS (SELECT FROM second_factors f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL) AS "second!",
                  (SELECT count(*) FROM recovery_codes r WHERE r.account_id = a.id AND r.used_at IS NULL) AS "codes!"
           FROM accounts a
           LEFT JOIN email_changes c ON c.account_id = a.id AND c.expires_at > now()
           WHERE a.id = $1"#,
        account_id
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let role = access::queries::role(&row.role)?;
        Ok(Account {
            email: row.email,
            name: row.name,
            role,
            scopes: Scope::ALL.into_iter().filter(|scope| role.permits(*scope)).collect(),
            created_at: row.created_at,
            new_email: row.new_email,
            has_second_factor: row.second,
            recovery_codes_left: row.codes,
            needs_second_factor: role.is_staff() && !row.second,
        })
    })
    .transpose()
}

/// Changes how somebody is addressed.
pub async fn rename(connection: &mut PgConnection, account_id: Uuid, name: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE accounts SET name = $2 WHERE id = $1", account_id, name).execute(connection).await.map(drop)
}

/// Keeps a change of address until both have confirmed it; one that was asked for before is given up.
pub async fn ask_email_change(connection: &mut PgConnection, account_id: Uuid, email: &str) -> sqlx::Result<Uuid> {
    drop_email_change(connection, account_id).await?;
    sqlx::query_scalar!("INSERT INTO email_changes (account_id, email) VALUES ($1, $2) RETURNING id", account_id, email)
        .fetch_one(connection)
        .await
}

/// Gives a change of address up.
pub async fn drop_email_change(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM email_changes WHERE account_id = $1", account_id).execute(connection).await.map(drop)
}

/// A change of address, once one of the two has confirmed it.
#[derive(Debug)]
pub struct EmailChange {
    /// Whose it is.
    pub account_id: Uuid,
    /// The address of before.
    pub before: String,
    /// The one that is to be.
    pub after: String,
    /// Whether both have confirmed it.
    pub is_confirmed: bool,
}

/// Notes that one of the two addresses has confirmed a change, once for each.
pub async fn confirm_email_change(
    connection: &mut PgConnection,
    id: Uuid,
    by_new: bool,
) -> sqlx::Result<Option<EmailChange>> {
    sqlx::query_as!(
        EmailChange,
        r#"UPDATE email_changes c
           SET old_confirmed_at = CASE WHEN $2 THEN c.old_confirmed_at ELSE now() END,
               new_confirmed_at = CASE WHEN $2 THEN now() ELSE c.new_confirmed_at END
           FROM accounts a
           WHERE c.id = $1 AND a.id = c.account_id AND c.expires_at > now()
             AND CASE WHEN $2 THEN c.new_confirmed_at ELSE c.old_confirmed_at END IS NULL
           RETURNING c.account_id, a.email AS "before", c.email AS "after",
                     c.old_confirmed_at IS NOT NULL AND c.new_confirmed_at IS NOT NULL AS "is_confirmed!""#,
        id,
        by_new
    )
    .fetch_optional(connection)
    .await
}

/// Gives an account another address; false when it is somebody else's.
pub async fn set_email(connection: &mut PgConnection, account_id: Uuid, email: &str) -> sqlx::Result<bool> {
    let changed = sqlx::query!(
        "UPDATE accounts SET email = $2
         WHERE id = $1 AND NOT EXISTS (SELECT FROM accounts WHERE canonical_email(email) = canonical_email($2) AND id <> $1)",
        account_id,
        email
    )
    .execute(connection)
    .await;
    match changed {
        Ok(changed) => Ok(changed.rows_affected() == 1),
        // Another account took it meanwhile.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Gives an account the orders that were placed with its address as a guest. The address is confirmed, so they are theirs.
pub async fn adopt_orders(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<u64> {
    sqlx::query!(
        "UPDATE orders o SET account_id = a.id
         FROM accounts a
         WHERE a.id = $1 AND o.account_id IS NULL AND canonical_email(o.email) = canonical_email(a.email)",
        account_id
    )
    .execute(connection)
    .await
    .map(|adopted| adopted.rows_affected())
}
