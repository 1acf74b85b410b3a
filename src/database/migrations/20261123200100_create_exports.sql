-- A copy of everything that is known of somebody, made by a job; one an account, kept for a week.
CREATE TABLE exports (
    id           uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id   uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    progress     smallint NOT NULL DEFAULT 0,
    body         text,
    requested_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    CONSTRAINT exports_one_an_account UNIQUE (account_id),
    CONSTRAINT exports_progress_is_per_cent CHECK (progress BETWEEN 0 AND 100),
    CONSTRAINT exports_are_there_when_done CHECK ((progress = 100) = (body IS NOT NULL AND expires_at IS NOT NULL))
);
