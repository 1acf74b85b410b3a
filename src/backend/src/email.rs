//! Email addresses: the one form in which they are compared.

/// The canonical form of an email address: letters of ASCII in lower case, everything else as it is. Look-up, uniqueness, limits
/// and caps compare addresses by it and by nothing else; in SQL it is `canonical_email`.
///
/// Full lower-casing would not do: it folds letters such as `İ`, `ſ` and the Kelvin sign into ASCII, and what it folds depends
/// on the version of Unicode, so that two programs disagree about which addresses are one.
pub fn canonical(email: &str) -> String {
    email.to_ascii_lowercase()
}

/// Whether a text looks like an email address (RFC 5321): one `@`, a local part, a domain with a dot.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_atom = |letter: char| letter.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(letter);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    text.len() <= 254
        && (1..=64).contains(&local.len())
        && local.is_ascii()
        && local.chars().all(is_atom)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{canonical, is_email};

    #[test]
    fn only_letters_of_ascii_change() {
        assert_eq!(canonical("Ada.LOVELACE+x@Example.COM"), "ada.lovelace+x@example.com");
        for kept in ["v\u{130}ctim@example.com", "\u{212a}elvin@example.com", "\u{17f}am@example.com", "Ä", "ß", ""] {
            assert_eq!(canonical(kept), kept);
        }
    }

    #[test]
    fn email_addresses_are_recognised() {
        for good in ["ada@example.com", "o'brien+shop@mail.example.co.uk", "a@b.cd"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "", "a", "a@", "@b.c", "a@b", "a b@c.de", "a@b..c", "a@-b.c", ".a@b.c", "a@b.c\n", "a@b@c.de", "<a@b.c>",
            "ä@b.c",
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,300}") {
            let _ = is_email(&text);
        }
    }
}
