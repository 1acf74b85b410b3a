//! The connections to PostgreSQL that a process shares, and how long who needs one waits for it.

use std::{ops::Deref, time::Instant};

use metrics::{counter, gauge, histogram};
use sqlx::{PgPool, PgTransaction, Postgres, pool::PoolConnection};

use crate::telemetry::Present;

/// Enough for what a shop's replica answers at once, most of the time.
const WARM: u32 = 8;

/// Connections to PostgreSQL; cheap to clone. What takes one from here is measured, so statements go to a connection and never
/// to the pool itself, which would take one unseen.
#[derive(Clone, Debug)]
pub struct Pool(PgPool);

impl Pool {
    /// A connection, once there is one.
    ///
    /// # Errors
    /// When none can be had in time.
    pub async fn acquire(&self) -> sqlx::Result<PoolConnection<Postgres>> {
        self.measured(self.0.acquire()).await
    }

    /// A transaction on a connection, once there is one.
    ///
    /// # Errors
    /// When none can be had in time.
    pub async fn begin(&self) -> sqlx::Result<PgTransaction<'static>> {
        self.measured(self.0.begin()).await
    }

    /// Opens the connections that the first visitors ask for: to open one takes many times as long as to use it, and all of them
    /// come at once when a load balancer learns of this process.
    ///
    /// # Errors
    /// When one cannot be opened in time; those before stay open.
    pub async fn warm(&self) -> sqlx::Result<()> {
        let wanted = WARM.min(self.options().get_max_connections() / 2);
        let mut taken = Vec::new();
        while self.size() < wanted {
            taken.push(self.0.acquire().await?);
        }
        Ok(())
    }

    fn is_used_up(&self) -> bool {
        self.num_idle() == 0 && self.size() >= self.options().get_max_connections()
    }

    async fn measured<T>(&self, taken: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        let wait = Wait::begin(self.is_used_up());
        let taken = taken.await;
        drop(wait);
        if matches!(taken, Err(sqlx::Error::PoolTimedOut)) {
            counter!("database_pool_timeouts_total").increment(1);
        }
        taken
    }
}

/// Somebody who takes a connection, told of also when he leaves before he has one.
struct Wait {
    began: Instant,
    _waiting: Option<Present>,
}

impl Wait {
    /// Who finds an idle connection or opens another one waits for nobody.
    fn begin(is_used_up: bool) -> Self {
        let waiting = is_used_up.then(|| Present::new(gauge!("database_pool_waiting")));
        Self { began: Instant::now(), _waiting: waiting }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        histogram!("database_pool_acquire_duration_seconds").record(self.began.elapsed());
    }
}

impl From<PgPool> for Pool {
    fn from(pool: PgPool) -> Self {
        Self(pool)
    }
}

impl Deref for Pool {
    type Target = PgPool;

    fn deref(&self) -> &PgPool {
        &self.0
    }
}
