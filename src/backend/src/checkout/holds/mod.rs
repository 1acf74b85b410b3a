//! How long an order holds its stock before it is paid, and how much may be held unpaid (OWASP OAT-021, denial of inventory).

mod queries;
pub mod rules;

use std::net::IpAddr;

use axum::{extract::FromRequestParts, http::request::Parts};
use sqlx::PgConnection;
use uuid::Uuid;

use self::rules::{Hold, Line};
use crate::{
    app::{App, ClientAddress},
    device,
    error::{Error, Result},
};

/// More orders of one network than this are not placed in one moment: each takes a connection to the database. As long as a network
/// has room for more, its ordinary orders need not wait for one another.
const PLACED_AT_ONCE: i64 = 150;

/// Where an order comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// An IPv4 address, or the /64 of an IPv6 address; none when the connection has none.
    pub network: Option<IpAddr>,
    /// The browser, by its signed cookie; none for a program.
    pub device: Option<Uuid>,
    /// How many unpaid orders a network may have at the same time.
    pub max_unpaid_by_network: i64,
}

impl FromRequestParts<App> for Origin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let ClientAddress(network) = ClientAddress::from_request_parts(parts, app).await?;
        let max_unpaid_by_network = app.config.max_unpaid_orders_per_address;
        Ok(Self { network, device: device::held(app, &parts.headers), max_unpaid_by_network })
    }
}

/// Decides how long an order of these lines holds its stock. Orders of one device wait here for one another until the transaction
/// ends, and so do those of one network that are large or near its limit, so that no two of them are both the last one. It is the last lock that placing an order takes:
/// whoever holds it waits for nothing any more.
///
/// # Errors
/// 429 `too_many_unpaid_orders` when the device or the network has as many unpaid orders as it may have, 429
/// `large_hold_limited` when the order's hold is large and the network has used up what it may hold of the kind.
pub async fn admit(connection: &mut PgConnection, origin: Origin, lines: &[Line]) -> Result<Hold> {
    let (mut unpaid, settings) = queries::unpaid(connection, origin.network, origin.device).await?;
    let hold = rules::hold(lines, &settings);
    let has_room = origin.max_unpaid_by_network - unpaid.by_network > PLACED_AT_ONCE;
    let network = origin.network.filter(|_| hold.large_units > 0 || !has_room);
    if network.is_some() || origin.device.is_some() {
        queries::take_turns(connection, network, origin.device).await?;
        unpaid = queries::unpaid(connection, origin.network, origin.device).await?.0;
    }
    rules::expect_few_unpaid(&unpaid, &settings, origin.max_unpaid_by_network)?;
    if hold.large_units > 0 {
        let held = queries::large_holds(connection, origin.network, &settings).await?;
        rules::expect_room(&hold, lines, &held, &settings)?;
    }
    Ok(hold)
}
