//! The worker as a process: busy, killed in the middle of a job, and cut off from its database.

use std::time::Duration;

use devopsify::queue;
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{
    builders::product,
    orders::order,
    program::{Program, database_url},
    smtp::{MailServer, Manner},
    wire::Wire,
};

/// A first import queues hundreds of pictures, each of which takes seconds.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn mails_do_not_wait_behind_pictures(db: PgPool) {
    queue::migrate(&db).await.unwrap();
    product("mug").priced(1400).create(&db).await;
    let placed = order("MUG-1", 1).paid().create(&db).await;
    let ids: Vec<_> = (0..100).map(|_| Uuid::now_v7()).collect();
    queue::enqueue_pictures(&mut db.acquire().await.unwrap(), &ids).await.unwrap();
    // While this holds, a picture's job waits for the row that it reads.
    let mut tx = db.begin().await.unwrap();
    sqlx::query("LOCK TABLE media").execute(&mut *tx).await.unwrap();
    let mut server = MailServer::open(Manner::Takes).await;
    let _worker = Program::worker(&database_url(&db), &server.url).await;
    let at_work = || async {
        let sql = "SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier = 'make_renditions' AND locked_at IS NOT NULL";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&db).await.unwrap()
    };
    let begun = async {
        while at_work().await == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), begun).await.expect("no picture was begun");
    queue::enqueue_confirmation(&mut db.acquire().await.unwrap(), placed.id).await.unwrap();
    server.mail().await;
    assert!(at_work().await <= 2, "pictures are made two at a time");
    tx.rollback().await.unwrap();
}

/// A worker that was killed left its jobs locked for four hours.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_killed_workers_job_is_done_by_the_next(db: PgPool) {
    queue::migrate(&db).await.unwrap();
    product("mug").priced(1400).create(&db).await;
    let placed = order("MUG-1", 1).paid().create(&db).await;
    let (mut silent, mut server) = (MailServer::open(Manner::FallsSilent).await, MailServer::open(Manner::Takes).await);
    let mut first = Program::worker(&database_url(&db), &silent.url).await;
    queue::enqueue_confirmation(&mut db.acquire().await.unwrap(), placed.id).await.unwrap();
    let begun = silent.mail().await;
    first.kill();
    let second = Program::worker(&database_url(&db), &server.url).await;
    let sent = server.mail().await;
    let id = |mail: &str| mail.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned();
    assert_eq!(id(&begun), id(&sent), "the recipient's program shows them as one");
    second.says(r#"jobs_total{task="send_confirmation",outcome="completed"} 1"#).await;
    let told: i64 =
        sqlx::query_scalar("SELECT count(*) FROM order_events WHERE order_id = $1 AND kind = 'confirmation_sent'")
            .bind(placed.id)
            .fetch_one(&db)
            .await
            .unwrap();
    assert_eq!(told, 1);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn audits_go_on_when_the_database_comes_back(db: PgPool) {
    queue::migrate(&db).await.unwrap();
    product("mug").priced(1400).create(&db).await;
    let wire = Wire::to(&db).await;
    let server = MailServer::open(Manner::Takes).await;
    let worker = Program::worker(wire.url(), &server.url).await;
    worker.says(r#"audit_violations{invariant="stock_is_the_sum_of_its_movements"} 0"#).await;
    wire.cut();
    worker.says("database_up 0").await;
    sqlx::raw_sql("ALTER TABLE stock DISABLE TRIGGER USER; UPDATE stock SET on_hand = 11").execute(&db).await.unwrap();
    wire.mend();
    worker.says(r#"audit_violations{invariant="stock_is_the_sum_of_its_movements"} 1"#).await;
    worker.says("audit_last_success_timestamp_seconds").await;
}
