//! What takes so long that its replica is told to stop in the middle of it: an order that waits for somebody else's, and a
//! picture for somebody whose line is slow.

use std::time::Duration;

use axum::body::Bytes;
use reqwest::Response;
use sqlx::{Postgres, Transaction};
use tokio::task::JoinHandle;

use super::{
    rollout::{LARGE_PICTURE, PICTURE_BYTES, Replica, Rollout},
    visitor::{Placed, Visitor},
};

/// Whose both are; nobody else has this number.
const VISITOR: usize = 200;

/// Both, begun and not ended.
pub struct Lasting {
    visitor: Visitor,
    order: JoinHandle<Option<Placed>>,
    picture: (Bytes, Response),
    /// Somebody else's order, which has locked the stock.
    other: Transaction<'static, Postgres>,
}

impl Lasting {
    /// Begins both at a replica that is in rotation, and waits until neither goes on; none if one failed already.
    pub async fn begin(rollout: &Rollout, replica: &Replica) -> Option<Self> {
        let address = replica.backend.address.to_string();
        let [visitor, buyer] = [(); 2].map(|()| Visitor::new(rollout, VISITOR).served_by(address.clone()));
        let cart = buyer.fill_cart(rollout.mug).await?;
        let mut answer = visitor.open(LARGE_PICTURE).await?;
        let first = answer.chunk().await.unwrap().unwrap();
        let mut other = rollout.db.begin().await.unwrap();
        let lock = "SELECT pg_backend_pid() FROM stock WHERE variant_id = $1 FOR UPDATE";
        let holder: i32 = sqlx::query_scalar(lock).bind(rollout.mug).fetch_one(&mut *other).await.unwrap();
        let order = tokio::spawn(async move { buyer.place(&cart).await });
        let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))";
        while !order.is_finished()
            && !sqlx::query_scalar::<_, bool>(waits).bind(holder).fetch_one(&rollout.db).await.unwrap()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Some(Self { visitor, order, picture: (first, answer), other })
    }

    /// Lets both go on, and the order be paid at another replica.
    pub async fn end(self, rollout: &Rollout) {
        if self.order.is_finished() {
            rollout.journal.fail("the order that was to wait for another did not");
        }
        self.other.rollback().await.unwrap();
        let (first, answer) = self.picture;
        if let Some(rest) = self.visitor.rest(LARGE_PICTURE, answer).await
            && first.len() + rest.len() != PICTURE_BYTES
        {
            rollout.journal.fail(&format!("{LARGE_PICTURE} ended after {} bytes", first.len() + rest.len()));
        }
        if let Some(placed) = self.order.await.unwrap() {
            Visitor::new(rollout, VISITOR).pay(&placed).await;
        }
    }
}
