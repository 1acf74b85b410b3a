//! The provider's webhooks: who signed them, and what they say (Stripe: "Verify webhook signatures manually").

use std::fmt::Write;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// How far the provider's clock and ours may be apart, in seconds; an older delivery may be a replay.
const TOLERANCE: i64 = 300;

/// What happened, as the provider tells it.
#[derive(Debug, Clone)]
pub struct Event {
    /// The provider's id of it: one that was seen before is a repetition.
    pub id: String,
    /// What happened, such as `payment_intent.succeeded`.
    pub kind: String,
    /// When it happened, by the provider's clock; it settles nothing, and is not asked of every event.
    pub created: Option<DateTime<Utc>>,
    /// The object as it was then, in the provider's units; ask the provider how it is now.
    pub object: serde_json::Value,
}

/// Why a webhook is not believed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header is not one.
    #[error("the signature's header is not `t=…,v1=…`")]
    Malformed,
    /// Nobody who knows the secret signed this body at that time.
    #[error("no signature fits the body")]
    Mismatch,
    /// It was signed too long ago, or in the future.
    #[error("the signature's time is {0} s from ours")]
    Skewed(i64),
    /// It is signed and yet no event.
    #[error("the body is not an event: {0}")]
    Unreadable(String),
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    /// Unix time, in seconds.
    created: Option<i64>,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: serde_json::Value,
}

/// Reads a webhook whose `Stripe-Signature` is `header`; `body` are the bytes as they came.
///
/// # Errors
/// When it is not signed with the secret, or not about now, or is no event.
pub fn verify(secret: &str, header: &str, body: &[u8], now: DateTime<Utc>) -> Result<Event, SignatureError> {
    let (timestamp, signatures) = parts(header).ok_or(SignatureError::Malformed)?;
    let signed = mac(secret, timestamp, body).ok_or(SignatureError::Mismatch)?;
    if !signatures.iter().any(|signature| signed.clone().verify_slice(signature).is_ok()) {
        return Err(SignatureError::Mismatch);
    }
    let skew = now.timestamp().saturating_sub(timestamp);
    if skew.saturating_abs() > TOLERANCE {
        return Err(SignatureError::Skewed(skew));
    }
    let event: Envelope =
        serde_json::from_slice(body).map_err(|error| SignatureError::Unreadable(error.to_string()))?;
    let created = event.created.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    Ok(Event { id: event.id, kind: event.kind, created, object: event.data.object })
}

/// The `Stripe-Signature` of a body: what a provider sends.
pub fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let mut header = format!("t={timestamp},v1=");
    // HMAC takes keys of any length; if it ever did not, an empty signature would be believed nowhere.
    if let Some(signed) = mac(secret, timestamp, body) {
        for byte in signed.finalize().into_bytes() {
            let _ = write!(header, "{byte:02x}");
        }
    }
    header
}

fn mac(secret: &str, timestamp: i64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// The time and the signatures of scheme v1; while a secret is being changed there are several. Other schemes are older.
fn parts(header: &str) -> Option<(i64, Vec<Vec<u8>>)> {
    let (mut timestamp, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", text) if timestamp.is_none() => timestamp = Some(text.parse().ok()?),
            ("t", _) => return None,
            ("v1", text) => signatures.push(unhex(text)?),
            _ => {}
        }
    }
    Some((timestamp?, signatures))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits?;
    let (pairs, rest) = pairs.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().filter_map(|[high, low]| u8::try_from(high << 4 | low).ok()).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &[u8] =
        br#"{"id":"evt_1","type":"payment_intent.succeeded","created":1700000000,"data":{"object":{"id":"pi_1"}}}"#;
    const SIGNED_AT: i64 = 1_700_000_000;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(SIGNED_AT + seconds, 0).unwrap()
    }

    fn refusal(header: &str) -> SignatureError {
        verify("whsec_1", header, BODY, at(0)).unwrap_err()
    }

    #[test]
    fn what_the_provider_signed_is_read() {
        let event = verify("whsec_1", &sign("whsec_1", SIGNED_AT, BODY), BODY, at(0)).unwrap();
        assert_eq!((event.id.as_str(), event.kind.as_str()), ("evt_1", "payment_intent.succeeded"));
        assert_eq!((event.created, &event.object["id"]), (Some(at(0)), &"pi_1".into()));
    }

    #[test]
    fn the_signature_is_the_one_of_rfc_2104() {
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_1
        let expected = "c8cf6ed9fd9120874a1792902ffdf5b69559118b76d10974da8a20cf21f94bc5";
        assert_eq!(sign("whsec_1", SIGNED_AT, b"{}"), format!("t=1700000000,v1={expected}"));
    }

    #[test]
    fn another_secret_another_body_or_another_time_is_refused() {
        let header = sign("whsec_1", SIGNED_AT, BODY);
        assert_eq!(verify("whsec_2", &header, BODY, at(0)).unwrap_err(), SignatureError::Mismatch);
        let mut altered = BODY.to_vec();
        altered.push(b' ');
        assert_eq!(verify("whsec_1", &header, &altered, at(0)).unwrap_err(), SignatureError::Mismatch);
        let moved = header.replace("t=1700000000", "t=1700000001");
        assert_eq!(refusal(&moved), SignatureError::Mismatch);
    }

    #[test]
    fn old_and_future_signatures_are_refused() {
        let header = sign("whsec_1", SIGNED_AT, BODY);
        assert!(verify("whsec_1", &header, BODY, at(300)).is_ok());
        assert!(verify("whsec_1", &header, BODY, at(-300)).is_ok());
        assert_eq!(verify("whsec_1", &header, BODY, at(301)).unwrap_err(), SignatureError::Skewed(301));
        assert_eq!(verify("whsec_1", &header, BODY, at(-301)).unwrap_err(), SignatureError::Skewed(-301));
    }

    #[test]
    fn one_of_several_signatures_is_enough() {
        let (right, wrong) = (sign("whsec_1", SIGNED_AT, BODY), sign("whsec_0", SIGNED_AT, BODY));
        let (_, right) = right.split_once(',').unwrap();
        let both = format!("{wrong},{right},v0=00");
        assert!(verify("whsec_1", &both, BODY, at(0)).is_ok());
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for header in ["", "t", "t=1", "t=x,v1=00", "v1=00", "t=1,t=1,v1=00", "t=1,v1=0", "t=1,v1=+f", "t=1,v1=ü"] {
            let expected = if header == "t=1" { SignatureError::Mismatch } else { SignatureError::Malformed };
            assert_eq!(refusal(header), expected, "{header}");
        }
    }

    #[test]
    fn what_is_signed_and_no_event_is_told_apart() {
        let header = sign("whsec_1", SIGNED_AT, b"{}");
        let refused = verify("whsec_1", &header, b"{}", at(0)).unwrap_err();
        assert!(matches!(refused, SignatureError::Unreadable(_)), "{refused}");
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(header in ".*") {
            let _ = verify("whsec_1", &header, BODY, at(0));
        }
    }
}
