//! Tells somebody what was asked for or changed in the name of their address.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use metrics::counter;

use super::JobContext;
use crate::{
    mail::{self, Undelivered},
    queue::{Payload, SendAccountMail},
};

impl TaskHandler for SendAccountMail {
    const IDENTIFIER: &'static str = Self::TASK;

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
