//! What is answered where no request reached the router: whole answers, as bytes, with the security headers of all others.

use std::fmt::Write;

use axum::http::StatusCode;
use bytes::Bytes;

use crate::edge::headers;

/// Why a connection is not served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// What was sent is no request.
    Malformed,
    /// The head did not come in time.
    Slow,
    /// The address is longer than any buffer.
    LongAddress,
    /// The head is larger than [`super::HEAD_BYTES`].
    LargeHead,
    /// There are as many connections as there may be.
    Overloaded,
}

/// The answers, made once.
pub struct Answers([(Refusal, Bytes); 5]);

impl Answers {
    /// Answers for visitors that come by TLS, or not.
    pub fn new(https: bool) -> Self {
        use Refusal::{LargeHead, LongAddress, Malformed, Overloaded, Slow};
        Self([Malformed, Slow, LongAddress, LargeHead, Overloaded].map(|refusal| (refusal, refusal.answer(https))))
    }

    /// The whole answer for `refusal`.
    pub fn refusal(&self, refusal: Refusal) -> Bytes {
        self.0.iter().find(|(known, _)| *known == refusal).map(|(_, answer)| answer.clone()).unwrap_or_default()
    }
}

impl Refusal {
    /// What hyper means by an answer of its own.
    pub fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::URI_TOO_LONG => Self::LongAddress,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Self::LargeHead,
            _ => Self::Malformed,
        }
    }

    fn parts(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::Malformed => {
                (StatusCode::BAD_REQUEST, "malformed_request", "The request cannot be read", "Send HTTP/1.1 or HTTP/2.")
            }
            Self::Slow => (
                StatusCode::REQUEST_TIMEOUT,
                "head_timeout",
                "The request did not arrive",
                "Send the head of a request within 10 s.",
            ),
            Self::LongAddress => (
                StatusCode::URI_TOO_LONG,
                "uri_too_long",
                "The address is too long",
                "Send an address of 8 KiB at most.",
            ),
            Self::LargeHead => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "head_too_large",
                "The header fields are too large",
                "Send a head of 16 KiB at most.",
            ),
            Self::Overloaded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                "Too much is asked for at once",
                "Try again in a few seconds.",
            ),
        }
    }

    fn answer(self, https: bool) -> Bytes {
        let (status, code, title, detail) = self.parts();
        let number = status.as_u16();
        let problem = format!(
            r#"{{"type":"/api/docs#{code}","title":"{title}","status":{number},"detail":"{detail}","code":"{code}","errors":[]}}"#
        );
        let mut answer = format!("HTTP/1.1 {number} {}\r\n", status.canonical_reason().unwrap_or_default());
        let _ = write!(answer, "content-type: application/problem+json\r\ncontent-length: {}\r\n", problem.len());
        answer.push_str("cache-control: no-store\r\nconnection: close\r\n");
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.push_str("retry-after: 5\r\n");
        }
        for (name, value) in headers::plain(https) {
            let _ = write!(answer, "{name}: {value}\r\n");
        }
        let _ = write!(answer, "\r\n{problem}");
        answer.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole() {
        let answer = Answers::new(true).refusal(Refusal::Overloaded);
        let answer = std::str::from_utf8(&answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{head}");
        for header in [
            &format!("content-length: {}", body.len()),
            "connection: close",
            "retry-after: 5",
            "x-content-type-options: nosniff",
            "strict-transport-security: max-age=31536000; includeSubDomains",
            "content-security-policy: default-src 'none'; frame-ancestors 'none'",
        ] {
            assert!(head.split("\r\n").any(|line| line == header), "{header} is not in {head}");
        }
        let problem: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&"overloaded".into(), &503.into()));
        let plain = Answers::new(false).refusal(Refusal::Malformed);
        assert!(!std::str::from_utf8(&plain).unwrap().contains("strict-transport-security"));
    }
}
