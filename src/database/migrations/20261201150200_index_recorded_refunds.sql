-- no-transaction
-- The history says once of each refund that it was made. Events of earlier releases do not name their refund. An index that
-- failed half-way is to be dropped before the next try.
CREATE UNIQUE INDEX CONCURRENTLY order_events_one_a_refund ON order_events ((data ->> 'refund_id')) WHERE kind = 'refunded';
