-- How long an unpaid order holds its stock, and which holds are limited. The merchant edits these values; placing an order
-- reads them. What each means stands in docs/decisions.md ("Large holds are short, and one a network").
ALTER TABLE settings
    ADD COLUMN hold_minutes integer NOT NULL DEFAULT 30,
    ADD COLUMN large_hold_minutes integer NOT NULL DEFAULT 10,
    ADD COLUMN large_hold_percent integer NOT NULL DEFAULT 50,
    ADD COLUMN large_hold_units integer NOT NULL DEFAULT 100,
    ADD COLUMN large_hold_pause_minutes integer NOT NULL DEFAULT 60,
    ADD COLUMN last_units integer NOT NULL DEFAULT 2,
    ADD COLUMN last_units_per_network integer NOT NULL DEFAULT 50,
    ADD COLUMN unpaid_orders_per_device integer NOT NULL DEFAULT 5,
    ADD CONSTRAINT settings_hold_minutes_are_in_range CHECK (hold_minutes BETWEEN 1 AND 1440),
    ADD CONSTRAINT settings_large_hold_minutes_are_in_range CHECK (large_hold_minutes BETWEEN 1 AND hold_minutes),
    ADD CONSTRAINT settings_large_hold_percent_is_in_range CHECK (large_hold_percent BETWEEN 0 AND 100),
    ADD CONSTRAINT settings_large_hold_units_is_positive CHECK (large_hold_units > 0),
    ADD CONSTRAINT settings_large_hold_pause_minutes_are_in_range CHECK (large_hold_pause_minutes BETWEEN 0 AND 10080),
    ADD CONSTRAINT settings_last_units_is_not_negative CHECK (last_units >= 0),
    ADD CONSTRAINT settings_last_units_per_network_is_enough CHECK (last_units_per_network >= last_units),
    ADD CONSTRAINT settings_unpaid_orders_per_device_is_positive CHECK (unpaid_orders_per_device > 0);

-- `device_id` is the browser that placed the order, by the id in its signed cookie. `large_hold_units` are the units that make
-- an order's hold a large one, 0 for an ordinary order; the previous release writes ordinary orders only.
ALTER TABLE orders
    ADD COLUMN device_id uuid,
    ADD COLUMN large_hold_units integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT orders_large_hold_units_is_not_negative CHECK (large_hold_units >= 0) NOT VALID;
