-- Cancellations by the staff: what of an order will not be shipped, what it was worth, and whether its money goes back.
-- `amount` is what was paid for it, tax included, with the shipping when nothing of the order is shipped; `refund_amount` is what
-- was requested to be given back for it, and less where a part of it was given back before.
CREATE TABLE order_cancellations (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id      uuid NOT NULL REFERENCES orders,
    reason        text NOT NULL,
    amount        bigint NOT NULL,
    is_refunded   boolean NOT NULL,
    refund_amount bigint NOT NULL,
    -- The clock's time: one that waited for the order's lock was cancelled after the one it waited for.
    cancelled_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT order_cancellations_belong_to_order UNIQUE (order_id, id),
    CONSTRAINT order_cancellations_reason_is_given CHECK (length(reason) BETWEEN 1 AND 255),
    CONSTRAINT order_cancellations_amount_is_not_negative CHECK (amount >= 0),
    CONSTRAINT order_cancellations_refund_is_in_range CHECK (refund_amount >= 0 AND (is_refunded OR refund_amount = 0))
);

CREATE TABLE order_cancellation_lines (
    cancellation_id uuid NOT NULL,
    order_id        uuid NOT NULL,
    variant_id      uuid NOT NULL,
    quantity        integer NOT NULL,
    amount          bigint NOT NULL,
    PRIMARY KEY (cancellation_id, variant_id),
    CONSTRAINT order_cancellation_lines_quantity_is_positive CHECK (quantity > 0),
    CONSTRAINT order_cancellation_lines_amount_is_not_negative CHECK (amount >= 0),
    CONSTRAINT order_cancellation_lines_are_of_their_order
        FOREIGN KEY (order_id, cancellation_id) REFERENCES order_cancellations (order_id, id),
    CONSTRAINT order_cancellation_lines_were_ordered
        FOREIGN KEY (order_id, variant_id) REFERENCES stock_reservations (order_id, variant_id)
);
CREATE INDEX order_cancellation_lines_by_order ON order_cancellation_lines (order_id, variant_id);

-- A line here gives its units back to the stock; the ledger follows.
CREATE FUNCTION release_cancelled_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE stock_reservations r
    SET held = r.held - a.quantity
    FROM (SELECT order_id, variant_id, sum(quantity) AS quantity FROM added GROUP BY order_id, variant_id) a
    WHERE r.order_id = a.order_id AND r.variant_id = a.variant_id;
    RETURN NULL;
END $$;

CREATE TRIGGER cancellations_release AFTER INSERT ON order_cancellation_lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION release_cancelled_stock();

DO $$
DECLARE
    history text;
BEGIN
    FOREACH history IN ARRAY ARRAY['order_cancellations', 'order_cancellation_lines'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_are_history BEFORE UPDATE OR TRUNCATE ON %1$s
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', history);
        EXECUTE format('CREATE TRIGGER %1$s_stay BEFORE DELETE ON %1$s
                        FOR EACH ROW EXECUTE FUNCTION refuse_change()', history);
    END LOOP;
END $$;

-- The money of each order, in minor units: what came in, what went back or is about to, what was kept for what was cancelled
-- without a refund, and what is owed to the customer without a refund being under way. One definition for the staff's pages, the
-- audit and the alerts.
CREATE VIEW order_balances AS
SELECT order_id, captured, refunded, refunding, kept,
       greatest(0, least(captured - refunded - refunding,
                         greatest(failed, CASE WHEN status = 'cancelled' THEN captured - kept - refunded - refunding ELSE 0 END)))
           AS owed
FROM (SELECT o.id AS order_id, o.status,
             coalesce((SELECT sum(p.captured) FROM payments p WHERE p.order_id = o.id), 0)::bigint AS captured,
             coalesce(r.refunded, 0)::bigint AS refunded,
             coalesce(r.refunding, 0)::bigint AS refunding,
             coalesce(r.failed, 0)::bigint AS failed,
             coalesce((SELECT sum(c.amount) FROM order_cancellations c WHERE c.order_id = o.id AND NOT c.is_refunded), 0)::bigint
                 AS kept
      FROM orders o
      LEFT JOIN LATERAL (SELECT sum(r.amount) FILTER (WHERE r.status = 'succeeded') AS refunded,
                                sum(r.amount) FILTER (WHERE r.status IN ('requested', 'pending')) AS refunding,
                                sum(r.amount - r.settled) FILTER (WHERE r.status = 'failed') AS failed
                         FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE p.order_id = o.id) r ON true) sums;
