//! `devopsify worker`: runs the queue's jobs, until told to stop.

use std::{sync::Arc, time::Duration};

use chrono::Utc;
use graphile_worker::{
    Cron, CrontabFill, FailureReason, JobComplete, JobFail, JobPermanentlyFail, JobRecovery, JobRecoveryResult,
    JobStart, Worker, WorkerOptions, WorkerRecoveryConfig,
};
use metrics::{counter, histogram};
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::{
    audit,
    config::{CommonConfig, WorkerConfig},
    database::{self, Pool},
    files::FileStore,
    jobs::{
        JobContext, abandoned_carts::DeleteAbandonedCarts, download::Downloader, reconcile::Reconcile, renderer,
        stale_records::DeleteStaleRecords,
    },
    mail::Mailer,
    operations,
    queue::{
        self, ExpireOrder, ExportAccount, MakeRefund, MakeRenditions, SendAccountMail, SendAdjustment,
        SendCancellation, SendConfirmation, SendShipment, Traced,
    },
    readings, registry,
    registry::Process,
    serve,
    stripe::Stripe,
};

/// Pictures are the heaviest jobs; more of them at once would only fight for the same cores.
const PICTURES_AT_ONCE: usize = 2;
/// The others wait for somebody else most of the time.
const OTHERS_AT_ONCE: usize = 8;
/// Nobody waits for a job.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(20);
const DRAIN: Duration = Duration::from_secs(30);
const HEARTBEAT: Duration = Duration::from_secs(5);
/// A worker that missed three heartbeats is dead, and its jobs run elsewhere.
const DEAD_AFTER: Duration = Duration::from_secs(15);

/// Runs jobs until `stop`, then lets running ones finish, 30 s at most; what is cut off runs again elsewhere.
///
/// # Errors
/// When the port cannot be listened on or the configuration cannot be used. A database that is away is waited for.
pub async fn run(
    common: CommonConfig,
    config: WorkerConfig,
    metrics: PrometheusHandle,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    registry::register(Process::Worker);
    common.expect_complete()?;
    let listeners = serve::listen(&common.host, config.worker_port, "WORKER_PORT").await?;
    let db = database::pool(&common.database)?;
    let ready = operations::Ready::default();
    let context = context(&common, &config, &db)?;
    renderer::isolate()?;
    let watch = tokio::spawn(operations::watch_database(db.clone(), ready.clone(), stop.clone()));
    let router = operations::router(metrics, ready.clone());
    tokio::join!(serve::accept(listeners, router, stop.clone()), async {
        if stop.run_until_cancelled(ready.subscribe().wait_for(|ready| *ready)).await.is_some() {
            tokio::join!(
                keep(pictures, &db, &context, &stop),
                keep(others, &db, &context, &stop),
                audit::watch(&db, Duration::from_secs(config.audit_interval), &stop),
                readings::watch(&db, &stop),
            );
        }
    });
    watch.await?;
    Ok(())
}

fn context(common: &CommonConfig, config: &WorkerConfig, db: &Pool) -> anyhow::Result<JobContext> {
    Ok(JobContext {
        db: db.clone(),
        media: FileStore::open(&common.media_url, "MEDIA_URL")?,
        downloader: Arc::new(Downloader::for_the_internet()?),
        mailer: Mailer::new(&config.mail, &common.public_url)?,
        secrets: common.secrets()?,
        stripe: Stripe::new(&common.payment, PROVIDER_TIMEOUT)?,
        public_url: common.public_url.clone(),
    })
}

/// Says what a worker runs, and how many at once.
type Tasks = fn(WorkerOptions) -> anyhow::Result<WorkerOptions>;

/// Keeps a worker running: when the database goes away under it, it is made anew once the database is back.
async fn keep(tasks: Tasks, db: &Pool, context: &JobContext, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let ended = match worker(tasks, db, context, stop).await {
            Ok(worker) => worker.run().await.map_err(anyhow::Error::from),
            Err(error) => Err(error),
        };
        if let (Err(error), false) = (ended, stop.is_cancelled()) {
            tracing::warn!(%error, "the queue cannot be read; trying again in a second");
            stop.run_until_cancelled(tokio::time::sleep(Duration::from_secs(1))).await;
        }
    }
}

async fn worker(tasks: Tasks, db: &Pool, context: &JobContext, stop: &CancellationToken) -> anyhow::Result<Worker> {
    Ok(tasks(options(db, context, stop))?.init().await?)
}

/// In a worker of their own: however many wait, they fill its places only, and no mail waits behind them.
fn pictures(options: WorkerOptions) -> anyhow::Result<WorkerOptions> {
    Ok(options.concurrency(PICTURES_AT_ONCE).define_job::<Traced<MakeRenditions>>())
}

fn others(options: WorkerOptions) -> anyhow::Result<WorkerOptions> {
    // A machine that was off at that hour catches up when it is on again.
    let missed = || CrontabFill::days(1);
    Ok(options
        .concurrency(OTHERS_AT_ONCE)
        .define_job::<Traced<SendAccountMail>>()
        .define_job::<Traced<SendConfirmation>>()
        .define_job::<Traced<SendCancellation>>()
        .define_job::<Traced<SendShipment>>()
        .define_job::<Traced<SendAdjustment>>()
        .define_job::<Traced<ExpireOrder>>()
        .define_job::<Traced<ExportAccount>>()
        .define_job::<Traced<MakeRefund>>()
        .define_job::<Traced<Reconcile>>()
        .define_job::<Traced<DeleteAbandonedCarts>>()
        .define_job::<Traced<DeleteStaleRecords>>()
        .with_cron(Cron::every_minute::<Reconcile>().payload(Reconcile {})?.job_key("reconcile").max_attempts(1))
        .with_cron(Cron::daily_at::<DeleteAbandonedCarts>(3, 10)?.payload(DeleteAbandonedCarts {})?.fill(missed()))
        .with_cron(
            Cron::hourly_at::<DeleteStaleRecords>(40)?.payload(DeleteStaleRecords {})?.fill(CrontabFill::hours(1)),
        ))
}

/// What all workers share: the database, the way to stop, the recovery of jobs whose worker died, and metrics.
fn options(db: &Pool, context: &JobContext, stop: &CancellationToken) -> WorkerOptions {
    let recovery = WorkerRecoveryConfig::default()
        .heartbeat_interval(HEARTBEAT)
        .sweep_interval(HEARTBEAT)
        .sweep_threshold(DEAD_AFTER)
        .recovery_delay(Duration::ZERO);
    let options = WorkerOptions::default()
        .pg_pool(PgPool::clone(db))
        .schema(queue::SCHEMA)
        .listen_os_shutdown_signals(false)
        .shutdown_signal(stop.clone().cancelled_owned())
        .shutdown_grace_period(DRAIN)
        .worker_recovery(recovery)
        .add_extension(context.clone())
        .on(JobRecovery, |job| async move {
            // The run counts: a job that takes its worker down each time is to end some day.
            match job.reason {
                FailureReason::WorkerCrashed => JobRecoveryResult::FailWithBackoff,
                _ => JobRecoveryResult::Default,
            }
        });
    measured(options)
}

fn measured(options: WorkerOptions) -> WorkerOptions {
    options
        .on(JobStart, |job| async move {
            let late = Utc::now() - *job.job.run_at();
            let task = job.job.task_identifier().to_owned();
            histogram!("job_delay_seconds", "task" => task).record(late.as_seconds_f64().max(0.0));
        })
        .on(JobComplete, |job| async move {
            let task = job.job.task_identifier().to_owned();
            histogram!("job_duration_seconds", "task" => task.clone()).record(job.duration);
            counter!("jobs_total", "task" => task, "outcome" => "completed").increment(1);
        })
        .on(JobFail, |job| async move {
            let task = job.job.task_identifier().to_owned();
            counter!("jobs_total", "task" => task, "outcome" => "failed").increment(1);
        })
        .on(JobPermanentlyFail, |job| async move {
            let task = job.job.task_identifier().to_owned();
            tracing::error!(task, id = job.job.id(), error = job.error, "a job failed for the last time");
            counter!("jobs_total", "task" => task, "outcome" => "dead").increment(1);
        })
}
