-- no-transaction
-- Beside the index on lower(email), which the previous release names in its ON CONFLICT. Accounts go on being made meanwhile;
-- an index that failed half-way is to be dropped before the next try.
CREATE UNIQUE INDEX CONCURRENTLY accounts_canonical_email_is_unique ON accounts (canonical_email(email));
