//! Reading a PATCH: a field that is left out stays as it is, and null clears what may be empty.

use serde::{Deserialize, Deserializer};

/// For a field that cannot be empty: with `#[serde(default, deserialize_with = "given")]`, null is refused.
///
/// # Errors
/// When the value is of another type.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// For a field that may be empty: with `#[serde(default, deserialize_with = "nullable")]`, null is `Some(None)`.
///
/// # Errors
/// When the value is of another type.
pub fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}
