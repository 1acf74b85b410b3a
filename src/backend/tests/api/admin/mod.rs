//! `/api/admin`.

mod access;
mod audit_log;
mod customers;
mod fulfilments;
mod orders;
mod races;
mod roles;
mod stock_movements;

use devopsify::jobs;
use sqlx::PgPool;

use crate::support::Shop;

/// A store with its queue.
async fn open(db: PgPool) -> Shop {
    jobs::migrate(&db).await.unwrap();
    Shop::open(db).await
}
