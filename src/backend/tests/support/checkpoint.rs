//! A point in the store's transactions where they wait until a test has seen them there.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, PgPool};

/// A trigger that waits for a lock which the test holds.
pub struct Checkpoint {
    /// A connection of its own: those of the pool may all wait here.
    holder: PgConnection,
    table: String,
}

const LOCK: i64 = 4711;

impl Checkpoint {
    /// Stops transactions before they do this, such as `INSERT ON orders`.
    pub async fn before(db: &PgPool, event: &str) -> Self {
        Self::new(db, event, &format!("TRIGGER checkpoint BEFORE {event}"), "").await
    }

    /// Stops transactions that did this in the middle of their `COMMIT`: they are committed whether or not anyone hears of it.
    pub async fn committing(db: &PgPool, event: &str) -> Self {
        let trigger = format!("CONSTRAINT TRIGGER checkpoint AFTER {event}");
        Self::new(db, event, &trigger, "DEFERRABLE INITIALLY DEFERRED").await
    }

    async fn new(db: &PgPool, event: &str, trigger: &str, timing: &str) -> Self {
        let mut holder = db.connect_options().connect().await.unwrap();
        sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut holder).await.unwrap();
        let sql = format!(
            "CREATE OR REPLACE FUNCTION wait_at_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN PERFORM pg_advisory_xact_lock_shared({LOCK}); RETURN NEW; END $$;
             CREATE {trigger} {timing} FOR EACH ROW EXECUTE FUNCTION wait_at_checkpoint()"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut holder).await.unwrap();
        let table = event.rsplit(' ').next().unwrap().to_owned();
        Self { holder, table }
    }

    /// Waits until a transaction is stopped here; the process of the database that runs it.
    pub async fn reached(&mut self) -> i32 {
        let sql = "SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                   WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objid = $1 AND NOT l.granted LIMIT 1";
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let found = sqlx::query_scalar(sql)
                .bind(i32::try_from(LOCK).unwrap())
                .fetch_optional(&mut self.holder)
                .await
                .unwrap();
            if let Some(pid) = found {
                return pid;
            }
            assert!(Instant::now() < deadline, "nothing came to the checkpoint at {}", self.table);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until so many transactions wait for a lock, here or behind the one that is stopped here.
    pub async fn queued(&mut self, count: i64) {
        let sql =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let deadline = Instant::now() + Duration::from_secs(20);
        while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut self.holder).await.unwrap() < count {
            assert!(Instant::now() < deadline, "fewer than {count} came to the checkpoint at {}", self.table);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets everyone go on.
    pub async fn open(mut self) {
        self.release().await;
    }

    async fn release(&mut self) {
        sqlx::query("SELECT pg_advisory_unlock($1)").bind(LOCK).execute(&mut self.holder).await.unwrap();
        let drop = format!("DROP TRIGGER checkpoint ON {}", self.table);
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut self.holder).await.unwrap();
    }

    /// Lets the transaction of a client that is gone come to its end.
    pub async fn open_for_the_dead(mut self, pid: i32) {
        self.release().await;
        let deadline = Instant::now() + Duration::from_secs(20);
        let sql = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)";
        while sqlx::query_scalar::<_, bool>(sql).bind(pid).fetch_one(&mut self.holder).await.unwrap() {
            assert!(Instant::now() < deadline, "the transaction of the killed process never ended");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
