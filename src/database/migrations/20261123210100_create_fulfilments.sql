-- Fulfilments: what of an order left in one parcel, and how to follow it.
CREATE TABLE fulfilments (
    id              uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id        uuid NOT NULL REFERENCES orders,
    carrier         text,
    tracking_number text,
    tracking_url    text,
    -- The clock's time: one that waited for the order's lock was shipped after the one it waited for.
    shipped_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT fulfilments_belong_to_order UNIQUE (order_id, id),
    CONSTRAINT fulfilments_carrier_is_given CHECK (length(carrier) BETWEEN 1 AND 100),
    CONSTRAINT fulfilments_tracking_number_is_given CHECK (length(tracking_number) BETWEEN 1 AND 100),
    CONSTRAINT fulfilments_tracking_url_is_safe CHECK (tracking_url LIKE 'https://_%' AND length(tracking_url) <= 2000)
);

CREATE TABLE fulfilment_lines (
    fulfilment_id uuid NOT NULL,
    order_id      uuid NOT NULL,
    variant_id    uuid NOT NULL,
    quantity      integer NOT NULL,
    PRIMARY KEY (fulfilment_id, variant_id),
    CONSTRAINT fulfilment_lines_quantity_is_positive CHECK (quantity > 0),
    CONSTRAINT fulfilment_lines_are_of_their_order FOREIGN KEY (order_id, fulfilment_id) REFERENCES fulfilments (order_id, id),
    CONSTRAINT fulfilment_lines_were_ordered FOREIGN KEY (order_id, variant_id) REFERENCES stock_reservations (order_id, variant_id)
);
CREATE INDEX fulfilment_lines_by_order ON fulfilment_lines (order_id, variant_id);

-- What was shipped of an order is the sum of its fulfilments: a line here ships, and nothing else does.
CREATE FUNCTION ship_reserved_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE stock_reservations r
    SET held = r.held - a.quantity, shipped = r.shipped + a.quantity
    FROM (SELECT order_id, variant_id, sum(quantity) AS quantity FROM added GROUP BY order_id, variant_id) a
    WHERE r.order_id = a.order_id AND r.variant_id = a.variant_id;
    RETURN NULL;
END $$;

CREATE TRIGGER fulfilments_ship AFTER INSERT ON fulfilment_lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ship_reserved_stock();
-- Depth 0 is a statement of somebody else than the trigger above.
CREATE TRIGGER stock_reservations_ship_by_fulfilments BEFORE UPDATE ON stock_reservations FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 AND NEW.shipped <> OLD.shipped)
    EXECUTE FUNCTION refuse_change();

CREATE TRIGGER fulfilment_lines_are_history BEFORE UPDATE OR TRUNCATE ON fulfilment_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fulfilment_lines_stay BEFORE DELETE ON fulfilment_lines FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- What leads to the recipient may be taken out when they ask for it; nothing else changes.
CREATE TRIGGER fulfilments_are_history BEFORE UPDATE ON fulfilments FOR EACH ROW
    WHEN ((NEW.id, NEW.order_id, NEW.carrier, NEW.shipped_at) IS DISTINCT FROM (OLD.id, OLD.order_id, OLD.carrier, OLD.shipped_at)
          OR NEW.tracking_number IS NOT NULL OR NEW.tracking_url IS NOT NULL)
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fulfilments_stay BEFORE DELETE ON fulfilments FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fulfilments_are_not_emptied BEFORE TRUNCATE ON fulfilments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
