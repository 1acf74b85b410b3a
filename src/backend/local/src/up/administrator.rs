//! The first administrator of a store that has none.

use devopsify::{accounts::command, database::Pool, policy::Role};

/// Nobody reads mail there: who means to keep the store makes an account of their own.
const EMAIL: &str = "admin@example.com";

/// The address and the password of the administrator that was made; none when the store has one.
///
/// # Errors
/// When the database refuses.
pub async fn first(db: &Pool) -> anyhow::Result<Option<(&'static str, String)>> {
    let mut connection = db.acquire().await?;
    if command::has_administrator(&mut connection, EMAIL).await? {
        return Ok(None);
    }
    Ok(Some((EMAIL, command::create(&mut connection, EMAIL, "", Role::Administrator).await?)))
}
