//! Addresses: what every country wants of one, and what is wrong with the one given.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    countries::{self, Format},
    error::FieldError,
};

/// Where something goes, or whom it is billed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Of the person who receives it.
    #[schema(min_length = 1, max_length = 100, example = "Ada Lovelace")]
    pub name: String,
    /// Of the company, if it goes to one.
    #[serde(default)]
    #[schema(required, max_length = 100)]
    pub company: Option<String>,
    /// Street and number.
    #[schema(min_length = 1, max_length = 100, example = "Hauptstr. 1")]
    pub line1: String,
    /// Apartment, suite, floor.
    #[serde(default)]
    #[schema(required, max_length = 100)]
    pub line2: Option<String>,
    /// As the country writes it; null where there are none.
    #[serde(default)]
    #[schema(required, max_length = 20, example = "10115")]
    pub postal_code: Option<String>,
    /// City or town.
    #[schema(min_length = 1, max_length = 100, example = "Berlin")]
    pub city: String,
    /// State, province or prefecture, where the country's addresses have one.
    #[serde(default)]
    #[schema(required, max_length = 100)]
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2, example = "DE")]
    pub country: String,
    /// For the carrier.
    #[serde(default)]
    #[schema(required, max_length = 30)]
    pub phone: Option<String>,
}

impl Address {
    /// The address as it is stored: without spaces around, empty fields absent, the postal code as its country writes it.
    ///
    /// # Errors
    /// Each field that its country does not take, as `prefix.field`.
    pub fn checked(&self, prefix: &str) -> Result<Self, Vec<FieldError>> {
        let mut address = self.tidy();
        let mut errors = Vec::new();
        let mut refuse = |field: &str, message: String| {
            errors.push(FieldError { field: format!("{prefix}.{field}"), message });
        };
        let texts = [
            ("name", Some(&address.name), 100),
            ("company", address.company.as_ref(), 100),
            ("line1", Some(&address.line1), 100),
            ("line2", address.line2.as_ref(), 100),
            ("city", Some(&address.city), 100),
            ("region", address.region.as_ref(), 100),
            ("phone", address.phone.as_ref(), 30),
        ];
        for (field, text, longest) in texts {
            match text {
                Some(text) if text.is_empty() => refuse(field, "must be given".into()),
                Some(text) if text.chars().count() > longest => {
                    refuse(field, format!("must have at most {longest} characters"));
                }
                Some(text) if text.chars().any(char::is_control) => refuse(field, "must be one line of text".into()),
                _ => {}
            }
        }
        if address.phone.as_ref().is_some_and(|phone| !is_phone(phone)) {
            refuse("phone", "must be a phone number, such as +49 30 123456".into());
        }
        match countries::find(&address.country) {
            None => refuse("country", "must be a country that can be shipped to, as two capital letters".into()),
            Some(format) => {
                match postal_code(format, address.postal_code.as_deref()) {
                    Ok(code) => address.postal_code = code,
                    Err(message) => refuse("postal_code", message),
                }
                match region(format, address.region.as_deref()) {
                    Ok(region) => address.region = region,
                    Err(message) => refuse("region", message),
                }
            }
        }
        if errors.is_empty() { Ok(address) } else { Err(errors) }
    }

    fn tidy(&self) -> Self {
        let text = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let option = |option: &Option<String>| option.as_ref().map(text).filter(|text| !text.is_empty());
        Self {
            name: text(&self.name),
            company: option(&self.company),
            line1: text(&self.line1),
            line2: option(&self.line2),
            postal_code: option(&self.postal_code),
            city: text(&self.city),
            region: option(&self.region),
            country: text(&self.country),
            phone: option(&self.phone),
        }
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (5..=15).contains(&digits) && text.chars().all(|letter| letter.is_ascii_digit() || "+-()./ ".contains(letter))
}

/// A postal code as its country writes it. Case and separators are forgiven.
fn postal_code(format: &Format, given: Option<&str>) -> Result<Option<String>, String> {
    let (Some(postal), given) = (&format.postal, given) else { return Ok(None) };
    let Some(given) = given else { return Err(format!("must be given, such as {}", postal.example)) };
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let is_separator = |letter: char| letter == ' ' || letter == '-';
    let well_formed = given.chars().all(|letter| letter.is_ascii_alphanumeric() || is_separator(letter));
    let code = plain(given);
    // Some people write the country in front, as D-10115.
    let bare =
        code.strip_prefix(format.code).filter(|_| !postal.patterns.iter().any(|pattern| pattern.starts_with('A')));
    for candidate in [Some(code.as_str()), bare].into_iter().flatten() {
        if let Some(written) = postal.patterns.iter().find_map(|pattern| write_as(pattern, candidate))
            && well_formed
        {
            return Ok(Some(written));
        }
    }
    Err(format!("is no {} of {}, which looks like {}", postal.label, format.name, postal.example))
}

/// Letters and digits in the shape of a pattern: `9` a digit, `A` a letter, `*` either, anything else itself.
fn write_as(pattern: &str, plain: &str) -> Option<String> {
    let mut letters = plain.chars();
    let mut written = String::new();
    for place in pattern.chars() {
        if matches!(place, ' ' | '-') {
            written.push(place);
            continue;
        }
        let letter = letters.next()?;
        let fits = match place {
            '9' => letter.is_ascii_digit(),
            'A' => letter.is_ascii_alphabetic(),
            '*' => letter.is_ascii_alphanumeric(),
            fixed => letter == fixed,
        };
        if !fits {
            return None;
        }
        written.push(letter);
    }
    letters.next().is_none().then_some(written)
}

fn region(format: &Format, given: Option<&str>) -> Result<Option<String>, String> {
    let Some(region) = &format.region else { return Ok(None) };
    match given {
        None if region.required => Err(format!("must be given: the {}", region.label.to_lowercase())),
        None => Ok(None),
        Some(given) if region.options.is_empty() => Ok(Some(given.to_owned())),
        Some(given) => {
            let same =
                |(code, name): &&(&str, &str)| code.eq_ignore_ascii_case(given) || name.eq_ignore_ascii_case(given);
            let known = region.options.iter().find(same).map(|(code, _)| Some((*code).to_owned()));
            known.ok_or_else(|| format!("is no {} of {}", region.label.to_lowercase(), format.name))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(country: &str, postal_code: &str, region: Option<&str>) -> Address {
        Address {
            name: " Ada  Lovelace ".into(),
            company: Some(" ".into()),
            line1: "Hauptstr. 1".into(),
            line2: None,
            postal_code: Some(postal_code.into()),
            city: "Berlin".into(),
            region: region.map(Into::into),
            country: country.into(),
            phone: None,
        }
    }

    fn refused(address: &Address) -> Vec<String> {
        address.checked("a").unwrap_err().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn an_address_is_stored_tidily() {
        let stored = address("DE", " 10115 ", Some("Berlin")).checked("a").unwrap();
        assert_eq!((stored.name.as_str(), stored.company), ("Ada Lovelace", None));
        assert_eq!((stored.postal_code.as_deref(), stored.region), (Some("10115"), None));
    }

    #[test]
    fn postal_codes_are_written_as_their_country_does() {
        for (country, given, stored) in [
            ("DE", "DE-10115", "10115"),
            ("GB", "sw1a1aa", "SW1A 1AA"),
            ("GB", "M1 1AE", "M1 1AE"),
            ("NL", "1012ab", "1012 AB"),
            ("CA", "k1a0b1", "K1A 0B1"),
            ("SE", "11455", "114 55"),
            ("PL", "00001", "00-001"),
            ("PT", "1000205", "1000-205"),
            ("US", "94103", "94103"),
            ("US", "941031234", "94103-1234"),
            ("JP", "1000001", "100-0001"),
            ("IE", "d02af30", "D02 AF30"),
        ] {
            let region = match country {
                "US" => Some("California"),
                "CA" => Some("on"),
                "JP" => Some("Tokyo"),
                _ => None,
            };
            let checked = address(country, given, region).checked("a");
            assert_eq!(checked.unwrap().postal_code.as_deref(), Some(stored), "{country} {given}");
        }
        for (country, bad) in
            [("DE", "1011"), ("DE", "1O115"), ("GB", "12345"), ("US", "9410"), ("FR", "75 001 1"), ("DE", "10_115")]
        {
            let region = (country == "US").then_some("CA");
            assert_eq!(refused(&address(country, bad, region)), ["a.postal_code"], "{country} {bad}");
        }
    }

    #[test]
    fn a_country_says_what_it_wants() {
        assert_eq!(refused(&address("US", "94103", None)), ["a.region"]);
        assert_eq!(refused(&address("US", "94103", Some("Bavaria"))), ["a.region"]);
        assert_eq!(address("US", "94103", Some("california")).checked("a").unwrap().region.as_deref(), Some("CA"));
        assert_eq!(refused(&address("XX", "1", None)), ["a.country"]);
        assert_eq!(refused(&address("de", "10115", None)), ["a.country"]);
        assert_eq!(address("HK", "", Some("Kowloon")).checked("a").unwrap().postal_code, None);
        let mut wanting = address("DE", "", None);
        wanting.city = "  ".into();
        wanting.phone = Some("call me".into());
        assert_eq!(refused(&wanting), ["a.city", "a.phone", "a.postal_code"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(country in "[A-Z]{2}", code in ".{0,12}", region in proptest::option::of(".{0,12}")) {
            let _ = address(&country, &code, region.as_deref()).checked("a");
        }

        #[test]
        fn what_was_stored_is_taken_again(digits in "[0-9]{5}") {
            let stored = address("DE", &digits, None).checked("a").unwrap();
            prop_assert_eq!(stored.checked("a").unwrap(), stored);
        }
    }
}
