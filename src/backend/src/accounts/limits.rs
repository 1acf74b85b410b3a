//! Slows guessing down, for all replicas together (OWASP ASVS 5.0, 6.1.1 and 6.3.1).
//!
//! An attempt is counted before it is looked at, so that many at once are many. What is refused is not counted and writes
//! nothing. Counts sink with time and are kept in a fixed space (`counters.rs`), whatever is tried.
//!
//! The owner of an account is not a stranger: a device that signed in to it before has budgets of its own there, which no one
//! else can spend and which what strangers do does not touch. Who has no such device gets one by the link of a mail.

use std::net::IpAddr;

use uuid::Uuid;

use super::{
    counters::{self, Allowance, Counter, Pages, SLOTS, Slot, stored},
    queries::{attempts, devices, people},
};
use crate::{
    app::App,
    email::canonical,
    error::{Error, Result},
};

/// Attempts to sign in of a device that is known to the account.
const SIGN_IN_OF_KNOWN_DEVICE: Allowance = Allowance { at_once: 10.0, per_hour: 10.0 };
/// Mails that such a device has sent to the account's address.
const MAIL_OF_KNOWN_DEVICE: Allowance = Allowance { at_once: 5.0, per_hour: 5.0 };

/// Who makes an attempt.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The network that it comes from, if that is known.
    pub network: Option<IpAddr>,
    /// The device that it comes from, if it has the cookie of one.
    pub device: Option<Uuid>,
}

/// What is attempted: each is counted for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt<'a> {
    /// To sign in with this email address, whether it has an account or not, from this network.
    SignInFromNetwork(&'a str, Option<IpAddr>),
    /// To sign in with this email address, from all networks together.
    SignIn(&'a str),
    /// To sign in to anything, from this network.
    SignInNetwork(IpAddr),
    /// The password of this registration, by who has the link of its mail.
    Registration(Uuid),
    /// The password once more, in this session.
    Password(Uuid),
    /// Codes of an authenticator that is being set up, in this session.
    CodeOfSetup(Uuid),
    /// Codes of this account's second factor, from devices that it does not know.
    Code(Uuid),
    /// Codes of this account's second factor, from devices that it knows.
    CodeOfKnownDevice(Uuid),
    /// To have the link for a new password sent to this email address, from this network.
    ResetFromNetwork(&'a str, Option<IpAddr>),
    /// To have the link for a new password sent to this email address, from all networks together.
    Reset(&'a str),
    /// To have another mail sent to this email address, from this network.
    MailFromNetwork(&'a str, Option<IpAddr>),
    /// To have another mail sent to this email address, from all networks together.
    Mail(&'a str),
    /// To have mail sent to anyone, from this network.
    MailNetwork(IpAddr),
    /// To have mail sent to anyone, from anywhere. It bounds the rows that wait for their mail.
    AnyMail,
}

impl Attempt<'_> {
    fn allowance(self) -> Allowance {
        let (at_once, per_hour) = match self {
            Self::SignInFromNetwork(..)
            | Self::Registration(_)
            | Self::Password(_)
            | Self::CodeOfSetup(_)
            | Self::ResetFromNetwork(..)
            | Self::MailFromNetwork(..) => (5.0, 5.0),
            // One code in a million fits, or three with the clocks' tolerance: some 100 a day are 1 in 3,000.
            Self::Code(_) | Self::CodeOfKnownDevice(_) => (5.0, 4.0),
            Self::Reset(_) | Self::Mail(_) => (10.0, 6.0),
            Self::SignIn(_) => (100.0, 20.0),
            // A whole office may share one.
            Self::SignInNetwork(_) | Self::MailNetwork(_) => (50.0, 50.0),
            Self::AnyMail => (20_000.0, 36_000.0),
        };
        Allowance { at_once, per_hour }
    }

    /// Its kind, and which of that kind it is.
    fn subject(self) -> (&'static str, String) {
        let at = |email: &str, network: Option<IpAddr>| format!("{network:?} {}", canonical(email));
        match self {
            Self::SignInFromNetwork(email, network) => ("sign-in-from-network", at(email, network)),
            Self::SignIn(email) => ("sign-in", canonical(email)),
            Self::SignInNetwork(network) => ("sign-in-network", network.to_string()),
            Self::Registration(id) => ("registration", id.to_string()),
            Self::Password(session) => ("password", session.to_string()),
            Self::CodeOfSetup(session) => ("code-of-setup", session.to_string()),
            Self::Code(account) => ("code", account.to_string()),
            Self::CodeOfKnownDevice(account) => ("code-of-known-device", account.to_string()),
            Self::ResetFromNetwork(email, network) => ("reset-from-network", at(email, network)),
            Self::Reset(email) => ("reset", canonical(email)),
            Self::MailFromNetwork(email, network) => ("mail-from-network", at(email, network)),
            Self::Mail(email) => ("mail", canonical(email)),
            Self::MailNetwork(network) => ("mail-network", network.to_string()),
            Self::AnyMail => ("any-mail", String::new()),
        }
    }

    fn counter(self, app: &App) -> Counter {
        let (kind, value) = self.subject();
        let digest = app.secrets.digest("attempt", format!("{kind}:{value}").as_bytes());
        let slot = |at: usize| {
            let byte = |at: usize| digest.get(at).copied().unwrap_or_default();
            let page = app.secrets.digest("attempts-page", format!("{kind}:{}", byte(at)).as_bytes());
            Slot { page, index: usize::from(byte(at + 1)) % SLOTS }
        };
        Counter { slots: [slot(0), slot(2)], allowance: self.allowance() }
    }
}

/// Why an attempt is refused.
#[derive(Debug)]
struct Blocked<'a> {
    by: Vec<Attempt<'a>>,
    seconds: u64,
}

/// Counts one attempt of each kind, if there is room for all of them.
///
/// # Errors
/// 429 with the seconds to wait when there is none for one of them; nothing is written then.
pub async fn count(app: &App, attempts: &[Attempt<'_>]) -> Result<()> {
    match count_or_refuse(app, attempts).await? {
        None => Ok(()),
        Some(Blocked { seconds, .. }) => Err(Error::TooManyAttempts { seconds }),
    }
}

async fn count_or_refuse<'a>(app: &App, attempts: &[Attempt<'a>]) -> Result<Option<Blocked<'a>>> {
    let counters: Vec<_> = attempts.iter().map(|attempt| attempt.counter(app)).collect();
    let keys = keys(&counters);
    let blocked = |pages: &Pages| {
        let waits =
            attempts.iter().zip(&counters).filter_map(|(attempt, counter)| Some((*attempt, counter.wait(pages)?)));
        let (by, seconds): (Vec<_>, Vec<_>) = waits.unzip();
        seconds.into_iter().max().map(|seconds| Blocked { by, seconds })
    };
    // Under attack most are refused: those lock nothing and write nothing.
    let mut db = app.db.acquire().await?;
    if let Some(blocked) = blocked(&attempts::read(&mut db, &keys).await?) {
        return Ok(Some(blocked));
    }
    drop(db);
    let mut tx = app.db.begin().await?;
    let mut pages = attempts::lock(&mut tx, &keys).await?;
    if let Some(blocked) = blocked(&pages) {
        return Ok(Some(blocked));
    }
    counters::change(&mut pages, &counters, |level| level + 1.0);
    attempts::write(&mut tx, &pages).await?;
    tx.commit().await?;
    Ok(None)
}

/// Takes back what was counted for an attempt that was right.
///
/// # Errors
/// When the database refuses.
pub async fn forgive(app: &App, attempts: &[Attempt<'_>]) -> Result<()> {
    change(app, attempts, |level| level - 1.0).await
}

/// Begins counting anew.
///
/// # Errors
/// When the database refuses.
pub async fn clear(app: &App, attempts: &[Attempt<'_>]) -> Result<()> {
    change(app, attempts, |_| 0.0).await
}

async fn change(app: &App, attempts: &[Attempt<'_>], to: impl Fn(f64) -> f64) -> Result<()> {
    let counters: Vec<_> = attempts.iter().map(|attempt| attempt.counter(app)).collect();
    let mut tx = app.db.begin().await?;
    let mut pages = attempts::lock(&mut tx, &keys(&counters)).await?;
    counters::change(&mut pages, &counters, to);
    attempts::write(&mut tx, &pages).await?;
    tx.commit().await?;
    Ok(())
}

fn keys(counters: &[Counter]) -> Vec<Vec<u8>> {
    counters.iter().flat_map(|counter| &counter.slots).map(|slot| slot.page.clone()).collect()
}

/// What an attempt to sign in by a password was counted as.
#[derive(Debug)]
pub enum SignInAttempt<'a> {
    /// One of a device that the account knows.
    OfKnownDevice,
    /// One of a stranger, or of an owner who was never here with this device.
    OfStranger(Vec<Attempt<'a>>),
}

/// Counts an attempt to sign in: against the device's own budget if the account knows it, else against what strangers share.
///
/// # Errors
/// 429 with the seconds to wait.
pub async fn count_sign_in<'a>(app: &App, source: Source, email: &'a str) -> Result<SignInAttempt<'a>> {
    if let Some(device) = source.device {
        let mut tx = app.db.begin().await?;
        if let Some(known) = devices::lock(&mut tx, &canonical(email), device).await? {
            let level = SIGN_IN_OF_KNOWN_DEVICE.drained(known.sign_in_level, known.sign_in_seconds);
            let level = SIGN_IN_OF_KNOWN_DEVICE.filled(level).map_err(|seconds| Error::TooManyAttempts { seconds })?;
            devices::set_sign_in_level(&mut tx, &known, stored(level)).await?;
            tx.commit().await?;
            return Ok(SignInAttempt::OfKnownDevice);
        }
    }
    let attempts = [Attempt::SignInFromNetwork(email, source.network), Attempt::SignIn(email)];
    let attempts: Vec<_> = attempts.into_iter().chain(source.network.map(Attempt::SignInNetwork)).collect();
    count(app, &attempts).await?;
    Ok(SignInAttempt::OfStranger(attempts))
}

/// Counts an attempt to prove the second factor of an account.
///
/// # Errors
/// 429 with the seconds to wait.
pub async fn count_code(app: &App, device: Option<Uuid>, account_id: Uuid) -> Result<Attempt<'static>> {
    let is_known = match device {
        Some(device) => devices::is_known(&mut *app.db.acquire().await?, account_id, device).await?,
        None => false,
    };
    let attempt = if is_known { Attempt::CodeOfKnownDevice(account_id) } else { Attempt::Code(account_id) };
    count(app, &[attempt]).await?;
    Ok(attempt)
}

/// Counts a request for the link that sets a new password. False when none is to be sent since one is in the mailbox that was
/// sent only minutes ago and works: whoever asked for it, its owner has it, so strangers cannot use up what is sent to them.
///
/// # Errors
/// 429 with the seconds to wait.
pub async fn count_reset(app: &App, source: Source, email: &str) -> Result<bool> {
    if let Some(device) = source.device {
        let mut tx = app.db.begin().await?;
        if let Some(known) = devices::lock(&mut tx, &canonical(email), device).await? {
            let level = MAIL_OF_KNOWN_DEVICE.drained(known.mail_level, known.mail_seconds);
            let level = MAIL_OF_KNOWN_DEVICE.filled(level).map_err(|seconds| Error::TooManyAttempts { seconds })?;
            devices::set_mail_level(&mut tx, &known, stored(level)).await?;
            tx.commit().await?;
            return Ok(true);
        }
    }
    let shared = Attempt::Reset(email);
    let attempts = [Attempt::ResetFromNetwork(email, source.network), shared, Attempt::AnyMail];
    let attempts: Vec<_> = attempts.into_iter().chain(source.network.map(Attempt::MailNetwork)).collect();
    let Some(Blocked { by, seconds }) = count_or_refuse(app, &attempts).await? else { return Ok(true) };
    if by == [shared] && people::has_fresh_reset(&mut *app.db.acquire().await?, email).await? {
        return Ok(false);
    }
    Err(Error::TooManyAttempts { seconds })
}

/// Counts a request for any other mail: no one's mailbox is filled by others.
///
/// # Errors
/// 429 with the seconds to wait.
pub async fn count_mail(app: &App, source: Source, email: &str) -> Result<()> {
    let attempts = [Attempt::MailFromNetwork(email, source.network), Attempt::Mail(email), Attempt::AnyMail];
    let attempts: Vec<_> = attempts.into_iter().chain(source.network.map(Attempt::MailNetwork)).collect();
    count(app, &attempts).await
}
