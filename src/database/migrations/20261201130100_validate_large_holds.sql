-- Apart from the change that added it: the scan of all orders takes no lock that stops placing them.
ALTER TABLE orders VALIDATE CONSTRAINT orders_large_hold_units_is_not_negative;
