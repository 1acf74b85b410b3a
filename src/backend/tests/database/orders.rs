//! Orders, what they hold of the stock, and the money that was paid for them.

use sqlx::PgPool;

use super::{refusal, run};
use crate::support::{
    builders::{product, variant},
    orders::{order, parcel},
};

/// On hand, reserved and the movements' kinds of the only variant.
async fn stock(db: &PgPool) -> (i32, i32, Vec<String>) {
    sqlx::query_as(
        "SELECT on_hand, reserved, ARRAY(SELECT kind FROM stock_movements WHERE order_id IS NOT NULL ORDER BY id) FROM stock",
    )
    .fetch_one(db)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_was_sold_stays(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 2).paid().create(&db).await;
    for change in [
        "number = DEFAULT",
        "currency = 'USD'",
        "prices_include_tax = NOT prices_include_tax, total = total + tax_total",
        "subtotal = subtotal + 1, total = total + 1",
        "shipping_total = 0, total = total - shipping_total",
        "discount_total = 1, total = total - 1",
        "tax_total = 0",
        "placed_at = now() - interval '1 day'",
    ] {
        assert_eq!(refusal(&db, &format!("UPDATE orders SET {change}")).await, "orders_amounts_stay", "{change}");
    }
    assert_eq!(refusal(&db, "DELETE FROM orders").await, "orders_stay");
    for history in ["order_lines", "order_taxes", "order_events"] {
        let are_history = format!("{history}_are_history");
        assert_eq!(refusal(&db, &format!("UPDATE {history} SET order_id = order_id")).await, are_history);
        assert_eq!(refusal(&db, &format!("TRUNCATE {history}")).await, are_history);
        assert_eq!(refusal(&db, &format!("DELETE FROM {history}")).await, format!("{history}_stay"));
    }
    for (table, trigger) in [("payments", "payments_stay"), ("stock_reservations", "stock_reservations_stay")] {
        assert_eq!(refusal(&db, &format!("DELETE FROM {table}")).await, trigger);
    }
    assert_eq!(
        refusal(&db, "INSERT INTO order_events (order_id, kind) SELECT id, 'gossip' FROM orders").await,
        "order_events_kind_is_known"
    );
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_status_moves_forward_only(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).create(&db).await;
    order("MUG-1", 1).paid().create(&db).await;
    order("MUG-1", 1).completed().create(&db).await;
    order("MUG-1", 1).cancelled().create(&db).await;
    for (number, statuses) in [
        (1001, &["completed"][..]),
        (1002, &["pending"]),
        (1003, &["pending", "confirmed", "cancelled"]),
        (1004, &["pending", "confirmed", "completed"]),
    ] {
        for status in statuses {
            let sql = format!("UPDATE orders SET status = '{status}' WHERE number = {number}");
            assert_eq!(refusal(&db, &sql).await, "orders_status_moves_forward", "{number} {status}");
        }
    }
    let undated = "UPDATE orders SET status = 'confirmed' WHERE number = 1001";
    assert_eq!(refusal(&db, undated).await, "orders_confirmation_is_dated");
    let undated = "UPDATE orders SET status = 'cancelled' WHERE number = 1001";
    assert_eq!(refusal(&db, undated).await, "orders_cancellation_is_dated");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_cart_has_one_live_order(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let first = order("MUG-1", 1).create(&db).await;
    order("MUG-1", 1).create(&db).await;
    let same = format!("UPDATE orders SET cart_id = '{}' WHERE number = 1002", first.cart);
    assert_eq!(refusal(&db, &same).await, "orders_one_live_a_cart");
    run(
        &db,
        "UPDATE payments SET status = 'cancelled' FROM orders o WHERE o.id = order_id AND number = 1001;
         UPDATE orders SET status = 'cancelled', cancelled_at = now() WHERE number = 1001",
    )
    .await;
    run(&db, &same).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_orders_sums_add_up(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).create(&db).await;
    let copy = |subtotal: &str, tax: &str, total: &str| {
        format!(
            "INSERT INTO orders (email, currency, prices_include_tax, subtotal, shipping_total, tax_total, total,
                                 shipping_name, shipping_min_days, shipping_max_days, expires_at)
             SELECT email, currency, prices_include_tax, {subtotal}, shipping_total, {tax}, {total},
                    shipping_name, shipping_min_days, shipping_max_days, expires_at FROM orders"
        )
    };
    assert_eq!(refusal(&db, &copy("subtotal", "tax_total", "total + 1")).await, "orders_total_adds_up");
    assert_eq!(refusal(&db, &copy("-1", "0", "489")).await, "orders_amounts_are_not_negative");
    // At the commit: an order without lines, and one with a tax that it does not know.
    assert_eq!(refusal(&db, &copy("subtotal", "0", "total")).await, "orders_sums_add_up");
    let tax = "INSERT INTO order_taxes SELECT id, 'Levy', 10000, 1 FROM orders";
    assert_eq!(refusal(&db, tax).await, "orders_sums_add_up");
    let line = |total: &str| {
        format!(
            "INSERT INTO order_lines SELECT order_id, 2, variant_id, product_slug, title, option_names, option_values, sku, 2,
                                            unit_amount, {total}, tax_parts_per_million, weight_grams FROM order_lines"
        )
    };
    assert_eq!(refusal(&db, &line("unit_amount")).await, "order_lines_total_adds_up");
    assert_eq!(refusal(&db, &line("2 * unit_amount")).await, "order_lines_variant_is_unique");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_reservation_moves_the_stock(db: PgPool) {
    product("mug").variant(variant(&[], 1400, 5)).create(&db).await;
    let order_id = order("MUG-1", 4).create(&db).await.id;
    assert_eq!(stock(&db).await, (5, 4, vec!["reserved".to_owned()]));
    for change in ["held = held + 1", "shipped = -1", "held = 3, shipped = 2"] {
        let sql = format!("UPDATE stock_reservations SET {change}");
        assert_eq!(refusal(&db, &sql).await, "stock_reservations_only_shrink", "{change}");
    }
    let past_the_fulfilments = "UPDATE stock_reservations SET held = 2, shipped = 2";
    assert_eq!(refusal(&db, past_the_fulfilments).await, "stock_reservations_ship_by_fulfilments");
    run(&db, "UPDATE stock_reservations SET held = 3").await;
    parcel(&db, order_id, &[("MUG-1", 2)]).await;
    let (on_hand, reserved, mut kinds) = stock(&db).await;
    kinds.sort();
    assert_eq!((on_hand, reserved, kinds.join(" ").as_str()), (3, 1, "released reserved shipped"));
    let more =
        "INSERT INTO fulfilment_lines SELECT fulfilment_id, order_id, gen_random_uuid(), 1 FROM fulfilment_lines";
    assert_eq!(refusal(&db, more).await, "fulfilment_lines_were_ordered");
    let too_many = "INSERT INTO fulfilments (order_id) SELECT order_id FROM fulfilments;
                    INSERT INTO fulfilment_lines SELECT f.id, l.order_id, l.variant_id, 2
                    FROM fulfilment_lines l JOIN fulfilments f ON f.id <> l.fulfilment_id";
    assert_eq!(refusal(&db, too_many).await, "stock_reservations_held_is_not_negative");
    assert_eq!(refusal(&db, "UPDATE fulfilment_lines SET quantity = 1").await, "fulfilment_lines_are_history");
    assert_eq!(refusal(&db, "DELETE FROM fulfilment_lines").await, "fulfilment_lines_stay");
    for url in ["http://carrier.example", "javascript:alert(1)"] {
        let sql = format!("INSERT INTO fulfilments (order_id, tracking_url) SELECT order_id, '{url}' FROM fulfilments");
        assert_eq!(refusal(&db, &sql).await, "fulfilments_tracking_url_is_safe");
    }
    run(&db, "UPDATE stock_reservations SET held = 0").await;
    assert_eq!((stock(&db).await.0, stock(&db).await.1), (3, 0));
    let held =
        "INSERT INTO stock_reservations (order_id, variant_id, held) SELECT o.id, v.id, 4 FROM orders o, variants v";
    assert_eq!(refusal(&db, held).await, "stock_reservations_pkey");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn money_is_given_back_once(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).paid().create(&db).await;
    let paid = || async { sqlx::query_scalar::<_, i64>("SELECT paid FROM orders").fetch_one(&db).await.unwrap() };
    assert_eq!(paid().await, 1890, "it follows what was captured");
    let refund = |amount: i64, status: &str| {
        format!(
            "INSERT INTO refunds (payment_id, amount, reason, status) SELECT id, {amount}, 'test', '{status}' FROM payments"
        )
    };
    assert_eq!(refusal(&db, &refund(1891, "requested")).await, "refunds_are_at_most_the_captured");
    run(&db, &refund(1000, "requested")).await;
    assert_eq!(paid().await, 1890, "nothing is given back yet");
    assert_eq!(refusal(&db, &refund(891, "requested")).await, "refunds_are_at_most_the_captured");
    run(&db, &refund(90, "succeeded")).await;
    assert_eq!(paid().await, 1800);
    run(&db, "UPDATE refunds SET status = 'succeeded' WHERE amount = 1000").await;
    assert_eq!(paid().await, 800);
    assert_eq!(
        refusal(&db, "UPDATE refunds SET amount = 1801 WHERE amount = 1000").await,
        "refunds_amounts_stay",
        "not even to less than what was captured"
    );
    assert_eq!(refusal(&db, &refund(801, "succeeded")).await, "refunds_are_at_most_the_captured");
    assert_eq!(refusal(&db, "UPDATE refunds SET status = 'failed'").await, "refunds_failure_is_told");
    let second = "INSERT INTO payments (order_id, amount, currency, status, captured, provider_id)
                  SELECT order_id, amount, currency, 'captured', amount, 'pi_2' FROM payments";
    assert_eq!(refusal(&db, second).await, "payments_one_captured_an_order");
    assert_eq!(refusal(&db, "UPDATE payments SET status = 'open'").await, "payments_captured_have_money");
    assert_eq!(refusal(&db, "UPDATE payments SET captured = amount + 1").await, "payments_captured_is_in_range");
    assert_eq!(refusal(&db, "DELETE FROM refunds").await, "refunds_stay");
}

/// Two refunds at once, each of which is fine alone.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn refunds_at_once_are_at_most_the_captured_together(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).paid().create(&db).await;
    let refund = || async {
        let sql = "INSERT INTO refunds (payment_id, amount, reason) SELECT id, 630, 'race' FROM payments";
        sqlx::query(sql).execute(&db).await.is_ok()
    };
    let given = futures_util::future::join_all((0..8).map(|_| refund())).await;
    assert_eq!(given.into_iter().filter(|given| *given).count(), 3);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_refund_moves_forward_only(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).paid().create(&db).await;
    let add = |status: &str, more: &str| {
        format!(
            "INSERT INTO refunds (payment_id, amount, reason, status, failure, provider_id)
             SELECT id, 100, '{status}', '{status}', CASE WHEN '{status}' = 'failed' THEN 'no' END, {more} FROM payments"
        )
    };
    for status in ["requested", "pending", "succeeded", "failed"] {
        run(&db, &add(status, "NULL")).await;
    }
    let set = |from: &str, to: &str| {
        format!(
            "UPDATE refunds SET status = '{to}', failure = CASE WHEN '{to}' = 'failed' THEN 'no' END WHERE reason = '{from}'"
        )
    };
    for (from, to) in [
        ("pending", "requested"),
        ("succeeded", "pending"),
        ("succeeded", "requested"),
        ("failed", "succeeded"),
        ("failed", "pending"),
        ("failed", "requested"),
    ] {
        assert_eq!(refusal(&db, &set(from, to)).await, "refunds_status_moves_forward", "{from} {to}");
    }
    for change in ["amount = 1", "method = 'other', reference = 'x', status = 'succeeded'"] {
        let sql = format!("UPDATE refunds SET {change} WHERE reason = 'requested'");
        assert_eq!(refusal(&db, &sql).await, "refunds_amounts_stay", "{change}");
    }
    run(&db, "UPDATE refunds SET provider_id = 're_1' WHERE reason = 'pending'").await;
    assert_eq!(
        refusal(&db, "UPDATE refunds SET provider_id = 're_2' WHERE reason = 'pending'").await,
        "refunds_amounts_stay"
    );
    for (change, constraint) in [
        ("settled = 1 WHERE reason = 'pending'", "refunds_settled_are_failed"),
        ("settled = 101 WHERE reason = 'failed'", "refunds_settled_are_failed"),
        ("superseded_at = now() WHERE reason = 'pending'", "refunds_superseded_are_failed"),
    ] {
        assert_eq!(refusal(&db, &format!("UPDATE refunds SET {change}")).await, constraint, "{change}");
    }
    let by_other_means = "INSERT INTO refunds (payment_id, amount, reason, method, status) SELECT id, 1, 'x', 'other', 'succeeded' FROM payments";
    assert_eq!(refusal(&db, by_other_means).await, "refunds_by_other_means_are_made");
    run(&db, &set("requested", "pending")).await;
    run(&db, &set("requested", "succeeded")).await;
    run(&db, &set("requested", "failed")).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_the_provider_gave_back_is_written_down_and_what_is_to_come_fits(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    order("MUG-1", 1).paid().create(&db).await;
    let add = |amount: i64, more: &str| {
        format!(
            "INSERT INTO refunds (payment_id, amount, reason, status, method, reference, provider_id)
             SELECT id, {amount}, 'test', {more} FROM payments"
        )
    };
    run(&db, &add(1000, "'succeeded', 'other', 'cash', NULL")).await;
    assert_eq!(
        refusal(&db, &add(891, "'requested', 'provider', NULL, NULL")).await,
        "refunds_are_at_most_the_captured"
    );
    assert_eq!(refusal(&db, &add(891, "'succeeded', 'other', 'cash', NULL")).await, "refunds_are_at_most_the_captured");
    run(&db, &add(1890, "'succeeded', 'provider', NULL, 're_1'")).await;
    assert_eq!(
        refusal(&db, &add(1, "'succeeded', 'provider', NULL, 're_2'")).await,
        "refunds_are_at_most_the_captured"
    );
    let paid: i64 = sqlx::query_scalar("SELECT paid FROM orders").fetch_one(&db).await.unwrap();
    assert_eq!(paid, 0);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_cancellation_releases_its_units(db: PgPool) {
    product("mug").variant(variant(&[], 1400, 5)).create(&db).await;
    order("MUG-1", 4).paid().create(&db).await;
    let cancel = |quantity: i32| {
        format!(
            "WITH c AS (INSERT INTO order_cancellations (order_id, reason, amount, is_refunded, refund_amount)
                        SELECT id, 'Broken', 0, false, 0 FROM orders RETURNING id, order_id)
             INSERT INTO order_cancellation_lines SELECT c.id, c.order_id, variant_id, {quantity}, 0
             FROM c JOIN stock_reservations USING (order_id)"
        )
    };
    run(&db, &cancel(3)).await;
    assert_eq!(stock(&db).await, (5, 1, vec!["reserved".to_owned(), "released".to_owned()]));
    assert_eq!(refusal(&db, &cancel(2)).await, "stock_reservations_held_is_not_negative");
    assert_eq!(refusal(&db, &cancel(0)).await, "order_cancellation_lines_quantity_is_positive");
    for history in ["order_cancellations", "order_cancellation_lines"] {
        assert_eq!(refusal(&db, &format!("UPDATE {history} SET amount = 1")).await, format!("{history}_are_history"));
        assert_eq!(refusal(&db, &format!("DELETE FROM {history}")).await, format!("{history}_stay"));
    }
}
