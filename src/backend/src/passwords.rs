//! Passwords: which are taken, and how they are kept (OWASP Password Storage Cheat Sheet; ASVS 5.0, 6.2 and 11.4.2).

use std::{
    collections::HashSet,
    fmt,
    net::IpAddr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    fair_pool::{Busy, FairPool, Lease},
};

const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// Hashes that are computed at once, however many cores there are: each takes [`MEMORY`] bytes and a core.
const MOST_AT_ONCE: usize = 3;
/// Requests that wait for their turn; with more, the last ones would wait for longer than a request may take.
const MOST_WAITING: usize = 36;
/// What of a request's 4.5 s may be waited for a turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes that one hash is computed in.
pub const MEMORY: usize = Params::DEFAULT_M_COST as usize * Block::SIZE;

/// The 10,000 most common ones of 12 characters or more, in lower case, from the million of SecLists' "10 million passwords"
/// (ASVS 6.2.4 asks for 3,000).
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common-passwords.txt").lines().collect());

/// A password as it was typed: never shown, never logged.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password")
    }
}

/// Hashes passwords with Argon2id at OWASP's parameters (19 MiB, two passes, one lane); cheap to clone.
///
/// The memory is allocated once and reused: blocks of that size that are allocated for each hash stay with the allocator, as
/// many as were ever computed at once and some more. Who waits for a turn is bounded in number, and clients have their turns in
/// rotation.
#[derive(Clone)]
pub struct Passwords {
    places: FairPool<Client, Memory>,
    /// How many are computed at once.
    at_once: usize,
    /// How many were computed.
    hashed: Arc<AtomicU64>,
    /// A hash that no account has, for doing the same work where there is no account.
    placeholder: Arc<str>,
}

/// What one hash is computed in.
struct Memory(Vec<Block>);

/// Who waits for a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// A signed-out visitor, by their network.
    Network(IpAddr),
    /// Whoever is signed in to this account, or holds this link of a mail to one.
    Account(Uuid),
    /// Any other: all of these are one client.
    Other,
}

impl From<Option<IpAddr>> for Client {
    fn from(network: Option<IpAddr>) -> Self {
        network.map_or(Self::Other, Self::Network)
    }
}

/// A place to hash in, for as long as it is held. Whatever comes before and after the hash is best done with it, and without it:
/// who has no turn yet has cost nothing, and who has is one of few that ask the database at once.
pub struct Turn<'a> {
    passwords: &'a Passwords,
    place: Option<Lease<Client, Memory>>,
}

impl Passwords {
    /// A hasher for this machine.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new() -> anyhow::Result<Self> {
        Self::for_cores(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// A hasher for a machine with so many cores.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn for_cores(cores: usize) -> anyhow::Result<Self> {
        Self::with(cores, PATIENCE)
    }

    fn with(cores: usize, patience: Duration) -> anyhow::Result<Self> {
        let at_once = cores.clamp(1, MOST_AT_ONCE);
        let mut memory: Vec<Memory> = (0..at_once).map(|_| Memory::new(&Params::DEFAULT)).collect();
        let placeholder = memory[0].hash("the password of no account").map_err(anyhow::Error::msg)?;
        let places = FairPool::new(memory, MOST_WAITING, patience);
        Ok(Self { places, at_once, placeholder: placeholder.into(), hashed: Arc::default() })
    }

    /// Waits for a turn of this client. To be asked for before anything else is done: a refusal is to cost nothing, and to be
    /// counted as nobody's try.
    ///
    /// # Errors
    /// 503 when too many wait for their turn.
    pub async fn turn(&self, client: impl Into<Client>) -> Result<Turn<'_>> {
        let place = self.places.take(client.into()).await.map_err(|Busy| Error::Overloaded)?;
        Ok(Turn { passwords: self, place: Some(place) })
    }

    /// What is stored of a password, in a turn of its own.
    ///
    /// # Errors
    /// 503 when too many wait for their turn; when the system has no randomness to give.
    pub async fn hash(&self, password: &Password) -> Result<String> {
        self.turn(Client::Other).await?.hash(password).await
    }

    /// Whether this is the password of `stored`, in a turn of its own.
    ///
    /// # Errors
    /// 503 when too many wait for their turn; when what is stored is no hash.
    pub async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<bool> {
        self.turn(Client::Other).await?.verify(password, stored).await
    }

    /// How many hashes were computed since the start.
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    /// The bytes that hashing takes, now and always.
    pub fn memory(&self) -> usize {
        self.at_once * MEMORY
    }
}

impl Turn<'_> {
    /// What is stored of a password.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub async fn hash(&mut self, password: &Password) -> Result<String> {
        let password = password.0.clone();
        self.run(move |memory| memory.hash(&password)).await
    }

    /// Whether this is the password of `stored`. Without a stored one it never is, and takes as long.
    ///
    /// # Errors
    /// When what is stored is no hash.
    pub async fn verify(&mut self, password: &Password, stored: Option<&str>) -> Result<bool> {
        let (password, exists) = (password.0.clone(), stored.is_some());
        let stored = stored.unwrap_or(&self.passwords.placeholder).to_owned();
        Ok(self.run(move |memory| memory.verify(&password, &stored)).await? && exists)
    }

    /// The place goes with the work: who does not wait for the answer any more does not free it before the work is done.
    async fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Memory) -> std::result::Result<T, String> + Send + 'static,
    ) -> Result<T> {
        let mut place = self.place.take().ok_or_else(|| Error::Internal("the turn is over".into()))?;
        self.passwords.hashed.fetch_add(1, Ordering::Relaxed);
        let done = tokio::task::spawn_blocking(move || {
            let result = place.as_mut().map_or_else(|| Err("the turn has no memory".into()), work);
            (place, result)
        });
        let (place, result) = done.await.map_err(|error| Error::Internal(error.to_string()))?;
        self.place = Some(place);
        result.map_err(Error::Internal)
    }
}

impl Memory {
    fn new(params: &Params) -> Self {
        Self(vec![Block::new(); params.block_count()])
    }

    /// A PHC string of a password, under a random salt.
    fn hash(&mut self, password: &str) -> std::result::Result<String, String> {
        let mut salt = [0; Salt::RECOMMENDED_LENGTH];
        getrandom::fill(&mut salt).map_err(|error| error.to_string())?;
        let hasher = Argon2::default();
        let output = self.compute(&hasher, password, &salt, Params::DEFAULT_OUTPUT_LEN)?;
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(hasher.params()).map_err(|error| text(&error))?,
            salt: Some(Salt::new(&salt).map_err(|error| text(&error))?),
            hash: Some(output),
        };
        Ok(hash.to_string())
    }

    /// Whether a PHC string is of a password, by the algorithm and the parameters that it names.
    fn verify(&mut self, password: &str, stored: &str) -> std::result::Result<bool, String> {
        let hash = PasswordHash::new(stored).map_err(|error| error.to_string())?;
        let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else { return Ok(false) };
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|error| error.to_string())?;
        let version = hash.version.map(Version::try_from).transpose().map_err(|error| error.to_string())?;
        let params = Params::try_from(&hash).map_err(|error| error.to_string())?;
        let hasher = Argon2::new(algorithm, version.unwrap_or_default(), params);
        // Outputs are compared in constant time.
        Ok(self.compute(&hasher, password, &salt, expected.len())? == expected)
    }

    fn compute(
        &mut self,
        hasher: &Argon2<'_>,
        password: &str,
        salt: &[u8],
        length: usize,
    ) -> std::result::Result<Output, String> {
        // Only a hash that was made with other parameters than ours needs more; no visitor chooses them.
        let mut larger = (hasher.params().block_count() > self.0.len()).then(|| Self::new(hasher.params()));
        let blocks = larger.as_mut().map_or(&mut self.0, |larger| &mut larger.0);
        let mut output = [0; Output::MAX_LENGTH];
        let output = output.get_mut(..length).ok_or("the hash is too long")?;
        hasher
            .hash_password_into_with_memory(password.as_bytes(), salt, output, blocks)
            .map_err(|error| error.to_string())?;
        Output::new(output).map_err(|error| error.to_string())
    }
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
    use argon2::password_hash::{CustomizedPasswordHasher, PasswordVerifier};

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
        assert!(!passwords.verify(&Password("the password of no account".into()), None).await.unwrap());
        assert!(!is_outdated(&hash) && is_outdated(&hash.replace("m=19456", "m=9728")));
    }

    /// The library's own hasher allocates its memory anew; what it stores and what we store is the same.
    #[tokio::test]
    async fn hashes_are_those_of_the_library_whatever_their_parameters() {
        let (passwords, right) = (Passwords::for_cores(1).unwrap(), Password("correct horse battery".into()));
        let ours = passwords.hash(&right).await.unwrap();
        assert!(Argon2::default().verify_password(right.0.as_bytes(), ours.as_str()).is_ok());
        for (algorithm, memory, passes) in
            [("argon2id", 19456, 2), ("argon2id", 8, 1), ("argon2i", 1024, 3), ("argon2d", 30_000, 1)]
        {
            let params = Params::new(memory, passes, 1, Some(24)).unwrap();
            let theirs = Argon2::default()
                .hash_password_customized(right.0.as_bytes(), b"sixteen byte salt", Some(algorithm), Some(19), params)
                .unwrap()
                .to_string();
            assert!(passwords.verify(&right, Some(&theirs)).await.unwrap(), "{theirs}");
            assert!(
                !passwords.verify(&Password("correct horse batterz".into()), Some(&theirs)).await.unwrap(),
                "{theirs}"
            );
        }
        assert!(passwords.verify(&right, Some("no hash")).await.is_err());
    }

    #[test]
    fn the_memory_of_hashing_does_not_grow_with_the_cores() {
        let memory = |cores| Passwords::for_cores(cores).unwrap().memory();
        assert_eq!((memory(0), memory(1), memory(2)), (MEMORY, MEMORY, 2 * MEMORY));
        assert_eq!(memory(32), memory(128));
        assert!(memory(32) <= 64 << 20, "{}", memory(32));
    }

    #[tokio::test]
    async fn what_is_computed_at_once_and_what_waits_is_bounded() {
        let patient = Duration::from_secs(600);
        let (passwords, wrong) = (Passwords::with(32, patient).unwrap(), Password("not the right one".into()));
        let network = |number: u8| Client::Network([192, 0, 2, number].into());
        let ask = async |client| passwords.turn(client).await?.verify(&wrong, None).await;
        let attack = futures_util::future::join_all((0..300).map(|_| ask(network(1))));
        // Who comes when the queue is full of somebody else's requests is let in in place of one of them.
        let (attack, owner) = tokio::join!(attack, ask(network(2)));
        assert!(!owner.expect("the owner was kept out"));
        let refused = attack.iter().filter(|outcome| matches!(outcome, Err(Error::Overloaded))).count();
        assert_eq!(refused, 300 - MOST_AT_ONCE - MOST_WAITING + 1);
        assert_eq!(passwords.hashed(), 301 - refused as u64, "what was refused was not computed");
        assert!(ask(network(1)).await.is_ok(), "it is over when it is over");
    }
}
