//! A browser's identity: a signed cookie that names a device and grants nothing by itself.
//!
//! Limits that belong to one browser are counted by it. A visitor who deletes the cookie is a new device, so a limit that must
//! hold against an attacker is counted by something else too.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use uuid::Uuid;

use crate::{
    app::App,
    capability::{Capability, Secrets},
};

const COOKIE: &str = "device";
/// The path of `__Host-` cookies, which no other host of the domain can set.
const PATH: &str = "/";
/// 400 days, the longest that browsers keep a cookie (RFC 6265bis, section 5.5).
const MAX_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// The device that a request comes from; none without a cookie, or with one that this store did not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device(pub Option<Uuid>);

impl FromRequestParts<App> for Device {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(held(app, &parts.headers)))
    }
}

/// The device whose cookie a request carries.
pub fn held(app: &App, headers: &HeaderMap) -> Option<Uuid> {
    identified(&app.secrets, app.cookie(headers, COOKIE, PATH)?)
}

/// Identifies a browser as this device for the next 400 days.
pub fn grant(app: &App, response_headers: &mut HeaderMap, id: Uuid) {
    app.set_cookie(response_headers, COOKIE, &signed(&app.secrets, id), PATH, MAX_AGE_SECONDS);
}

/// The value of a device's cookie: `{id}.{HMAC}`.
fn signed(secrets: &Secrets, id: Uuid) -> String {
    secrets.link(Capability::Device, id)
}

/// The device that a cookie's value names, if this store signed it.
fn identified(secrets: &Secrets, value: &str) -> Option<Uuid> {
    secrets.opened(Capability::Device, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "a key of the tests of more than 32 characters";

    #[test]
    fn a_device_is_identified_by_what_this_store_signed_for_it() {
        let (secrets, id) = (Secrets::new(KEY).unwrap(), Uuid::now_v7());
        let value = signed(&secrets, id);
        assert_eq!(identified(&secrets, &value), Some(id));
        let token = value.split_once('.').unwrap().1;
        let other_purpose = secrets.link(Capability::Cart, id);
        let forged = [
            String::new(),
            id.to_string(),
            format!("{id}."),
            format!("{}.{token}", Uuid::now_v7()),
            format!("{value}A"),
            value.replace('.', ""),
            other_purpose,
            "ü.ü".into(),
        ];
        for value in forged {
            assert_eq!(identified(&secrets, &value), None, "{value:?} was accepted");
        }
    }

    #[test]
    fn a_device_outlives_the_replacement_of_the_key() {
        let id = Uuid::now_v7();
        let value = signed(&Secrets::new(KEY).unwrap(), id);
        let both = Secrets::new(&format!("another key of the tests of 32 characters,{KEY}")).unwrap();
        assert_eq!(identified(&both, &value), Some(id));
        let other = Secrets::new("another key of the tests of 32 characters").unwrap();
        assert_eq!(identified(&other, &value), None);
    }
}
