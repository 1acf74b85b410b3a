//! Reading requests: query strings whose every mistake is answered with the field's name, and paths.

use axum::{
    extract::{self, FromRequestParts},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

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
        let pairs = serde_html_form::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map(Self).map_err(|error| {
            let message = error.inner().to_string();
            Error::field(field_name(&error.path().to_string(), &message), message)
        })
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

/// The field that an error speaks of. An unknown or missing field has no path, its message names it.
fn field_name(path: &str, message: &str) -> String {
    let named = message.split('`').nth(1);
    match (path, named) {
        ("." | "?" | "", Some(name)) => name.to_owned(),
        ("." | "?" | "", None) => "query".to_owned(),
        (path, _) => path.split(['[', '.']).next().unwrap_or(path).to_owned(),
    }
}
