//! `devopsify admin`: accounts of staff, made by who runs the store.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use sqlx::{PgConnection, Postgres, pool::PoolConnection};
use uuid::Uuid;

use super::{
    queries::{factors, people, sessions, tokens},
    totp,
};
use crate::{
    config::DatabaseConfig,
    database,
    email::is_email,
    passwords::{Password, Passwords},
    policy::Role,
    running_store,
};

/// What to do with an account of staff.
#[derive(Clone, Args)]
pub struct AdminCommand {
    /// What to do.
    #[command(subcommand)]
    pub action: AdminAction,
}

/// What can be done with an account of staff.
#[derive(Clone, Subcommand)]
pub enum AdminAction {
    /// Make an account, and print its random password this once.
    Create {
        /// Whom to make it for.
        #[command(flatten)]
        person: PersonArgs,

        /// What they may do: administrator, support, catalogue_manager or customer.
        #[arg(long, default_value = "administrator")]
        role: Role,

        /// How they are addressed.
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Let somebody in again who has lost everything: print a new random password this once, remove the second factor, end
    /// all sessions and tokens.
    Reset {
        /// Whom to let in.
        #[command(flatten)]
        person: PersonArgs,
    },
    /// End all sessions of one account, or of all.
    SignOut {
        /// Whose; everybody's when left out.
        #[arg(long)]
        email: Option<String>,

        /// The store.
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// An account of a store.
#[derive(Clone, Args)]
pub struct PersonArgs {
    /// The account's address of mail.
    #[arg(long)]
    pub email: String,

    /// The store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// A store.
#[derive(Clone, Args)]
pub struct StoreArgs {
    /// The store's database.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// The folder of the `up` whose store it is, if one runs there and DATABASE_URL is not set.
    #[arg(long, env = "DEVOPSIFY_HOME", default_value = ".devopsify")]
    pub home: PathBuf,
}

/// Makes or resets an account and prints its password, or ends sessions.
///
/// # Errors
/// When there is such an account already, or none to reset, or the database refuses.
pub async fn run(command: AdminCommand) -> anyhow::Result<()> {
    match command.action {
        AdminAction::Create { person, role, name } => {
            let mut connection = person.store.connect().await?;
            tell(&person.email, &create(&mut connection, &person.email, &name, role).await?);
        }
        AdminAction::Reset { person } => {
            let mut connection = person.store.connect().await?;
            tell(&person.email, &reset(&mut connection, &person.email).await?);
        }
        AdminAction::SignOut { email, store } => {
            let ended = sessions::end_all(&mut *store.connect().await?, email.as_deref()).await?;
            println!("{ended} sessions ended");
        }
    }
    Ok(())
}

impl StoreArgs {
    async fn connect(&self) -> anyhow::Result<PoolConnection<Postgres>> {
        let mut database = self.database.clone();
        database.database_url = database.database_url.or_else(|| running_store::database_url(&self.home));
        Ok(database::pool(&database)?.acquire().await?)
    }
}

fn tell(email: &str, password: &str) {
    println!("{email}\n{password}");
    eprintln!("The second line is the password; it is shown this once.");
}

/// Makes an account with a random password, which is answered.
///
/// # Errors
/// When there is such an account already, or the database refuses.
pub async fn create(connection: &mut PgConnection, email: &str, name: &str, role: Role) -> anyhow::Result<String> {
    if !is_email(email) {
        bail!("{email} is no address of mail: give one such as ada@example.com");
    }
    let (password, hash) = random_password().await?;
    let made = people::create(connection, email, name, &hash, role).await?;
    made.with_context(|| {
        format!("{email} has an account already: `devopsify admin reset --email {email}` lets them in")
    })?;
    Ok(password)
}

async fn reset(connection: &mut PgConnection, email: &str) -> anyhow::Result<String> {
    let person = people::by_email(connection, email).await?;
    let person = person.with_context(|| format!("nobody has an account with {email}"))?;
    let (password, hash) = random_password().await?;
    let mut tx = sqlx::Connection::begin(connection).await?;
    people::set_password(&mut tx, person.id, &hash).await?;
    factors::remove(&mut tx, person.id).await?;
    sessions::end_others(&mut tx, person.id, None::<Uuid>).await?;
    tokens::revoke_all(&mut tx, person.id).await?;
    tx.commit().await?;
    Ok(password)
}

async fn random_password() -> anyhow::Result<(String, String)> {
    let password = totp::recovery_code()?;
    let hash = Passwords::for_cores(1)?.hash(&Password(password.clone())).await?;
    Ok((password, hash))
}

/// Whether there is an administrator, or an account with this email address.
///
/// # Errors
/// When the database refuses.
pub async fn has_administrator(connection: &mut PgConnection, email: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM accounts WHERE role = 'administrator' OR canonical_email(email) = canonical_email($1)) AS "exists!""#,
        email
    )
    .fetch_one(connection)
    .await
}
