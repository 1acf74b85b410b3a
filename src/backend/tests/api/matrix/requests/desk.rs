//! Requests of the staff about one order or one refund.

use serde_json::json;
use uuid::Uuid;

use super::{Wanted, World};

impl World<'_> {
    pub(super) async fn of_order_desk(&self, endpoint: &str, path: &str) -> Wanted {
        let of = |id: Uuid| path.replace("{id}", &id.to_string());
        match endpoint {
            "GET /api/admin/orders/{number}" => {
                Wanted::get(path.replace("{number}", &self.order(true).await.to_string()))
            }
            "POST /api/admin/orders/{number}/fulfilments" => {
                let path = path.replace("{number}", &self.order(true).await.to_string());
                Wanted::with(path, json!({})).header("idempotency-key", "one")
            }
            "POST /api/admin/orders/{number}/cancellations" => {
                let path = path.replace("{number}", &self.order(true).await.to_string());
                Wanted::with(path, json!({ "reason": "Broken", "refund": true })).header("idempotency-key", "one")
            }
            "POST /api/admin/orders/{number}/close" => {
                let number = self.order(true).await;
                self.refund(number, "succeeded", None).await;
                Wanted::with(path.replace("{number}", &number.to_string()), json!({ "reason": "Refunded" }))
            }
            "POST /api/admin/orders/{number}/refunds" => {
                let path = path.replace("{number}", &self.order(true).await.to_string());
                let body = json!({ "amount": 1, "reason": "Scratched", "method": "provider" });
                Wanted::with(path, body).header("idempotency-key", "one")
            }
            "POST /api/admin/refunds/{id}/retry" => {
                let number = self.order(true).await;
                Wanted::get(of(self.refund(number, "failed", Some("it came back")).await))
                    .header("idempotency-key", "one")
            }
            "POST /api/admin/refunds/{id}/resolution" => {
                let number = self.order(true).await;
                let path = of(self.refund(number, "failed", Some("it came back")).await);
                Wanted::with(path, json!({ "reference": "4711", "note": "Paid" })).header("idempotency-key", "one")
            }
            _ => Wanted::get(path),
        }
    }

    /// A refund of all that was paid for an order.
    async fn refund(&self, number: i64, status: &str, failure: Option<&str>) -> Uuid {
        sqlx::query_scalar(
            "INSERT INTO refunds (payment_id, amount, reason, status, failure)
             SELECT p.id, p.captured, 'made at the provider', $2, $3
             FROM payments p JOIN orders o ON o.id = p.order_id WHERE o.number = $1 RETURNING id",
        )
        .bind(number)
        .bind(status)
        .bind(failure)
        .fetch_one(&self.shop.db)
        .await
        .unwrap()
    }
}
