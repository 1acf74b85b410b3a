-- no-transaction
-- Orders are placed meanwhile; an index that failed half-way is to be dropped before the next try.
CREATE INDEX CONCURRENTLY orders_unpaid_by_device ON orders (device_id) WHERE status = 'pending' AND device_id IS NOT NULL;
