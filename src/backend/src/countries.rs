//! The countries that can be shipped to, and how their addresses are written.
//!
//! Facts as the Universal Postal Union's addressing sheets and Unicode's address metadata (libaddressinput) have them.

/// How a country's addresses are written.
#[derive(Debug)]
pub struct Format {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// In English.
    pub name: &'static str,
    /// None where there are no postal codes.
    pub postal: Option<Postal>,
    /// None where addresses have no region.
    pub region: Option<Region>,
}

/// A country's postal codes.
#[derive(Debug)]
pub struct Postal {
    /// What they are called there.
    pub label: &'static str,
    /// Their shapes: `9` a digit, `A` a letter, `*` either, anything else itself.
    pub patterns: &'static [&'static str],
    /// One that exists.
    pub example: &'static str,
}

/// A country's regions, as addresses have them.
#[derive(Debug)]
pub struct Region {
    /// What they are called there.
    pub label: &'static str,
    /// Whether a parcel needs it.
    pub required: bool,
    /// Code and name of each; empty where any text is taken.
    pub options: &'static [(&'static str, &'static str)],
}

/// The country with this code.
pub fn find(code: &str) -> Option<&'static Format> {
    COUNTRIES.iter().find(|country| country.code == code)
}

const fn country(code: &'static str, name: &'static str, postal: Option<Postal>, region: Option<Region>) -> Format {
    Format { code, name, postal, region }
}

const fn postal(label: &'static str, patterns: &'static [&'static str], example: &'static str) -> Option<Postal> {
    Some(Postal { label, patterns, example })
}

const fn region(
    label: &'static str,
    required: bool,
    options: &'static [(&'static str, &'static str)],
) -> Option<Region> {
    Some(Region { label, required, options })
}

/// By name.
#[rustfmt::skip]
pub const COUNTRIES: &[Format] = &[
    country("AR", "Argentina", postal("Postal code", &["A9999AAA", "9999"], "C1425CLA"), None),
    country("AU", "Australia", postal("Postcode", &["9999"], "2000"), region("State", true, REGIONS_OF_AU)),
    country("AT", "Austria", postal("Postal code", &["9999"], "1010"), None),
    country("BE", "Belgium", postal("Postal code", &["9999"], "1000"), None),
    country("BR", "Brazil", postal("CEP", &["99999-999"], "01310-100"), region("State", true, REGIONS_OF_BR)),
    country("BG", "Bulgaria", postal("Postal code", &["9999"], "1000"), None),
    country("CA", "Canada", postal("Postal code", &["A9A 9A9"], "K1A 0B1"), region("Province", true, REGIONS_OF_CA)),
    country("CL", "Chile", postal("Postal code", &["9999999"], "8340457"), None),
    country("CO", "Colombia", postal("Postal code", &["999999"], "110111"), None),
    country("HR", "Croatia", postal("Postal code", &["99999"], "10000"), None),
    country("CY", "Cyprus", postal("Postal code", &["9999"], "1010"), None),
    country("CZ", "Czechia", postal("Postal code", &["999 99"], "110 00"), None),
    country("DK", "Denmark", postal("Postal code", &["9999"], "1050"), None),
    country("EE", "Estonia", postal("Postal code", &["99999"], "10111"), None),
    country("FI", "Finland", postal("Postal code", &["99999"], "00100"), None),
    country("FR", "France", postal("Postal code", &["99999"], "75001"), None),
    country("DE", "Germany", postal("Postal code", &["99999"], "10115"), None),
    country("GR", "Greece", postal("Postal code", &["999 99"], "105 57"), None),
    country("HK", "Hong Kong", None, region("Area", true, &[])),
    country("HU", "Hungary", postal("Postal code", &["9999"], "1051"), None),
    country("IS", "Iceland", postal("Postal code", &["999"], "101"), None),
    country("IN", "India", postal("PIN code", &["999999"], "110001"), region("State", true, &[])),
    country("ID", "Indonesia", postal("Postal code", &["99999"], "10110"), None),
    country("IE", "Ireland", postal("Eircode", &["A** ****"], "D02 AF30"), region("County", false, &[])),
    country("IL", "Israel", postal("Postal code", &["9999999", "99999"], "6100000"), None),
    country("IT", "Italy", postal("Postal code", &["99999"], "00118"), None),
    country("JP", "Japan", postal("Postal code", &["999-9999"], "100-0001"), region("Prefecture", true, &[])),
    country("LV", "Latvia", postal("Postal code", &["LV-9999"], "LV-1010"), None),
    country("LI", "Liechtenstein", postal("Postal code", &["9499"], "9490"), None),
    country("LT", "Lithuania", postal("Postal code", &["LT-99999"], "LT-01103"), None),
    country("LU", "Luxembourg", postal("Postal code", &["9999"], "1111"), None),
    country("MY", "Malaysia", postal("Postcode", &["99999"], "50050"), region("State", true, &[])),
    country("MT", "Malta", postal("Postal code", &["AAA 9999"], "VLT 1117"), None),
    country("MX", "Mexico", postal("Postal code", &["99999"], "06000"), region("State", true, &[])),
    country("NL", "Netherlands", postal("Postal code", &["9999 AA"], "1012 AB"), None),
    country("NZ", "New Zealand", postal("Postcode", &["9999"], "6011"), None),
    country("NO", "Norway", postal("Postal code", &["9999"], "0150"), None),
    country("PH", "Philippines", postal("ZIP code", &["9999"], "1008"), None),
    country("PL", "Poland", postal("Postal code", &["99-999"], "00-001"), None),
    country("PT", "Portugal", postal("Postal code", &["9999-999"], "1000-205"), None),
    country("RO", "Romania", postal("Postal code", &["999999"], "010011"), None),
    country("SA", "Saudi Arabia", postal("Postal code", &["99999"], "11564"), None),
    country("RS", "Serbia", postal("Postal code", &["99999"], "11000"), None),
    country("SG", "Singapore", postal("Postal code", &["999999"], "018956"), None),
    country("SK", "Slovakia", postal("Postal code", &["999 99"], "811 01"), None),
    country("SI", "Slovenia", postal("Postal code", &["9999"], "1000"), None),
    country("ZA", "South Africa", postal("Postal code", &["9999"], "0001"), None),
    country("KR", "South Korea", postal("Postal code", &["99999"], "04524"), None),
    country("ES", "Spain", postal("Postal code", &["99999"], "28013"), None),
    country("SE", "Sweden", postal("Postal code", &["999 99"], "114 55"), None),
    country("CH", "Switzerland", postal("Postal code", &["9999"], "8001"), None),
    country("TW", "Taiwan", postal("Postal code", &["999", "99999", "999999"], "100"), None),
    country("TH", "Thailand", postal("Postal code", &["99999"], "10200"), None),
    country("TR", "Türkiye", postal("Postal code", &["99999"], "34110"), None),
    country("UA", "Ukraine", postal("Postal code", &["99999"], "01001"), None),
    country("AE", "United Arab Emirates", None, region("Emirate", true, REGIONS_OF_AE)),
    country("GB", "United Kingdom", postal("Postcode", &["A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA", "AAA 9AA"], "SW1A 1AA"), None),
    country("US", "United States", postal("ZIP code", &["99999", "99999-9999"], "94103"), region("State", true, REGIONS_OF_US)),
    country("VN", "Vietnam", postal("Postal code", &["999999", "99999"], "100000"), None),
];

const REGIONS_OF_US: &[(&str, &str)] = &[
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("PR", "Puerto Rico"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
];
const REGIONS_OF_CA: &[(&str, &str)] = &[
    ("AB", "Alberta"),
    ("BC", "British Columbia"),
    ("MB", "Manitoba"),
    ("NB", "New Brunswick"),
    ("NL", "Newfoundland and Labrador"),
    ("NT", "Northwest Territories"),
    ("NS", "Nova Scotia"),
    ("NU", "Nunavut"),
    ("ON", "Ontario"),
    ("PE", "Prince Edward Island"),
    ("QC", "Quebec"),
    ("SK", "Saskatchewan"),
    ("YT", "Yukon"),
];
const REGIONS_OF_AU: &[(&str, &str)] = &[
    ("ACT", "Australian Capital Territory"),
    ("NSW", "New South Wales"),
    ("NT", "Northern Territory"),
    ("QLD", "Queensland"),
    ("SA", "South Australia"),
    ("TAS", "Tasmania"),
    ("VIC", "Victoria"),
    ("WA", "Western Australia"),
];
const REGIONS_OF_BR: &[(&str, &str)] = &[
    ("AC", "Acre"),
    ("AL", "Alagoas"),
    ("AP", "Amapá"),
    ("AM", "Amazonas"),
    ("BA", "Bahia"),
    ("CE", "Ceará"),
    ("DF", "Distrito Federal"),
    ("ES", "Espírito Santo"),
    ("GO", "Goiás"),
    ("MA", "Maranhão"),
    ("MT", "Mato Grosso"),
    ("MS", "Mato Grosso do Sul"),
    ("MG", "Minas Gerais"),
    ("PA", "Pará"),
    ("PB", "Paraíba"),
    ("PR", "Paraná"),
    ("PE", "Pernambuco"),
    ("PI", "Piauí"),
    ("RJ", "Rio de Janeiro"),
    ("RN", "Rio Grande do Norte"),
    ("RS", "Rio Grande do Sul"),
    ("RO", "Rondônia"),
    ("RR", "Roraima"),
    ("SC", "Santa Catarina"),
    ("SP", "São Paulo"),
    ("SE", "Sergipe"),
    ("TO", "Tocantins"),
];
const REGIONS_OF_AE: &[(&str, &str)] = &[
    ("AZ", "Abu Dhabi"),
    ("AJ", "Ajman"),
    ("DU", "Dubai"),
    ("FU", "Fujairah"),
    ("RK", "Ras Al Khaimah"),
    ("SH", "Sharjah"),
    ("UQ", "Umm Al Quwain"),
];

#[cfg(test)]
mod tests {
    use super::COUNTRIES;
    use crate::address::Address;

    #[test]
    fn every_country_takes_its_own_example() {
        for country in COUNTRIES {
            let address = Address {
                name: "Ada Lovelace".into(),
                company: None,
                line1: "Main Street 1".into(),
                line2: None,
                postal_code: country.postal.as_ref().map(|postal| postal.example.into()),
                city: "City".into(),
                region: country
                    .region
                    .as_ref()
                    .map(|region| region.options.first().map_or("Somewhere", |(code, _)| code).to_owned()),
                country: country.code.into(),
                phone: None,
            };
            assert_eq!(address.checked("address").as_ref(), Ok(&address), "{}", country.code);
        }
    }

    #[test]
    fn every_country_is_there_once() {
        let mut codes: Vec<_> = COUNTRIES.iter().map(|country| country.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), COUNTRIES.len());
    }
}
