//! Mails about an order: sent once as far as anybody can know, and told in the order's history.

use graphile_worker::WorkerContext;
use metrics::counter;
use uuid::Uuid;

use super::JobContext;
use crate::{
    database::Pool,
    mail::{
        Mail, Undelivered,
        order::{self, OrderToTell, Part},
    },
};

/// A mail about an order.
pub struct OrderMail {
    /// What it is, in metrics and in the history.
    pub name: &'static str,
    /// The event that says that it was sent.
    pub sent: &'static str,
    /// The statuses of an order that it is true of.
    pub statuses: &'static [&'static str],
    /// Writes it.
    pub compose: fn(&OrderToTell, &JobContext) -> askama::Result<Mail>,
}

/// What a mail is about.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The order.
    pub order_id: Uuid,
    /// What of it; each parcel, cancellation and refund has a mail of its own.
    pub part: Part,
}

impl OrderMail {
    /// Sends it, unless it was sent or is no longer true.
    ///
    /// # Errors
    /// With a reason for the log when trying again may help.
    pub async fn deliver(&self, context: &WorkerContext, about: About) -> Result<(), String> {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        let Some(told) = self.due(&jobs.db, about).await.map_err(|error| error.to_string())? else { return Ok(()) };
        let mail = (self.compose)(&told, jobs).map_err(|error| error.to_string())?;
        match jobs.mailer.send(&mail, &told.store).await {
            Ok(()) => self.remember(&jobs.db, about, self.sent).await?,
            Err(Undelivered::Passing(reason)) => {
                counter!("mails_total", "mail" => self.name, "outcome" => "failed").increment(1);
                return Err(reason);
            }
            Err(Undelivered::Final(reason)) => {
                tracing::error!(mail = self.name, order = told.order.number, reason, "a mail was refused for good");
                self.remember(&jobs.db, about, "mail_refused").await?;
            }
        }
        Ok(())
    }

    /// The order, if it is still to be told.
    async fn due(&self, db: &Pool, about: About) -> sqlx::Result<Option<OrderToTell>> {
        let mut connection = db.acquire().await?;
        let done = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM order_events
                              WHERE order_id = $1 AND (kind = $2 OR kind = 'mail_refused' AND data ->> 'mail' = $3)
                                AND data ->> $4 IS NOT DISTINCT FROM $5) AS "done!""#,
            about.order_id,
            self.sent,
            self.name,
            about.part.name(),
            about.part.id().map(|id| id.to_string())
        )
        .fetch_one(&mut *connection)
        .await?;
        if done {
            return Ok(None);
        }
        let told = order::read(&mut connection, about.order_id, about.part).await?;
        Ok(told.filter(|told| self.statuses.contains(&&*told.order.status)))
    }

    async fn remember(&self, db: &Pool, about: About, event: &str) -> Result<(), String> {
        let outcome = if event == self.sent { "sent" } else { "refused" };
        counter!("mails_total", "mail" => self.name, "outcome" => outcome).increment(1);
        sqlx::query!(
            "INSERT INTO order_events (order_id, kind, data) VALUES ($1, $2, jsonb_strip_nulls(jsonb_build_object('mail', $3::text, $4::text, $5::uuid)))",
            about.order_id,
            event,
            self.name,
            about.part.name(),
            about.part.id()
        )
        .execute(&mut *db.acquire().await.map_err(|error| error.to_string())?)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
    }
}
