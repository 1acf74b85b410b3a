-- no-transaction
-- What sold best of late is looked for by when it was paid. Orders go on being placed meanwhile; an index that failed half-way
-- is to be dropped before the next try.
CREATE INDEX CONCURRENTLY orders_by_confirmation ON orders (confirmed_at) WHERE confirmed_at IS NOT NULL;
