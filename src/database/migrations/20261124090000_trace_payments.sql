-- What the provider tells of a payment goes on with the trace in which it was begun (W3C Trace Context, `traceparent`).
-- Not one payment has one yet: there is nothing to validate, and nobody waits for a look at all of them.
ALTER TABLE payments
    ADD COLUMN traceparent text,
    ADD CONSTRAINT payments_traceparent_is_one
        CHECK (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$') NOT VALID;
