//! Capabilities: tokens that are derived from an id with the server's secret, so that nothing stored can be used as one.

use std::{fmt, sync::Arc};

use anyhow::ensure;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

const SHORTEST_KEY: usize = 32;

/// What a token lets its bearer do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// See and change one cart.
    Cart,
    /// See, pay and cancel one order.
    Order,
    /// Make one registration an account, with its password.
    Registration,
    /// Set a new password by one request for it.
    PasswordReset,
    /// Confirm one change of address for the old one.
    OldEmail,
    /// Confirm one change of address for the new one.
    NewEmail,
    /// Be recognised as one device; it opens nothing.
    Device,
}

/// The server's secret keys; cheap to clone, and never shown.
#[derive(Clone)]
pub struct Secrets(Arc<[Hmac<Sha256>]>);

impl Secrets {
    /// Reads keys separated by commas: the first derives, all are accepted, so that a key can be replaced.
    ///
    /// # Errors
    /// When a key is shorter than 32 characters.
    pub fn new(keys: &str) -> anyhow::Result<Self> {
        let keys = keys.split(',').map(str::trim).map(|key| {
            ensure!(
                key.len() >= SHORTEST_KEY,
                "SECRET_KEY is shorter than {SHORTEST_KEY} characters: make one with `openssl rand -base64 32`"
            );
            Ok(Hmac::new_from_slice(key.as_bytes())?)
        });
        Ok(Self(keys.collect::<anyhow::Result<_>>()?))
    }

    /// The token for `id`: 43 characters that are safe in headers, cookies and fragments.
    pub fn token(&self, capability: Capability, id: Uuid) -> String {
        self.0
            .first()
            .map(|key| URL_SAFE_NO_PAD.encode(mac(key, capability, id).finalize().into_bytes()))
            .unwrap_or_default()
    }

    /// The id and the token for it, as the link of a mail carries them after `#`.
    pub fn link(&self, capability: Capability, id: Uuid) -> String {
        format!("{id}.{}", self.token(capability, id))
    }

    /// The id of a link that [`Secrets::link`] made; none when it did not.
    pub fn opened(&self, capability: Capability, link: &str) -> Option<Uuid> {
        let (id, token) = link.split_once('.')?;
        let id = id.parse().ok()?;
        self.accepts(capability, id, token).then_some(id)
    }

    /// A name for `value` that nobody without the key can find out `value` from: 32 bytes.
    pub fn digest(&self, purpose: &str, value: &[u8]) -> Vec<u8> {
        self.derived(purpose, value).next().unwrap_or_default()
    }

    /// A secret of 32 bytes that is derived from `seed`: by the first key, then by each older one.
    pub fn derived(&self, purpose: &str, seed: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        self.0.iter().map(move |key| {
            let mac = key.clone().chain_update(purpose).chain_update(b":").chain_update(seed);
            mac.finalize().into_bytes().to_vec()
        })
    }

    /// Whether `token` is the one for `id`, told in the same time whatever is wrong with it.
    pub fn accepts(&self, capability: Capability, id: Uuid, token: &str) -> bool {
        let Ok(token) = URL_SAFE_NO_PAD.decode(token) else { return false };
        self.0.iter().any(|key| mac(key, capability, id).verify_slice(&token).is_ok())
    }
}

fn mac(key: &Hmac<Sha256>, capability: Capability, id: Uuid) -> Hmac<Sha256> {
    let purpose: &[u8] = match capability {
        Capability::Cart => b"cart:",
        Capability::Order => b"order:",
        Capability::Registration => b"registration:",
        Capability::PasswordReset => b"password-reset:",
        Capability::OldEmail => b"old-email:",
        Capability::NewEmail => b"new-email:",
        Capability::Device => b"device:",
    };
    key.clone().chain_update(purpose).chain_update(id.as_bytes())
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an old key of more than 32 characters";
    const NEW: &str = "a new key of more than 32 characters!";

    #[test]
    fn a_token_is_good_for_its_id_and_its_purpose_only() {
        let (secrets, id) = (Secrets::new(OLD).unwrap(), Uuid::now_v7());
        let token = secrets.token(Capability::Cart, id);
        assert_eq!(token.len(), 43);
        assert!(secrets.accepts(Capability::Cart, id, &token));
        assert!(!secrets.accepts(Capability::Order, id, &token));
        assert!(!secrets.accepts(Capability::Cart, Uuid::now_v7(), &token));
        for bad in ["", "x", &token[1..], &format!("{token}A"), "ü"] {
            assert!(!secrets.accepts(Capability::Cart, id, bad), "{bad} was taken");
        }
    }

    #[test]
    fn a_key_can_be_replaced() {
        let id = Uuid::now_v7();
        let before = Secrets::new(OLD).unwrap().token(Capability::Order, id);
        let both = Secrets::new(&format!("{NEW}, {OLD}")).unwrap();
        assert!(both.accepts(Capability::Order, id, &before));
        assert_ne!(both.token(Capability::Order, id), before);
        assert!(!Secrets::new(NEW).unwrap().accepts(Capability::Order, id, &before));
    }

    #[test]
    fn a_short_key_is_refused_and_none_is_shown() {
        assert!(Secrets::new("short").is_err() && Secrets::new(&format!("{NEW},short")).is_err());
        assert_eq!(format!("{:?}", Secrets::new(NEW).unwrap()), "Secrets");
    }
}
