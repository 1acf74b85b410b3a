//! Email addresses: the one form in which they are compared.

/// The canonical form of an email address: letters of ASCII in lower case, everything else as it is. Look-up, uniqueness, limits
/// and caps compare addresses by it and by nothing else; in SQL it is `canonical_email`.
///
/// Full lower-casing would not do: it folds letters such as `İ`, `ſ` and the Kelvin sign into ASCII, and what it folds depends
/// on the version of Unicode, so that two programs disagree about which addresses are one.
pub fn canonical(email: &str) -> String {
    email.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn only_letters_of_ascii_change() {
        assert_eq!(canonical("Ada.LOVELACE+x@Example.COM"), "ada.lovelace+x@example.com");
        for kept in ["v\u{130}ctim@example.com", "\u{212a}elvin@example.com", "\u{17f}am@example.com", "Ä", "ß", ""] {
            assert_eq!(canonical(kept), kept);
        }
    }
}
