//! Mails to customers: one message at a time, to a mail server or into a folder.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, bail, ensure};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp,
};
use url::Url;

use crate::{config::MailConfig, files::private_folder, store::Store, transport::is_loopback};

pub mod account;
pub mod order;
mod templates;

pub use templates::{adjustment, cancellation, confirmation, shipment};

/// What a mail server may take for one step.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Sends mails, or writes them into a folder; cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    transport: Transport,
    from: Option<Mailbox>,
    /// From whom mails are if nobody is named, in the store's own domain.
    nobody: Address,
}

#[derive(Clone)]
enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(Arc<PathBuf>),
}

/// A mail, ready to be sent.
pub struct Mail {
    /// What it is, as a file name without its ending. The same mail written again has the same.
    pub name: String,
    /// The recipient's address, as the customer gave it.
    pub to: String,
    /// The line that the recipient sees first.
    pub subject: String,
    /// For those who read plain text.
    pub text: String,
    /// For everybody else; it loads nothing from elsewhere.
    pub html: String,
}

/// Neither the recipient nor the links of a mail belong into a log.
impl fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mail").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Why a mail was not sent, without a word about whom it was to.
#[derive(Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// Trying again may help.
    Passing(String),
    /// This mail will never be taken.
    Final(String),
}

impl Mailer {
    /// Makes what is configured ready, without connecting yet.
    ///
    /// # Errors
    /// When neither a server nor a folder is given, or the one that is cannot be used.
    pub fn new(config: &MailConfig, public_url: &Url) -> anyhow::Result<Self> {
        let smtp = config.smtp_url.as_deref().filter(|url| !url.is_empty());
        let folder = config.mail_folder.as_ref().filter(|folder| !folder.as_os_str().is_empty());
        let transport = match (smtp, folder) {
            (Some(url), _) => Transport::Smtp(server(url, config.smtp_allow_plaintext)?),
            (None, Some(folder)) => {
                private_folder(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
                tracing::info!(folder = %folder.display(), "mails are written into a folder and not sent: set SMTP_URL to send them");
                Transport::Folder(Arc::new(folder.clone()))
            }
            (None, None) => bail!(
                "there is no way to write to customers: set SMTP_URL, as smtps://user:password@host:465, or MAIL_FOLDER to write mails into a folder"
            ),
        };
        let host = public_url.host_str().unwrap_or("localhost");
        let nobody = Address::new("no-reply", host).or_else(|_| Address::new("no-reply", "localhost"))?;
        Ok(Self { transport, from: config.mail_from.clone(), nobody })
    }

    /// Sends one mail of the store. Its Message-ID follows from its name, so that one that was sent twice is known as one.
    ///
    /// # Errors
    /// When it was not sent; what was tried may have arrived nevertheless.
    pub async fn send(&self, mail: &Mail, store: &Store) -> Result<(), Undelivered> {
        let message = self.message(mail, store).map_err(|error| Undelivered::Final(format!("{error:#}")))?;
        match &self.transport {
            Transport::Smtp(server) => server.send(message).await.map(drop).map_err(|error| undelivered(&error)),
            Transport::Folder(folder) => {
                let passing = |error: std::io::Error| Undelivered::Passing(error.to_string());
                let (half, whole) = (folder.join(format!(".{}", mail.name)), folder.join(format!("{}.eml", mail.name)));
                tokio::fs::write(&half, message.formatted()).await.map_err(passing)?;
                tokio::fs::rename(&half, &whole).await.map_err(passing)
            }
        }
    }

    fn message(&self, mail: &Mail, store: &Store) -> anyhow::Result<Message> {
        let to: Address = mail.to.parse().ok().context("the recipient's address cannot be written to")?;
        let mut message = Message::builder()
            .from(self.sender(store))
            .to(Mailbox::new(None, to))
            .subject(one_line(&mail.subject))
            .message_id(Some(format!("<{}@{}>", mail.name, self.nobody.domain())))
            // So that no holiday notice answers it (RFC 3834).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()));
        if let Some(contact) = contact(store) {
            message = message.reply_to(contact);
        }
        Ok(message.multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))?)
    }

    /// What is configured, else where customers write to, else an address of the store's host.
    fn sender(&self, store: &Store) -> Mailbox {
        let nobody = || Mailbox::new(Some(one_line(&store.name)), self.nobody.clone());
        self.from.clone().or_else(|| contact(store)).unwrap_or_else(nobody)
    }
}

fn contact(store: &Store) -> Option<Mailbox> {
    let address = store.contact_email.as_deref()?.parse().ok()?;
    Some(Mailbox::new(Some(one_line(&store.name)), address))
}

/// Control characters have no place in a header: lettre panics on those of a name.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A mail carries links that open accounts and orders, so it travels by TLS or not at all.
fn server(url: &str, allowed: bool) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    let wanted = "SMTP_URL is not an address of a mail server: give it as smtps://user:password@host:465 or smtp://host:587?tls=required";
    let parsed = Url::parse(url).context(wanted)?;
    let is_encrypted =
        parsed.scheme() == "smtps" || parsed.query_pairs().any(|pair| pair == ("tls".into(), "required".into()));
    ensure!(
        is_encrypted || allowed || parsed.password().is_none(),
        "SMTP_URL would send its password unencrypted: use smtps://, or add ?tls=required"
    );
    let host = parsed.host_str().unwrap_or_default();
    ensure!(
        is_encrypted || allowed || parsed.scheme() != "smtp" || is_loopback(host),
        "SMTP_URL would send mails, and the links in them that open accounts and orders, to {host} unencrypted: use smtps://, \
         add ?tls=required, or set SMTP_ALLOW_PLAINTEXT=true if no one else can read that network"
    );
    let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).context(wanted)?;
    Ok(server.timeout(Some(TIMEOUT)).build())
}

fn undelivered(error: &smtp::Error) -> Undelivered {
    let said = describe(error);
    let Some(code) = error.status().map(u16::from) else { return Undelivered::Passing(said) };
    let detail = enhanced_status(&said);
    let reason = match detail {
        Some(detail) => format!("the mail server answered {code} {detail}"),
        None => format!("the mail server answered {code}"),
    };
    if error.is_permanent() && blames_recipient(code, detail) {
        Undelivered::Final(reason)
    } else {
        Undelivered::Passing(reason)
    }
}

/// Whether a refusal is about the recipient's address or mailbox, by its enhanced status code (RFC 3463) if it has one. Any
/// other, of a login, a sender or a relay, is about the configuration, which somebody can correct.
fn blames_recipient(code: u16, detail: Option<&str>) -> bool {
    match detail.and_then(|detail| detail.strip_prefix("5.")) {
        Some("1.7" | "1.8") => false,
        Some(detail) => detail.starts_with("1.") || detail.starts_with("2."),
        None => matches!(code, 550 | 551 | 553),
    }
}

/// The enhanced status code of a reply (RFC 3463), such as `5.1.1`. It is all that is kept of the reply's text, in which servers
/// quote the recipient.
fn enhanced_status(said: &str) -> Option<&str> {
    let is_number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    said.split_whitespace().find(|word| {
        let mut parts = word.split('.');
        matches!(parts.next(), Some("2" | "4" | "5")) && parts.clone().count() == 2 && parts.all(is_number)
    })
}

/// The error and what caused it: the outer one alone says no more than "Connection error".
fn describe(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| match cause.to_string() {
        cause if told.contains(&cause) => told,
        cause => format!("{told}: {cause}"),
    })
}

impl fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.transport {
            Transport::Smtp(_) => "Mailer to a server",
            Transport::Folder(_) => "Mailer to a folder",
        })
    }
}
