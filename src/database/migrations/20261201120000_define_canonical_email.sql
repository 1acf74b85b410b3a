-- The one form in which email addresses are compared: letters of ASCII in lower case, everything else as it is. `lower` alone
-- depends on the database's locale and folds letters of other scripts into ASCII (U+0130, U+017F, U+212A), so that two
-- addresses could be one account. `email::canonical` of the backend does the same, and a test compares the two.
CREATE FUNCTION canonical_email(email text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(email COLLATE "C");

-- The tables are small: a row lasts for 24 hours and for 30 minutes.
CREATE INDEX registrations_by_canonical_email ON registrations (canonical_email(email));
CREATE INDEX password_resets_by_canonical_email ON password_resets (canonical_email(email));
