//! What a navigating browser says of the pages that it has (`Next-Router-State-Tree`), checked before Next.js reads it.
//!
//! Next.js answers 500 to a state that it cannot parse. The form is that of `flightRouterStateSchema` in Next.js 16.

use axum::http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The header's name.
pub const NAME: &str = "next-router-state-tree";

/// Whether Next.js can read what these headers say: one state in its form, or none.
pub fn is_readable(headers: &HeaderMap) -> bool {
    let mut states = headers.get_all(NAME).iter();
    match (states.next(), states.next()) {
        (None, _) => true,
        (Some(state), None) => state.to_str().is_ok_and(is_state),
        _ => false,
    }
}

fn is_state(encoded: &str) -> bool {
    let Ok(text) = percent_decode_str(encoded).decode_utf8() else { return false };
    serde_json::from_str(&text).is_ok_and(|state: Value| is_tree(&state))
}

/// `[segment, children, refresh?, refetch?, hints?, more?]`. Reading JSON has bounded how deep it is.
fn is_tree(state: &Value) -> bool {
    let Some([segment, Value::Object(children), rest @ ..]) = state.as_array().map(Vec::as_slice) else { return false };
    let is_optional =
        |place: usize, is: fn(&Value) -> bool| rest.get(place).is_none_or(|value| value.is_null() || is(value));
    rest.len() <= 4
        && is_segment(segment)
        && children.values().all(is_tree)
        && is_optional(0, |pair| strings(pair).is_some_and(|pair| pair.len() == 2))
        && is_optional(1, |mark| {
            mark.as_str().is_some_and(|mark| matches!(mark, "refetch" | "inside-shared-layout" | "metadata-only"))
        })
        && is_optional(2, Value::is_number)
        && rest.get(3).is_none_or(Value::is_string)
}

/// A name, or a parameter: its name, its value, its kind, and its siblings.
fn is_segment(segment: &Value) -> bool {
    match segment.as_array().map(Vec::as_slice) {
        Some([name, value, kind, siblings]) => {
            name.is_string()
                && value.is_string()
                && kind.as_str().is_some_and(is_kind)
                && (siblings.is_null() || strings(siblings).is_some())
        }
        Some(_) => false,
        None => segment.is_string(),
    }
}

fn is_kind(kind: &str) -> bool {
    let intercepted = |rest: &str| matches!(rest, "(..)(..)" | "(.)" | "(..)" | "(...)");
    matches!(kind, "c" | "oc" | "d")
        || kind.strip_prefix("ci").is_some_and(intercepted)
        || kind.strip_prefix("di").is_some_and(intercepted)
}

fn strings(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn readable(states: &[&[u8]]) -> bool {
        let mut headers = HeaderMap::new();
        for state in states {
            headers.append(NAME, HeaderValue::from_bytes(state).unwrap());
        }
        is_readable(&headers)
    }

    #[test]
    fn what_a_browser_sends_is_readable() {
        assert!(readable(&[]));
        for state in [
            r#"["",{}]"#,
            r#"["",{"children":["(shop)",{"children":["__PAGE__",{}]}]},null,null,1]"#,
            r#"["",{"children":[["id","1001","d",null],{"children":["__PAGE__",{},["/admin","?q=1"],"refetch"]}]}]"#,
            "%5B%22%22%2C%7B%7D%2Cnull%2Cnull%2C16%5D",
        ] {
            assert!(readable(&[state.as_bytes()]), "{state}");
        }
    }

    #[test]
    fn everything_else_is_not() {
        let deep = format!("{}{}", r#"["",{"a":"#.repeat(2000), "}]".repeat(2000));
        for state in [
            "",
            "1",
            "x",
            "%",
            "%ff",
            "{}",
            "[]",
            r#"[""]"#,
            r#"["",[]]"#,
            r#"["",{"a":1}]"#,
            r#"[1,{}]"#,
            r#"[["a","b","c"],{}]"#,
            r#"[["a","b","z",null],{}]"#,
            r#"["",{},["a"]]"#,
            r#"["",{},null,"other"]"#,
            r#"["",{},null,null,"x"]"#,
            r#"["",{},null,null,1,2]"#,
            r#"["",{},null,null,1,"a","b"]"#,
            &deep,
        ] {
            assert!(!readable(&[state.as_bytes()]), "{state}");
        }
        assert!(!readable(&[b"\xff"]));
        assert!(!readable(&[br#"["",{}]"#, br#"["",{}]"#]), "Node.js joins them, and the sum is none");
    }
}
