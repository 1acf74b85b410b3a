//! Passwords: which are taken, and how they are kept (OWASP Password Storage Cheat Sheet; ASVS 5.0, 6.2 and 11.4.2).

use std::{
    collections::HashSet,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use argon2::{
    Argon2, Params,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use super::model::Password;
use crate::error::{Error, Result};

const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// The 10,000 most common ones of 12 characters or more, in lower case, from the million of SecLists' "10 million passwords"
/// (ASVS 6.2.4 asks for 3,000).
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common-passwords.txt").lines().collect());

/// Hashes passwords with Argon2id at OWASP's parameters (19 MiB, two passes, one lane); cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    /// Each takes 19 MiB while it runs: more of them at once than there are cores would only take memory.
    places: Arc<Semaphore>,
    /// How many were computed.
    hashed: Arc<AtomicU64>,
    /// The hash of nobody's password, for doing the same work where there is no account.
    nobody: Arc<str>,
}

impl Passwords {
    /// A hasher with as many places as there are cores.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new() -> anyhow::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let nobody = hash_now("the password of nobody").map_err(anyhow::Error::msg)?;
        Ok(Self { places: Arc::new(Semaphore::new(cores)), nobody: nobody.into(), hashed: Arc::default() })
    }

    /// What is stored of a password.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub async fn hash(&self, password: &Password) -> Result<String> {
        let password = password.0.clone();
        self.run(move || hash_now(&password)).await?.map_err(Error::Internal)
    }

    /// Whether this is the password of `stored`. Without a stored one it never is, and takes as long.
    ///
    /// # Errors
    /// When what is stored is no hash.
    pub async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<bool> {
        let (password, exists) = (password.0.clone(), stored.is_some());
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let is_right = self.run(move || {
            let hash = PasswordHash::new(&stored).map_err(|error| error.to_string())?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        Ok(is_right.await?.map_err(Error::Internal)? && exists)
    }

    /// How many hashes were computed since the start.
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.places.clone().acquire_owned().await.map_err(|error| Error::Internal(error.to_string()))?;
        self.hashed.fetch_add(1, Ordering::Relaxed);
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(place);
            result
        });
        done.await.map_err(|error| Error::Internal(error.to_string()))
    }
}

fn hash_now(password: &str) -> std::result::Result<String, String> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// Whether what is stored was made with other parameters than are used now.
pub fn is_outdated(stored: &str) -> bool {
    let now = Argon2::default();
    let made_with = PasswordHash::new(stored).ok().and_then(|hash| Params::try_from(&hash).ok());
    made_with.is_none_or(|params| {
        let now = now.params();
        (params.m_cost(), params.t_cost(), params.p_cost()) != (now.m_cost(), now.t_cost(), now.p_cost())
    })
}

/// Refuses a password that others would guess. There are no rules on what it is composed of (ASVS 6.2.5).
///
/// # Errors
/// `invalid_request` naming `field`.
pub fn expect_good(field: &str, password: &Password, email: &str, store_name: &str) -> Result<()> {
    let refused = |message: &str| Err(Error::field(field, message));
    let length = password.0.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return refused("must be 12 to 128 characters: a sentence is a good one");
    }
    let plain = password.0.to_lowercase();
    if COMMON.contains(plain.as_str()) {
        return refused("is one of the most common: choose one that nobody else has");
    }
    if has_few_characters(&plain) {
        return refused("repeats the same few characters: choose one that is harder to guess");
    }
    if says_whose(&plain, email, store_name) {
        return refused("is your address or the store's name and little else: choose one that is harder to guess");
    }
    Ok(())
}

fn has_few_characters(password: &str) -> bool {
    password.chars().collect::<HashSet<_>>().len() < 4
}

/// Words that everybody who attacks this account would try first (ASVS 6.2.11).
fn says_whose(password: &str, email: &str, store_name: &str) -> bool {
    let email = email.to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    let store = store_name.to_lowercase();
    [email.as_str(), local, store.as_str()].into_iter().filter(|word| word.chars().count() >= 4).any(|word| {
        let rest = password.replace(word, "");
        rest.len() < password.len() && rest.chars().count() <= 4
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        expect_good("password", &Password(password.into()), "ada.lovelace@example.com", "DevOpsify").is_err()
    }

    #[test]
    fn what_others_would_guess_is_refused_and_nothing_else() {
        let long = "ab cd".repeat(26);
        for bad in [
            "short",
            "elevenchars",
            "1qaz2wsx3edc",
            "1QAZ2wsx3edc",
            "aaaaaaaaaaaaaaaa",
            "121212121212121",
            "ada.lovelace@example.com",
            "ada.lovelace1842",
            "devopsifydevopsify",
            long.as_str(),
        ] {
            assert!(refused(bad), "{bad} was taken");
        }
        let longest = "ab cd-ef".repeat(16);
        for good in
            ["twelve chars", "all the king's horses", "пароль из слов", longest.as_str(), "devopsify is my shop"]
        {
            assert!(!refused(good), "{good} was refused");
        }
    }

    #[test]
    fn the_list_is_long_and_of_what_could_be_chosen() {
        assert!(COMMON.len() >= 3000);
        assert!(COMMON.iter().all(|password| (SHORTEST..=LONGEST).contains(&password.chars().count())));
        assert!(COMMON.iter().all(|password| *password == password.to_lowercase()));
    }

    #[tokio::test]
    async fn a_hash_is_of_one_password_and_made_as_owasp_says() {
        let (passwords, right) = (Passwords::new().unwrap(), Password("correct horse battery".into()));
        let hash = passwords.hash(&right).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash(&right).await.unwrap());
        assert!(passwords.verify(&right, Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&Password("correct horse batterz".into()), Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&Password("the password of nobody".into()), None).await.unwrap());
        assert!(!is_outdated(&hash) && is_outdated(&hash.replace("m=19456", "m=9728")));
    }
}
