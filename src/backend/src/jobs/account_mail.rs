//! Tells somebody what was asked for or changed in the name of their address.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use metrics::counter;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::JobContext;
use crate::mail::{self, Undelivered};

/// Whose confirmation is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The address that the account has.
    Old,
    /// The address that it is to have.
    New,
}

/// What there is to tell. Secrets are not part of it: the links are derived when the mail is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum AccountNews {
    /// An account was asked for.
    Registration {
        /// The row of `registrations`.
        id: Uuid,
    },
    /// A new password was asked for.
    PasswordReset {
        /// The row of `password_resets`.
        id: Uuid,
    },
    /// Another address was asked for.
    EmailChange {
        /// The row of `email_changes`.
        id: Uuid,
        /// Which address is written to.
        side: Side,
    },
    /// The address is another one now; told to the old one.
    EmailChanged {
        /// The row of `accounts`.
        account_id: Uuid,
        /// The address of before.
        before: String,
    },
    /// The account is no more.
    Erased {
        /// The address that it had.
        before: String,
    },
    /// The password is another one now.
    PasswordChanged {
        /// The row of `accounts`.
        account_id: Uuid,
    },
    /// An authenticator was set up.
    SecondFactorAdded {
        /// The row of `accounts`.
        account_id: Uuid,
    },
    /// The authenticator was removed.
    SecondFactorRemoved {
        /// The row of `accounts`.
        account_id: Uuid,
    },
    /// New recovery codes were made.
    RecoveryCodesRenewed {
        /// The row of `accounts`.
        account_id: Uuid,
    },
    /// A token for a program was made.
    TokenCreated {
        /// The row of `accounts`.
        account_id: Uuid,
    },
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// The row of `accounts`.
        account_id: Uuid,
    },
}

impl AccountNews {
    /// What it is, in metrics and file names.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Registration { .. } => "registration",
            Self::PasswordReset { .. } => "password-reset",
            Self::EmailChange { side: Side::Old, .. } => "email-change-old",
            Self::EmailChange { side: Side::New, .. } => "email-change-new",
            Self::EmailChanged { .. } => "email-changed",
            Self::Erased { .. } => "account-erased",
            Self::PasswordChanged { .. } => "password-changed",
            Self::SecondFactorAdded { .. } => "second-factor-added",
            Self::SecondFactorRemoved { .. } => "second-factor-removed",
            Self::RecoveryCodesRenewed { .. } => "recovery-codes-renewed",
            Self::TokenCreated { .. } => "token-created",
            Self::RecoveryCodeUsed { .. } => "recovery-code-used",
        }
    }
}

/// Sends one such mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendAccountMail {
    /// Of this mail; written again, it is known as the same.
    pub id: Uuid,
    /// What it tells.
    pub news: AccountNews,
}

impl TaskHandler for SendAccountMail {
    const IDENTIFIER: &'static str = "send_account_mail";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        self.deliver(jobs).await
    }
}

impl SendAccountMail {
    async fn deliver(&self, jobs: &JobContext) -> Result<(), String> {
        let mut connection = jobs.db.acquire().await.map_err(|error| error.to_string())?;
        let composed = mail::account::compose(&mut connection, self, &jobs.secrets, &jobs.public_url).await;
        let Some((mail, store)) = composed.map_err(|error| format!("{error:#}"))? else { return Ok(()) };
        drop(connection);
        let count = |outcome| counter!("mails_total", "mail" => self.news.name(), "outcome" => outcome).increment(1);
        match jobs.mailer.send(&mail, &store).await {
            Ok(()) => count("sent"),
            Err(Undelivered::Passing(reason)) => {
                count("failed");
                return Err(reason);
            }
            // Nobody is told: whoever gave an address that does not exist is not there to be told.
            Err(Undelivered::Final(reason)) => {
                count("refused");
                tracing::warn!(mail = self.news.name(), reason, "a mail was refused for good");
            }
        }
        Ok(())
    }
}
