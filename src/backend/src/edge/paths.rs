//! One spelling of each path: percent-encodings are decoded and written anew, and what names nothing is recognised.
//!
//! Everything behind the front door (routes, the table of shared pages, caches, Next.js) sees only this spelling, so that no
//! second decoder can read a path in another way (OWASP: path traversal; CWE-22, CWE-436).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The longest path in its one spelling, in bytes.
const LONGEST: usize = 4096;

/// What a segment may hold unencoded (RFC 3986, section 3.3, `pchar`).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// The one spelling of a request's path; none if it names nothing: an encoding that is none or no UTF-8, a control character,
/// a separator in disguise (`%2F`, `\`), a dot segment, an empty segment before the last, or a path that is too long.
pub fn canonical(path: &str) -> Option<String> {
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let mut spelled = String::with_capacity(path.len());
    for (position, segment) in segments.iter().enumerate() {
        let decoded = decoded(segment)?;
        let is_last = position + 1 == segments.len();
        if (decoded.is_empty() && !is_last) || matches!(decoded.as_str(), "." | "..") {
            return None;
        }
        if decoded.chars().any(|character| character.is_control() || matches!(character, '/' | '\\')) {
            return None;
        }
        spelled.push('/');
        spelled.extend(utf8_percent_encode(&decoded, SEGMENT));
    }
    (spelled.len() <= LONGEST).then_some(spelled)
}

/// What a segment says; none if a `%` is not followed by two hexadecimal digits, or the bytes are no UTF-8.
fn decoded(segment: &str) -> Option<String> {
    let is_escape =
        |rest: &str| matches!(rest.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    if segment.split('%').skip(1).any(|rest| !is_escape(rest)) {
        return None;
    }
    percent_decode_str(segment).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::canonical;

    #[test]
    fn a_path_has_one_spelling() {
        for (given, spelled) in [
            ("/", "/"),
            ("/products/", "/products/"),
            ("/%70roducts/mug", "/products/mug"),
            ("/products/caf%c3%a9", "/products/caf%C3%A9"),
            ("/products/café", "/products/caf%C3%A9"),
            ("/products/a%20b%25", "/products/a%20b%25"),
            ("/products/%252e%252e", "/products/%252e%252e"),
            ("/products/a+b;c=d,e:f@g", "/products/a+b;c=d,e:f@g"),
            ("/products/...", "/products/..."),
        ] {
            assert_eq!(canonical(given).as_deref(), Some(spelled), "{given}");
        }
    }

    #[test]
    fn what_names_nothing_has_no_spelling() {
        let long = format!("/{}", "a".repeat(5000));
        for path in [
            "",
            "*",
            "products",
            "//",
            "//evil.example/",
            "/a//b",
            "/products/%",
            "/products/%f",
            "/products/%zz",
            "/products/%ff",
            "/products/%c3%28",
            "/products/%ed%a0%80",
            "/products/%00",
            "/products/%0d%0a",
            "/products/%7f",
            "/products/%c2%85",
            "/products/..",
            "/products/./mug",
            "/products/%2e%2E/mug",
            "/products/.%2e",
            "/products/a%2fb",
            "/products/a%5Cb",
            "/products/a\\b",
            long.as_str(),
        ] {
            assert_eq!(canonical(path), None, "{path}");
        }
    }

    proptest! {
        #[test]
        fn the_one_spelling_of_a_spelling_is_itself(path in "/[ -~é%./\\\\]{0,40}") {
            if let Some(spelled) = canonical(&path) {
                prop_assert_eq!(canonical(&spelled), Some(spelled.clone()));
                prop_assert!(!spelled.contains("//") && !spelled.contains("/../") && !spelled.contains('\\'));
            }
        }
    }
}
