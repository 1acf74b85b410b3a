//! `devopsify worker`: runs the queue's jobs, until told to stop.

use std::{sync::Arc, time::Duration};

use graphile_worker::{JobComplete, JobFail, JobPermanentlyFail, Worker, WorkerOptions};
use metrics::{counter, describe_counter, describe_histogram, histogram};
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{CommonConfig, WorkerConfig},
    database,
    jobs::{
        self, JobContext, download::Downloader, expire_order::ExpireOrder, picture::MakeRenditions,
        reconcile::Reconcile, refund::MakeRefund,
    },
    media::MediaStore,
    operations,
    payments::stripe::Stripe,
    serve,
};

/// Pictures are the heaviest jobs; more of them at once would only fight for the same cores.
const CONCURRENCY: usize = 2;
/// Nobody waits for a job.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(20);
const DRAIN: Duration = Duration::from_secs(30);

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
    describe_counter!("jobs_total", "Runs of jobs, by task and outcome");
    describe_histogram!("job_duration_seconds", "Time that a completed job ran, by task");
    common.expect_complete()?;
    let listeners = serve::listen(&common.host, config.worker_port, "WORKER_PORT").await?;
    let db = database::pool(&common.database)?;
    let ready = operations::Ready::default();
    let media = MediaStore::open(&common.media_url)?;
    let context = JobContext {
        db: db.clone(),
        media,
        downloader: Arc::new(Downloader::for_the_internet()?),
        stripe: Stripe::new(&common.payment, PROVIDER_TIMEOUT)?,
    };
    let watch = tokio::spawn(operations::watch_database(db.clone(), ready.clone(), stop.clone()));
    let router = operations::router(metrics, ready.clone());
    tokio::try_join!(serve::accept(listeners, router, stop.clone()), async {
        if stop.run_until_cancelled(ready.subscribe().wait_for(|ready| *ready)).await.is_some() {
            run_jobs(&db, &context, &stop).await;
        }
        Ok(())
    })?;
    watch.await?;
    Ok(())
}

/// Keeps a worker running: when the database goes away under it, it is made anew once the database is back.
async fn run_jobs(db: &PgPool, context: &JobContext, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let ended = match worker(db, context, stop).await {
            Ok(worker) => worker.run().await.map_err(|error| error.to_string()),
            Err(error) => Err(error),
        };
        if let (Err(error), false) = (ended, stop.is_cancelled()) {
            tracing::warn!(error, "the queue cannot be read; trying again in a second");
            stop.run_until_cancelled(tokio::time::sleep(Duration::from_secs(1))).await;
        }
    }
}

async fn worker(db: &PgPool, context: &JobContext, stop: &CancellationToken) -> Result<Worker, String> {
    WorkerOptions::default()
        .pg_pool(db.clone())
        .schema(jobs::SCHEMA)
        .concurrency(CONCURRENCY)
        .listen_os_shutdown_signals(false)
        .shutdown_signal(stop.clone().cancelled_owned())
        .shutdown_grace_period(DRAIN)
        .add_extension(context.clone())
        .define_job::<MakeRenditions>()
        .define_job::<ExpireOrder>()
        .define_job::<MakeRefund>()
        .define_job::<Reconcile>()
        .on(JobComplete, |job| async move {
            let task = job.job.task_identifier().to_owned();
            histogram!("job_duration_seconds", "task" => task.clone()).record(job.duration.as_secs_f64());
            counter!("jobs_total", "task" => task, "outcome" => "completed").increment(1);
        })
        .on(JobFail, |job| async move {
            let task = job.job.task_identifier().to_owned();
            tracing::warn!(task, id = job.job.id(), error = job.error, "a job failed and will be tried again");
            counter!("jobs_total", "task" => task, "outcome" => "failed").increment(1);
        })
        .on(JobPermanentlyFail, |job| async move {
            let task = job.job.task_identifier().to_owned();
            tracing::error!(task, id = job.job.id(), error = job.error, "a job failed for the last time");
            counter!("jobs_total", "task" => task, "outcome" => "dead").increment(1);
        })
        .init()
        .await
        .map_err(|error| error.to_string())
}
