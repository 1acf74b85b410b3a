-- Categories as a tree, products with options and variants, prices by currency, pictures.
CREATE TABLE categories (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    parent_id  uuid REFERENCES categories,
    slug       text NOT NULL,
    name       text NOT NULL,
    position   integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT categories_slug_is_unique UNIQUE (slug),
    CONSTRAINT categories_name_is_unique_in_its_parent UNIQUE NULLS NOT DISTINCT (parent_id, name),
    CONSTRAINT categories_slug_is_one_path_segment CHECK (slug ~ '^[^\s/?#%\\]{1,255}$' AND slug = lower(slug)),
    CONSTRAINT categories_name_is_given CHECK (length(name) BETWEEN 1 AND 100)
);
CREATE INDEX categories_by_parent ON categories (parent_id, position);

-- Each category with itself and everything above it; the depth of the root is 0.
CREATE FUNCTION category_ancestors(category uuid) RETURNS TABLE (id uuid, slug text, name text, distance integer)
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up AS (
        SELECT c.id, c.parent_id, c.slug, c.name, 0 AS distance FROM categories c WHERE c.id = category
        UNION ALL
        SELECT c.id, c.parent_id, c.slug, c.name, up.distance + 1 FROM categories c JOIN up ON c.id = up.parent_id
    ) CYCLE id SET looped USING path
    SELECT id, slug, name, distance FROM up WHERE NOT looped
$$;

CREATE FUNCTION refuse_category_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two moves at once could each be fine and make a ring together, so moves take turns.
    PERFORM pg_advisory_xact_lock(hashtext('categories'));
    IF NEW.id IN (SELECT a.id FROM category_ancestors(NEW.parent_id) a) THEN
        RAISE EXCEPTION 'a category cannot be below itself'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'categories_are_a_tree';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER categories_are_a_tree BEFORE UPDATE OF parent_id ON categories
    FOR EACH ROW WHEN (NEW.parent_id IS DISTINCT FROM OLD.parent_id) EXECUTE FUNCTION refuse_category_cycle();

CREATE TABLE products (
    id               uuid PRIMARY KEY DEFAULT uuidv7(),
    slug             text NOT NULL,
    title            text NOT NULL,
    description_html text NOT NULL DEFAULT '',
    vendor           text,
    tags             text[] NOT NULL DEFAULT '{}',
    status           text NOT NULL DEFAULT 'draft',
    seo_title        text,
    seo_description  text,
    published_at     timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT products_slug_is_unique UNIQUE (slug),
    CONSTRAINT products_slug_is_one_path_segment CHECK (slug ~ '^[^\s/?#%\\]{1,255}$' AND slug = lower(slug)),
    CONSTRAINT products_title_is_given CHECK (length(title) BETWEEN 1 AND 255),
    CONSTRAINT products_status_is_known CHECK (status IN ('draft', 'active', 'archived')),
    CONSTRAINT products_active_were_published CHECK (status <> 'active' OR published_at IS NOT NULL)
);

-- The category at position 0 is the one that breadcrumbs show.
CREATE TABLE product_categories (
    product_id  uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    category_id uuid NOT NULL REFERENCES categories,
    position    smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (product_id, category_id),
    CONSTRAINT product_categories_position_is_unique UNIQUE (product_id, position)
);
CREATE INDEX product_categories_by_category ON product_categories (category_id);

CREATE TABLE product_options (
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    position   smallint NOT NULL,
    name       text NOT NULL,
    values     text[] NOT NULL,
    PRIMARY KEY (product_id, position),
    CONSTRAINT product_options_are_at_most_three CHECK (position BETWEEN 1 AND 3),
    CONSTRAINT product_options_name_is_given CHECK (length(name) BETWEEN 1 AND 100 AND position(':' IN name) = 0),
    CONSTRAINT product_options_have_values CHECK (cardinality(values) > 0 AND array_position(values, NULL) IS NULL)
);
CREATE UNIQUE INDEX product_options_name_is_unique ON product_options (product_id, lower(name));

-- A picture belongs to a product. `source` tells where it came from: an address, or the digest of a file.
CREATE TABLE media (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    position   integer NOT NULL,
    alt        text NOT NULL DEFAULT '',
    source     text NOT NULL,
    status     text NOT NULL DEFAULT 'pending',
    failure    text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT media_source_is_unique_in_its_product UNIQUE (product_id, source),
    CONSTRAINT media_belong_to_product UNIQUE (product_id, id),
    CONSTRAINT media_status_is_known CHECK (status IN ('pending', 'ready', 'failed')),
    CONSTRAINT media_failure_is_told CHECK ((status = 'failed') = (failure IS NOT NULL))
);

-- The sizes that browsers choose from; `path` is below the media store's root and names the content.
CREATE TABLE media_renditions (
    media_id uuid NOT NULL REFERENCES media ON DELETE CASCADE,
    type     text NOT NULL,
    width    integer NOT NULL,
    height   integer NOT NULL,
    path     text NOT NULL,
    PRIMARY KEY (media_id, type, width),
    CONSTRAINT media_renditions_type_is_known CHECK (type IN ('image/avif', 'image/webp')),
    CONSTRAINT media_renditions_have_an_area CHECK (width > 0 AND height > 0)
);

CREATE TABLE variants (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    product_id    uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    position      integer NOT NULL,
    option_values text[] NOT NULL DEFAULT '{}',
    sku           text,
    barcode       text,
    weight_grams  integer NOT NULL DEFAULT 0,
    weight_unit   text NOT NULL DEFAULT 'kg',
    media_id      uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT variants_options_are_unique UNIQUE (product_id, option_values) DEFERRABLE,
    -- Deferrable, so that one import may swap the SKUs of two variants.
    CONSTRAINT variants_sku_is_unique UNIQUE (sku) DEFERRABLE,
    CONSTRAINT variants_sku_is_given CHECK (length(sku) BETWEEN 1 AND 255),
    CONSTRAINT variants_weight_is_not_negative CHECK (weight_grams >= 0),
    CONSTRAINT variants_weight_unit_is_known CHECK (weight_unit IN ('g', 'kg', 'oz', 'lb')),
    CONSTRAINT variants_picture_is_of_their_product FOREIGN KEY (product_id, media_id) REFERENCES media (product_id, id)
        ON DELETE SET NULL (media_id)
);

-- A variant names one value of each of its product's options, checked when the transaction commits.
CREATE FUNCTION check_variant_options() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    product uuid := coalesce(NEW.product_id, OLD.product_id);
BEGIN
    IF EXISTS (
        SELECT FROM variants v
        WHERE v.product_id = product
          AND (cardinality(v.option_values) <> (SELECT count(*) FROM product_options o WHERE o.product_id = product)
               OR EXISTS (SELECT FROM product_options o
                          WHERE o.product_id = product
                            AND NOT coalesce(v.option_values[o.position] = ANY (o.values), false)))
    ) THEN
        RAISE EXCEPTION 'a variant of product % does not fit its options', product
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'variants_fit_their_options';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER variants_fit_their_options AFTER INSERT OR UPDATE OF option_values, product_id ON variants
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_variant_options();
CREATE CONSTRAINT TRIGGER options_fit_their_variants AFTER INSERT OR UPDATE OR DELETE ON product_options
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_variant_options();

-- Amounts are minor units. `cost` is what the merchant paid; it is never shown to a shopper.
CREATE TABLE prices (
    variant_id uuid NOT NULL REFERENCES variants ON DELETE CASCADE,
    currency   char(3) NOT NULL,
    amount     bigint NOT NULL,
    compare_at bigint,
    cost       bigint,
    PRIMARY KEY (variant_id, currency),
    CONSTRAINT prices_currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT prices_amount_is_in_range CHECK (amount BETWEEN 0 AND 1000000000000),
    CONSTRAINT prices_compare_at_is_in_range CHECK (compare_at BETWEEN 0 AND 1000000000000),
    CONSTRAINT prices_cost_is_in_range CHECK (cost BETWEEN 0 AND 1000000000000)
);
