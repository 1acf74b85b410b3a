-- Accounts: people who sign in, customers and staff alike. Each has an address of mail that its owner has confirmed: until
-- then there is a registration, not an account.
CREATE TABLE accounts (
    id                  uuid PRIMARY KEY DEFAULT uuidv7(),
    email               text NOT NULL,
    name                text NOT NULL,
    password_hash       text NOT NULL,
    role                text NOT NULL DEFAULT 'customer',
    created_at          timestamptz NOT NULL DEFAULT now(),
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_email_is_given CHECK (length(email) BETWEEN 3 AND 254),
    CONSTRAINT accounts_name_is_short CHECK (length(name) <= 100),
    CONSTRAINT accounts_password_is_hashed CHECK (password_hash LIKE '$argon2id$%'),
    CONSTRAINT accounts_role_is_known CHECK (role IN ('customer', 'support', 'catalogue_manager', 'administrator'))
);
CREATE UNIQUE INDEX accounts_email_is_unique ON accounts (lower(email));

-- Who asked for an account and has not confirmed the address yet. There may be several of one address: who can read its
-- mail and knows the password of one of them makes that one an account.
CREATE TABLE registrations (
    id            uuid PRIMARY KEY DEFAULT uuidv7(),
    email         text NOT NULL,
    name          text NOT NULL,
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL DEFAULT now() + interval '24 hours',
    CONSTRAINT registrations_email_is_given CHECK (length(email) BETWEEN 3 AND 254),
    CONSTRAINT registrations_name_is_short CHECK (length(name) <= 100),
    CONSTRAINT registrations_password_is_hashed CHECK (password_hash LIKE '$argon2id$%')
);
CREATE INDEX registrations_by_email ON registrations (lower(email));
CREATE INDEX registrations_by_expiry ON registrations (expires_at);

-- Who asked for a new password. Whether there is such an account is found out when the mail is written, so that asking does
-- the same in either case. Links in mails carry the row's id and a token derived from it: what is stored here opens nothing.
CREATE TABLE password_resets (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    email      text NOT NULL,
    expires_at timestamptz NOT NULL DEFAULT now() + interval '30 minutes',
    CONSTRAINT password_resets_email_is_given CHECK (length(email) BETWEEN 3 AND 254)
);
CREATE INDEX password_resets_by_email ON password_resets (lower(email));
CREATE INDEX password_resets_by_expiry ON password_resets (expires_at);

-- A new address counts when both the old one and the new one have confirmed it.
CREATE TABLE email_changes (
    id               uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id       uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    email            text NOT NULL,
    old_confirmed_at timestamptz,
    new_confirmed_at timestamptz,
    expires_at       timestamptz NOT NULL DEFAULT now() + interval '24 hours',
    CONSTRAINT email_changes_one_an_account UNIQUE (account_id),
    CONSTRAINT email_changes_email_is_given CHECK (length(email) BETWEEN 3 AND 254)
);
CREATE INDEX email_changes_by_expiry ON email_changes (expires_at);

-- What proves who one is besides the password. The seed is no secret: codes are derived from it with the server's key.
CREATE TABLE second_factors (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id   uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    kind         text NOT NULL DEFAULT 'totp',
    seed         bytea NOT NULL,
    -- The last time step whose code was taken, so that none is taken twice (RFC 6238, section 5.2).
    last_step    bigint NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    CONSTRAINT second_factors_one_of_a_kind UNIQUE (account_id, kind),
    CONSTRAINT second_factors_kind_is_known CHECK (kind IN ('totp'))
);

CREATE TABLE recovery_codes (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    code_hash  bytea NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (account_id, code_hash),
    CONSTRAINT recovery_codes_are_hashed CHECK (length(code_hash) = 32)
);

-- `proof` is what was shown at sign-in: the password alone, the password while a second factor is still wanted, or both.
CREATE TABLE sessions (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id     uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    token_hash     bytea NOT NULL,
    proof          text NOT NULL,
    client_address inet,
    user_agent     text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    last_used_at   timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL,
    CONSTRAINT sessions_token_is_unique UNIQUE (token_hash),
    CONSTRAINT sessions_token_is_hashed CHECK (length(token_hash) = 32),
    CONSTRAINT sessions_proof_is_known CHECK (proof IN ('password', 'half', 'second_factor')),
    CONSTRAINT sessions_user_agent_is_short CHECK (length(user_agent) <= 300)
);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- What programs sign in with. A revoked one is deleted.
CREATE TABLE api_tokens (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id   uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    name         text NOT NULL,
    token_hash   bytea NOT NULL,
    scopes       text[] NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT api_tokens_token_is_unique UNIQUE (token_hash),
    CONSTRAINT api_tokens_token_is_hashed CHECK (length(token_hash) = 32),
    CONSTRAINT api_tokens_name_is_given CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT api_tokens_do_something CHECK (cardinality(scopes) > 0)
);
CREATE INDEX api_tokens_by_account ON api_tokens (account_id);

-- Tries to prove who one is, counted by what was tried and by where from, for all replicas together. The name of a bucket is
-- a digest: nobody can read from it who tried.
CREATE TABLE attempts (
    bucket        bytea PRIMARY KEY,
    count         integer NOT NULL,
    last_at       timestamptz NOT NULL DEFAULT now(),
    blocked_until timestamptz,
    CONSTRAINT attempts_bucket_is_a_digest CHECK (length(bucket) = 32)
);
CREATE INDEX attempts_by_age ON attempts (last_at);

-- The address book.
CREATE TABLE addresses (
    id               uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id       uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    name             text NOT NULL,
    company          text,
    line1            text NOT NULL,
    line2            text,
    postal_code      text,
    city             text NOT NULL,
    region           text,
    country          char(2) NOT NULL,
    phone            text,
    default_shipping boolean NOT NULL DEFAULT false,
    default_billing  boolean NOT NULL DEFAULT false,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT addresses_country_is_iso_3166 CHECK (country ~ '^[A-Z]{2}$')
);
CREATE INDEX addresses_by_account ON addresses (account_id);
CREATE UNIQUE INDEX addresses_one_default_to_ship ON addresses (account_id) WHERE default_shipping;
CREATE UNIQUE INDEX addresses_one_default_to_bill ON addresses (account_id) WHERE default_billing;

-- An account has one cart that it goes on with; one that was bought is let go.
ALTER TABLE carts ADD COLUMN account_id uuid REFERENCES accounts ON DELETE SET NULL;
CREATE UNIQUE INDEX carts_one_an_account ON carts (account_id) WHERE account_id IS NOT NULL;

ALTER TABLE orders ADD COLUMN account_id uuid REFERENCES accounts ON DELETE SET NULL;
CREATE INDEX orders_by_account ON orders (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX orders_of_guests_by_email ON orders (lower(email)) WHERE account_id IS NULL;

-- How long a session may rest before it ends.
CREATE FUNCTION session_idle_limit(role text) RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE role WHEN 'customer' THEN interval '14 days' ELSE interval '1 hour' END
$$;
