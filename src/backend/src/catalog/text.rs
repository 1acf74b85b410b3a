//! What texts of the file mean: handles, paths, tags, HTML, pictures. Pure.

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;
use url::Url;

/// The longest address or path of a picture, in bytes and in characters; an index holds it.
pub const MAX_SOURCE: usize = 2000;

const MAX_LEVELS: usize = 10;
const MAX_DEPTH: usize = 200;

/// Text, lists, tables and links; no pictures (they belong to the product), no styles, no scripts.
static SAFE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder.rm_tags(["img"]).rm_tag_attributes("a", ["hreflang"]).link_rel(Some("noopener noreferrer"));
    builder
});

/// HTML elements that close themselves, or that the next one of their kind closes.
const SELF_CLOSING: [&str; 15] =
    ["br", "hr", "img", "wbr", "input", "meta", "link", "col", "p", "li", "dt", "dd", "tr", "td", "th"];

/// Whether elements stand in one another so deep that cleaning would take minutes: its time grows with the square.
pub fn nests_too_deep(html: &str) -> bool {
    let mut open: Vec<String> = Vec::new();
    html.split('<').skip(1).any(|tag| {
        let (closes, name) = tag.strip_prefix('/').map_or((false, tag), |name| (true, name));
        let name: String = name.chars().take_while(char::is_ascii_alphanumeric).take(20).collect();
        let name = name.to_ascii_lowercase();
        if closes {
            // A tag that closes nothing that is open has no effect.
            open.truncate(open.iter().rposition(|other| *other == name).unwrap_or(open.len()));
        } else if name.starts_with(|c: char| c.is_ascii_alphabetic()) && !SELF_CLOSING.contains(&name.as_str()) {
            open.push(name);
        }
        open.len() > MAX_DEPTH
    })
}

/// HTML that can be shown within a page.
pub fn safe_html(html: &str) -> String {
    SAFE.clean(html).to_string()
}

/// A handle as the product's slug: in lower case, one segment of a path.
///
/// # Errors
/// With a reason for people.
pub fn handle(text: &str) -> Result<String, String> {
    let slug = text.to_lowercase();
    if slug.is_empty() {
        return Err("is missing: each row names its product".into());
    }
    if slug.chars().nth(255).is_some() {
        return Err("is longer than 255 characters".into());
    }
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "/?#%\\".contains(c);
    if slug.contains(forbidden) || matches!(slug.as_str(), "." | "..") {
        return Err(format!("`{}` cannot be part of an address: use letters, digits and hyphens", slug.escape_debug()));
    }
    Ok(slug)
}

/// `Apparel > Hoodies` as its levels.
///
/// # Errors
/// With a reason for people.
pub fn category_path(text: &str) -> Result<Vec<String>, String> {
    let levels: Vec<_> = text.split(" > ").map(|level| level.trim().to_owned()).collect();
    if levels.iter().any(String::is_empty) {
        return Err(format!("`{text}` has an empty level: write it as `Apparel > Hoodies`"));
    }
    if levels.len() > MAX_LEVELS || levels.iter().any(|level| level.chars().nth(100).is_some()) {
        return Err(format!("a category has at most {MAX_LEVELS} levels of at most 100 characters"));
    }
    Ok(levels)
}

/// A name as part of an address: `T-Shirts` becomes `t-shirts`.
pub fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words: Vec<_> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "category".to_owned() } else { words.join("-").chars().take(200).collect() }
}

/// Tags separated by commas, each once.
pub fn tags(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty() && seen.insert(*tag)).map(str::to_owned).collect()
}

/// `'00123` is how spreadsheets keep the zeros of a number.
pub fn without_apostrophe(text: String) -> String {
    match text.strip_prefix('\'') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.to_owned(),
        _ => text,
    }
}

/// Whether a picture's source is an address, as against a path.
pub fn is_address(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

/// The address of a picture, or its path below the file's folder.
///
/// # Errors
/// With a reason for people when it is another kind of address or a path that leaves the folder.
pub fn picture_source(text: &str) -> Result<String, String> {
    if text.len() > MAX_SOURCE {
        return Err(format!("is longer than {MAX_SOURCE} bytes"));
    }
    if text.contains(char::is_control) {
        return Err("holds a control character".into());
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(url.into()),
        Ok(_) => Err(format!("`{text}` is neither an http address nor a path below the file's folder")),
        Err(_) => relative_path(text),
    }
}

fn relative_path(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.split('/').collect();
    if text.starts_with('/') || text.contains(['\\', ':']) || parts.contains(&"..") {
        return Err(format!("`{text}` leaves the file's folder: give a path below it, such as pictures/cap.jpg"));
    }
    let parts: Vec<_> = parts.into_iter().filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() { Err(format!("`{text}` names no file")) } else { Ok(parts.join("/")) }
}

/// A file of a set of rendered sizes, such as `cap-1280w.avif`: the name before the width, the width, the extension.
pub fn rendered_size(name: &str) -> Option<(&str, u32, &str)> {
    let (stem, extension) = name.rsplit_once('.').filter(|(_, extension)| matches!(*extension, "avif" | "webp"))?;
    let (stem, width) = stem.strip_suffix('w')?.rsplit_once('-')?;
    let plain = !width.is_empty() && width.bytes().all(|byte| byte.is_ascii_digit());
    (plain && !stem.is_empty()).then_some((stem, width.parse().ok()?, extension))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_keeps_its_text_and_loses_what_acts() {
        let html = "<p style=\"color:red\" onclick=\"x()\">O'Neill &amp; <b>Söhne</b> 🧢<script>alert(1)</script>\
                    <img src=x onerror=alert(1)><style>p{}</style><a href=\"https://a.example\">a</a>\
                    <a href=\"javascript:x()\">b</a><iframe src=x></iframe></p>";
        assert_eq!(
            safe_html(html),
            "<p>O'Neill &amp; <b>Söhne</b> 🧢<a href=\"https://a.example\" rel=\"noopener noreferrer\">a</a>\
             <a rel=\"noopener noreferrer\">b</a></p>"
        );
    }

    #[test]
    fn html_that_would_take_minutes_to_clean_is_noticed() {
        for nested in
            ["<b>", "<div>", "<table><tr><td>", "<a href=x>", "<svg>", "<math><mi>", "<ul><li>", "<b></p></i>"]
        {
            assert!(nests_too_deep(&nested.repeat(50_000)), "{nested}");
        }
        for flat in ["<p>one", "one<br>", "<li>one", "<b>one</b> 1 < 2 <!-- x -->", "<table><tr><td>x</table>"] {
            assert!(!nests_too_deep(&flat.repeat(1000)), "{flat}");
        }
    }

    #[test]
    fn a_handle_is_one_segment_of_a_path_in_lower_case() {
        assert_eq!(handle("Blue-Shirt"), Ok("blue-shirt".into()));
        assert_eq!(handle("größe-🧢"), Ok("größe-🧢".into()));
        for bad in ["", "a b", "a/b", "a?b", "a#b", "a%20b", "a\\b", ".", "..", "a\u{a0}b", "a\tb", "a\u{7f}b"] {
            assert!(handle(bad).is_err(), "{bad:?} was taken");
        }
        assert!(handle(&"a".repeat(256)).is_err());
    }

    #[test]
    fn a_category_is_a_path_of_names() {
        assert_eq!(category_path("Apparel > T-Shirts"), Ok(vec!["Apparel".into(), "T-Shirts".into()]));
        assert_eq!(category_path("R&D>2"), Ok(vec!["R&D>2".into()]));
        assert!(category_path("Apparel >  > Hoodies").is_err());
        assert!(category_path(&["a"; 11].join(" > ")).is_err());
        assert_eq!(slug("T-Shirts & Tops"), "t-shirts-tops");
        assert_eq!(slug("Größen"), "größen");
        assert_eq!(slug("!!!"), "category");
    }

    #[test]
    fn tags_are_told_apart_by_commas_and_kept_once() {
        assert_eq!(tags(" hoodie, organic cotton ,,hoodie,"), ["hoodie", "organic cotton"]);
    }

    #[test]
    fn only_a_spreadsheet_s_apostrophe_is_removed() {
        assert_eq!(without_apostrophe("'00123".into()), "00123");
        assert_eq!(without_apostrophe("'tis".into()), "'tis");
        assert_eq!(without_apostrophe("'".into()), "'");
    }

    #[test]
    fn a_picture_is_an_address_or_a_path_below_the_folder() {
        assert_eq!(picture_source("./pictures//cap.jpg"), Ok("pictures/cap.jpg".into()));
        assert_eq!(picture_source("https://cdn.example/a b.jpg?v=1"), Ok("https://cdn.example/a%20b.jpg?v=1".into()));
        for bad in [
            "/etc/passwd",
            "../cap.jpg",
            "a/../../b",
            "a\\b.jpg",
            "C:\\cap.jpg",
            "file:///etc/passwd",
            "ftp://a/b.jpg",
            "data:image/png;base64,AA",
            "javascript:x",
            ".",
            "a\u{1b}.jpg",
            "//cdn.example/cap.jpg",
        ] {
            assert!(picture_source(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn rendered_sizes_are_told_by_their_names() {
        assert_eq!(rendered_size("cap-ink-1280w.avif"), Some(("cap-ink", 1280, "avif")));
        for other in ["cap.avif", "cap-w.avif", "cap-1280w.jpg", "-640w.webp", "cap-99999999999w.webp", "cap1280w.webp"]
        {
            assert_eq!(rendered_size(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_slug_is_a_handle(name in ".{0,100}") {
            prop_assert!(handle(&slug(&name)).is_ok(), "{}", slug(&name));
        }

        #[test]
        fn no_path_leaves_the_folder(text in "[./a\\\\:]{0,12}") {
            if let Ok(path) = picture_source(&text) {
                prop_assert!(!path.starts_with('/') && path.split('/').all(|part| part != ".." && !part.is_empty()));
            }
        }

        #[test]
        fn what_is_safe_stays_as_it_is(html in "[<>/abi =\"'&;pmg]{0,60}") {
            let safe = safe_html(&html);
            prop_assert_eq!(safe_html(&safe), safe);
        }
    }
}
