-- Payments and refunds as the provider has them, and the events that it sent.
-- `open` moved no money yet; `attempt` counts the provider's objects for it, of which `provider_id` is the current one.
-- `error_of` is the try that `error_code` is about, by the provider's id of it.
CREATE TABLE payments (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id      uuid NOT NULL REFERENCES orders,
    amount        bigint NOT NULL,
    currency      char(3) NOT NULL,
    status        text NOT NULL DEFAULT 'open',
    attempt       integer NOT NULL DEFAULT 1,
    provider_id   text,
    captured      bigint NOT NULL DEFAULT 0,
    error_code    text,
    error_message text,
    error_of      text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    checked_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payments_provider_id_is_unique UNIQUE (provider_id),
    CONSTRAINT payments_amount_is_positive CHECK (amount > 0),
    CONSTRAINT payments_currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT payments_status_is_known CHECK (status IN ('open', 'processing', 'captured', 'cancelled')),
    CONSTRAINT payments_attempt_is_positive CHECK (attempt > 0),
    CONSTRAINT payments_captured_is_in_range CHECK (captured BETWEEN 0 AND amount),
    CONSTRAINT payments_captured_have_money CHECK ((status = 'captured') = (captured > 0))
);
CREATE INDEX payments_by_order ON payments (order_id);
CREATE UNIQUE INDEX payments_one_captured_an_order ON payments (order_id) WHERE status = 'captured';
CREATE INDEX payments_to_reconcile ON payments (checked_at) WHERE status IN ('open', 'processing');

-- `requested` is not known to the provider yet, `pending` is.
CREATE TABLE refunds (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    payment_id  uuid NOT NULL REFERENCES payments,
    amount      bigint NOT NULL,
    reason      text NOT NULL,
    status      text NOT NULL DEFAULT 'requested',
    provider_id text,
    failure     text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT refunds_provider_id_is_unique UNIQUE (provider_id),
    CONSTRAINT refunds_amount_is_positive CHECK (amount > 0),
    CONSTRAINT refunds_status_is_known CHECK (status IN ('requested', 'pending', 'succeeded', 'failed')),
    CONSTRAINT refunds_failure_is_told CHECK ((status = 'failed') = (failure IS NOT NULL))
);
CREATE INDEX refunds_by_payment ON refunds (payment_id);
CREATE INDEX refunds_to_reconcile ON refunds (updated_at) WHERE status IN ('requested', 'pending');

CREATE FUNCTION check_refunds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    captured bigint;
BEGIN
    -- Two refunds at once could each be fine and be too much together, so the payment is locked.
    SELECT p.captured INTO captured FROM payments p WHERE p.id = NEW.payment_id FOR NO KEY UPDATE;
    IF captured < (SELECT sum(r.amount) FROM refunds r WHERE r.payment_id = NEW.payment_id AND r.status <> 'failed') THEN
        RAISE EXCEPTION 'the refunds of payment % are more than was captured', NEW.payment_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'refunds_are_at_most_the_captured';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER refunds_are_at_most_the_captured AFTER INSERT OR UPDATE ON refunds
    FOR EACH ROW EXECUTE FUNCTION check_refunds();

-- What an order says was paid is what its payments captured less what was given back.
CREATE FUNCTION follow_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A refund has a payment, a payment is one.
    paid_with uuid := coalesce(to_jsonb(NEW) ->> 'payment_id', to_jsonb(NEW) ->> 'id');
    paid_for uuid := (SELECT p.order_id FROM payments p WHERE p.id = paid_with);
BEGIN
    UPDATE orders o
    SET paid = (SELECT coalesce(sum(p.captured), 0) FROM payments p WHERE p.order_id = o.id)
             - (SELECT coalesce(sum(r.amount), 0) FROM refunds r JOIN payments p ON p.id = r.payment_id
                WHERE p.order_id = o.id AND r.status = 'succeeded')
    WHERE o.id = paid_for;
    RETURN NULL;
END $$;

CREATE TRIGGER order_follows_its_payment AFTER UPDATE OF captured ON payments
    FOR EACH ROW WHEN (NEW.captured <> OLD.captured) EXECUTE FUNCTION follow_payment();
CREATE TRIGGER order_follows_its_refund AFTER UPDATE OF status ON refunds
    FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION follow_payment();
CREATE TRIGGER order_follows_its_new_refund AFTER INSERT ON refunds
    FOR EACH ROW WHEN (NEW.status = 'succeeded') EXECUTE FUNCTION follow_payment();

CREATE TRIGGER payments_stay BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refunds_stay BEFORE DELETE ON refunds FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The provider's events by their own ids: a second delivery finds the first.
CREATE TABLE provider_events (
    id          text PRIMARY KEY,
    kind        text NOT NULL,
    payment_id  uuid REFERENCES payments,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX provider_events_by_payment ON provider_events (payment_id);
