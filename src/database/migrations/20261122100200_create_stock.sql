-- Stock, a row a variant, and the ledger of movements whose sums it is.
CREATE TABLE stock (
    variant_id    uuid PRIMARY KEY REFERENCES variants ON DELETE CASCADE,
    on_hand       integer NOT NULL DEFAULT 0,
    reserved      integer NOT NULL DEFAULT 0,
    backorderable boolean NOT NULL DEFAULT false,
    CONSTRAINT stock_on_hand_is_not_negative CHECK (on_hand >= 0),
    CONSTRAINT stock_reserved_is_not_negative CHECK (reserved >= 0),
    CONSTRAINT stock_reserved_is_on_hand CHECK (backorderable OR reserved <= on_hand)
);

CREATE TABLE stock_movements (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    variant_id     uuid NOT NULL REFERENCES stock,
    kind           text NOT NULL,
    on_hand_delta  integer NOT NULL DEFAULT 0,
    reserved_delta integer NOT NULL DEFAULT 0,
    reason         text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT stock_movements_move_as_their_kind_says CHECK (CASE kind
        WHEN 'received' THEN on_hand_delta > 0 AND reserved_delta = 0
        WHEN 'adjusted' THEN on_hand_delta <> 0 AND reserved_delta = 0
        WHEN 'reserved' THEN on_hand_delta = 0 AND reserved_delta > 0
        WHEN 'released' THEN on_hand_delta = 0 AND reserved_delta < 0
        WHEN 'shipped'  THEN on_hand_delta < 0 AND reserved_delta = on_hand_delta
        WHEN 'returned' THEN on_hand_delta > 0 AND reserved_delta = 0
        ELSE false END)
);
CREATE INDEX stock_movements_by_variant ON stock_movements (variant_id, id);

CREATE FUNCTION create_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stock (variant_id) SELECT id FROM added;
    RETURN NULL;
END $$;

CREATE TRIGGER variants_have_stock AFTER INSERT ON variants REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION create_stock();

-- Rows are locked in the order of their variant's id, as everywhere: an UPDATE alone orders nothing.
CREATE FUNCTION apply_stock_movements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM stock WHERE variant_id IN (SELECT variant_id FROM added) ORDER BY variant_id FOR NO KEY UPDATE;
    UPDATE stock s
    SET on_hand = s.on_hand + m.on_hand_delta, reserved = s.reserved + m.reserved_delta
    FROM (SELECT variant_id, sum(on_hand_delta) AS on_hand_delta, sum(reserved_delta) AS reserved_delta
          FROM added GROUP BY variant_id) m
    WHERE s.variant_id = m.variant_id;
    RETURN NULL;
END $$;

CREATE TRIGGER stock_follows_its_movements AFTER INSERT ON stock_movements REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION apply_stock_movements();

CREATE TRIGGER stock_movements_are_history BEFORE UPDATE OR TRUNCATE ON stock_movements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stock_movements_stay BEFORE DELETE ON stock_movements
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Depth 0 is a statement of somebody else than the trigger above.
CREATE TRIGGER stock_changes_through_movements BEFORE UPDATE ON stock FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 AND (NEW.on_hand <> OLD.on_hand OR NEW.reserved <> OLD.reserved))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stock_begins_at_zero BEFORE INSERT ON stock FOR EACH ROW
    WHEN (NEW.on_hand <> 0 OR NEW.reserved <> 0)
    EXECUTE FUNCTION refuse_change();
