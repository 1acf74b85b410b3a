//! The last thing that happens to a line of the log: what looks like an email address or a token is taken out of it.
//!
//! No part of this program logs one on purpose. What a library says, what a mail server answers and what a panic quotes are texts
//! of others, and this is where they cannot get past.

use std::io::{self, Write};

use tracing_subscriber::fmt::MakeWriter;

const REPLACEMENT: &str = "[redacted]";
/// As long as 256 bits in URL-safe base 64: the tokens of sessions, carts, orders and links.
const TOKEN_LENGTH: usize = 43;
/// What tokens of programs, keys of the payment provider and its client secrets begin with.
const SECRET_PREFIXES: [&str; 7] = ["dvp_", "sk_live_", "sk_test_", "sk_demo_", "rk_live_", "rk_test_", "whsec_"];

/// Standard error, without addresses and tokens.
#[derive(Debug, Clone, Copy)]
pub struct RedactedStderr;

impl<'a> MakeWriter<'a> for RedactedStderr {
    type Writer = Redacted<io::Stderr>;

    fn make_writer(&'a self) -> Self::Writer {
        Redacted(io::stderr())
    }
}

/// A writer that a formatter gives whole lines to, which `tracing_subscriber` does.
#[derive(Debug)]
pub struct Redacted<W>(W);

impl<W: Write> Write for Redacted<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(redacted(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A text without what looks like an email address or a token.
pub fn redacted(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let is_private = is_address(word) || word.split(['.', '=', '/', '%', '&', '+', '#', '?']).any(is_secret);
        kept.push_str(if is_private { REPLACEMENT } else { word });
        let between = after.chars().next().map_or(0, char::len_utf8);
        kept.push_str(&after[..between]);
        rest = &after[between..];
    }
    kept
}

/// Everything that an address can consist of; what surrounds one in a sentence, in JSON and in a URL is not among it.
fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || "!#$%&*+-/=?^_`|~.@".contains(letter)
}

fn is_address(word: &str) -> bool {
    word.match_indices('@').any(|(at, _)| {
        let before = word[..at].chars().next_back();
        let after = word[at + 1..].chars().next();
        before.is_some_and(|letter| letter != '/') && after.is_some_and(char::is_alphanumeric)
    })
}

/// Digests are written in hexadecimal, so they are none; nor is a long name, which has no letters of both cases and digits.
fn is_secret(part: &str) -> bool {
    let random = [char::is_uppercase as fn(char) -> bool, char::is_lowercase, |letter| letter.is_ascii_digit()];
    part.len() == TOKEN_LENGTH && part.is_ascii() && random.iter().all(|kind| part.chars().any(kind))
        || SECRET_PREFIXES.iter().any(|prefix| part.starts_with(prefix) && part.len() > prefix.len())
        || part.contains("_secret_") && part.starts_with("pi_")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::capability::{Capability, Secrets};

    #[test]
    fn addresses_are_taken_out_of_whatever_surrounds_them() {
        for (told, kept) in [
            ("550 5.1.1 <ada@example.com>: no such user", "550 5.1.1 <[redacted]>: no such user"),
            (r#"{"error":"ada.l+x@shop.example is unknown"}"#, r#"{"error":"[redacted] is unknown"}"#),
            ("Some(\"ADA@EXAMPLE.COM\")", "Some(\"[redacted]\")"),
            ("mailto:ada@example.com,bob@example.com;", "mailto:[redacted],[redacted];"),
            ("Key (email)=(ada@example.com) already exists", "Key (email)=([redacted]) already exists"),
            ("o'neil@example.com", "o'[redacted]"),
            ("ünï@exämple.com\\n", "[redacted]\\n"),
            ("postgres://devopsify:word@db.example/x", "postgres://devopsify:[redacted]"),
            ("q=ada@example.com", "[redacted]"),
            ("src/edge/proxy.rs:85 at 12:00 @ home, a @b", "src/edge/proxy.rs:85 at 12:00 @ home, a @b"),
            ("/_next/static/chunks/@vercel/x.js", "/_next/static/chunks/@vercel/x.js"),
        ] {
            assert_eq!(redacted(told), kept);
        }
    }

    #[test]
    fn tokens_are_taken_out_and_ids_and_digests_stay() {
        let (secrets, id) = (Secrets::new("a key of the tests of more than 32 characters").unwrap(), Uuid::nil());
        let token = secrets.token(Capability::Order, id);
        for told in [
            format!("order-token: {token}"),
            format!("/account/reset#{}", secrets.link(Capability::PasswordReset, id)),
            format!("cart={id}.{token}; session={token}"),
            format!("Bearer dvp_{token}"),
            "sk_test_4eC39HqLyjWDarjtT1zdp7dc".to_owned(),
            "pi_3MtwBwLkdIwHu7ix_secret_YrKJUKribcBjcG8HVhfZluoGH".to_owned(),
        ] {
            let kept = redacted(&told);
            assert!(kept.contains(REPLACEMENT), "{kept}");
            assert!(!kept.contains(&token) && !kept.contains("4eC39") && !kept.contains("YrKJ"), "{kept}");
        }
        for kept in [
            "018f3f9e-7b1c-7000-8000-000000000000",
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "the_name_of_a_thing_that_is_very_long_1234_",
            "pi_3MtwBwLkdIwHu7ix28a3tqPa is paid",
        ] {
            assert_eq!(redacted(kept), kept);
        }
    }

    proptest! {
        #[test]
        fn no_address_gets_past(before in "[^@]{0,20}", local in "[a-z0-9.+-]{1,20}", domain in "[a-z0-9-]{1,10}\\.[a-z]{2,5}", after in ".{0,20}") {
            let address = format!("{local}@{domain}");
            prop_assume!(!domain.starts_with('-'));
            let kept = redacted(&format!("{before} <{address}> {after}"));
            prop_assert!(!kept.contains(&address), "{kept}");
        }
    }
}
