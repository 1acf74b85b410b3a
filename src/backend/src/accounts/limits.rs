//! Slows guessing down, for all replicas together (OWASP ASVS 5.0, 6.1.1 and 6.3.1).
//!
//! A try is counted before it is looked at, so that many at once are many. After the first few each has to wait twice as long
//! as the one before, a quarter of an hour at the most; nobody is locked out for longer by somebody else's guessing.

use std::net::IpAddr;

use uuid::Uuid;

use crate::{
    app::App,
    database::Pool,
    error::{Error, Result},
};

/// What is tried, and by whom: each is counted for itself. What somebody in another network tries does not keep the owner of an
/// address out, until very many do.
#[derive(Debug, Clone, Copy)]
pub enum Tries<'a> {
    /// To sign in with this address of mail, whether there is such an account or not, from this network.
    SignIn(&'a str, Option<IpAddr>),
    /// To sign in with this address of mail, from anywhere.
    SignInAnywhere(&'a str),
    /// From this address of the network.
    From(IpAddr),
    /// The password once more, by who is signed in to this account.
    Password(Uuid),
    /// Codes of this account's second factor.
    Code(Uuid),
    /// To have mail sent to this address, from this network.
    Mail(&'a str, Option<IpAddr>),
    /// To have mail sent to this address, from anywhere.
    MailAnywhere(&'a str),
    /// To have mail sent, from this address of the network.
    MailFrom(IpAddr),
}

impl Tries<'_> {
    /// How many are free within an hour.
    fn free(self) -> i32 {
        match self {
            Self::SignIn(..) | Self::Password(_) | Self::Code(_) | Self::Mail(..) => 5,
            Self::MailAnywhere(_) => 20,
            // A whole office may share one.
            Self::From(_) | Self::MailFrom(_) => 50,
            Self::SignInAnywhere(_) => 100,
        }
    }

    fn bucket(self, app: &App) -> Vec<u8> {
        let at = |email: &str, from: Option<IpAddr>| format!("{from:?} {}", email.to_lowercase());
        let (kind, value) = match self {
            Self::SignIn(email, from) => ("sign-in", at(email, from)),
            Self::SignInAnywhere(email) => ("sign-in-anywhere", email.to_lowercase()),
            Self::From(address) => ("from", address.to_string()),
            Self::Password(account) => ("password", account.to_string()),
            Self::Code(account) => ("code", account.to_string()),
            Self::Mail(email, from) => ("mail", at(email, from)),
            Self::MailAnywhere(email) => ("mail-anywhere", email.to_lowercase()),
            Self::MailFrom(address) => ("mail-from", address.to_string()),
        };
        app.secrets.digest("attempts", format!("{kind}:{value}").as_bytes())
    }
}

/// Counts a try of each kind.
///
/// # Errors
/// 429 with the seconds to wait while one of them is blocked.
pub async fn count(app: &App, tries: &[Tries<'_>]) -> Result<()> {
    for kind in tries {
        if let Some(seconds) = blocked(&app.db, &kind.bucket(app), kind.free()).await? {
            return Err(Error::TooManyAttempts { seconds });
        }
    }
    Ok(())
}

/// Takes back what was counted for a try that was right.
///
/// # Errors
/// When the database refuses.
pub async fn forgive(app: &App, tries: &[Tries<'_>]) -> Result<()> {
    let mut db = app.db.acquire().await?;
    for kind in tries {
        let bucket = kind.bucket(app);
        match kind {
            // Who knows the password may begin anew; who has an account of his own does not clear his network's count by it.
            Tries::SignIn(..) | Tries::SignInAnywhere(_) | Tries::Password(_) | Tries::Code(_) => {
                sqlx::query!("DELETE FROM attempts WHERE bucket = $1", bucket).execute(&mut *db).await?;
            }
            Tries::From(_) | Tries::Mail(..) | Tries::MailAnywhere(_) | Tries::MailFrom(_) => {
                sqlx::query!(
                    "UPDATE attempts SET count = greatest(count - 1, 0), blocked_until = NULL WHERE bucket = $1",
                    bucket
                )
                .execute(&mut *db)
                .await?;
            }
        }
    }
    Ok(())
}

/// The seconds to wait, if it is blocked; else it is counted.
async fn blocked(db: &Pool, bucket: &[u8], free: i32) -> sqlx::Result<Option<u64>> {
    let mut connection = db.acquire().await?;
    let counted = sqlx::query!(
        "INSERT INTO attempts AS a (bucket, count) VALUES ($1, 1)
         ON CONFLICT (bucket) DO UPDATE SET
             last_at = now(),
             count = CASE WHEN a.last_at < now() - interval '1 hour' THEN 1 ELSE a.count + 1 END,
             blocked_until = CASE WHEN a.last_at >= now() - interval '1 hour' AND a.count >= $2
                 THEN now() + least(interval '15 minutes', interval '1 second' * 2 ^ least(a.count - $2, 10)) END
         WHERE a.blocked_until IS NULL OR a.blocked_until <= now()",
        bucket,
        free
    )
    .execute(&mut *connection)
    .await?;
    if counted.rows_affected() == 1 {
        return Ok(None);
    }
    let seconds = sqlx::query_scalar!(
        r#"SELECT ceil(extract(epoch FROM blocked_until - now()))::bigint AS "seconds!"
           FROM attempts WHERE bucket = $1 AND blocked_until IS NOT NULL"#,
        bucket
    )
    .fetch_optional(&mut *connection)
    .await?;
    Ok(Some(seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(1).max(1)))
}
