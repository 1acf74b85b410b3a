//! Cursors: where a list goes on, opaque to the client and bound to the list that made it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::error::Error;

#[derive(Serialize, Deserialize)]
struct Envelope<K> {
    list: String,
    key: K,
}

/// Writes the position `key` of the list that `list` describes (its sort and filters).
pub fn encode<K: Serialize>(list: &impl Serialize, key: K) -> Result<String, Error> {
    let envelope = Envelope { list: fingerprint(list)?, key };
    let json = serde_json::to_vec(&envelope).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// Reads a position that [`encode`] wrote for the same list.
///
/// # Errors
/// `invalid_request` naming `cursor` when it was altered or belongs to another list.
pub fn decode<K: DeserializeOwned>(list: &impl Serialize, cursor: &str) -> Result<K, Error> {
    let json = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
    let envelope: Envelope<K> = serde_json::from_slice(&json).map_err(|_| refused())?;
    if envelope.list == fingerprint(list)? { Ok(envelope.key) } else { Err(refused()) }
}

/// The same, of a position that the list can have: nothing says that [`encode`] wrote it.
///
/// # Errors
/// `invalid_request` naming `cursor`, also when the position does not fit.
pub fn decode_if<K: DeserializeOwned>(
    list: &impl Serialize,
    cursor: &str,
    fits: impl FnOnce(&K) -> bool,
) -> Result<K, Error> {
    let key = decode(list, cursor)?;
    if fits(&key) { Ok(key) } else { Err(refused()) }
}

fn refused() -> Error {
    Error::field("cursor", "is not a cursor of this list: leave it out to begin at the first page")
}

/// How long a page is, of a list that is for people.
///
/// # Errors
/// `invalid_request` naming `limit` when it is none of 1 to 100.
pub fn limit(wanted: Option<i64>) -> Result<i64, Error> {
    match wanted.unwrap_or(50) {
        limit @ 1..=100 => Ok(limit),
        _ => Err(Error::field("limit", "must be between 1 and 100")),
    }
}

/// The page of what was `found`, one more than it holds, and where the next one begins.
///
/// # Errors
/// When the position cannot be written.
pub fn page<T, K: Serialize>(
    mut found: Vec<T>,
    limit: i64,
    list: &impl Serialize,
    key: impl Fn(&T) -> K,
) -> Result<(Vec<T>, Option<String>), Error> {
    let length = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > length;
    found.truncate(length);
    let next = match found.last() {
        Some(last) if more => Some(encode(list, key(last))?),
        _ => None,
    };
    Ok((found, next))
}

fn fingerprint(list: &impl Serialize) -> Result<String, Error> {
    let json = serde_json::to_vec(list).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(&Sha256::digest(json)[..6]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_leads_back_to_its_place(list in ".*", key in any::<(i64, u128)>()) {
            let cursor = encode(&list, key).unwrap();
            prop_assert_eq!(decode::<(i64, u128)>(&list, &cursor).unwrap(), key);
        }

        #[test]
        fn a_cursor_of_another_list_is_refused(list in "[a-z]{1,8}", other in "[A-Z]{1,8}", key in any::<i64>()) {
            let cursor = encode(&list, key).unwrap();
            prop_assert!(decode::<i64>(&other, &cursor).is_err());
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            prop_assert!(decode::<i64>(&"list", &text).is_err());
        }
    }
}
