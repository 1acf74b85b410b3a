-- What the provider tells of a payment goes on with the trace in which it was begun (W3C Trace Context, `traceparent`).
ALTER TABLE payments
    ADD COLUMN traceparent text,
    ADD CONSTRAINT payments_traceparent_is_one CHECK (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
