//! The queue: jobs are written in the transaction that causes them and run by `devopsify worker`, at least once.

use anyhow::Context;
use chrono::{DateTime, Utc};
use graphile_worker::WorkerUtils;
use sqlx::{PgConnection, PgPool, types::Json};
use uuid::Uuid;

mod payloads;
mod traced;

pub use payloads::{
    AccountNews, ExpireOrder, ExportAccount, MakeRefund, MakeRenditions, Payload, SendAccountMail, SendAdjustment,
    SendCancellation, SendConfirmation, SendShipment, Side, Subject,
};
pub use traced::Traced;

/// The schema that the queue's library keeps its tables in.
pub const SCHEMA: &str = "graphile_worker";

/// What the application does with the queue's tables, which its library's functions read and write as whoever calls them.
const GRANTS: &str = "
    GRANT USAGE ON SCHEMA graphile_worker TO devopsify_application;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA graphile_worker TO devopsify_application;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO devopsify_application;
    -- The library turns row security on, so that only its tables' owner sees rows unless a policy says otherwise.
    DO $$
    DECLARE
        secured regclass;
    BEGIN
        FOR secured IN
            SELECT oid FROM pg_class c
            WHERE relnamespace = 'graphile_worker'::regnamespace AND relrowsecurity
              AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND polname = 'devopsify_application')
        LOOP
            EXECUTE format('CREATE POLICY devopsify_application ON %s TO devopsify_application USING (true)', secured);
        END LOOP;
    END $$";

/// Brings the queue's own tables up to what its library needs, and grants the application its rights, which are the same for
/// tables that a later version of the library makes.
///
/// # Errors
/// When the database refuses.
pub async fn migrate(db: &PgPool) -> anyhow::Result<()> {
    WorkerUtils::new(db.clone(), SCHEMA).migrate().await.context("the queue's tables cannot be made")?;
    sqlx::raw_sql(GRANTS).execute(db).await.context("the queue's tables cannot be granted to the application")?;
    Ok(())
}

/// How urgent a kind of job is.
struct Urgency {
    /// Lower runs first.
    priority: i32,
    /// After so many tries somebody has to look at it.
    attempts: i32,
}

/// Money and stock go first, for as long as the queue's back-off goes: some three days.
const PAYMENT: Urgency = Urgency { priority: -10, attempts: 25 };
/// The queue's back-off spreads them over three days: a mail server that is down that long is noticed.
const MAIL: Urgency = Urgency { priority: 0, attempts: 20 };
/// Five tries, spread by the queue's back-off over some minutes.
const PICTURE_ATTEMPTS: i16 = 5;

/// Queues the giving up of an order that is not paid by `at`, in the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_expiry(connection: &mut PgConnection, order_id: Uuid, at: DateTime<Utc>) -> sqlx::Result<()> {
    enqueue(connection, ExpireOrder { order_id }, PAYMENT, Some(at)).await
}

/// Queues the making of a refund, in the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_refund(connection: &mut PgConnection, refund_id: Uuid) -> sqlx::Result<()> {
    enqueue(connection, MakeRefund { refund_id }, PAYMENT, None).await
}

/// Queues the mail that says that an order was paid, in the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_confirmation(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<()> {
    enqueue(connection, SendConfirmation { order_id }, MAIL, None).await
}

/// Queues the mail that says that a paid order was cancelled and what is given back, in the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_cancellation(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<()> {
    enqueue(connection, SendCancellation { order_id }, MAIL, None).await
}

/// Queues a mail about an account, in the caller's transaction. One that comes after a day is of no use to anybody.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_account_mail(connection: &mut PgConnection, news: AccountNews) -> sqlx::Result<()> {
    const URGENCY: Urgency = Urgency { priority: 0, attempts: 15 };
    enqueue(connection, SendAccountMail { id: Uuid::now_v7(), news }, URGENCY, None).await
}

/// Queues the making of a copy of what is known of somebody, in the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_export(connection: &mut PgConnection, export_id: Uuid) -> sqlx::Result<()> {
    enqueue(connection, ExportAccount { export_id }, MAIL, None).await
}

/// Queues the mail that says that a part of an order was cancelled, or that money goes back, in the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_adjustment(connection: &mut PgConnection, order_id: Uuid, subject: Subject) -> sqlx::Result<()> {
    enqueue(connection, SendAdjustment { order_id, subject }, MAIL, None).await
}

/// Queues the mail that says what of an order is on its way, in the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_shipment(connection: &mut PgConnection, order_id: Uuid, fulfilment_id: Uuid) -> sqlx::Result<()> {
    enqueue(connection, SendShipment { order_id, fulfilment_id }, MAIL, None).await
}

async fn enqueue<T: Payload>(
    connection: &mut PgConnection,
    job: T,
    urgency: Urgency,
    at: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    // Not compile-checked: the schema is the library's, and it is made by the library's own migrations.
    sqlx::query("SELECT FROM graphile_worker.add_job($1, payload => $2::json, max_attempts => $3, priority => $4, run_at => $5)")
        .bind(T::TASK)
        .bind(Json(Traced::now(job)))
        .bind(urgency.attempts)
        .bind(urgency.priority)
        .bind(at)
        .execute(connection)
        .await
        .map(drop)
}

/// Queues the making of new pictures' sizes, in the caller's transaction.
///
/// The jobs have no key: the library takes a lock for each key until the transaction ends, and an import of some thousand
/// pictures would need more locks than PostgreSQL has room for.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue_pictures(connection: &mut PgConnection, media_ids: &[Uuid]) -> sqlx::Result<()> {
    if media_ids.is_empty() {
        return Ok(());
    }
    // Not compile-checked: the schema is the library's, and it is made by the library's own migrations.
    sqlx::query(
        "SELECT count(*) FROM graphile_worker.add_jobs((
             SELECT array_agg(($1, json_build_object('media_id', id), NULL, NULL, $2, NULL, NULL, NULL)::graphile_worker.job_spec)
             FROM (SELECT DISTINCT unnest($3) AS id) pictures))",
    )
    .bind(MakeRenditions::TASK)
    .bind(PICTURE_ATTEMPTS)
    .bind(media_ids)
    .execute(connection)
    .await
    .map(drop)
}
