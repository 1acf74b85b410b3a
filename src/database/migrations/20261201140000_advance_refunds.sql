-- Refunds move forward only, and each cent of them is accounted for.
-- `method`: made by the payment provider, or paid back by other means, which `reference` names.
-- `settled`: how much of a refund that failed was given back another way since; the rest is owed.
-- `superseded_at`: ours gave way to refunds that the provider had made already; it failed without having been made.
-- `replaces`: the refund that this one was made instead of.
-- `attempt` and `attempted_at`: the provider's idempotency key that is in use, and when it was last sent.
ALTER TABLE refunds
    ADD COLUMN method        text NOT NULL DEFAULT 'provider',
    ADD COLUMN reference     text,
    ADD COLUMN replaces      uuid,
    ADD COLUMN settled       bigint NOT NULL DEFAULT 0,
    ADD COLUMN superseded_at timestamptz,
    ADD COLUMN attempt       integer NOT NULL DEFAULT 1,
    ADD COLUMN attempted_at  timestamptz,
    ADD CONSTRAINT refunds_method_is_known CHECK (method IN ('provider', 'other')) NOT VALID,
    ADD CONSTRAINT refunds_by_other_means_are_made
        CHECK (method = 'provider' OR status = 'succeeded' AND provider_id IS NULL AND reference IS NOT NULL) NOT VALID,
    ADD CONSTRAINT refunds_settled_are_failed
        CHECK (settled BETWEEN 0 AND amount AND (settled = 0 OR status = 'failed')) NOT VALID,
    ADD CONSTRAINT refunds_superseded_are_failed CHECK (superseded_at IS NULL OR status = 'failed') NOT VALID,
    ADD CONSTRAINT refunds_attempt_is_positive CHECK (attempt > 0) NOT VALID,
    ADD CONSTRAINT refunds_replace_a_refund FOREIGN KEY (replaces) REFERENCES refunds (id) NOT VALID;

CREATE FUNCTION check_refund_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (('requested', 'pending'), ('requested', 'succeeded'), ('requested', 'failed'),
                                        ('pending', 'succeeded'), ('pending', 'failed'), ('succeeded', 'failed')) THEN
        RAISE EXCEPTION 'a refund that is % does not become %', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'refunds_status_moves_forward';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER refunds_status_moves_forward BEFORE UPDATE OF status ON refunds
    FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION check_refund_status();
CREATE TRIGGER refunds_amounts_stay BEFORE UPDATE ON refunds FOR EACH ROW
    WHEN ((NEW.payment_id, NEW.amount, NEW.method) IS DISTINCT FROM (OLD.payment_id, OLD.amount, OLD.method)
          OR OLD.provider_id IS NOT NULL AND NEW.provider_id IS DISTINCT FROM OLD.provider_id
          OR NEW.settled < OLD.settled)
    EXECUTE FUNCTION refuse_change();

-- What the provider made is a fact, and it never gives back more than it captured. What is still to be made, and what is paid
-- back by other means, fits into what those leave. A refund at the provider that comes on top of money that was paid back by
-- other means is written down all the same: the audit tells of it.
CREATE OR REPLACE FUNCTION check_refunds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    captured bigint;
    by_provider bigint;
    in_all bigint;
BEGIN
    IF NEW.status = 'failed' OR TG_OP = 'UPDATE' AND NEW.status = OLD.status THEN
        RETURN NULL;
    END IF;
    -- Two refunds at once could each be fine and be too much together, so the payment is locked.
    SELECT p.captured INTO captured FROM payments p WHERE p.id = NEW.payment_id FOR NO KEY UPDATE;
    SELECT sum(r.amount) FILTER (WHERE r.method = 'provider'), sum(r.amount) INTO by_provider, in_all
    FROM refunds r WHERE r.payment_id = NEW.payment_id AND r.status <> 'failed';
    IF by_provider > captured OR in_all > captured AND NEW.provider_id IS NULL THEN
        RAISE EXCEPTION 'the refunds of payment % are more than was captured', NEW.payment_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'refunds_are_at_most_the_captured';
    END IF;
    RETURN NULL;
END $$;

-- No order is paid by less than nothing, even when more was given back than came in.
CREATE OR REPLACE FUNCTION follow_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A refund has a payment, a payment is one.
    paid_with uuid := coalesce(to_jsonb(NEW) ->> 'payment_id', to_jsonb(NEW) ->> 'id');
    paid_for uuid := (SELECT p.order_id FROM payments p WHERE p.id = paid_with);
BEGIN
    UPDATE orders o
    SET paid = greatest(0, (SELECT coalesce(sum(p.captured), 0) FROM payments p WHERE p.order_id = o.id)
                         - (SELECT coalesce(sum(r.amount), 0) FROM refunds r JOIN payments p ON p.id = r.payment_id
                            WHERE p.order_id = o.id AND r.status = 'succeeded'))
    WHERE o.id = paid_for;
    RETURN NULL;
END $$;
