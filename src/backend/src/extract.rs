//! Reading requests: queries and bodies whose every mistake is answered with the field's name, paths, cookies, addresses.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::{
    body::{Body, Bytes},
    extract::{self, ConnectInfo, FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use ipnet::IpNet;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::Error;

/// A query string as `T`; repeated keys become lists, and with `deny_unknown_fields` unknown keys are refused.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        if let Some((key, _)) = url::form_urlencoded::parse(query.as_bytes())
            .find(|(key, value)| key.contains('\0') || value.contains('\0'))
        {
            return Err(Error::field(key, "must not contain the character NUL"));
        }
        // A number or a word that is empty is a filter that was lost on its way: it must not answer everything.
        if let Some((key, _)) = url::form_urlencoded::parse(query.as_bytes()).find(|(_, value)| value.is_empty()) {
            return Err(Error::field(key, "must not be empty: leave it out instead"));
        }
        let pairs = serde_html_form::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map(Self).map_err(|error| {
            let message = error.inner().to_string();
            Error::field(field_name(&error.path().to_string(), &message), message)
        })
    }
}

/// A JSON body as `T`.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let is_json = request.headers().get(header::CONTENT_TYPE).map(|kind| {
            let kind = kind.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
            kind.trim_ascii().eq_ignore_ascii_case(b"application/json")
        });
        // What is of another type is not read, but for its absence: no body needs no type.
        if is_json != Some(true) {
            return if is_empty(request.into_body()).await {
                parse(b"").map(Self)
            } else {
                Err(Error::UnsupportedMediaType)
            };
        }
        // What cannot be read to its end was cut off by the limit.
        let body = Bytes::from_request(request, state).await.map_err(|_| Error::TooLarge)?;
        parse(&body).map(Self)
    }
}

/// Whether a body has no bytes; it is read no further than its first one.
async fn is_empty(mut body: Body) -> bool {
    if body.size_hint().lower() > 0 {
        return false;
    }
    while let Some(Ok(frame)) = body.frame().await {
        if frame.data_ref().is_some_and(|data| !data.is_empty()) {
            return false;
        }
    }
    true
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    // PostgreSQL's texts hold every character but this one.
    if body.windows(6).any(|window| window == b"\\u0000") {
        return Err(Error::field("body", "must not contain the character NUL"));
    }
    // An array would be read as a structure's fields in their order.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Error::field("body", "must be a JSON object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let message = error.inner().to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        let path = error.path().to_string();
        let inside = if path == "." { String::new() } else { path };
        let named = message.starts_with("missing field").then(|| message.split('`').nth(1)).flatten();
        let field = match (inside.is_empty(), named) {
            (false, Some(named)) => format!("{inside}.{named}"),
            (true, Some(named)) => named.to_owned(),
            (true, None) => "body".to_owned(),
            (false, None) => inside,
        };
        Error::field(field, message)
    })?;
    json.end().map_err(|_| Error::field("body", "must be one JSON value"))?;
    Ok(parsed)
}

/// The value of a cookie (RFC 6265, section 5.4).
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(key, value)| (key.trim() == name).then_some(value.trim()))
}

/// Where a request comes from: the peer, or what the proxies in front of us that we trust say about theirs.
pub fn client_address(parts: &Parts, trusted: &[IpNet]) -> Option<IpAddr> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut client = peer.ip().to_canonical();
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().filter_map(|header| header.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|header| header.split(',')).collect();
    // Each proxy adds the address of its peer at the end, so only what stands behind a trusted one is known.
    for hop in hops.iter().rev() {
        match hop.trim().parse::<IpAddr>() {
            Ok(address) if is_trusted(&client) => client = address.to_canonical(),
            _ => break,
        }
    }
    Some(client)
}

/// Whom a request counts for in limits: the address that it comes from, or the /64 of one of IPv6.
pub fn client_network(parts: &Parts, trusted: &[IpNet]) -> Option<IpAddr> {
    client_address(parts, trusted).map(network)
}

/// Whoever has one address of IPv6 has its whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => (address & Ipv6Addr::from_bits(!0 << 64)).into(),
    }
}

/// The parameter of a path. One that is not text, or holds the character NUL, names nothing that exists.
pub struct PathParam(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathParam {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match extract::Path::<String>::from_request_parts(parts, state).await {
            Ok(extract::Path(path)) if !path.contains('\0') => Ok(Self(path)),
            _ => Err(Error::NotFound("resource")),
        }
    }
}

/// The parameter of a path that is an id. Anything else names nothing that exists.
pub struct PathId(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let PathParam(text) = PathParam::from_request_parts(parts, state).await?;
        text.parse().map(Self).map_err(|_| Error::NotFound("resource"))
    }
}

/// The parameter of a path that is an order's number. Anything else names nothing that exists.
pub struct PathNumber(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for PathNumber {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let PathParam(text) = PathParam::from_request_parts(parts, state).await?;
        text.parse().map(Self).map_err(|_| Error::NotFound("order"))
    }
}

/// The field that an error speaks of. An unknown or missing field has no path, its message names it.
fn field_name(path: &str, message: &str) -> String {
    let named = message.split('`').nth(1);
    match (path, named) {
        ("." | "?" | "", Some(name)) => name.to_owned(),
        ("." | "?" | "", None) => "query".to_owned(),
        (path, _) => path.split(['[', '.']).next().unwrap_or(path).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(default)]
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[allow(dead_code, reason = "only its reading is tested")]
        count: i32,
    }

    fn refused(body: &str) -> String {
        match parse::<Outer>(body.as_bytes()) {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_bad_body_is_refused_by_the_path_of_its_field() {
        assert!(parse::<Outer>(b"{}").unwrap().inner.is_none());
        assert_eq!(refused(r#"{"inner":{"count":"x"}}"#), "inner.count");
        assert_eq!(refused(r#"{"inner":{}}"#), "inner.count");
        assert_eq!(refused(r#"{"inner":{"count":1,"other":2}}"#), "inner.other");
        assert_eq!(refused(r#"{"other":2}"#), "other");
        assert_eq!(refused("[]"), "body");
        assert_eq!(refused("{} {}"), "body");
        assert_eq!(refused(r#"{"inner":"\u0000"}"#), "body");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; cart=x.y; cartel=2".parse().unwrap());
        assert_eq!(cookie(&headers, "cart"), Some("x.y"));
        assert_eq!(cookie(&headers, "art"), None);
    }

    #[test]
    fn only_trusted_proxies_say_where_a_request_comes_from() {
        let from = |peer: &str, forwarded: &str, trusted: &[&str]| {
            let request = http::Request::builder().header("x-forwarded-for", forwarded).body(()).unwrap();
            let (mut parts, ()) = request.into_parts();
            parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
            let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
            client_address(&parts, &trusted).unwrap().to_string()
        };
        assert_eq!(from("192.0.2.1", "198.51.100.7", &[]), "192.0.2.1");
        assert_eq!(from("10.0.0.1", "198.51.100.7", &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("10.0.0.1", "forged", &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(from("::ffff:10.0.0.1", "198.51.100.7", &["10.0.0.0/8"]), "198.51.100.7");
    }
}
