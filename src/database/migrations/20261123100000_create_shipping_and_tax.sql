-- What is added at checkout: tax by country, and ways of shipping with their prices by country and weight.
ALTER TABLE settings ADD COLUMN store_id uuid NOT NULL DEFAULT uuidv7();

ALTER TABLE products
    ADD COLUMN tax_category text NOT NULL DEFAULT 'standard',
    ADD CONSTRAINT products_tax_category_is_known CHECK (tax_category IN ('standard', 'reduced', 'zero'));

-- A country without a row is sold to without tax. A reduced rate that is missing means the standard one.
CREATE TABLE tax_rates (
    country           char(2) NOT NULL,
    category          text NOT NULL DEFAULT 'standard',
    name              text NOT NULL,
    parts_per_million integer NOT NULL,
    PRIMARY KEY (country, category),
    CONSTRAINT tax_rates_country_is_iso_3166 CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT tax_rates_category_is_known CHECK (category IN ('standard', 'reduced')),
    CONSTRAINT tax_rates_name_is_given CHECK (length(name) BETWEEN 1 AND 50),
    CONSTRAINT tax_rates_are_below_the_price CHECK (parts_per_million BETWEEN 0 AND 1000000)
);

-- Standard rates of the value added tax in the European Union, as the Commission's "Taxes in Europe" database has them.
INSERT INTO tax_rates (country, name, parts_per_million)
SELECT country, 'VAT', rate * 10000
FROM (VALUES ('AT', 20), ('BE', 21), ('BG', 20), ('CY', 19), ('CZ', 21), ('DE', 19), ('DK', 25), ('EE', 24), ('ES', 21),
             ('FI', 25.5), ('FR', 20), ('GR', 24), ('HR', 25), ('HU', 27), ('IE', 23), ('IT', 22), ('LT', 21), ('LU', 17),
             ('LV', 21), ('MT', 18), ('NL', 21), ('PL', 23), ('PT', 23), ('RO', 21), ('SE', 25), ('SI', 22), ('SK', 23))
     AS rates (country, rate);

CREATE TABLE shipping_methods (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    name        text NOT NULL,
    description text NOT NULL DEFAULT '',
    min_days    smallint NOT NULL,
    max_days    smallint NOT NULL,
    position    smallint NOT NULL DEFAULT 0,
    active      boolean NOT NULL DEFAULT true,
    CONSTRAINT shipping_methods_name_is_given CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT shipping_methods_days_are_in_order CHECK (0 <= min_days AND min_days <= max_days)
);

-- The price of a parcel of at most so many grams: the smallest that holds it counts. `country` NULL is everywhere that the
-- method has no rows of its own for. From a subtotal of `free_from` on it costs nothing. Amounts are minor units.
CREATE TABLE shipping_rates (
    method_id   uuid NOT NULL REFERENCES shipping_methods ON DELETE CASCADE,
    country     char(2),
    currency    char(3) NOT NULL,
    up_to_grams integer NOT NULL,
    amount      bigint NOT NULL,
    free_from   bigint,
    CONSTRAINT shipping_rates_are_unique UNIQUE NULLS NOT DISTINCT (method_id, country, currency, up_to_grams),
    CONSTRAINT shipping_rates_country_is_iso_3166 CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT shipping_rates_currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT shipping_rates_weight_is_positive CHECK (up_to_grams > 0),
    CONSTRAINT shipping_rates_amount_is_in_range CHECK (amount BETWEEN 0 AND 1000000000000),
    CONSTRAINT shipping_rates_free_from_is_in_range CHECK (free_from BETWEEN 0 AND 1000000000000)
);

-- What a new store begins with, so that it can sell before anybody has set anything.
WITH standard AS (
    INSERT INTO shipping_methods (name, description, min_days, max_days, position)
    VALUES ('Standard', 'To your door', 2, 4, 1) RETURNING id
), express AS (
    INSERT INTO shipping_methods (name, description, min_days, max_days, position)
    VALUES ('Express', 'To your door, the quick way', 1, 2, 2) RETURNING id
)
INSERT INTO shipping_rates (method_id, country, currency, up_to_grams, amount, free_from)
SELECT id, 'DE', 'EUR', 5000, 490, 8000 FROM standard
UNION ALL SELECT id, 'DE', 'EUR', 31500, 990, 15000 FROM standard
UNION ALL SELECT id, country, 'EUR', grams, amount, NULL
          FROM standard,
               unnest(ARRAY['AT','BE','BG','CY','CZ','DK','EE','ES','FI','FR','GR','HR','HU','IE','IT','LT','LU','LV','MT',
                            'NL','PL','PT','RO','SE','SI','SK']) AS country,
               (VALUES (5000, 990), (31500, 1990)) AS parcel (grams, amount)
UNION ALL SELECT id, NULL, 'EUR', grams, amount, NULL
          FROM standard, (VALUES (5000, 1990), (20000, 4990)) AS parcel (grams, amount)
UNION ALL SELECT id, 'DE', 'EUR', 31500, 1290, NULL FROM express;
