-- Disputes: a cardholder asks the bank for the money back. While one is open nothing is shipped; what the bank took is lost.
-- `refundable` is the provider's word on whether the payment can still be refunded, `version` counts what was written, so that
-- of two answers of the provider the later one stays. `lost` is what of the payment is gone, in the payment's minor units.
CREATE TABLE disputes (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    payment_id   uuid NOT NULL REFERENCES payments,
    provider_id  text NOT NULL,
    amount       bigint NOT NULL,
    currency     char(3) NOT NULL,
    status       text NOT NULL,
    open         boolean NOT NULL GENERATED ALWAYS AS (status NOT IN ('warning_closed', 'won', 'lost', 'prevented')) STORED,
    reason       text NOT NULL,
    refundable   boolean NOT NULL,
    lost         bigint NOT NULL DEFAULT 0,
    evidence_due timestamptz,
    opened_at    timestamptz NOT NULL,
    version      integer NOT NULL DEFAULT 1,
    -- The clock's time: a shipment that had the order's lock before it was shipped before it.
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    checked_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT disputes_provider_id_is_unique UNIQUE (provider_id),
    CONSTRAINT disputes_amount_is_not_negative CHECK (amount >= 0),
    CONSTRAINT disputes_currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT disputes_status_is_known CHECK (status IN (
        'warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost',
        'prevented', 'unknown')),
    CONSTRAINT disputes_lost_is_lost CHECK (lost >= 0 AND (lost = 0 OR status = 'lost'))
);
CREATE INDEX disputes_by_payment ON disputes (payment_id);
CREATE INDEX disputes_to_reconcile ON disputes (checked_at) WHERE open;

CREATE TRIGGER disputes_stay BEFORE DELETE ON disputes FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What an order says was paid is what its payments captured less what was given back and what disputes took. No order is paid by
-- less than nothing, even when a bank takes back what was refunded already.
CREATE OR REPLACE FUNCTION follow_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A refund and a dispute have a payment, a payment is one.
    paid_with uuid := coalesce(to_jsonb(NEW) ->> 'payment_id', to_jsonb(NEW) ->> 'id');
    paid_for uuid := (SELECT p.order_id FROM payments p WHERE p.id = paid_with);
BEGIN
    UPDATE orders o
    SET paid = greatest(0, (SELECT coalesce(sum(p.captured), 0) FROM payments p WHERE p.order_id = o.id)
                         - (SELECT coalesce(sum(r.amount), 0) FROM refunds r JOIN payments p ON p.id = r.payment_id
                            WHERE p.order_id = o.id AND r.status = 'succeeded')
                         - (SELECT coalesce(sum(d.lost), 0) FROM disputes d JOIN payments p ON p.id = d.payment_id
                            WHERE p.order_id = o.id))
    WHERE o.id = paid_for;
    RETURN NULL;
END $$;

CREATE TRIGGER order_follows_its_dispute AFTER UPDATE OF lost ON disputes
    FOR EACH ROW WHEN (NEW.lost <> OLD.lost) EXECUTE FUNCTION follow_payment();
CREATE TRIGGER order_follows_its_new_dispute AFTER INSERT ON disputes
    FOR EACH ROW WHEN (NEW.lost > 0) EXECUTE FUNCTION follow_payment();

-- What a dispute took is neither the store's nor owed: the bank gave it to the customer.
CREATE OR REPLACE VIEW order_balances AS
SELECT order_id, captured, refunded, refunding, kept,
       greatest(0, least(captured - lost - refunded - refunding,
                         greatest(failed, CASE WHEN status = 'cancelled' THEN captured - lost - kept - refunded - refunding
                                               ELSE 0 END)))
           AS owed,
       lost
FROM (SELECT o.id AS order_id, o.status,
             coalesce((SELECT sum(p.captured) FROM payments p WHERE p.order_id = o.id), 0)::bigint AS captured,
             coalesce(r.refunded, 0)::bigint AS refunded,
             coalesce(r.refunding, 0)::bigint AS refunding,
             coalesce(r.failed, 0)::bigint AS failed,
             coalesce((SELECT sum(c.amount) FROM order_cancellations c WHERE c.order_id = o.id AND NOT c.is_refunded), 0)::bigint
                 AS kept,
             coalesce((SELECT sum(d.lost) FROM disputes d JOIN payments p ON p.id = d.payment_id WHERE p.order_id = o.id), 0)::bigint
                 AS lost
      FROM orders o
      LEFT JOIN LATERAL (SELECT sum(r.amount) FILTER (WHERE r.status = 'succeeded') AS refunded,
                                sum(r.amount) FILTER (WHERE r.status IN ('requested', 'pending')) AS refunding,
                                sum(r.amount - r.settled) FILTER (WHERE r.status = 'failed') AS failed
                         FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE p.order_id = o.id) r ON true) sums;
