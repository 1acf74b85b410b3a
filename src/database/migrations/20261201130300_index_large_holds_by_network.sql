-- no-transaction
-- Orders are placed meanwhile; an index that failed half-way is to be dropped before the next try.
CREATE INDEX CONCURRENTLY orders_large_holds_by_network ON orders (client_address)
    WHERE large_hold_units > 0 AND confirmed_at IS NULL;
