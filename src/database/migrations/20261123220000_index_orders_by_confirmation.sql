-- What sold best of late is looked for by when it was paid.
CREATE INDEX orders_by_confirmation ON orders (confirmed_at) WHERE confirmed_at IS NOT NULL;
