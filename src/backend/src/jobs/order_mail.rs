//! Mails about an order: sent once as far as anybody can know, and told in the order's history.

use graphile_worker::WorkerContext;
use metrics::counter;
use sqlx::PgPool;
use uuid::Uuid;

use super::JobContext;
use crate::mail::{
    Mail, Undelivered,
    order::{self, OrderToTell},
};

/// The queue's back-off spreads them over three days: a mail server that is down that long is noticed.
pub const ATTEMPTS: i32 = 20;

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

impl OrderMail {
    /// Sends it, unless it was sent or is no longer true.
    ///
    /// # Errors
    /// With a reason for the log when trying again may help.
    pub async fn deliver(&self, context: &WorkerContext, order_id: Uuid) -> Result<(), String> {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        let Some(told) = self.due(&jobs.db, order_id).await.map_err(|error| error.to_string())? else { return Ok(()) };
        let mail = (self.compose)(&told, jobs).map_err(|error| error.to_string())?;
        match jobs.mailer.send(&mail, &told.store).await {
            Ok(()) => self.remember(&jobs.db, order_id, self.sent).await?,
            Err(Undelivered::Passing(reason)) => {
                counter!("mails_total", "mail" => self.name, "outcome" => "failed").increment(1);
                return Err(reason);
            }
            Err(Undelivered::Final(reason)) => {
                tracing::error!(mail = self.name, order = told.order.number, reason, "a mail was refused for good");
                self.remember(&jobs.db, order_id, "mail_refused").await?;
            }
        }
        Ok(())
    }

    /// The order, if it is still to be told.
    async fn due(&self, db: &PgPool, order_id: Uuid) -> sqlx::Result<Option<OrderToTell>> {
        let mut connection = db.acquire().await?;
        let done = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM order_events
                              WHERE order_id = $1 AND (kind = $2 OR kind = 'mail_refused' AND data ->> 'mail' = $3)) AS "done!""#,
            order_id,
            self.sent,
            self.name
        )
        .fetch_one(&mut *connection)
        .await?;
        if done {
            return Ok(None);
        }
        let told = order::read(&mut connection, order_id).await?;
        Ok(told.filter(|told| self.statuses.contains(&&*told.order.status)))
    }

    async fn remember(&self, db: &PgPool, order_id: Uuid, event: &str) -> Result<(), String> {
        let outcome = if event == self.sent { "sent" } else { "refused" };
        counter!("mails_total", "mail" => self.name, "outcome" => outcome).increment(1);
        sqlx::query!(
            "INSERT INTO order_events (order_id, kind, data) VALUES ($1, $2, jsonb_build_object('mail', $3::text))",
            order_id,
            event,
            self.name
        )
        .execute(db)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
    }
}
