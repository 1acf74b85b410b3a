//! The SQL of unpaid orders and of what they hold.

use std::net::IpAddr;

use sqlx::PgConnection;
use uuid::Uuid;

use super::rules::{LargeHolds, Settings, Unpaid};

/// Makes orders of the same network, and of the same device, wait for one another until the transaction ends: the network first,
/// everywhere.
pub async fn take_turns(
    connection: &mut PgConnection,
    network: Option<IpAddr>,
    device: Option<Uuid>,
) -> sqlx::Result<()> {
    let network = network.map(|network| format!("unpaid orders of network {network}"));
    let device = device.map(|device| format!("unpaid orders of device {device}"));
    let names: Vec<String> = network.into_iter().chain(device).collect();
    // Two names with one digest wait for each other without need, and nothing else happens. The subquery keeps the order.
    sqlx::query!(
        "SELECT FROM (SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS n (name, place) ORDER BY place OFFSET 0) names,
                     LATERAL pg_advisory_xact_lock(hashtextextended(name, 0))",
        &names
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Counts orders that wait for their payment, and reads the merchant's limits with them: each statement is a round trip that the
/// next buyer of the same network waits for.
pub async fn unpaid(
    connection: &mut PgConnection,
    network: Option<IpAddr>,
    device: Option<Uuid>,
) -> sqlx::Result<(Unpaid, Settings)> {
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM orders o JOIN payments p ON p.order_id = o.id AND p.status = 'open'
                   WHERE o.status = 'pending' AND o.device_id = $1) AS "by_device!",
                  (SELECT count(*) FROM orders o JOIN payments p ON p.order_id = o.id AND p.status = 'open'
                   WHERE o.status = 'pending' AND o.client_address = $2::text::inet) AS "by_network!",
                  hold_minutes, large_hold_minutes, large_hold_percent, large_hold_units, large_hold_pause_minutes,
                  last_units, last_units_per_network, unpaid_orders_per_device
           FROM settings"#,
        device,
        network.map(|network| network.to_string())
    )
    .fetch_one(connection)
    .await?;
    let settings = Settings {
        hold_minutes: row.hold_minutes,
        large_hold_minutes: row.large_hold_minutes,
        large_hold_percent: row.large_hold_percent,
        large_hold_units: row.large_hold_units,
        large_hold_pause_minutes: row.large_hold_pause_minutes,
        last_units: row.last_units,
        last_units_per_network: row.last_units_per_network,
        unpaid_orders_per_device: row.unpaid_orders_per_device,
    };
    Ok((Unpaid { by_device: row.by_device, by_network: row.by_network }, settings))
}

/// Sums up a network's large holds that are unpaid, or ended unpaid within the pause. One that ended at its expiry or later has
/// expired, one that ended before was cancelled.
pub async fn large_holds(
    connection: &mut PgConnection,
    network: Option<IpAddr>,
    settings: &Settings,
) -> sqlx::Result<LargeHolds> {
    sqlx::query_as!(
        LargeHolds,
        r#"SELECT count(*) FILTER (WHERE h.units > $2 AND h.counts) AS "count!",
                  coalesce(sum(h.seconds) FILTER (WHERE h.units > $2 AND NOT h.counts), 0)::float8 AS "cancelled_seconds!",
                  coalesce(sum(h.units) FILTER (WHERE h.units <= $2 AND h.counts), 0)::bigint AS "last_units!"
           FROM (SELECT o.large_hold_units AS units, o.status = 'pending' OR o.cancelled_at >= o.expires_at AS counts,
                        extract(epoch FROM o.cancelled_at - o.placed_at) AS seconds
                 FROM orders o JOIN payments p ON p.order_id = o.id
                 WHERE o.client_address = $1::text::inet AND o.large_hold_units > 0 AND o.confirmed_at IS NULL
                   AND (o.status = 'pending' AND p.status = 'open'
                        OR o.cancelled_at > now() - make_interval(mins => $3))) h"#,
        network.map(|network| network.to_string()),
        settings.last_units,
        settings.large_hold_pause_minutes
    )
    .fetch_one(connection)
    .await
}
