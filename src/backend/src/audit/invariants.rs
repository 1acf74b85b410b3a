//! What must always hold, each as a query that finds what breaks it.

use futures_util::future::BoxFuture;
use sqlx::PgConnection;

/// How many break an invariant, and five of them at the most.
type Broken<'a> = BoxFuture<'a, sqlx::Result<(i64, Vec<String>)>>;

/// Something that must always hold.
pub struct Invariant {
    /// In snake case, for metrics and alerts.
    pub name: &'static str,
    /// The same for people.
    pub sentence: &'static str,
    /// Looks for what breaks it.
    pub check: for<'a> fn(&'a mut PgConnection) -> Broken<'a>,
}

/// The query names what breaks the invariant, a row each.
macro_rules! invariant {
    ($name:literal, $sentence:literal, $violations:literal) => {
        Invariant {
            name: $name,
            sentence: $sentence,
            check: |connection| {
                Box::pin(async move {
                    let found = sqlx::query!(
                        r#"SELECT count(*) AS "violations!", coalesce((array_agg(example ORDER BY example))[1:5], '{}') AS "examples!"
                           FROM ("# + $violations + ") AS found (example)"
                    )
                    .fetch_one(connection)
                    .await?;
                    Ok((found.violations, found.examples))
                })
            },
        }
    };
}

/// All of them.
pub const INVARIANTS: &[Invariant] = &[
    invariant!(
        "reserved_is_what_orders_hold",
        "What is reserved of a variant is what orders hold of it.",
        "SELECT 'variant ' || coalesce(v.sku, v.id::text)
         FROM stock s JOIN variants v ON v.id = s.variant_id
              LEFT JOIN (SELECT variant_id, sum(held) AS held FROM stock_reservations WHERE held > 0 GROUP BY variant_id) r
              USING (variant_id)
         WHERE s.reserved <> coalesce(r.held, 0)"
    ),
    invariant!(
        "stock_is_the_sum_of_its_movements",
        "What is on hand and what is reserved are the sums of the ledger.",
        "SELECT 'variant ' || coalesce(v.sku, v.id::text)
         FROM stock s JOIN variants v ON v.id = s.variant_id
              LEFT JOIN (SELECT variant_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
                         FROM stock_movements GROUP BY variant_id) m USING (variant_id)
         WHERE s.on_hand <> coalesce(m.on_hand, 0) OR s.reserved <> coalesce(m.reserved, 0)"
    ),
    invariant!(
        "nothing_is_sold_that_is_not_there",
        "No more is reserved than is on hand, unless it may be ordered without stock.",
        "SELECT 'variant ' || coalesce(v.sku, v.id::text)
         FROM stock s JOIN variants v ON v.id = s.variant_id
         WHERE s.on_hand < 0 OR s.reserved < 0 OR s.reserved > s.on_hand AND NOT s.backorderable"
    ),
    invariant!(
        "reservations_follow_their_order",
        "An order that lives holds what its lines say less what was shipped and cancelled; one that is complete or cancelled holds nothing, and of one that is complete all the rest was shipped.",
        "SELECT DISTINCT 'order ' || o.number
         FROM order_lines l FULL JOIN stock_reservations r USING (order_id, variant_id) JOIN orders o ON o.id = order_id
              LEFT JOIN (SELECT order_id, variant_id, sum(quantity) AS quantity FROM order_cancellation_lines
                         GROUP BY order_id, variant_id) c USING (order_id, variant_id)
         WHERE CASE WHEN o.status IN ('pending', 'confirmed')
                    THEN coalesce(l.quantity, 0) - coalesce(c.quantity, 0) <> coalesce(r.held + r.shipped, 0)
                    WHEN o.status = 'completed'
                    THEN r.held > 0 OR coalesce(l.quantity, 0) - coalesce(c.quantity, 0) <> coalesce(r.shipped, 0)
                    ELSE r.held > 0 END"
    ),
    invariant!(
        "what_was_shipped_is_in_parcels",
        "What was shipped of a line is what its order's parcels hold of it.",
        "SELECT DISTINCT 'order ' || o.number
         FROM stock_reservations r
              FULL JOIN (SELECT order_id, variant_id, sum(quantity) AS quantity FROM fulfilment_lines
                         GROUP BY order_id, variant_id) f USING (order_id, variant_id)
              JOIN orders o ON o.id = order_id
         WHERE coalesce(r.shipped, 0) <> coalesce(f.quantity, 0)"
    ),
    invariant!(
        "an_order_is_captured_once",
        "An order has one captured payment at the most.",
        "SELECT 'order ' || o.number FROM payments p JOIN orders o ON o.id = p.order_id
         WHERE p.captured > 0 GROUP BY o.id HAVING count(*) > 1"
    ),
    invariant!(
        "paid_is_captured_less_refunded",
        "What an order says was paid is what was captured less what was given back and what was lost to disputes, and never less than nothing.",
        "SELECT 'order ' || o.number
         FROM orders o
              LEFT JOIN (SELECT order_id, sum(captured) AS captured FROM payments GROUP BY order_id) p ON p.order_id = o.id
              LEFT JOIN (SELECT p.order_id, sum(r.amount) AS refunded FROM refunds r JOIN payments p ON p.id = r.payment_id
                         WHERE r.status = 'succeeded' GROUP BY p.order_id) r ON r.order_id = o.id
              LEFT JOIN (SELECT p.order_id, sum(d.lost) AS lost FROM disputes d JOIN payments p ON p.id = d.payment_id
                         GROUP BY p.order_id) d ON d.order_id = o.id
         WHERE o.paid <> greatest(0, coalesce(p.captured, 0) - coalesce(r.refunded, 0) - coalesce(d.lost, 0))"
    ),
    invariant!(
        "refunds_are_at_most_the_captured",
        "No more of a payment is given back than was captured.",
        "SELECT 'order ' || o.number
         FROM payments p JOIN orders o ON o.id = p.order_id
              JOIN (SELECT payment_id, sum(amount) AS refunded FROM refunds WHERE status <> 'failed' GROUP BY payment_id) r
              ON r.payment_id = p.id
         WHERE r.refunded > p.captured"
    ),
    invariant!(
        "captured_money_has_an_order_or_a_refund",
        "What was captured is for an order that is confirmed or complete, is given back, was lost to a dispute, or was kept for what the staff cancelled without a refund.",
        "SELECT 'order ' || o.number
         FROM orders o
              JOIN (SELECT p.order_id, sum(p.captured - coalesce(r.refunded, 0) - coalesce(d.lost, 0)) AS kept
                    FROM payments p
                         LEFT JOIN (SELECT payment_id, sum(amount) AS refunded FROM refunds WHERE status <> 'failed'
                                    GROUP BY payment_id) r ON r.payment_id = p.id
                         LEFT JOIN (SELECT payment_id, sum(lost) AS lost FROM disputes GROUP BY payment_id) d
                         ON d.payment_id = p.id
                    GROUP BY p.order_id) p ON p.order_id = o.id
         WHERE p.kept > (SELECT coalesce(sum(c.amount), 0) FROM order_cancellations c
                         WHERE c.order_id = o.id AND NOT c.is_refunded)
           AND o.status NOT IN ('confirmed', 'completed')"
    ),
    invariant!(
        "confirmed_orders_are_paid",
        "An order that is confirmed or complete, and costs something, has a captured payment of its total.",
        "SELECT 'order ' || o.number FROM orders o
         WHERE o.status IN ('confirmed', 'completed') AND o.total > 0
           AND NOT EXISTS (SELECT FROM payments p
                           WHERE p.order_id = o.id AND p.captured = o.total AND p.currency = o.currency)"
    ),
    invariant!(
        "payments_are_of_their_orders_total",
        "A payment is of its order's total, in its order's currency.",
        "SELECT 'order ' || o.number FROM payments p JOIN orders o ON o.id = p.order_id
         WHERE p.amount <> o.total OR p.currency <> o.currency"
    ),
    invariant!(
        "captured_payments_have_a_provider_id",
        "A captured payment is known by the provider's id of it.",
        "SELECT 'order ' || o.number FROM payments p JOIN orders o ON o.id = p.order_id
         WHERE p.status = 'captured' AND p.provider_id IS NULL"
    ),
    invariant!(
        "cancelled_orders_cannot_be_paid",
        "An order that is cancelled has no payment that is open or processing.",
        "SELECT 'order ' || o.number FROM payments p JOIN orders o ON o.id = p.order_id
         WHERE o.status = 'cancelled' AND p.status IN ('open', 'processing')"
    ),
    invariant!(
        "an_order_has_one_live_payment",
        "An order has one payment at the most that can still be paid, and none once another one was captured.",
        "SELECT 'order ' || o.number FROM payments p JOIN orders o ON o.id = p.order_id
         WHERE p.status <> 'cancelled' GROUP BY o.id HAVING count(*) > 1 AND bool_or(p.status <> 'captured')"
    ),
    invariant!(
        "unpaid_orders_expire",
        "An order that was not paid is cancelled within 15 minutes of its expiry, unless its payment is processing.",
        "SELECT 'order ' || o.number FROM orders o
         WHERE o.status = 'pending' AND o.expires_at < now() - interval '15 minutes'
           AND NOT EXISTS (SELECT FROM payments p WHERE p.order_id = o.id AND p.status = 'processing')"
    ),
    invariant!(
        "processing_payments_end",
        "No payment is processed for more than 14 days.",
        "SELECT 'order ' || o.number FROM payments p JOIN orders o ON o.id = p.order_id
         WHERE p.status = 'processing' AND p.created_at < now() - interval '14 days'"
    ),
    invariant!(
        "refunds_come_to_an_end",
        "The provider knows a refund within an hour, unless a dispute holds it, and has finished it within 30 days.",
        "SELECT DISTINCT 'order ' || o.number
         FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = p.order_id
         WHERE r.status = 'pending' AND r.created_at < now() - interval '30 days'
            OR r.status = 'requested' AND r.created_at < now() - interval '1 hour'
               AND NOT EXISTS (SELECT FROM disputes d WHERE d.payment_id = p.id
                               AND (d.open AND NOT d.refundable OR d.updated_at > now() - interval '1 hour'))"
    ),
    invariant!(
        "refunds_are_recorded_once",
        "The history says of each refund at most once that it was made.",
        "SELECT 'order ' || o.number
         FROM orders o
              JOIN (SELECT order_id, count(*) AS recorded, count(data ->> 'refund_id') AS named,
                           count(DISTINCT data ->> 'refund_id') AS refunds
                    FROM order_events WHERE kind = 'refunded' GROUP BY order_id) e ON e.order_id = o.id
              LEFT JOIN (SELECT p.order_id, count(*) AS made FROM refunds r JOIN payments p ON p.id = r.payment_id
                         WHERE r.status IN ('succeeded', 'failed') GROUP BY p.order_id) r ON r.order_id = o.id
         WHERE e.recorded > coalesce(r.made, 0) OR e.named <> e.refunds"
    ),
    invariant!(
        "events_have_a_payment",
        "Each event of the provider that is stored is of a payment.",
        "SELECT 'event ' || id FROM provider_events WHERE payment_id IS NULL"
    ),
    invariant!(
        "disputes_are_of_captured_payments",
        "What is disputed was captured, and no more of it is lost than that.",
        "SELECT DISTINCT 'order ' || o.number
         FROM disputes d JOIN payments p ON p.id = d.payment_id JOIN orders o ON o.id = p.order_id
         WHERE p.captured = 0 OR d.lost > p.captured"
    ),
    invariant!(
        "nothing_is_shipped_while_disputed",
        "Nothing of an order left since it is known that its payment is disputed.",
        "SELECT DISTINCT 'order ' || o.number
         FROM disputes d JOIN payments p ON p.id = d.payment_id JOIN orders o ON o.id = p.order_id
              JOIN fulfilments f ON f.order_id = o.id
         WHERE d.open AND f.shipped_at > d.created_at"
    ),
    invariant!(
        "a_cart_has_one_live_order",
        "A cart has one order at the most that is not cancelled.",
        "SELECT 'orders ' || string_agg(number::text, ' and ' ORDER BY number) FROM orders
         WHERE cart_id IS NOT NULL AND status <> 'cancelled' GROUP BY cart_id HAVING count(*) > 1"
    ),
    invariant!(
        "totals_add_up",
        "Lines, shipping and tax, less the discount, are the total.",
        "SELECT 'order ' || number FROM orders
         WHERE total <> subtotal + shipping_total - discount_total + CASE WHEN prices_include_tax THEN 0 ELSE tax_total END"
    ),
    invariant!(
        "lines_add_up",
        "The lines of an order are its subtotal, and each line is its price times its quantity.",
        "SELECT 'order ' || o.number
         FROM orders o
              LEFT JOIN (SELECT order_id, sum(total_amount) AS total, bool_and(total_amount = unit_amount * quantity) AS multiplied
                         FROM order_lines GROUP BY order_id) l ON l.order_id = o.id
         WHERE l.total IS DISTINCT FROM o.subtotal OR NOT l.multiplied"
    ),
    invariant!(
        "taxes_add_up",
        "The taxes of an order are its tax total.",
        "SELECT 'order ' || o.number
         FROM orders o LEFT JOIN (SELECT order_id, sum(amount) AS amount FROM order_taxes GROUP BY order_id) t ON t.order_id = o.id
         WHERE coalesce(t.amount, 0) <> o.tax_total"
    ),
    invariant!(
        "dates_follow_the_status",
        "An order was confirmed or cancelled at a time if, and only if, its status says so.",
        "SELECT 'order ' || number FROM orders
         WHERE (cancelled_at IS NOT NULL) <> (status = 'cancelled')
            OR status <> 'cancelled' AND (confirmed_at IS NOT NULL) <> (status <> 'pending')"
    ),
    invariant!(
        "history_follows_the_status",
        "An order was placed once, cancelled or completed once if it is that, and paid once if it is confirmed and costs something.",
        "SELECT 'order ' || o.number
         FROM orders o
              LEFT JOIN (SELECT order_id, count(*) FILTER (WHERE kind = 'placed') AS placed,
                                count(*) FILTER (WHERE kind = 'paid') AS paid,
                                count(*) FILTER (WHERE kind = 'cancelled') AS cancelled,
                                count(*) FILTER (WHERE kind = 'completed') AS completed
                         FROM order_events WHERE kind IN ('placed', 'paid', 'cancelled', 'completed') GROUP BY order_id) e
              ON e.order_id = o.id
         WHERE coalesce(e.placed, 0) <> 1
            OR coalesce(e.cancelled, 0) <> (o.status = 'cancelled')::int
            OR coalesce(e.completed, 0) <> (o.status = 'completed')::int
            OR CASE WHEN o.status = 'pending' THEN coalesce(e.paid, 0) > 0
                    WHEN o.status = 'cancelled' OR o.total = 0 THEN coalesce(e.paid, 0) > 1
                    ELSE coalesce(e.paid, 0) <> 1 END"
    ),
    invariant!(
        "the_audit_log_is_a_chain",
        "Each entry of the audit log has the hash of what it says and of the entry before it, and none is missing between them.",
        "SELECT 'entry ' || e.position
         FROM (SELECT l AS entry, l.position, l.hash, l.previous_hash, lag(l.hash, 1, '\\x') OVER w AS hash_before,
                      lag(l.position, 1, 0::bigint) OVER w AS position_before
               FROM audit_log l WINDOW w AS (ORDER BY l.position)) e
         WHERE e.hash <> audit_log_digest(e.entry) OR e.previous_hash <> e.hash_before
            OR e.position <> e.position_before + 1"
    ),
    invariant!(
        "failed_refunds_are_made_good",
        "What a refund failed to give back for an order that goes on is on its way again, or was given back otherwise, within a day.",
        "SELECT 'order ' || o.number
         FROM order_balances b JOIN orders o ON o.id = b.order_id
         WHERE b.owed > 0 AND o.status IN ('confirmed', 'completed')
           AND EXISTS (SELECT FROM refunds r JOIN payments p ON p.id = r.payment_id
                       WHERE p.order_id = o.id AND r.status = 'failed' AND r.settled < r.amount
                         AND r.updated_at < now() - interval '1 day')"
    ),
    invariant!(
        "superseded_refunds_were_never_made",
        "A refund of ours that gave way to others is not one that the provider made, and owes nothing itself.",
        "SELECT 'order ' || o.number
         FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = p.order_id
         WHERE r.superseded_at IS NOT NULL AND (r.provider_id IS NOT NULL OR r.settled < r.amount)
            OR r.replaces IS NOT NULL AND NOT EXISTS (SELECT FROM refunds f WHERE f.id = r.replaces AND f.payment_id = r.payment_id
                                                      AND f.status = 'failed')"
    ),
    invariant!(
        "cancellations_are_worth_their_lines",
        "What a cancellation was worth is what its lines were, and the shipping only when nothing of the order was shipped.",
        "SELECT DISTINCT 'order ' || o.number
         FROM order_cancellations c JOIN orders o ON o.id = c.order_id
              LEFT JOIN (SELECT cancellation_id, sum(amount) AS amount FROM order_cancellation_lines GROUP BY cancellation_id) l
              ON l.cancellation_id = c.id
         WHERE c.amount < coalesce(l.amount, 0) OR c.amount > coalesce(l.amount, 0) AND o.status <> 'cancelled'"
    ),
];

/// Their names.
pub const NAMES: [&str; INVARIANTS.len()] = {
    let (mut names, mut at) = ([""; INVARIANTS.len()], 0);
    while at < names.len() {
        names[at] = INVARIANTS[at].name;
        at += 1;
    }
    names
};
