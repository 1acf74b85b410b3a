-- no-transaction
-- For the orders that an account adopts. An index that failed half-way is to be dropped before the next try.
CREATE INDEX CONCURRENTLY orders_of_guests_by_canonical_email ON orders (canonical_email(email)) WHERE account_id IS NULL;
