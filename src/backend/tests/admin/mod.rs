//! `devopsify admin`: accounts of staff, made by who runs the store.

use std::process::{Command, Output};

use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{Shop, customer::Browser, program::database_url};

async fn admin(db: &PgPool, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devopsify"));
    command.arg("admin").args(arguments).env("DATABASE_URL", database_url(db));
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// The password that it printed.
fn password(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout.clone()).unwrap();
    printed.lines().nth(1).unwrap().to_owned()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn an_administrator_is_made_with_a_password_of_their_own_and_let_in_again(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let made = admin(&db, &["create", "--email", "root@example.com"]).await;
    let first = password(&made);
    let root = Browser::new(&shop);
    let signed_in = root.login("root@example.com", &first).await.expect(StatusCode::OK).json();
    assert_eq!(
        (&signed_in["account"]["role"], &signed_in["account"]["needs_second_factor"]),
        (&"administrator".into(), &true.into())
    );
    // The password alone opens nothing of the staff's.
    assert_eq!(root.get("/api/admin/orders").await.refusal(), (403, "second_factor_required".into()));
    root.post("/api/account/totp", &json!({ "password": first })).await.expect(StatusCode::OK);
    let code = root.code().await;
    root.post("/api/account/totp/confirmation", &json!({ "code": code })).await.expect(StatusCode::OK);
    root.get("/api/admin/orders").await.expect(StatusCode::OK);

    let again = admin(&db, &["create", "--email", "ROOT@example.com"]).await;
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8(again.stderr).unwrap().contains("admin reset"), "the way out is not named");
    let second = password(&admin(&db, &["reset", "--email", "root@example.com"]).await);
    assert_ne!(first, second);
    assert_eq!(root.get("/api/account").await.status, StatusCode::UNAUTHORIZED, "a session outlived the reset");
    assert_eq!(root.login("root@example.com", &first).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(root.login("root@example.com", &second).await.expect(StatusCode::OK).json()["state"], "signed_in");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn one_or_all_are_signed_out(db: PgPool) {
    let (shop, _provider) = Shop::selling(db.clone()).await;
    let (ada, bob) = (Browser::of(&shop, "ada@example.com").await, Browser::of(&shop, "bob@example.com").await);
    assert!(admin(&db, &["sign-out", "--email", "Ada@example.com"]).await.status.success());
    assert_eq!(ada.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
    bob.get("/api/account").await.expect(StatusCode::OK);
    let all = admin(&db, &["sign-out"]).await;
    assert_eq!(String::from_utf8(all.stdout).unwrap(), "1 sessions ended\n");
    assert_eq!(bob.get("/api/account").await.status, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_cannot_be_done_is_told_in_a_sentence(db: PgPool) {
    for (arguments, told) in [
        (&["create", "--email", "root"][..], "root is no address of mail"),
        (&["reset", "--email", "nobody@example.com"], "nobody has an account with nobody@example.com"),
        (&["create", "--email", "a@example.com", "--role", "king"], "king is no role"),
    ] {
        let output = admin(&db, arguments).await;
        assert!(!output.status.success());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(told), "{error}");
    }
    let support = admin(&db, &["create", "--email", "s@example.com", "--role", "support"]).await;
    assert!(!password(&support).is_empty());
    let role: String = sqlx::query_scalar("SELECT role FROM accounts").fetch_one(&db).await.unwrap();
    assert_eq!(role, "support");
}
