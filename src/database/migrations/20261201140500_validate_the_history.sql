-- After the lock of the change is gone: reading every event keeps no one from writing one.
ALTER TABLE order_events VALIDATE CONSTRAINT order_events_kind_is_known;
