-- The history of an order tells that a part of it was cancelled, and the mail about that or about a refund.
ALTER TABLE order_events
    DROP CONSTRAINT order_events_kind_is_known,
    ADD CONSTRAINT order_events_kind_is_known CHECK (kind IN (
        'placed', 'payment_failed', 'payment_processing', 'paid', 'cancelled', 'refund_requested', 'refunded',
        'refund_failed', 'disputed', 'confirmation_sent', 'cancellation_sent', 'mail_refused', 'fulfilled', 'shipment_sent',
        'completed', 'partially_cancelled', 'adjustment_sent')) NOT VALID;
