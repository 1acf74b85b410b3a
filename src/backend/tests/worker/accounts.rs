//! Mails about accounts, and copies of what is known of somebody.

use devopsify::{
    capability::Capability,
    jobs::stale_records::DeleteStaleRecords,
    queue::{self, AccountNews, ExportAccount, SendAccountMail, Side},
};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::Bench;
use crate::support::{builders::product, orders::order};

impl Bench {
    async fn tell(&self, news: AccountNews) -> Vec<String> {
        let mut tx = self.db.begin().await.unwrap();
        queue::enqueue_account_mail(&mut tx, news).await.unwrap();
        tx.commit().await.unwrap();
        self.run(|options| options.define_job::<SendAccountMail>()).await;
        self.letters()
    }

    /// The mails in the folder, decoded as far as their links go.
    fn letters(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path().join("mail")).into_iter().flatten();
        files
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap().replace("=\r\n", "").replace("=3D", "="))
            .collect()
    }
}

async fn id(db: &PgPool, sql: &'static str) -> Uuid {
    sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
}

async fn account(db: &PgPool) -> Uuid {
    id(db, "INSERT INTO accounts (email, name, password_hash) VALUES ('ada@example.com', 'Ada', '$argon2id$none') RETURNING id").await
}

const REGISTERS: &str = "INSERT INTO registrations (email, name, password_hash) VALUES ('Ada@example.com', '', '$argon2id$none') RETURNING id";

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn who_registers_gets_a_link_and_who_has_an_account_is_told_so(db: PgPool) {
    let bench = Bench::new(db.clone()).await;
    let registration = id(&db, REGISTERS).await;
    let link = bench.context.secrets.link(Capability::Registration, registration);
    let letters = bench.tell(AccountNews::Registration { id: registration }).await;
    assert!(letters[0].contains("To: Ada@example.com"), "{}", letters[0]);
    assert_eq!(letters[0].matches(&format!("https://shop.example/account/verify#{link}")).count(), 2, "{}", letters[0]);
    let bench = Bench::new(db.clone()).await;
    account(&db).await;
    let letters = bench.tell(AccountNews::Registration { id: registration }).await;
    assert!(letters[0].contains("You have an account already") && !letters[0].contains(&link), "{}", letters[0]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_new_password_is_offered_to_who_has_an_account_only(db: PgPool) {
    let bench = Bench::new(db.clone()).await;
    let asked = id(&db, "INSERT INTO password_resets (email) VALUES ('ada@example.com') RETURNING id").await;
    assert!(
        bench.tell(AccountNews::PasswordReset { id: asked }).await.is_empty(),
        "somebody without an account was written to"
    );
    let account_id = account(&db).await;
    let letters = bench.tell(AccountNews::PasswordReset { id: asked }).await;
    let link = bench.context.secrets.link(Capability::PasswordReset, asked);
    assert!(letters[0].contains(&format!("https://shop.example/account/reset#{link}")), "{}", letters[0]);
    sqlx::query("UPDATE password_resets SET expires_at = now()").execute(&db).await.unwrap();
    assert_eq!(bench.tell(AccountNews::PasswordReset { id: asked }).await.len(), 1, "a link that is too old was sent");
    assert_eq!(bench.tell(AccountNews::PasswordChanged { account_id }).await.len(), 2);
    // Changed once more is told once more: no mail program takes the two for one.
    assert_eq!(bench.tell(AccountNews::PasswordChanged { account_id }).await.len(), 3);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn both_addresses_are_asked_and_the_old_one_hears_of_the_change(db: PgPool) {
    let bench = Bench::new(db.clone()).await;
    let account_id = account(&db).await;
    let change = id(
        &db,
        "INSERT INTO email_changes (account_id, email) SELECT id, 'ada@example.org' FROM accounts RETURNING id",
    )
    .await;
    for (side, to, capability) in
        [(Side::Old, "ada@example.com", Capability::OldEmail), (Side::New, "ada@example.org", Capability::NewEmail)]
    {
        let link = bench.context.secrets.link(capability, change);
        let letters = bench.tell(AccountNews::EmailChange { id: change, side }).await;
        let letter = letters.iter().find(|letter| letter.contains(&format!("To: {to}"))).unwrap();
        assert!(letter.contains(&format!("https://shop.example/account/email#{link}")), "{letter}");
    }
    let before = "ada@example.com".to_owned();
    let letters = bench.tell(AccountNews::EmailChanged { account_id, before }).await;
    assert!(letters.iter().any(|letter| letter.contains("Your address was changed")), "{letters:?}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_copy_holds_everything_but_secrets(db: PgPool) {
    let bench = Bench::new(db.clone()).await;
    product("mug").priced(1400).create(&db).await;
    let account_id = account(&db).await;
    for _ in 0..3 {
        order("MUG-1", 1).paid().create(&db).await;
    }
    sqlx::raw_sql(
        "UPDATE orders SET account_id = (SELECT id FROM accounts);
         INSERT INTO addresses (account_id, name, line1, city, country) SELECT id, 'Ada Lovelace', 'Hauptstr. 1', 'Berlin', 'DE' FROM accounts;
         INSERT INTO sessions (account_id, token_hash, proof, expires_at) SELECT id, sha256('x'), 'password', now() + interval '1 day' FROM accounts;
         INSERT INTO second_factors (account_id, seed) SELECT id, 'seed' FROM accounts;
         INSERT INTO exports (account_id) SELECT id FROM accounts",
    )
    .execute(&db)
    .await
    .unwrap();
    let export_id = id(&db, "SELECT id FROM exports").await;
    let mut tx = db.begin().await.unwrap();
    queue::enqueue_export(&mut tx, export_id).await.unwrap();
    tx.commit().await.unwrap();
    bench.run(|options| options.define_job::<ExportAccount>()).await;
    let (progress, body): (i16, String) =
        sqlx::query_as("SELECT progress, body FROM exports").fetch_one(&db).await.unwrap();
    let copy: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((progress, copy["account"]["id"].as_str()), (100, Some(&*account_id.to_string())));
    assert_eq!(copy["orders"].as_array().unwrap().len(), 3);
    assert_eq!(copy["orders"][0]["addresses"][0]["line1"], "Hauptstr. 1");
    assert_eq!((&copy["addresses"][0]["city"], &copy["sessions"][0]["proof"]), (&"Berlin".into(), &"password".into()));
    for secret in ["password_hash", "token_hash", "seed", "argon2"] {
        assert!(!body.contains(secret), "{secret} is in {body}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_was_kept_for_a_while_goes_when_it_is_over(db: PgPool) {
    let bench = Bench::new(db.clone()).await;
    account(&db).await;
    sqlx::raw_sql(
        "INSERT INTO registrations (email, name, password_hash, expires_at)
         SELECT 'a@example.com', '', '$argon2id$none', now() + n * interval '1 hour' FROM generate_series(-1, 1, 2) n;
         INSERT INTO password_resets (email, expires_at)
         SELECT 'a@example.com', now() + n * interval '1 hour' FROM generate_series(-1, 1, 2) n;
         INSERT INTO sessions (account_id, token_hash, proof, expires_at)
         SELECT id, sha256(n::text::bytea), 'password', now() + n * interval '1 hour' FROM accounts, generate_series(-1, 1, 2) n;
         INSERT INTO api_tokens (account_id, name, token_hash, scopes, expires_at)
         SELECT id, 'x', sha256(n::text::bytea), '{account:read}', now() + n * interval '31 days' FROM accounts, generate_series(-1, 1, 2) n;
         INSERT INTO email_changes (account_id, email, expires_at) SELECT id, 'b@example.com', now() FROM accounts;
         INSERT INTO exports (account_id, progress, body, expires_at) SELECT id, 100, '{}', now() FROM accounts;
         SELECT graphile_worker.add_job('send_account_mail', json_build_object('n', n)) FROM generate_series(1, 2) n;
         UPDATE graphile_worker._private_jobs SET attempts = max_attempts, updated_at = now() - interval '8 days'
         WHERE payload ->> 'n' = '1';
         INSERT INTO attempts (bucket, count, last_at)
         SELECT sha256(n::text::bytea), 1, now() + n * interval '3 hours' FROM generate_series(-1, 1, 2) n",
    )
    .execute(&db)
    .await
    .unwrap();
    sqlx::query("SELECT FROM graphile_worker.add_job('delete_stale_records', '{}')").execute(&db).await.unwrap();
    bench.run(|options| options.define_job::<DeleteStaleRecords>()).await;
    for (table, kept) in [
        ("registrations", 1),
        ("password_resets", 1),
        ("sessions", 1),
        ("api_tokens", 1),
        ("attempts", 1),
        ("email_changes", 0),
        ("exports", 0),
        ("graphile_worker.jobs", 1),
    ] {
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(&db)
            .await
            .unwrap();
        assert_eq!(left, kept, "{table}");
    }
}
