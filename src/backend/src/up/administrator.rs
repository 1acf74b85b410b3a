//! The first administrator of a store that has none.

use crate::{accounts::command, database::Pool, policy::Role};

/// Nobody reads mail there: who means to keep the store makes an account of their own.
const EMAIL: &str = "admin@example.com";

/// The address and the password of the administrator that was made; none when the store has one.
///
/// # Errors
/// When the database refuses.
pub async fn first(db: &Pool) -> anyhow::Result<Option<(&'static str, String)>> {
    let mut connection = db.acquire().await?;
    let exists: bool = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM accounts WHERE role = 'administrator' OR canonical_email(email) = canonical_email($1)) AS "exists!""#,
        EMAIL
    )
    .fetch_one(&mut *connection)
    .await?;
    if exists {
        return Ok(None);
    }
    Ok(Some((EMAIL, command::create(&mut connection, EMAIL, "", Role::Administrator).await?)))
}
