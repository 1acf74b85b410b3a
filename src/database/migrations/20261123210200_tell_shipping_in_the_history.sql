-- The history of an order tells what was shipped, the mail about it, and that nothing is left to ship.
ALTER TABLE order_events
    DROP CONSTRAINT order_events_kind_is_known,
    ADD CONSTRAINT order_events_kind_is_known CHECK (kind IN (
        'placed', 'payment_failed', 'payment_processing', 'paid', 'cancelled', 'refund_requested', 'refunded',
        'refund_failed', 'disputed', 'confirmation_sent', 'cancellation_sent', 'mail_refused', 'fulfilled', 'shipment_sent',
        'completed'));

-- The staff find orders by how the address of mail begins.
CREATE INDEX orders_by_email ON orders (lower(email) text_pattern_ops, id);
