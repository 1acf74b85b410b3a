-- Orders: copies of what was sold, whose amounts add up and never change, and the stock that they hold.
CREATE TABLE orders (
    id                 uuid PRIMARY KEY DEFAULT uuidv7(),
    number             bigint NOT NULL GENERATED ALWAYS AS IDENTITY (START WITH 1001),
    cart_id            uuid REFERENCES carts ON DELETE SET NULL,
    status             text NOT NULL DEFAULT 'pending',
    email              text NOT NULL,
    currency           char(3) NOT NULL,
    prices_include_tax boolean NOT NULL,
    subtotal           bigint NOT NULL,
    shipping_total     bigint NOT NULL,
    discount_total     bigint NOT NULL DEFAULT 0,
    tax_total          bigint NOT NULL,
    total              bigint NOT NULL,
    paid               bigint NOT NULL DEFAULT 0,
    shipping_method_id uuid REFERENCES shipping_methods ON DELETE SET NULL,
    shipping_name      text NOT NULL,
    shipping_min_days  smallint NOT NULL,
    shipping_max_days  smallint NOT NULL,
    client_address     inet,
    placed_at          timestamptz NOT NULL DEFAULT now(),
    expires_at         timestamptz NOT NULL,
    confirmed_at       timestamptz,
    cancelled_at       timestamptz,
    CONSTRAINT orders_number_is_unique UNIQUE (number),
    CONSTRAINT orders_status_is_known CHECK (status IN ('pending', 'confirmed', 'completed', 'cancelled')),
    CONSTRAINT orders_email_is_given CHECK (length(email) BETWEEN 3 AND 254),
    CONSTRAINT orders_currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT orders_amounts_are_not_negative
        CHECK (subtotal >= 0 AND shipping_total >= 0 AND discount_total >= 0 AND tax_total >= 0 AND total >= 0),
    CONSTRAINT orders_total_adds_up CHECK (
        total = subtotal + shipping_total - discount_total + CASE WHEN prices_include_tax THEN 0 ELSE tax_total END),
    CONSTRAINT orders_paid_is_not_negative CHECK (paid >= 0),
    CONSTRAINT orders_confirmation_is_dated CHECK (status = 'cancelled' OR (confirmed_at IS NOT NULL) = (status <> 'pending')),
    CONSTRAINT orders_cancellation_is_dated CHECK ((cancelled_at IS NOT NULL) = (status = 'cancelled'))
);
-- A cart has one order that lives, at the most.
CREATE UNIQUE INDEX orders_one_live_a_cart ON orders (cart_id) WHERE status <> 'cancelled';
CREATE INDEX orders_by_cart ON orders (cart_id);
CREATE INDEX orders_unpaid_by_email ON orders (lower(email)) WHERE status = 'pending';
CREATE INDEX orders_unpaid_by_address ON orders (client_address) WHERE status = 'pending';
CREATE INDEX orders_unpaid_by_expiry ON orders (expires_at) WHERE status = 'pending';

CREATE FUNCTION check_order_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (('pending', 'confirmed'), ('pending', 'cancelled'),
                                        ('confirmed', 'completed'), ('confirmed', 'cancelled')) THEN
        RAISE EXCEPTION 'an order that is % does not become %', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_status_moves_forward';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER orders_status_moves_forward BEFORE UPDATE OF status ON orders
    FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION check_order_status();
CREATE TRIGGER orders_amounts_stay BEFORE UPDATE ON orders FOR EACH ROW
    WHEN ((NEW.number, NEW.currency, NEW.prices_include_tax, NEW.subtotal, NEW.shipping_total, NEW.discount_total,
           NEW.tax_total, NEW.total, NEW.placed_at) IS DISTINCT FROM
          (OLD.number, OLD.currency, OLD.prices_include_tax, OLD.subtotal, OLD.shipping_total, OLD.discount_total,
           OLD.tax_total, OLD.total, OLD.placed_at))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER orders_stay BEFORE DELETE ON orders FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What was sold, as it was then. `unit_amount` is the destination's price.
CREATE TABLE order_lines (
    order_id      uuid NOT NULL REFERENCES orders,
    position      smallint NOT NULL,
    variant_id    uuid NOT NULL REFERENCES variants,
    product_slug  text NOT NULL,
    title         text NOT NULL,
    option_names  text[] NOT NULL,
    option_values text[] NOT NULL,
    sku           text,
    quantity      integer NOT NULL,
    unit_amount   bigint NOT NULL,
    total_amount  bigint NOT NULL,
    tax_parts_per_million integer NOT NULL,
    weight_grams  integer NOT NULL,
    PRIMARY KEY (order_id, position),
    CONSTRAINT order_lines_variant_is_unique UNIQUE (order_id, variant_id),
    CONSTRAINT order_lines_quantity_is_positive CHECK (quantity > 0),
    CONSTRAINT order_lines_amount_is_not_negative CHECK (unit_amount >= 0),
    CONSTRAINT order_lines_total_adds_up CHECK (total_amount = unit_amount * quantity),
    CONSTRAINT order_lines_options_have_names CHECK (cardinality(option_names) = cardinality(option_values))
);
CREATE INDEX order_lines_by_variant ON order_lines (variant_id);

-- The tax of an order, an amount a rate: rounded once for each.
CREATE TABLE order_taxes (
    order_id          uuid NOT NULL REFERENCES orders,
    name              text NOT NULL,
    parts_per_million integer NOT NULL,
    amount            bigint NOT NULL,
    PRIMARY KEY (order_id, parts_per_million, name),
    CONSTRAINT order_taxes_amount_is_not_negative CHECK (amount >= 0)
);

-- Lines and taxes add up to their order when the transaction commits.
CREATE FUNCTION expect_order_sums(checked uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM orders o
        WHERE o.id = ANY (checked)
          AND (o.subtotal <> (SELECT coalesce(sum(l.total_amount), -1) FROM order_lines l WHERE l.order_id = o.id)
               OR o.tax_total <> (SELECT coalesce(sum(t.amount), 0) FROM order_taxes t WHERE t.order_id = o.id))
    ) THEN
        RAISE EXCEPTION 'the lines or the taxes of an order do not add up'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'orders_sums_add_up';
    END IF;
END $$;

CREATE FUNCTION check_order_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A tax has an order, an order is one.
    PERFORM expect_order_sums(ARRAY[coalesce(to_jsonb(NEW) ->> 'order_id', to_jsonb(NEW) ->> 'id')::uuid]);
    RETURN NULL;
END $$;

CREATE FUNCTION check_added_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM expect_order_sums(ARRAY(SELECT DISTINCT order_id FROM added));
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER orders_sums_add_up AFTER INSERT ON orders
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_order_sums();
CREATE CONSTRAINT TRIGGER order_taxes_add_up AFTER INSERT ON order_taxes
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_order_sums();
-- An order may have many lines: they come in one statement, after its taxes, and are held against it once.
CREATE TRIGGER order_lines_add_up AFTER INSERT ON order_lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_added_sums();

CREATE TABLE order_addresses (
    order_id    uuid NOT NULL REFERENCES orders,
    kind        text NOT NULL,
    name        text NOT NULL,
    company     text,
    line1       text NOT NULL,
    line2       text,
    postal_code text,
    city        text NOT NULL,
    region      text,
    country     char(2) NOT NULL,
    phone       text,
    PRIMARY KEY (order_id, kind),
    CONSTRAINT order_addresses_kind_is_known CHECK (kind IN ('shipping', 'billing')),
    CONSTRAINT order_addresses_country_is_iso_3166 CHECK (country ~ '^[A-Z]{2}$')
);

-- The history of an order.
CREATE TABLE order_events (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id   uuid NOT NULL REFERENCES orders,
    kind       text NOT NULL,
    data       jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT order_events_kind_is_known CHECK (kind IN (
        'placed', 'payment_failed', 'payment_processing', 'paid', 'cancelled', 'refund_requested', 'refunded',
        'refund_failed', 'disputed', 'confirmation_sent'))
);
CREATE INDEX order_events_by_order ON order_events (order_id, id);

DO $$
DECLARE
    history text;
BEGIN
    FOREACH history IN ARRAY ARRAY['order_lines', 'order_taxes', 'order_events'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_are_history BEFORE UPDATE OR TRUNCATE ON %1$s
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', history);
        EXECUTE format('CREATE TRIGGER %1$s_stay BEFORE DELETE ON %1$s
                        FOR EACH ROW EXECUTE FUNCTION refuse_change()', history);
    END LOOP;
END $$;

-- What an order holds of a variant's stock, and how much of it was shipped. The ledger follows: a change here writes the
-- movement, so that what is reserved and what is held cannot differ.
CREATE TABLE stock_reservations (
    order_id   uuid NOT NULL REFERENCES orders,
    variant_id uuid NOT NULL REFERENCES stock,
    held       integer NOT NULL,
    shipped    integer NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, variant_id),
    CONSTRAINT stock_reservations_held_is_not_negative CHECK (held >= 0),
    CONSTRAINT stock_reservations_shipped_is_not_negative CHECK (shipped >= 0)
);
CREATE INDEX stock_reservations_held_by_variant ON stock_reservations (variant_id) WHERE held > 0;

ALTER TABLE stock_movements ADD COLUMN order_id uuid REFERENCES orders;
CREATE INDEX stock_movements_by_order ON stock_movements (order_id) WHERE order_id IS NOT NULL;

CREATE FUNCTION move_reserved_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stock_movements (variant_id, order_id, kind, on_hand_delta, reserved_delta, reason)
    SELECT variant_id, order_id, 'reserved', 0, held, 'order placed' FROM added WHERE held > 0
    ORDER BY variant_id;
    RETURN NULL;
END $$;

CREATE FUNCTION move_held_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stock_movements (variant_id, order_id, kind, on_hand_delta, reserved_delta, reason)
    SELECT variant_id, order_id, 'shipped', -shipped, -shipped, 'order shipped' FROM (
        SELECT n.variant_id, n.order_id, n.shipped - o.shipped AS shipped
        FROM new_rows n JOIN old_rows o USING (order_id, variant_id)) moved
    WHERE shipped > 0
    UNION ALL
    SELECT variant_id, order_id, 'released', 0, -released, 'order cancelled' FROM (
        SELECT n.variant_id, n.order_id, (o.held - n.held) - (n.shipped - o.shipped) AS released
        FROM new_rows n JOIN old_rows o USING (order_id, variant_id)) moved
    WHERE released > 0
    ORDER BY variant_id;
    RETURN NULL;
END $$;

CREATE TRIGGER stock_is_reserved AFTER INSERT ON stock_reservations REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION move_reserved_stock();
CREATE TRIGGER stock_is_shipped_or_released AFTER UPDATE ON stock_reservations
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION move_held_stock();
CREATE TRIGGER stock_reservations_only_shrink BEFORE UPDATE ON stock_reservations FOR EACH ROW
    WHEN (NEW.order_id <> OLD.order_id OR NEW.variant_id <> OLD.variant_id OR NEW.shipped < OLD.shipped
          OR NEW.held + NEW.shipped > OLD.held + OLD.shipped)
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stock_reservations_stay BEFORE DELETE ON stock_reservations
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The answers to requests with an Idempotency-Key: claimed and written in the transaction of the change itself.
CREATE TABLE idempotency_keys (
    scope          text NOT NULL,
    route          text NOT NULL,
    key            text NOT NULL,
    request_digest bytea NOT NULL,
    status         smallint,
    body           text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, route, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
