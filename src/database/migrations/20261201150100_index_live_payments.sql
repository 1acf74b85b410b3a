-- no-transaction
-- An order has one payment that can be paid or was. Orders go on being placed meanwhile; an index that failed half-way is to be
-- dropped before the next try.
CREATE UNIQUE INDEX CONCURRENTLY payments_one_live_an_order ON payments (order_id) WHERE status <> 'cancelled';
