//! What left of an order, parcel by parcel.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};
use utoipa::ToSchema;
use uuid::Uuid;

/// What left in one parcel.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Fulfilment {
    /// UUIDv7.
    pub id: Uuid,
    /// What was in it, in the order of the order's lines.
    pub lines: Vec<FulfilmentLine>,
    /// Who carries it.
    #[schema(required)]
    pub carrier: Option<String>,
    /// What the carrier knows it by.
    #[schema(required)]
    pub tracking_number: Option<String>,
    /// Where it can be followed; `https`.
    #[schema(required, format = Uri)]
    pub tracking_url: Option<String>,
    /// When it left.
    pub shipped_at: DateTime<Utc>,
}

/// How many of a variant are in a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FulfilmentLine {
    /// The variant.
    pub variant_id: Uuid,
    /// How many.
    #[schema(minimum = 1)]
    pub quantity: i32,
}

/// What left of an order, the first parcel first.
pub async fn of_order(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<Vec<Fulfilment>> {
    let rows = sqlx::query!(
        r#"SELECT f.id, f.carrier, f.tracking_number, f.tracking_url, f.shipped_at,
                  (SELECT jsonb_agg(jsonb_build_object('variant_id', l.variant_id, 'quantity', l.quantity) ORDER BY o.position)
                   FROM fulfilment_lines l JOIN order_lines o USING (order_id, variant_id)
                   WHERE l.fulfilment_id = f.id) AS "lines!: Json<Vec<FulfilmentLine>>"
           FROM fulfilments f WHERE f.order_id = $1 ORDER BY f.shipped_at, f.id"#,
        order_id
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Fulfilment {
            id: row.id,
            lines: row.lines.0,
            carrier: row.carrier,
            tracking_number: row.tracking_number,
            tracking_url: row.tracking_url,
            shipped_at: row.shipped_at,
        })
        .collect())
}
