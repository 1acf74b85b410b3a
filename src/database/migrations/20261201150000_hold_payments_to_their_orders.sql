-- A payment costs what its order costs, nothing can be paid for a cancelled order, and captured money is known at the provider.
-- The triggers look at what changes from now on and the constraints are not validated: rows that break a rule already are named
-- by the audit, and do not keep a release from starting.
CREATE FUNCTION check_payment_amount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM orders o WHERE o.id = NEW.order_id AND o.total = NEW.amount AND o.currency = NEW.currency) THEN
        RAISE EXCEPTION 'payment % is not of its order''s total', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'payments_amount_is_the_total';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER payments_amount_is_the_total BEFORE INSERT OR UPDATE OF order_id, amount, currency ON payments
    FOR EACH ROW EXECUTE FUNCTION check_payment_amount();

CREATE FUNCTION check_cancelled_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A payment has an order, an order is one.
    checked uuid := coalesce(to_jsonb(NEW) ->> 'order_id', to_jsonb(NEW) ->> 'id');
BEGIN
    IF EXISTS (SELECT FROM orders o JOIN payments p ON p.order_id = o.id
               WHERE o.id = checked AND o.status = 'cancelled' AND p.status IN ('open', 'processing')) THEN
        RAISE EXCEPTION 'order % is cancelled and can still be paid', checked
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_cancelled_are_not_payable';
    END IF;
    RETURN NULL;
END $$;

-- At the end of the transaction: an order and its payment are two statements.
CREATE CONSTRAINT TRIGGER orders_cancelled_are_not_payable AFTER UPDATE OF status ON orders
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'cancelled') EXECUTE FUNCTION check_cancelled_order();
CREATE CONSTRAINT TRIGGER payments_of_cancelled_orders_are_over AFTER INSERT OR UPDATE OF status ON payments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status IN ('open', 'processing'))
    EXECUTE FUNCTION check_cancelled_order();

ALTER TABLE payments
    ADD CONSTRAINT payments_captured_have_a_provider_id CHECK (status <> 'captured' OR provider_id IS NOT NULL) NOT VALID;
ALTER TABLE provider_events
    ADD CONSTRAINT provider_events_have_a_payment CHECK (payment_id IS NOT NULL) NOT VALID;

-- A refund that is only looked at locks no payment: its row would be locked before the payment's, against the order of locks.
CREATE OR REPLACE TRIGGER refunds_are_at_most_the_captured AFTER INSERT OR UPDATE OF payment_id, amount, status ON refunds
    FOR EACH ROW EXECUTE FUNCTION check_refunds();
