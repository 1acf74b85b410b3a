//! What may travel without TLS: what stays on this machine, and what a variable of the environment allows by name.

use std::{net::IpAddr, str::FromStr};

use anyhow::ensure;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

/// Whether what is sent to a host stays on this machine: `localhost` and the addresses of loopback.
pub fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Makes sure that a connection to PostgreSQL is encrypted: its passwords, and everything that the store knows, go through it.
/// A Unix socket stays on this machine.
///
/// # Errors
/// When it leaves this machine and may be unencrypted (`sslmode` below `require`, or none), unless that is `allowed`.
pub fn expect_encrypted_database(url: &str, allowed: bool) -> anyhow::Result<()> {
    // One that cannot be read is refused where it is used.
    let Ok(options) = PgConnectOptions::from_str(url) else { return Ok(()) };
    let host = options.get_host();
    let is_local = options.get_socket().is_some() || host.starts_with('/') || is_loopback(host);
    let is_encrypted =
        matches!(options.get_ssl_mode(), PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull);
    ensure!(
        allowed || is_local || is_encrypted,
        "DATABASE_URL does not require TLS, so passwords and customers' data could go to {host} unencrypted: add \
         ?sslmode=verify-full&sslrootcert=/path/of/the/authority.pem (or ?sslmode=require), or set \
         DATABASE_ALLOW_PLAINTEXT=true if no one else can read that network"
    );
    Ok(())
}

/// Makes sure that a web address that secrets are sent to is `https`.
///
/// # Errors
/// When it is not, leads away from this machine, and `allow`, a variable and whether it is true, does not allow it.
pub fn expect_https(variable: &str, url: &Url, (allow, allowed): (&str, bool)) -> anyhow::Result<()> {
    let host = url.host_str().unwrap_or_default();
    ensure!(
        allowed || url.scheme() == "https" || is_loopback(host),
        "{variable} would send secrets to {host} unencrypted: give it as https://, or set {allow}=true if no one else can read \
         that network"
    );
    Ok(())
}

/// Whether a variable of the environment that no configuration of ours reads says yes.
pub fn says_yes(value: Option<&str>) -> bool {
    value.is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_loopback() {
        for here in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.8.7", "::1", "[::1]", "::ffff:127.0.0.1"] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in
            ["", "0.0.0.0", "10.0.0.1", "localhost.evil.example", "127.0.0.1.evil.example", "postgres", "[fe80::1]"]
        {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn a_database_elsewhere_is_spoken_to_by_tls() {
        let refusal = |url: &str| expect_encrypted_database(url, false).err().map(|error| error.to_string());
        for fine in [
            "postgres://a:secret@localhost/c",
            "postgres://a:secret@127.0.0.1:5432/c?sslmode=disable",
            "postgres://a:secret@[::1]/c?sslmode=prefer",
            "postgres:///c?host=%2Frun%2Fpostgresql",
            "postgres://%2Frun%2Fpostgresql/c",
            "postgres://a:secret@db.example/c?sslmode=require",
            "postgresql://a:secret@db.example/c?sslmode=verify-ca",
            "postgres://a:secret@db.example/c?sslmode=verify-full&sslrootcert=/none.pem",
        ] {
            assert_eq!(refusal(fine), None, "{fine}");
        }
        for bare in [
            "postgres://a:secret@db.example/c",
            "postgres://a:secret@db.example/c?sslmode=disable",
            "postgres://a:secret@db.example/c?sslmode=allow",
            "postgresql://a:secret@10.0.0.7:5432/c?sslmode=prefer",
            "postgres://a:secret@localhost/c?host=db.example",
            "postgres://a:secret@postgres:5432/c",
        ] {
            let told = refusal(bare).unwrap_or_else(|| panic!("{bare} was accepted"));
            assert!(told.contains("DATABASE_URL") && told.contains("DATABASE_ALLOW_PLAINTEXT=true"), "{told}");
            assert!(!told.contains("secret"), "{told}");
            assert!(expect_encrypted_database(bare, true).is_ok(), "{bare} is allowed");
        }
    }

    #[test]
    fn secrets_go_elsewhere_by_https() {
        let refusal = |url: &str, allowed| {
            expect_https("STRIPE_API_URL", &url.parse().unwrap(), ("STRIPE_ALLOW_PLAINTEXT", allowed))
                .err()
                .map(|error| error.to_string())
        };
        for fine in ["https://api.stripe.com", "http://localhost:8083", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert_eq!(refusal(fine, false), None, "{fine}");
        }
        let told = refusal("http://provider:8083", false).unwrap();
        assert!(told.contains("STRIPE_API_URL") && told.contains("STRIPE_ALLOW_PLAINTEXT=true"), "{told}");
        assert_eq!(refusal("http://provider:8083", true), None);
        assert!([Some("true"), Some("TRUE"), Some("1")].iter().all(|value| says_yes(*value)));
        assert!([None, Some(""), Some("false"), Some("0")].iter().all(|value| !says_yes(*value)));
    }
}
