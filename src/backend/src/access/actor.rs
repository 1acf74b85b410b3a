//! Who of the staff acts, and from where: what the audit log tells of every change.

use std::net::IpAddr;

use axum::{extract::FromRequestParts, http::request::Parts};
use uuid::Uuid;

use super::session::{Caller, Proof};
use crate::{
    app::{App, ClientAddress},
    error::{Error, Result},
    telemetry::RequestId,
};

/// Who of the staff acts. The policy has let them through before a handler asks for one.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who is signed in.
    pub caller: Caller,
    /// Where the request comes from.
    pub client_address: Option<IpAddr>,
    /// The request, as the log names it.
    pub request_id: Option<Uuid>,
}

impl FromRequestParts<App> for Actor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let ClientAddress(client_address) = ClientAddress::from_request_parts(parts, app).await?;
        let request_id = parts.extensions.get().map(|RequestId(id)| *id);
        Ok(Self { caller, client_address, request_id })
    }
}

impl Actor {
    /// What an `Idempotency-Key` is unique within.
    pub fn scope(&self) -> String {
        format!("account:{}", self.caller.account_id)
    }

    /// By what they are signed in.
    pub fn proof(&self) -> &'static str {
        match self.caller.proof {
            Proof::Token(_) => "token",
            Proof::Password | Proof::SecondFactor => "session",
        }
    }
}
