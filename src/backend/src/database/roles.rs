//! The three roles of PostgreSQL that the store uses, created by an administrator of the server and granted their rights by
//! migrations.
//!
//! Roles belong to the whole server, so their names are fixed. Least privilege after OWASP ASVS 5.0, 13.2.2: what a stolen
//! credential of the application can do is what the application does.

use anyhow::{Context, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use url::Url;

use super::options;
use crate::{config::RolesConfig, transport};

/// Owns the schema, and migrates it. Where PostgreSQL is one's own, it may also make backups.
pub const OWNER: &str = "devopsify_owner";
/// What `serve`, `worker` and staff's commands use: no DDL, and no change of what is history.
pub const APPLICATION: &str = "devopsify_application";
/// Reads statistics (`pg_monitor`), and no table of the store.
pub const MONITORING: &str = "devopsify_monitoring";

/// The roles' passwords.
pub struct Passwords {
    /// Of [`OWNER`].
    pub owner: String,
    /// Of [`APPLICATION`].
    pub application: String,
    /// Of [`MONITORING`].
    pub monitoring: String,
}

impl Passwords {
    /// One password for all roles: for a server that is deleted after its tests.
    pub fn same(password: &str) -> Self {
        Self { owner: password.to_owned(), application: password.to_owned(), monitoring: password.to_owned() }
    }
}

/// The addresses of one database, one for each role. They have passwords, so it has no `Debug`.
#[derive(Clone)]
pub struct Addresses {
    /// Of [`OWNER`].
    pub owner: String,
    /// Of [`APPLICATION`].
    pub application: String,
    /// Of [`MONITORING`].
    pub monitoring: String,
}

/// Creates the roles with the passwords that their addresses have.
///
/// # Errors
/// When an address is not of its role, or the server refuses.
pub async fn run(config: RolesConfig) -> anyhow::Result<()> {
    transport::expect_encrypted_database(&config.database_admin_url, config.database_allow_plaintext)?;
    let passwords = Passwords {
        owner: password(&config.database_owner_url, "DATABASE_OWNER_URL", OWNER)?,
        application: password(&config.database_url, "DATABASE_URL", APPLICATION)?,
        monitoring: password(&config.database_monitoring_url, "DATABASE_MONITORING_URL", MONITORING)?,
    };
    create(&config.database_admin_url, &passwords).await?;
    println!("{OWNER}, {APPLICATION} and {MONITORING} are ready");
    Ok(())
}

impl Addresses {
    /// The addresses of the database of this one.
    ///
    /// # Errors
    /// When it is no address of PostgreSQL.
    pub fn of(url: &str, passwords: &Passwords) -> anyhow::Result<Self> {
        Ok(Self {
            owner: address(url, OWNER, &passwords.owner)?,
            application: address(url, APPLICATION, &passwords.application)?,
            monitoring: address(url, MONITORING, &passwords.monitoring)?,
        })
    }
}

/// The address of the same database as another role.
fn address(url: &str, role: &str, password: &str) -> anyhow::Result<String> {
    let mut url = Url::parse(url).context("this is not an address of PostgreSQL")?;
    let changed = url.set_username(role).and_then(|()| url.set_password(Some(password)));
    changed.map_err(|()| anyhow::anyhow!("this address has no place for a role"))?;
    Ok(url.into())
}

fn password(url: &str, variable: &str, role: &str) -> anyhow::Result<String> {
    let url = Url::parse(url).with_context(|| format!("{variable} is not an address of PostgreSQL"))?;
    ensure!(
        url.username() == role,
        "{variable} is of the role {}: give it as postgres://{role}:password@host:port/name",
        url.username()
    );
    let password = url.password().unwrap_or_default();
    let password = percent_encoding::percent_decode_str(password).decode_utf8();
    let password = password.with_context(|| format!("the password in {variable} is not UTF-8"))?.into_owned();
    // RFC 4013 normalizes others, which not every client does alike.
    ensure!(
        !password.is_empty() && password.bytes().all(|byte| byte.is_ascii_graphic()),
        "{variable} has no password of visible ASCII characters for {role}"
    );
    Ok(password)
}

/// Creates the roles unless they are there, gives them these passwords, and gives the database to its owner.
///
/// # Errors
/// When the server cannot be reached or refuses; then nothing has changed.
pub async fn create(admin_url: &str, passwords: &Passwords) -> anyhow::Result<()> {
    let options = options(admin_url)?.application_name("devopsify roles").options([("lock_timeout", "5s")]);
    let mut connection = PgConnection::connect_with(&options).await.context("the database cannot be reached")?;
    super::expect_version(&mut connection).await?;
    let mut tx = connection.begin().await?;
    sqlx::raw_sql(CREATE).execute(&mut *tx).await.context("the roles cannot be created")?;
    let iterations: i32 =
        sqlx::query_scalar("SELECT current_setting('scram_iterations')::int").fetch_one(&mut *tx).await?;
    for (role, password) in
        [(OWNER, &passwords.owner), (APPLICATION, &passwords.application), (MONITORING, &passwords.monitoring)]
    {
        // Derived here, so that no log of the server has the password.
        let verifier = verifier(password, iterations)?;
        sqlx::raw_sql(AssertSqlSafe(format!("ALTER ROLE {role} LOGIN PASSWORD '{verifier}'")))
            .execute(&mut *tx)
            .await?;
    }
    sqlx::raw_sql(GIVE_TO_OWNER).execute(&mut *tx).await.context("the schema cannot be given to its owner")?;
    tx.commit().await?;
    connection.close().await?;
    Ok(())
}

/// What PostgreSQL keeps of a password (RFC 5802, section 3, with SHA-256), as `psql` derives it with `\password`. `iterations` is the
/// server's setting: each connection costs as many rounds.
fn verifier(password: &str, iterations: i32) -> anyhow::Result<String> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt)?;
    let mut round = mac(password.as_bytes(), &[&salt[..], &[0, 0, 0, 1]].concat())?;
    let mut salted = round;
    for _ in 1..iterations {
        round = mac(password.as_bytes(), &round)?;
        salted.iter_mut().zip(round).for_each(|(sum, byte)| *sum ^= byte);
    }
    let stored = Sha256::digest(mac(&salted, b"Client Key")?);
    let server = mac(&salted, b"Server Key")?;
    let [salt, stored, server] = [&salt[..], &stored, &server].map(|bytes| BASE64_STANDARD.encode(bytes));
    Ok(format!("SCRAM-SHA-256${iterations}:{salt}${stored}:{server}"))
}

fn mac(key: &[u8], message: &[u8]) -> anyhow::Result<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
    mac.update(message);
    Ok(mac.finalize().into_bytes().into())
}

/// Roles are the server's: of two stores' databases that are prepared at the same time, one waits.
const CREATE: &str = "
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['devopsify_owner', 'devopsify_application', 'devopsify_monitoring'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I', role);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
    IF NOT pg_has_role('devopsify_monitoring', 'pg_monitor', 'USAGE') THEN
        GRANT pg_monitor TO devopsify_monitoring;
    END IF;
    -- Only who may become the owner can give it something. A superuser may; an administrator of RDS is none.
    IF NOT pg_has_role(current_user, 'devopsify_owner', 'SET') THEN
        GRANT devopsify_owner TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;
    END IF;
END $$";

/// Objects that another role owns become the owner's. Those of extensions stay theirs, and a sequence follows its column.
const GIVE_TO_OWNER: &str = "
DO $$
DECLARE
    owner constant oid := 'devopsify_owner'::regrole;
    statement text;
BEGIN
    IF (SELECT datdba FROM pg_database WHERE datname = current_database()) <> owner THEN
        EXECUTE format('ALTER DATABASE %I OWNER TO devopsify_owner', current_database());
    END IF;
    FOR statement IN
        WITH schemas AS (
            SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname IN ('public', 'graphile_worker')
        ), kept AS (
            SELECT classid, objid FROM pg_depend
            WHERE deptype = 'e' OR deptype IN ('a', 'i') AND classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
                               AND objid IN (SELECT oid FROM pg_class WHERE relkind = 'S')
        )
        SELECT format('ALTER SCHEMA %I OWNER TO devopsify_owner', nspname) FROM schemas
        WHERE nspowner NOT IN (owner, 'pg_database_owner'::regrole)
        UNION ALL
        SELECT format('ALTER %s %s OWNER TO devopsify_owner',
                      CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END,
                      c.oid::regclass)
        FROM pg_class c JOIN schemas s ON s.oid = relnamespace
        WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND relowner <> owner
          AND NOT EXISTS (SELECT FROM kept WHERE classid = 'pg_class'::regclass AND objid = c.oid)
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO devopsify_owner', p.oid::regprocedure)
        FROM pg_proc p JOIN schemas s ON s.oid = pronamespace
        WHERE proowner <> owner AND NOT EXISTS (SELECT FROM kept WHERE classid = 'pg_proc'::regclass AND objid = p.oid)
        UNION ALL
        SELECT format('ALTER TYPE %s OWNER TO devopsify_owner', t.oid::regtype)
        FROM pg_type t JOIN schemas s ON s.oid = typnamespace
        WHERE typowner <> owner AND typelem = 0 AND typtype IN ('c', 'd', 'e')
          AND (typrelid = 0 OR (SELECT relkind FROM pg_class WHERE oid = typrelid) = 'c')
          AND NOT EXISTS (SELECT FROM kept WHERE classid = 'pg_type'::regclass AND objid = t.oid)
    LOOP
        EXECUTE statement;
    END LOOP;
    -- What `devopsify backup` needs. An administrator who is no superuser cannot grant it; such a provider makes backups itself.
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean), pg_backup_stop(boolean) TO devopsify_owner;
        GRANT pg_read_all_settings TO devopsify_owner;
        GRANT EXECUTE ON FUNCTION pg_ls_archive_statusdir() TO devopsify_owner;
    END IF;
    -- What tells slow statements, where the server has loaded it.
    IF current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%' THEN
        BEGIN
            CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING 'slow statements are not shown: the administrator may not create pg_stat_statements';
        END;
    END IF;
END $$";

#[cfg(test)]
mod tests {
    use super::{APPLICATION, address, password};

    #[test]
    fn an_address_is_of_its_role() {
        let admin = "postgres://postgres:secret@db:5432/shop?sslmode=verify-full";
        let url = address(admin, APPLICATION, "p@ss/word").unwrap();
        assert_eq!(url, "postgres://devopsify_application:p%40ss%2Fword@db:5432/shop?sslmode=verify-full");
        assert_eq!(password(&url, "DATABASE_URL", APPLICATION).unwrap(), "p@ss/word");
        for (url, reason) in [
            (admin, "DATABASE_URL is of the role postgres: give it as postgres://devopsify_application:password@"),
            ("postgres://devopsify_application@db/shop", "DATABASE_URL has no password"),
            ("postgres://devopsify_application:%C3%BC@db/shop", "DATABASE_URL has no password of visible ASCII"),
            ("db", "DATABASE_URL is not an address"),
        ] {
            let error = password(url, "DATABASE_URL", APPLICATION).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{error}");
        }
    }
}
