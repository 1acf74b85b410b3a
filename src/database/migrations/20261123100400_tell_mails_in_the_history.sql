-- The history of an order tells every mail about it; finding what is old enough to be deleted reads an index.
ALTER TABLE order_events
    DROP CONSTRAINT order_events_kind_is_known,
    ADD CONSTRAINT order_events_kind_is_known CHECK (kind IN (
        'placed', 'payment_failed', 'payment_processing', 'paid', 'cancelled', 'refund_requested', 'refunded',
        'refund_failed', 'disputed', 'confirmation_sent', 'cancellation_sent', 'mail_refused'));

CREATE INDEX provider_events_by_age ON provider_events (received_at);
