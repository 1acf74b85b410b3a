//! The pages that may be shared: rendered without any visitor's data, from the parameters that matter and nothing else.
//!
//! What is not in this table is passed through as it is and never shared.

/// A kind of page that is the same for everybody.
#[derive(Debug, PartialEq, Eq)]
pub struct SharedPage {
    /// The path; `*` stands for one segment.
    pub path: &'static str,
    /// The query parameters that change the page. Others, such as `utm_source`, do not reach the renderer.
    pub query: &'static [&'static str],
}

const LISTING: &[&str] =
    &["q", "vendor", "option", "category", "min_price", "max_price", "available", "sort", "cursor"];

const SHARED: &[SharedPage] = &[
    SharedPage { path: "/", query: &[] },
    SharedPage { path: "/products", query: LISTING },
    SharedPage { path: "/products/*", query: &["variant"] },
    SharedPage { path: "/categories/*", query: LISTING },
    SharedPage { path: "/search", query: LISTING },
    SharedPage { path: "/cart", query: &[] },
    SharedPage { path: "/checkout", query: &[] },
    SharedPage { path: "/orders/*", query: &[] },
    SharedPage { path: "/account", query: &[] },
    SharedPage { path: "/account/*", query: &[] },
    SharedPage { path: "/shipping", query: &[] },
    SharedPage { path: "/returns", query: &[] },
    SharedPage { path: "/privacy", query: &[] },
];

/// What every page that is not shared is called, in metrics.
pub const OTHER: &str = "storefront";

/// Whether the browser talks to the payment provider from this page.
pub fn takes_payment(path: &str) -> bool {
    path == "/checkout"
}

/// What pages are called in metrics.
pub fn templates() -> impl Iterator<Item = &'static str> {
    SHARED.iter().map(|page| page.path).chain([OTHER])
}

/// The shared page at `path`, if it is one.
pub fn shared(path: &str) -> Option<&'static SharedPage> {
    SHARED.iter().find(|page| fits(page.path, path))
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("*"), Some(segment)) if !segment.is_empty() => {}
            (Some(segment), Some(same)) if segment == same => {}
            _ => return false,
        }
    }
}

impl SharedPage {
    /// The part of a query string that matters, in the order given.
    pub fn relevant(&self, query: &str) -> String {
        let pairs = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| self.query.contains(&key.as_ref()));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_its_pages() {
        for path in [
            "/",
            "/products/merge-hoodie",
            "/categories/hoodies",
            "/search",
            "/cart",
            "/orders/1001",
            "/account/orders",
        ] {
            assert!(shared(path).is_some(), "{path} is not shared");
        }
        for path in ["/orders", "/account/orders/1", "/products/", "/products/a/b", "/admin", "//", "/api/products"] {
            assert!(shared(path).is_none(), "{path} is shared");
        }
    }

    #[test]
    fn only_what_matters_reaches_the_renderer() {
        let page = shared("/search").unwrap();
        assert_eq!(
            page.relevant("q=a%20b&utm_source=x&option=Color%3ABlack&option=Size%3AM&_rsc=1"),
            "q=a+b&option=Color%3ABlack&option=Size%3AM"
        );
        assert_eq!(shared("/").unwrap().relevant("q=1"), "");
    }
}
