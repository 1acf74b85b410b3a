-- Who of the staff changed what: a ledger in which each entry carries a hash of itself and of the one before it, so that an
-- entry that is altered, taken out or put in between is noticed. `account_id` is no foreign key: an account may go, and what
-- it did stays as it was written.
CREATE TABLE audit_log (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    position       bigint NOT NULL,
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    account_id     uuid NOT NULL,
    role           text NOT NULL,
    proof          text NOT NULL,
    proof_id       uuid NOT NULL,
    client_address inet,
    request_id     uuid,
    action         text NOT NULL,
    subject_type   text NOT NULL,
    subject_id     text NOT NULL,
    before         jsonb,
    after          jsonb,
    previous_hash  bytea NOT NULL,
    hash           bytea NOT NULL,
    CONSTRAINT audit_log_position_is_unique UNIQUE (position),
    CONSTRAINT audit_log_proof_is_known CHECK (proof IN ('session', 'token')),
    CONSTRAINT audit_log_action_is_given CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    CONSTRAINT audit_log_subject_is_given CHECK (length(subject_type) BETWEEN 1 AND 50 AND length(subject_id) BETWEEN 1 AND 255),
    CONSTRAINT audit_log_tells_something CHECK (before IS NOT NULL OR after IS NOT NULL)
);
CREATE INDEX audit_log_by_subject ON audit_log (subject_type, subject_id, position);
CREATE INDEX audit_log_by_account ON audit_log (account_id, position);

-- What an entry's hash is of, written the same way whatever a session's settings are. A column that is added later does not
-- belong here: the hashes of what is written already must stay.
CREATE FUNCTION audit_log_digest(entry audit_log) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        entry.position, entry.id, extract(epoch FROM entry.at), entry.account_id, entry.role, entry.proof, entry.proof_id,
        host(entry.client_address), entry.request_id, entry.action, entry.subject_type, entry.subject_id, entry.before,
        entry.after, encode(entry.previous_hash, 'hex'))::text, 'UTF8'))
$$;

CREATE FUNCTION append_to_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last audit_log;
BEGIN
    -- One entry after the other: the lock is held until the transaction ends, so it is the last that a change takes.
    PERFORM pg_advisory_xact_lock(hashtext('audit_log'));
    SELECT * INTO last FROM audit_log ORDER BY position DESC LIMIT 1;
    NEW.position := coalesce(last.position, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.previous_hash := coalesce(last.hash, '\x');
    NEW.hash := audit_log_digest(NEW);
    RETURN NEW;
END $$;

CREATE TRIGGER audit_log_is_a_chain BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION append_to_audit_log();
CREATE TRIGGER audit_log_is_history BEFORE UPDATE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_stays BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
