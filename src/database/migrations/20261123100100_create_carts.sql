-- Carts: what a shopper means to buy. Prices and stock are never copied into them, only the price that was last shown.
CREATE TABLE carts (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    currency   char(3) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT carts_currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$')
);
CREATE INDEX carts_by_age ON carts (updated_at);

-- `seen_amount` is the price, in minor units, when the shopper last changed or acknowledged the line.
CREATE TABLE cart_items (
    cart_id     uuid NOT NULL REFERENCES carts ON DELETE CASCADE,
    variant_id  uuid NOT NULL REFERENCES variants ON DELETE CASCADE,
    quantity    integer NOT NULL,
    seen_amount bigint NOT NULL,
    added_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cart_id, variant_id),
    CONSTRAINT cart_items_quantity_is_in_range CHECK (quantity BETWEEN 1 AND 999)
);
CREATE INDEX cart_items_by_variant ON cart_items (variant_id);

-- The picture that shows a variant: its own, else its product's first.
CREATE FUNCTION variant_picture(variant uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('id', m.id, 'alt', m.alt, 'renditions',
               (SELECT jsonb_agg(jsonb_build_object('url', '/media/' || r.path, 'type', r.type,
                                                    'width', r.width, 'height', r.height) ORDER BY r.type, r.width)
                FROM media_renditions r WHERE r.media_id = m.id))
    FROM variants v JOIN media m ON m.product_id = v.product_id
    WHERE v.id = variant AND m.status = 'ready'
    ORDER BY (m.id = v.media_id) IS TRUE DESC, m.position, m.id
    LIMIT 1
$$;
