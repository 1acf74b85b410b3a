-- Attempts are counted in a fixed number of slots, 256 to a row, so that no one can make the table grow by inventing addresses.
-- A row with `levels` is a page of slots; one without is a bucket of the previous release. Rows are updated often: the space
-- that they leave free in their block keeps that from touching the index.
ALTER TABLE attempts
    ADD COLUMN levels real[],
    ADD CONSTRAINT attempts_levels_are_a_page CHECK (cardinality(levels) = 256) NOT VALID,
    SET (fillfactor = 50);

-- The devices with which someone has signed in to an account before, or has set its password by the link of a mail. Each has a
-- budget of attempts of its own, which no one else can spend: a level that grows by one with each and sinks with time.
CREATE TABLE account_devices (
    account_id         uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    device_id          uuid NOT NULL,
    created_at         timestamptz NOT NULL DEFAULT now(),
    last_used_at       timestamptz NOT NULL DEFAULT now(),
    sign_in_level      real NOT NULL DEFAULT 0,
    sign_in_counted_at timestamptz NOT NULL DEFAULT now(),
    mail_level         real NOT NULL DEFAULT 0,
    mail_counted_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, device_id),
    CONSTRAINT account_devices_levels_are_not_negative CHECK (sign_in_level >= 0 AND mail_level >= 0)
);
CREATE INDEX account_devices_by_age ON account_devices (last_used_at);
