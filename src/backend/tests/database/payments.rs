//! What PostgreSQL holds of payments, their orders and disputes.

use sqlx::PgPool;

use super::{refusal, run};
use crate::support::{builders::product, orders::order};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_payment_costs_what_its_order_costs(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).create(&db).await;
    for change in ["amount = amount + 1", "amount = 1", "currency = 'USD'"] {
        let sql = format!("UPDATE payments SET {change}");
        assert_eq!(refusal(&db, &sql).await, "payments_amount_is_the_total", "{change}");
    }
    for (amount, currency) in [("total - 1", "currency"), ("total", "'USD'")] {
        let sql =
            format!("INSERT INTO payments (order_id, amount, currency) SELECT id, {amount}, {currency} FROM orders");
        assert_eq!(refusal(&db, &sql).await, "payments_amount_is_the_total", "{amount} {currency}");
    }
    let second = "INSERT INTO payments (order_id, amount, currency) SELECT id, total, currency FROM orders";
    assert_eq!(refusal(&db, second).await, "payments_one_live_an_order");
    let nameless = "UPDATE payments SET status = 'captured', captured = amount";
    assert_eq!(refusal(&db, nameless).await, "payments_captured_have_a_provider_id");
    let event = "INSERT INTO provider_events (id, kind) VALUES ('evt_1', 'payment_intent.succeeded')";
    assert_eq!(refusal(&db, event).await, "provider_events_have_a_payment");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_cancelled_order_cannot_be_paid(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).create(&db).await;
    let cancel = "UPDATE orders SET status = 'cancelled', cancelled_at = now()";
    assert_eq!(refusal(&db, cancel).await, "orders_cancelled_are_not_payable");
    run(&db, "UPDATE payments SET status = 'processing'").await;
    assert_eq!(refusal(&db, cancel).await, "orders_cancelled_are_not_payable");
    run(&db, &format!("{cancel}; UPDATE payments SET status = 'cancelled'")).await;
    for status in ["open", "processing"] {
        let sql = format!("UPDATE payments SET status = '{status}'");
        assert_eq!(refusal(&db, &sql).await, "orders_cancelled_are_not_payable", "{status}");
    }
    // Money that comes all the same is taken, to be given back.
    run(&db, "UPDATE payments SET status = 'captured', captured = amount, provider_id = 'pi_1'").await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_is_recorded_once(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).paid().create(&db).await;
    let record = |refund: &str| {
        format!(
            "INSERT INTO order_events (order_id, kind, data) SELECT id, 'refunded', '{{\"refund_id\": \"{refund}\"}}' FROM orders"
        )
    };
    run(&db, &record("1")).await;
    run(&db, &record("2")).await;
    assert_eq!(refusal(&db, &record("1")).await, "order_events_one_a_refund");
    // An earlier release names no refund.
    for _ in 0..2 {
        run(&db, "INSERT INTO order_events (order_id, kind) SELECT id, 'refunded' FROM orders").await;
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_a_dispute_takes_is_not_paid_any_more(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).paid().create(&db).await;
    let paid = async || sqlx::query_scalar::<_, i64>("SELECT paid FROM orders").fetch_one(&db).await.unwrap();
    run(
        &db,
        "INSERT INTO disputes (payment_id, provider_id, amount, currency, status, reason, refundable, opened_at)
         SELECT id, 'dp_1', 1000, currency, 'needs_response', 'fraudulent', false, now() FROM payments",
    )
    .await;
    assert_eq!(paid().await, 1890);
    assert_eq!(refusal(&db, "UPDATE disputes SET lost = 1000").await, "disputes_lost_is_lost");
    run(&db, "UPDATE disputes SET status = 'lost', lost = 1000").await;
    assert_eq!(paid().await, 890);
    run(&db, "UPDATE disputes SET status = 'won', lost = 0").await;
    assert_eq!(paid().await, 1890);
    assert_eq!(refusal(&db, "DELETE FROM disputes").await, "disputes_stay");
    assert_eq!(refusal(&db, "UPDATE disputes SET status = 'forgotten'").await, "disputes_status_is_known");
}
