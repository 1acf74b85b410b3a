-- What is true of the whole store: one row, seeded here, edited by the merchant.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

CREATE TABLE settings (
    id                  boolean PRIMARY KEY DEFAULT true,
    name                text NOT NULL,
    legal_name          text,
    legal_address       text,
    contact_email       text,
    home_country        char(2) NOT NULL,
    currency            char(3) NOT NULL,
    prices_include_tax  boolean NOT NULL,
    low_stock_threshold integer NOT NULL DEFAULT 5,
    updated_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT settings_is_one_row CHECK (id),
    CONSTRAINT settings_name_is_given CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT settings_home_country_is_iso_3166 CHECK (home_country ~ '^[A-Z]{2}$'),
    CONSTRAINT settings_currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT settings_low_stock_threshold_is_not_negative CHECK (low_stock_threshold >= 0)
);

INSERT INTO settings (name, home_country, currency, prices_include_tax) VALUES ('New store', 'DE', 'EUR', true);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END $$;

CREATE TRIGGER settings_row_stays BEFORE DELETE OR TRUNCATE ON settings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
