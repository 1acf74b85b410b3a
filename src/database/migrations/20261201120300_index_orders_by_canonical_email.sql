-- no-transaction
-- For the search of the staff by how an address begins. An index that failed half-way is to be dropped before the next try.
CREATE INDEX CONCURRENTLY orders_by_canonical_email ON orders (canonical_email(email) text_pattern_ops, id);
