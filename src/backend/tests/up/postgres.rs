//! The embedded server: made, started, killed, healed, refused.

use std::path::Path;

use devopsify_local::up::postgres::{Options, Server};
use rustix::process::Signal;
use sqlx::{Connection, PgConnection};
use tokio_util::sync::CancellationToken;

use super::{database, expect_gone, kill};

async fn start(home: &Path) -> anyhow::Result<Server> {
    Server::start(home, &Options { database: database(), throw_away: false }).await
}

async fn refusal(home: &Path) -> String {
    start(home).await.err().expect("the server was not refused").to_string()
}

async fn stop(mut server: Server) {
    server.stop(&CancellationToken::new()).await;
    expect_gone(server.id());
}

async fn ask(server: &Server, question: &'static str) -> String {
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let answer = sqlx::query_scalar(question).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    answer
}

/// Starting costs seconds, so one life is told in one test.
#[tokio::test]
async fn a_server_survives_what_happens_to_servers() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("postgres/data");

    // An `initdb` that was interrupted, and a data folder that never was one.
    std::fs::create_dir_all(home.path().join("postgres/data.new/base")).unwrap();
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("somebodys"), "file").unwrap();
    let mut server = start(home.path()).await.unwrap();
    assert!(server.version().starts_with("18."), "{}", server.version());
    assert!(home.path().join("postgres/data.incomplete/somebodys").exists());
    assert!(!home.path().join("postgres/data.new").exists());
    assert_eq!(ask(&server, "SHOW server_encoding").await, "UTF8");
    assert_eq!(ask(&server, "SELECT current_setting('listen_addresses')").await, "127.0.0.1");
    assert_eq!(ask(&server, "SELECT datlocale FROM pg_database WHERE datname = current_database()").await, "C.UTF-8");

    // Killed, it comes back where it was and has what was committed.
    let url = server.url();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE kept AS SELECT 'kept'::text AS word").execute(&mut connection).await.unwrap();
    kill(server.id(), Signal::KILL);
    assert!(!server.ended().await.unwrap().success());
    server.restart().await.unwrap();
    assert_eq!(server.url(), url);
    assert_eq!(ask(&server, "SELECT word FROM kept").await, "kept");

    // A server that an `up` left behind makes way.
    let mut left = server;
    let server = start(home.path()).await.unwrap();
    expect_gone(left.id());
    left.ended().await.unwrap();
    assert_eq!(ask(&server, "SELECT word FROM kept").await, "kept");
    stop(server).await;

    // A note that names a process which has nothing to do with it: this one.
    std::fs::write(data.join("postmaster.pid"), format!("{}\n{}\n", std::process::id(), data.display())).unwrap();
    stop(start(home.path()).await.unwrap()).await;

    // What cannot be helped is said.
    let password = home.path().join("postgres/password");
    let right = std::fs::read(&password).unwrap();
    std::fs::write(&password, "wrong").unwrap();
    let said = refusal(home.path()).await;
    assert!(said.contains("the password in") && said.contains("to start anew"), "{said}");
    std::fs::remove_file(&password).unwrap();
    let said = refusal(home.path()).await;
    assert!(said.contains("is gone") && said.contains("put it back"), "{said}");
    std::fs::write(&password, right).unwrap();
    std::fs::remove_file(data.join("global/pg_control")).unwrap();
    let said = refusal(home.path()).await;
    assert!(said.contains("postgres.log ends with:") && said.contains("pg_control"), "{said}");
    std::fs::write(data.join("PG_VERSION"), "17\n").unwrap();
    let said = refusal(home.path()).await;
    assert!(said.contains("made by PostgreSQL 17, and this is PostgreSQL 18") && said.contains("pg_upgrade"), "{said}");
}

#[tokio::test]
async fn a_server_to_throw_away_leaves_no_data() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), &Options { database: database(), throw_away: true }).await.unwrap();
    assert_eq!(ask(&server, "SHOW fsync").await, "off");
    assert_eq!(ask(&server, "SHOW max_connections").await, "200");
    stop(server).await;
    assert!(!home.path().join("postgres/data").exists());
}
