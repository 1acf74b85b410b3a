//! One-time passwords by time (RFC 6238) and recovery codes: each is taken once (OWASP ASVS 5.0, 6.5).

use chrono::Utc;
use sqlx::PgConnection;
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use super::queries::factors;
use crate::{
    access::session::digest,
    app::App,
    capability::Secrets,
    error::{Error, Result},
    queue::{self, AccountNews},
};

const DIGITS: usize = 6;
/// As long as SHA-1's output, which RFC 4226 recommends (section 4, R6), and every authenticator knows no other.
const SECRET_BYTES: usize = 20;
/// 120 bits a code: from 112 on a fast digest is enough to keep it (ASVS 6.5.2).
const RECOVERY_BYTES: usize = 15;
const RECOVERY_CODES: usize = 10;

/// The authenticator of an account, as each of the server's keys derives it from the seed: the first is the present one.
pub fn authenticators(secrets: &Secrets, seed: &[u8], email: &str, store_name: &str) -> Result<Vec<Totp>> {
    let built = secrets.derived("totp", seed).map(|mut secret| {
        secret.truncate(SECRET_BYTES);
        // A colon divides issuer and account in the address of the QR code.
        let plain = |text: &str| text.replace(':', " ");
        let totp = Builder::new()
            .with_secret(Secret::from(secret))
            .with_account_name(plain(email))
            .with_issuer(Some(plain(store_name)));
        totp.build().map_err(|error| Error::Internal(error.to_string()))
    });
    built.collect()
}

/// Takes a code of the authenticator, or one of the recovery codes, in the caller's transaction; false when it is none, or was
/// taken before.
///
/// # Errors
/// When the database refuses.
pub async fn take(app: &App, connection: &mut PgConnection, account_id: Uuid, code: &str) -> Result<bool> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    if code.len() == DIGITS {
        return take_time(app, connection, account_id, &code, true).await;
    }
    if !factors::take_recovery_code(connection, account_id, &recovery_digest(account_id, &code)).await? {
        return Ok(false);
    }
    queue::enqueue_account_mail(connection, AccountNews::RecoveryCodeUsed { account_id }).await?;
    Ok(true)
}

/// Takes a code of the authenticator; of one that is `confirmed`, or of one that is being set up.
///
/// # Errors
/// When the database refuses.
pub async fn take_time(
    app: &App,
    connection: &mut PgConnection,
    account_id: Uuid,
    code: &str,
    confirmed: bool,
) -> Result<bool> {
    let Some(seed) = factors::seed(connection, account_id, confirmed).await? else { return Ok(false) };
    let now = u64::try_from(Utc::now().timestamp()).map_err(|error| Error::Internal(error.to_string()))?;
    for authenticator in authenticators(&app.secrets, &seed, "account", "store")? {
        // The step before and the one after are taken too: clocks differ.
        if let Some(step) = authenticator.check(code, now) {
            let step = i64::try_from(step).map_err(|error| Error::Internal(error.to_string()))?;
            return Ok(factors::take_step(connection, account_id, step).await?);
        }
    }
    Ok(false)
}

/// New recovery codes in place of the old ones; shown this once.
///
/// # Errors
/// When the database refuses or the system has no randomness to give.
pub async fn renew_recovery_codes(connection: &mut PgConnection, account_id: Uuid) -> Result<Vec<String>> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect::<Result<_>>()?;
    let digests: Vec<_> = codes.iter().map(|code| recovery_digest(account_id, &code.replace('-', ""))).collect();
    factors::set_recovery_codes(connection, account_id, &digests).await?;
    Ok(codes)
}

/// Twenty-four letters and digits in six groups: 120 bits.
///
/// # Errors
/// When the system has no randomness to give.
pub fn recovery_code() -> Result<String> {
    let mut bytes = vec![0; RECOVERY_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
    let letters: Vec<char> = Secret::from(bytes).to_base32().to_lowercase().chars().collect();
    Ok(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

fn recovery_digest(account_id: Uuid, code: &str) -> Vec<u8> {
    digest(&format!("{account_id}:{code}"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn recovery_codes_can_be_read_aloud_and_differ() {
        let codes: HashSet<String> = (0..100).map(|_| recovery_code().unwrap()).collect();
        assert_eq!(codes.len(), 100);
        for code in codes {
            assert_eq!(code.len(), 29, "{code}");
            assert!(code.split('-').all(|group| group.len() == 4 && group.chars().all(|c| c.is_ascii_alphanumeric())));
        }
    }
}
