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

/// Whether browsers navigate within this page by Next.js's router: the back office alone (and no shop page, whose answers are
/// shared).
pub fn navigates(path: &str) -> bool {
    path.strip_prefix("/admin").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A query string of a page that is not shared, without the parameters that Next.js gives itself, and each spelled so that it can
/// be read.
pub fn passable(query: &str) -> String {
    let is_internal = |key: &str| ["nxt", "__next"].iter().any(|prefix| key.starts_with(prefix));
    let pairs = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| !is_internal(key));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
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
    fn the_back_office_alone_navigates() {
        assert!(["/admin", "/admin/orders"].into_iter().all(navigates));
        assert!(!["/", "/account", "/administration", "/orders/admin"].into_iter().any(navigates));
    }

    #[test]
    fn what_next_js_says_to_itself_is_not_passed_on() {
        assert_eq!(passable("tab=orders&nxtPslug=x&__nextLocale=de&_rsc=1&q=%ff"), "tab=orders&_rsc=1&q=%EF%BF%BD");
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
