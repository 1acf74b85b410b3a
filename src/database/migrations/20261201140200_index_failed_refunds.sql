-- no-transaction
-- What is owed because a refund failed is read every 15 seconds. Refunds go on being made meanwhile; an index that failed
-- half-way is to be dropped before the next try.
CREATE INDEX CONCURRENTLY refunds_to_settle ON refunds (payment_id) WHERE status = 'failed' AND settled < amount;
