//! The auditor: silent on what is right, and naming what is wrong and nothing else.

use std::{collections::BTreeSet, process::Command};

use devopsify::audit::{audit, check};
use sqlx::{PgConnection, PgPool};

use crate::support::{
    builders::{product, variant},
    orders::order,
    program::database_url,
};

/// Each invariant, what breaks it, and what is named as an example. The orders are those of [`filled`]: 1001 is pending,
/// 1002 confirmed, 1003 completed, 1004 cancelled, 1005 refunded, 1006 lost to a dispute and 1007 under dispute, with a refund
/// that waits for its end.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "reserved_is_what_orders_hold",
        "INSERT INTO stock_movements (variant_id, kind, reserved_delta, reason)
         SELECT id, 'reserved', 1, 'nobody' FROM variants WHERE sku = 'MUG-1'",
        "variant MUG-1",
    ),
    (
        "stock_is_the_sum_of_its_movements",
        "ALTER TABLE stock DISABLE TRIGGER USER;
         UPDATE stock SET on_hand = on_hand + 1 FROM variants v WHERE v.id = variant_id AND sku = 'CAP-1'",
        "variant CAP-1",
    ),
    (
        "nothing_is_sold_that_is_not_there",
        "ALTER TABLE stock DROP CONSTRAINT stock_reserved_is_on_hand;
         INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reason)
         SELECT variant_id, 'adjusted', -on_hand, 'stolen' FROM stock JOIN variants v ON v.id = variant_id WHERE sku = 'MUG-1'",
        "variant MUG-1",
    ),
    (
        "reservations_follow_their_order",
        "ALTER TABLE stock_reservations DISABLE TRIGGER USER;
         UPDATE stock_reservations SET held = held + CASE number WHEN 1001 THEN -1 ELSE 1 END
         FROM orders o, variants v WHERE o.id = order_id AND v.id = variant_id AND sku = 'MUG-1' AND number IN (1001, 1004)",
        "order 1001 order 1004",
    ),
    (
        "reservations_follow_their_order",
        "ALTER TABLE stock_reservations DISABLE TRIGGER USER; ALTER TABLE fulfilment_lines DISABLE TRIGGER USER;
         UPDATE stock_reservations SET shipped = 0 FROM orders o WHERE o.id = order_id AND number = 1003;
         DELETE FROM fulfilment_lines USING orders o WHERE o.id = order_id AND number = 1003",
        "order 1003",
    ),
    (
        "what_was_shipped_is_in_parcels",
        "ALTER TABLE fulfilment_lines DISABLE TRIGGER USER;
         UPDATE fulfilment_lines SET quantity = quantity + 1",
        "order 1003",
    ),
    (
        "an_order_is_captured_once",
        "DROP INDEX payments_one_captured_an_order; DROP INDEX payments_one_live_an_order;
         INSERT INTO payments (order_id, amount, currency, status, captured, provider_id)
         SELECT id, total, currency, 'captured', total, 'pi_2' FROM orders WHERE number = 1002;
         UPDATE orders SET paid = 2 * total WHERE number = 1002",
        "order 1002",
    ),
    ("paid_is_captured_less_refunded", "UPDATE orders SET paid = paid + 1 WHERE number = 1005", "order 1005"),
    (
        "refunds_are_at_most_the_captured",
        "ALTER TABLE refunds DISABLE TRIGGER USER;
         INSERT INTO refunds (payment_id, amount, reason) SELECT p.id, p.amount + 1, 'generous'
         FROM payments p JOIN orders o ON o.id = order_id WHERE number = 1002",
        "order 1002",
    ),
    (
        "captured_money_has_an_order_or_a_refund",
        "UPDATE payments SET status = 'captured', captured = amount, provider_id = 'pi_1'
         FROM orders o WHERE o.id = order_id AND number = 1004",
        "order 1004",
    ),
    (
        "confirmed_orders_are_paid",
        "UPDATE payments SET status = 'open', captured = 0 FROM orders o WHERE o.id = order_id AND number = 1003",
        "order 1003",
    ),
    (
        "paid_is_captured_less_refunded",
        "ALTER TABLE disputes DISABLE TRIGGER USER;
         INSERT INTO disputes (payment_id, provider_id, amount, currency, status, reason, refundable, lost, opened_at)
         SELECT p.id, 'dp_1', 1, 'EUR', 'lost', 'general', false, 1, now()
         FROM payments p JOIN orders o ON o.id = order_id WHERE number = 1002",
        "order 1002",
    ),
    (
        "payments_are_of_their_orders_total",
        "ALTER TABLE payments DISABLE TRIGGER USER;
         UPDATE payments SET amount = amount + 1 FROM orders o WHERE o.id = order_id AND number IN (1001, 1004)",
        "order 1001 order 1004",
    ),
    (
        "payments_are_of_their_orders_total",
        "ALTER TABLE payments DISABLE TRIGGER USER;
         UPDATE payments SET currency = 'USD' FROM orders o WHERE o.id = order_id AND number IN (1001, 1005)",
        "order 1001 order 1005",
    ),
    (
        "captured_payments_have_a_provider_id",
        "ALTER TABLE payments DROP CONSTRAINT payments_captured_have_a_provider_id;
         UPDATE payments SET provider_id = NULL FROM orders o WHERE o.id = order_id AND number IN (1002, 1005)",
        "order 1002 order 1005",
    ),
    (
        "cancelled_orders_cannot_be_paid",
        "ALTER TABLE payments DISABLE TRIGGER USER;
         UPDATE payments SET status = 'open' FROM orders o WHERE o.id = order_id AND number = 1004",
        "order 1004",
    ),
    (
        "cancelled_orders_cannot_be_paid",
        "ALTER TABLE orders DISABLE TRIGGER USER; ALTER TABLE payments DISABLE TRIGGER USER;
         UPDATE payments SET status = 'processing' FROM orders o WHERE o.id = order_id AND number = 1004",
        "order 1004",
    ),
    (
        "an_order_has_one_live_payment",
        "DROP INDEX payments_one_live_an_order;
         INSERT INTO payments (order_id, amount, currency) SELECT id, total, currency FROM orders WHERE number IN (1001, 1002)",
        "order 1001 order 1002",
    ),
    (
        "unpaid_orders_expire",
        "UPDATE orders SET expires_at = now() - interval '16 minutes' WHERE number = 1001",
        "order 1001",
    ),
    (
        "processing_payments_end",
        "UPDATE payments SET status = 'processing', created_at = now() - interval '15 days'
         FROM orders o WHERE o.id = order_id AND number = 1001",
        "order 1001",
    ),
    (
        "refunds_come_to_an_end",
        "INSERT INTO refunds (payment_id, amount, reason, created_at)
         SELECT p.id, 1, 'forgotten', now() - interval '61 minutes' FROM payments p JOIN orders o ON o.id = order_id
         WHERE number = 1002",
        "order 1002",
    ),
    (
        "refunds_come_to_an_end",
        "INSERT INTO refunds (payment_id, amount, reason, status, created_at)
         SELECT p.id, 1, 'slow', 'pending', now() - interval '31 days' FROM payments p JOIN orders o ON o.id = order_id
         WHERE number = 1002",
        "order 1002",
    ),
    (
        "refunds_are_recorded_once",
        "INSERT INTO order_events (order_id, kind) SELECT id, 'refunded' FROM orders WHERE number = 1005",
        "order 1005",
    ),
    (
        // As many as there are refunds, and both of the same one.
        "refunds_are_recorded_once",
        "DROP INDEX order_events_one_a_refund;
         INSERT INTO refunds (payment_id, amount, reason, status, failure)
         SELECT p.id, 1, 'returned', 'failed', 'expired_or_canceled_card'
         FROM payments p JOIN orders o ON o.id = order_id, generate_series(1, 2) WHERE number = 1002;
         INSERT INTO order_events (order_id, kind, data) SELECT id, 'refunded', '{\"refund_id\": \"1\"}'
         FROM orders, generate_series(1, 2) WHERE number = 1002",
        "order 1002",
    ),
    (
        "events_have_a_payment",
        "ALTER TABLE provider_events DROP CONSTRAINT provider_events_have_a_payment;
         INSERT INTO provider_events (id, kind) VALUES ('evt_1', 'payment_intent.succeeded')",
        "event evt_1",
    ),
    (
        "disputes_are_of_captured_payments",
        "INSERT INTO disputes (payment_id, provider_id, amount, currency, status, reason, refundable, opened_at)
         SELECT p.id, 'dp_1', 1, 'EUR', 'needs_response', 'general', false, now()
         FROM payments p JOIN orders o ON o.id = order_id WHERE number = 1001",
        "order 1001",
    ),
    (
        "nothing_is_shipped_while_disputed",
        "INSERT INTO disputes (payment_id, provider_id, amount, currency, status, reason, refundable, opened_at, created_at)
         SELECT p.id, 'dp_1', 1, 'EUR', 'under_review', 'general', false, now(), now() - interval '1 hour'
         FROM payments p JOIN orders o ON o.id = order_id WHERE number = 1003",
        "order 1003",
    ),
    (
        "a_cart_has_one_live_order",
        "DROP INDEX orders_one_live_a_cart;
         UPDATE orders SET cart_id = (SELECT cart_id FROM orders WHERE number = 1002) WHERE number = 1003",
        "orders 1002 and 1003",
    ),
    (
        "totals_add_up",
        "ALTER TABLE orders DROP CONSTRAINT orders_total_adds_up, DISABLE TRIGGER USER;
         UPDATE orders SET total = total + 1 WHERE number = 1001;
         UPDATE payments SET amount = amount + 1 FROM orders o WHERE o.id = order_id AND number = 1001",
        "order 1001",
    ),
    (
        "lines_add_up",
        "ALTER TABLE order_lines DISABLE TRIGGER USER;
         UPDATE order_lines SET unit_amount = unit_amount + 1, total_amount = total_amount + quantity
         FROM orders o WHERE o.id = order_id AND number = 1002",
        "order 1002",
    ),
    (
        "taxes_add_up",
        "ALTER TABLE order_taxes DISABLE TRIGGER USER;
         DELETE FROM order_taxes USING orders o WHERE o.id = order_id AND number = 1003",
        "order 1003",
    ),
    (
        "dates_follow_the_status",
        "ALTER TABLE orders DROP CONSTRAINT orders_confirmation_is_dated;
         UPDATE orders SET confirmed_at = now() WHERE number = 1001",
        "order 1001",
    ),
    (
        "history_follows_the_status",
        "ALTER TABLE order_events DISABLE TRIGGER USER;
         DELETE FROM order_events USING orders o WHERE o.id = order_id AND number = 1002 AND kind = 'paid'",
        "order 1002",
    ),
    (
        "history_follows_the_status",
        "INSERT INTO order_events (order_id, kind) SELECT id, kind FROM orders, unnest(ARRAY['placed', 'paid']) AS kind
         WHERE number = 1002",
        "order 1002",
    ),
    (
        "history_follows_the_status",
        "INSERT INTO order_events (order_id, kind) SELECT id, 'cancelled' FROM orders WHERE number = 1001",
        "order 1001",
    ),
    (
        "history_follows_the_status",
        "INSERT INTO order_events (order_id, kind) SELECT id, 'completed' FROM orders WHERE number = 1002",
        "order 1002",
    ),
    (
        "reservations_follow_their_order",
        "ALTER TABLE order_cancellation_lines DISABLE TRIGGER USER;
         WITH c AS (INSERT INTO order_cancellations (order_id, reason, amount, is_refunded, refund_amount)
                    SELECT id, 'Broken', 1400, true, 0 FROM orders WHERE number = 1002 RETURNING id, order_id)
         INSERT INTO order_cancellation_lines SELECT c.id, c.order_id, variant_id, 1, 1400
         FROM c JOIN stock_reservations USING (order_id)",
        "order 1002",
    ),
    (
        "failed_refunds_are_made_good",
        "INSERT INTO refunds (payment_id, amount, reason, status, failure, updated_at)
         SELECT p.id, 100, 'Scratched', 'failed', 'it came back', now() - interval '2 days'
         FROM payments p JOIN orders o ON o.id = order_id WHERE number IN (1002, 1003)",
        "order 1002 order 1003",
    ),
    (
        "superseded_refunds_were_never_made",
        "INSERT INTO refunds (payment_id, amount, reason, status, failure, provider_id, settled, superseded_at)
         SELECT p.id, 100, 'Scratched', 'failed', 'superseded', 're_1', 100, now()
         FROM payments p JOIN orders o ON o.id = order_id WHERE number = 1002",
        "order 1002",
    ),
    (
        "superseded_refunds_were_never_made",
        "INSERT INTO refunds (payment_id, amount, reason, replaces)
         SELECT p.id, 100, 'Scratched', (SELECT id FROM refunds LIMIT 1)
         FROM payments p JOIN orders o ON o.id = order_id WHERE number = 1002",
        "order 1002",
    ),
    (
        "cancellations_are_worth_their_lines",
        "INSERT INTO order_cancellations (order_id, reason, amount, is_refunded, refund_amount)
         SELECT id, 'Broken', 490, true, 490 FROM orders WHERE number = 1003",
        "order 1003",
    ),
    (
        "the_audit_log_is_a_chain",
        "ALTER TABLE audit_log DISABLE TRIGGER USER;
         UPDATE audit_log SET after = '{\"on_hand\": 9}' WHERE position = 2",
        "entry 2",
    ),
    (
        "the_audit_log_is_a_chain",
        "ALTER TABLE audit_log DISABLE TRIGGER USER; DELETE FROM audit_log WHERE position = 2",
        "entry 3",
    ),
    (
        "the_audit_log_is_a_chain",
        "ALTER TABLE audit_log DISABLE TRIGGER USER; DELETE FROM audit_log WHERE position = 1",
        "entry 2",
    ),
    (
        // Whoever knows how to make a hash has to make all that follow.
        "the_audit_log_is_a_chain",
        "ALTER TABLE audit_log DISABLE TRIGGER USER;
         UPDATE audit_log SET account_id = gen_random_uuid() WHERE position = 1;
         UPDATE audit_log l SET hash = audit_log_digest(l) WHERE position = 1",
        "entry 2",
    ),
];

const DISPUTES: &[&str] = &[
    "INSERT INTO disputes (payment_id, provider_id, amount, currency, status, reason, refundable, lost, opened_at)
     SELECT p.id, 'dp_' || number, total, o.currency, CASE number WHEN 1006 THEN 'lost' ELSE 'needs_response' END, 'fraudulent',
            false, CASE number WHEN 1006 THEN total ELSE 0 END, now()
     FROM payments p JOIN orders o ON o.id = order_id WHERE number IN (1006, 1007)",
    "INSERT INTO refunds (payment_id, amount, reason, created_at)
     SELECT p.id, 1, 'on its way', now() - interval '30 days' FROM payments p JOIN orders o ON o.id = order_id WHERE number = 1007",
];

async fn filled(db: &PgPool) {
    product("mug").priced(1400).create(db).await;
    product("cap").variant(variant(&[], 2500, 1).backorderable()).create(db).await;
    order("MUG-1", 2).line("CAP-1", 3).create(db).await;
    order("MUG-1", 1).paid().create(db).await;
    order("MUG-1", 1).completed().create(db).await;
    order("MUG-1", 1).cancelled().create(db).await;
    order("CAP-1", 1).tax_on_top().refunded().create(db).await;
    order("MUG-1", 1).paid().create(db).await;
    order("MUG-1", 1).paid().create(db).await;
    for sql in DISPUTES {
        sqlx::query(*sql).execute(db).await.unwrap();
    }
    sqlx::query(
        "INSERT INTO audit_log (account_id, role, proof, proof_id, action, subject_type, subject_id, after, position,
                                previous_hash, hash)
         SELECT gen_random_uuid(), 'administrator', 'session', gen_random_uuid(), 'stock.moved', 'variant', number::text,
                jsonb_build_object('on_hand', number), 0, '', ''
         FROM generate_series(1, 3) AS number",
    )
    .execute(db)
    .await
    .unwrap();
}

/// The invariants that do not hold, with what is named.
async fn broken(connection: &mut PgConnection) -> Vec<(&'static str, String)> {
    let findings = check(connection).await.unwrap().into_iter().filter(|finding| finding.violations > 0);
    findings.map(|finding| (finding.name, finding.examples.join(" "))).collect()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_right_is_not_complained_about(db: PgPool) {
    assert_eq!(broken(&mut db.acquire().await.unwrap()).await, []);
    filled(&db).await;
    assert_eq!(broken(&mut db.acquire().await.unwrap()).await, []);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_wrong_is_named_and_nothing_else(db: PgPool) {
    filled(&db).await;
    for (name, sql, example) in PLANTED {
        let mut tx = db.begin().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe((*sql).to_owned()))
            .execute(&mut *tx)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(broken(&mut tx).await, [(*name, (*example).to_owned())], "{sql}");
        tx.rollback().await.unwrap();
    }
    let findings = audit(&mut db.acquire().await.unwrap()).await.unwrap();
    let known: BTreeSet<_> = findings.iter().map(|finding| finding.name).collect();
    assert_eq!(known.len(), findings.len(), "two have the same name");
    assert_eq!(known, PLANTED.iter().map(|(name, ..)| *name).collect(), "each is broken once");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn five_examples_are_enough(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    for _ in 0..7 {
        order("MUG-1", 1).create(&db).await;
    }
    sqlx::query("UPDATE orders SET paid = 1").execute(&db).await.unwrap();
    let findings = audit(&mut db.acquire().await.unwrap()).await.unwrap();
    let finding = findings.iter().find(|finding| finding.violations > 0).unwrap();
    assert_eq!((finding.violations, finding.examples.len()), (7, 5));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_command_says_it_by_its_exit_code(db: PgPool) {
    filled(&db).await;
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_devopsify"));
        let output = command.arg("audit").env("DATABASE_URL", database_url(&db)).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = run();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("     0  totals_add_up"), "{said}");
    sqlx::query("UPDATE orders SET paid = paid + 1 WHERE number = 1005").execute(&db).await.unwrap();
    let (code, said) = run();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("     1  paid_is_captured_less_refunded") && said.contains("order 1005"), "{said}");
}
