//! Mails about an account: what was asked for with somebody's address, and what was changed.

use askama::Template;
use sqlx::{Connection, PgConnection};
use url::Url;
use uuid::Uuid;

use super::Mail;
use crate::{
    capability::{Capability, Secrets},
    queue::{AccountNews, SendAccountMail, Side},
    store::{self, Store},
};

#[derive(Template)]
#[template(path = "account.html")]
struct Html<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "account.txt")]
struct Plain<'a> {
    letter: &'a Letter,
}

struct Letter {
    told: Told,
    heading: String,
    paragraphs: Vec<String>,
    link: Option<Link>,
    reason: String,
}

struct Told {
    store: Store,
}

struct Link {
    label: &'static str,
    url: String,
}

/// What a letter says, before it is addressed.
struct Words {
    subject: String,
    paragraphs: Vec<String>,
    link: Option<(&'static str, String)>,
}

/// The mail that a job is to send, and the store that sends it; none when there is nobody to tell it to any more.
///
/// # Errors
/// When the database refuses.
pub async fn compose(
    connection: &mut PgConnection,
    SendAccountMail { id, news }: &SendAccountMail,
    secrets: &Secrets,
    public_url: &Url,
) -> anyhow::Result<Option<(Mail, Store)>> {
    let mut tx = connection.begin().await?;
    let store = store::settings(&mut tx).await?;
    let Some(to) = recipient(&mut tx, news).await? else { return Ok(None) };
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM accounts WHERE canonical_email(email) = canonical_email($1)) AS "known!""#,
        to
    )
    .fetch_one(&mut *tx)
    .await?;
    let Some(words) = words(news, known, &store, secrets) else { return Ok(None) };
    let address = |path: String| format!("{}{path}", public_url.as_str().trim_end_matches('/'));
    let letter = &Letter {
        heading: format!("{}.", words.subject),
        paragraphs: words.paragraphs,
        link: words.link.map(|(label, path)| Link { label, url: address(path) }),
        reason: format!("You get this mail because somebody gave {to} at {}.", store.name),
        told: Told { store: store.clone() },
    };
    let mail = Mail {
        name: format!("account-{}-{}", news.name(), id),
        subject: format!("{}: {}", store.name, words.subject),
        text: Plain { letter }.render()?,
        html: Html { letter }.render()?,
        to,
    };
    Ok(Some((mail, store)))
}

/// Where it goes: to who asked, as long as that still stands.
async fn recipient(connection: &mut PgConnection, news: &AccountNews) -> sqlx::Result<Option<String>> {
    match news {
        AccountNews::Registration { id } => {
            sqlx::query_scalar!("SELECT email FROM registrations WHERE id = $1 AND expires_at > now()", id)
                .fetch_optional(connection)
                .await
        }
        AccountNews::PasswordReset { id } => {
            sqlx::query_scalar!("SELECT email FROM password_resets WHERE id = $1 AND expires_at > now()", id)
                .fetch_optional(connection)
                .await
        }
        AccountNews::EmailChange { id, side } => {
            sqlx::query_scalar!(
                r#"SELECT CASE WHEN $2 THEN c.email ELSE a.email END AS "email!"
                   FROM email_changes c JOIN accounts a ON a.id = c.account_id WHERE c.id = $1 AND c.expires_at > now()"#,
                id,
                *side == Side::New
            )
            .fetch_optional(connection)
            .await
        }
        AccountNews::PasswordChanged { account_id }
        | AccountNews::SecondFactorAdded { account_id }
        | AccountNews::SecondFactorRemoved { account_id }
        | AccountNews::RecoveryCodesRenewed { account_id }
        | AccountNews::TokenCreated { account_id }
        | AccountNews::RecoveryCodeUsed { account_id } => {
            sqlx::query_scalar!("SELECT email FROM accounts WHERE id = $1", account_id).fetch_optional(connection).await
        }
        AccountNews::EmailChanged { before, .. } | AccountNews::Erased { before } => Ok(Some(before.clone())),
    }
}

/// None where there is nothing to be said to somebody without an account.
fn words(news: &AccountNews, known: bool, store: &Store, secrets: &Secrets) -> Option<Words> {
    let link = |capability, id: Uuid, page: &str| format!("/account/{page}#{}", secrets.link(capability, id));
    Some(match news {
        AccountNews::Registration { .. } if known => Words {
            subject: "You have an account already".into(),
            paragraphs: vec![
                "Somebody, probably you, asked for an account with this address. There is one: sign in, or set a new password if you have forgotten it.".into(),
                "If it was not you, there is nothing to do.".into(),
            ],
            link: Some(("Sign in", "/account/sign-in".into())),
        },
        AccountNews::Registration { id } => Words {
            subject: "Confirm your address".into(),
            paragraphs: vec![
                format!("One step is left to your account at {}: open the link and enter the password that you chose. It works for 24 hours.", store.name),
                "If you did not ask for an account, do not open the link; nothing happens then.".into(),
            ],
            link: Some(("Confirm and sign in", link(Capability::Registration, *id, "verify"))),
        },
        AccountNews::PasswordReset { id } => known.then(|| Words {
            subject: "Set a new password".into(),
            paragraphs: vec![
                "Open the link to choose a new password. It works once, for 30 minutes, and ends all your sessions.".into(),
                "If you did not ask for it, there is nothing to do: your password stays as it is.".into(),
            ],
            link: Some(("Set a new password", link(Capability::PasswordReset, *id, "reset"))),
        })?,
        AccountNews::EmailChange { side: Side::New, .. } if known => Words {
            subject: "This address has an account already".into(),
            paragraphs: vec!["Somebody wanted to use this address for another account. An address belongs to one account, so nothing was changed.".into()],
            link: None,
        },
        AccountNews::EmailChange { id, side } => {
            let (capability, what) = match side {
                Side::Old => (Capability::OldEmail, "Your account is to get another address of mail. Confirm that you want it; the new address is asked too."),
                Side::New => (Capability::NewEmail, "An account is to get this address of mail. Confirm that it is yours; the old address is asked too."),
            };
            Words {
                subject: "Confirm the new address".into(),
                paragraphs: vec![what.into(), "The link works for 24 hours. If you do not want this, do not open it, and set a new password if the account is yours.".into()],
                link: Some(("Confirm", link(capability, *id, "email"))),
            }
        }
        _ => notice(news)?,
    })
}

/// What was done, told to the one who should know if it was somebody else.
fn notice(news: &AccountNews) -> Option<Words> {
    let warn = "If that was not you, set a new password at once and look through your sessions.";
    let changed = |subject: &str, what: &str| Words {
        subject: subject.into(),
        paragraphs: vec![what.into(), warn.into()],
        link: Some(("Set a new password", "/account/forgot".into())),
    };
    Some(match news {
        AccountNews::PasswordChanged { .. } => changed("Your password was changed", "Your password was changed, every other session was ended, and every token revoked."),
        AccountNews::SecondFactorAdded { .. } => changed("Signing in wants a code now", "An authenticator was added to your account: signing in wants a code of it."),
        AccountNews::SecondFactorRemoved { .. } => changed("Signing in wants no code any more", "The authenticator was removed from your account."),
        AccountNews::RecoveryCodesRenewed { .. } => {
            changed("You have new recovery codes", "Ten new recovery codes were made; the old ones do not work any more.")
        }
        AccountNews::TokenCreated { .. } => changed(
            "A token was made",
            "A token was made, with which a program can use your account. It is listed in your security settings.",
        ),
        AccountNews::RecoveryCodeUsed { .. } => changed("A recovery code was used", "Somebody signed in with one of your recovery codes."),
        AccountNews::Erased { .. } => Words {
            subject: "Your account is erased".into(),
            paragraphs: vec!["Your account and what was kept with it are gone. Of your orders, only what the books need is left, without your name. This is the last mail.".into()],
            link: None,
        },
        AccountNews::EmailChanged { .. } => Words {
            subject: "Your address was changed".into(),
            paragraphs: vec![
                "Your account has another address of mail now. Mails go there from now on.".into(),
                "If you did not want that, answer this mail.".into(),
            ],
            link: None,
        },
        _ => return None,
    })
}
