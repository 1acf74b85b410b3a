//! A request's parameters: form-encoded, with brackets for what is nested, as Stripe's API takes them.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::cards::Details;

const CARD: &str = "payment_method_data[card]";

/// Names and values; of a name that comes twice the last one counts.
#[derive(Default)]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads a body or a query.
    pub fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The value of a name, unless it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All of `metadata[…]`.
    pub fn metadata(&self) -> BTreeMap<String, String> {
        let entry = |(name, value): (&String, &String)| {
            let key = name.strip_prefix("metadata[")?.strip_suffix(']')?;
            Some((key.to_owned(), value.clone()))
        };
        self.0.iter().filter_map(entry).collect()
    }

    /// The card.
    pub fn card(&self) -> Details<'_> {
        let field = |name: &str| self.get(&format!("{CARD}[{name}]")).unwrap_or_default();
        Details {
            number: field("number"),
            exp_month: field("exp_month"),
            exp_year: field("exp_year"),
            cvc: field("cvc"),
        }
    }

    /// A digest of what a request asks for, without the card: not even a trace of a number is kept.
    pub fn fingerprint(&self, path: &str) -> String {
        let mut digest = Sha256::new_with_prefix(path);
        for (name, value) in self.0.iter().filter(|(name, _)| !name.starts_with(CARD)) {
            // Lengths, so that no two requests read alike.
            digest.update(format!("|{}:{name}={}:{value}", name.len(), value.len()));
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[test]
    fn brackets_name_what_is_nested() {
        let params = Params::read(
            b"amount=500&metadata%5Border_number%5D=1001&metadata[a]=b%20c&receipt_email=\
              &payment_method_data[card][number]=4242",
        );
        assert_eq!(params.get("amount"), Some("500"));
        assert_eq!(params.get("receipt_email"), None);
        assert_eq!(
            params.metadata().into_iter().collect::<Vec<_>>(),
            [("a".to_owned(), "b c".to_owned()), ("order_number".to_owned(), "1001".to_owned())]
        );
        assert_eq!(params.card().number, "4242");
    }

    #[test]
    fn requests_differ_by_what_they_ask_for_and_not_by_the_order() {
        let fingerprint = |text: &[u8]| Params::read(text).fingerprint("/v1/refunds");
        assert_eq!(fingerprint(b"a=1&b=2"), fingerprint(b"b=2&a=1"));
        assert_ne!(fingerprint(b"a=1&b=2"), fingerprint(b"a=1&b=3"));
        assert_ne!(fingerprint(b"a=1"), Params::read(b"a=1").fingerprint("/v1/payment_intents"));
    }
}
