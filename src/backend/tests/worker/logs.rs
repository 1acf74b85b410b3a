//! What the worker logs: what became of each mail, and nothing of whom it was to.

use std::{fs, path::Path, time::Duration};

use devopsify::queue::{self, AccountNews};
use serde_json::Value;
use sqlx::PgPool;

use crate::support::{
    builders::product,
    orders::order,
    program::{Program, database_url},
    smtp::{MailServer, Manner},
    unused_port,
};

const ADDRESS: &str = "quoted.recipient@mailbox.example";

fn lines(log: &Path) -> Vec<Value> {
    let text = fs::read_to_string(log).unwrap();
    // The last line may be half written.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
}

/// Waits for so many lines with this message.
async fn logged(log: &Path, message: &str, count: usize) {
    let found = tokio::time::timeout(Duration::from_secs(60), async {
        while lines(log).iter().filter(|line| line["message"] == message).count() < count {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    found.await.unwrap_or_else(|_| panic!("{message:?} was never logged: {:?}", lines(log)));
}

/// Servers quote the recipient in what they refuse, and the queue's library logs a failed job with all that is in it.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn who_a_refused_mail_was_to_is_not_logged(db: PgPool) {
    queue::migrate(&db).await.unwrap();
    product("mug").priced(1400).create(&db).await;
    for (answer, message) in [
        (
            "550 5.1.1 <quoted.recipient@mailbox.example>: no mailbox of quoted.recipient here",
            "a mail was refused for good",
        ),
        ("451 4.7.1 <quoted.recipient@mailbox.example> is greylisted, quoted.recipient", "a job failed"),
    ] {
        sqlx::query("DELETE FROM graphile_worker._private_jobs").execute(&db).await.unwrap();
        let server = MailServer::open(Manner::Refuses(answer)).await;
        let port = unused_port();
        let variables = [
            ("DATABASE_URL", database_url(&db)),
            ("SMTP_URL", server.url.clone()),
            ("WORKER_PORT", port.to_string()),
            // More than operators ask for, and everything that is ours.
            ("RUST_LOG", "info,graphile_worker=info,devopsify=trace".to_owned()),
        ];
        let mut worker = Program::new("worker", port, &variables);
        let log = worker.log_to_file();
        worker.start();
        let placed = order("MUG-1", 1).paid().create(&db).await;
        sqlx::query("UPDATE orders SET email = $1 WHERE id = $2")
            .bind(ADDRESS)
            .bind(placed.id)
            .execute(&db)
            .await
            .unwrap();
        let mut connection = db.acquire().await.unwrap();
        queue::enqueue_account_mail(&mut connection, AccountNews::Erased { before: ADDRESS.into() }).await.unwrap();
        queue::enqueue_confirmation(&mut connection, placed.id).await.unwrap();
        logged(&log, message, 2).await;
        let all = lines(&log);
        let told: Vec<_> = all.iter().filter(|line| line.to_string().contains("quoted.recipient")).collect();
        assert!(told.is_empty(), "{told:?}");
        let code = &answer[..9];
        assert!(
            all.iter().any(|line| line.to_string().contains(&format!("the mail server answered {code}"))),
            "{all:?}"
        );
        let kept: Vec<String> = sqlx::query_scalar(
            "SELECT concat(last_error) FROM graphile_worker._private_jobs UNION ALL SELECT data::text FROM order_events",
        )
        .fetch_all(&db)
        .await
        .unwrap();
        assert!(!kept.iter().any(|text| text.contains("quoted")), "{kept:?}");
    }
}
