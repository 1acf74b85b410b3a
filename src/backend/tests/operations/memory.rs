//! What the program's processes take of the machine's memory, while somebody does their worst.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Client;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{
    program::{Program, database_url},
    unused_port,
};

/// A `serve` that believes what its proxy on loopback says of clients' addresses.
async fn serve(db: &PgPool) -> (Program, String) {
    let (port, operations_port) = (unused_port(), unused_port());
    let variables = [
        ("DATABASE_URL", database_url(db)),
        ("PORT", port.to_string()),
        ("OPERATIONS_PORT", operations_port.to_string()),
        ("TRUSTED_PROXIES", "127.0.0.1/32".to_owned()),
    ];
    let mut program = Program::new("serve", operations_port, &variables);
    program.start();
    program.answers("/readyz").await;
    (program, format!("http://127.0.0.1:{port}"))
}

/// The most memory that it ever had, in MiB, and what it has now: `VmHWM` and `VmRSS` (proc(5)).
fn memory(program: &Program) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.pid())).unwrap();
    let mebibytes = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_end_matches("kB").trim().parse::<u64>().unwrap() >> 10
    };
    (mebibytes("VmHWM:"), mebibytes("VmRSS:"))
}

/// Fifty were 400 MiB, which stayed.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn hundreds_of_sign_ins_at_once_take_no_memory_of_their_own(db: PgPool) {
    let (program, origin) = serve(&db).await;
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
    // From as many networks and for as many addresses: nothing but the queue bounds them.
    let attempt = async |number: usize| {
        let body = json!({ "email": format!("{number}@example.com"), "password": "not the right one" });
        let from = format!("198.18.{}.{}", number / 250, number % 250);
        let request = client.post(format!("{origin}/api/auth/login")).header("x-forwarded-for", from).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.headers().contains_key("retry-after"))
    };
    for _ in 0..2 {
        let answers = join_all((0..300).map(&attempt)).await;
        for (status, says_when) in &answers {
            assert!(*status == 401 || (*status == 503 && *says_when), "{answers:?}");
        }
        assert!(answers.iter().any(|(status, _)| *status == 401), "nobody was looked at");
    }
    let (most, now) = memory(&program);
    println!("{most} MiB at the most, {now} MiB now");
    assert!(most <= 128, "{most} MiB at the most, {now} MiB now");
    assert_eq!(attempt(1000).await.0, 401, "whoever comes after is looked at");
}
