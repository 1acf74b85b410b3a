//! Somebody's orders in a list.

use std::collections::HashMap;

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{model::OrderSummary, queries};
use crate::{catalog::model::Picture, money::Money};

/// Of an order in a list.
const PICTURES: i64 = 4;

/// The ids of an account's orders, newest first, from the one after `before` on.
pub async fn page(
    connection: &mut PgConnection,
    account_id: Uuid,
    before: Option<Uuid>,
    limit: i64,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "SELECT id FROM orders WHERE account_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        account_id,
        before,
        limit
    )
    .fetch_all(connection)
    .await
}

/// What a list tells of these orders, in their order.
pub async fn summaries(connection: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<OrderSummary>> {
    let heads = queries::heads(connection, ids).await?;
    let mut lines: HashMap<Uuid, _> = sqlx::query!(
        r#"SELECT l.order_id, sum(l.quantity) AS "items!", array_agg(l.title ORDER BY l.position) AS "titles!",
                  jsonb_path_query_array(jsonb_agg(CASE WHEN l.position <= $2 THEN variant_picture(l.variant_id) END
                                                   ORDER BY l.position), '$[*] ? (@ != null)') AS "pictures!: Json<Vec<Picture>>"
           FROM order_lines l WHERE l.order_id = ANY ($1) GROUP BY l.order_id"#,
        ids,
        PICTURES as _
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| (row.order_id, row))
    .collect();
    let mut summaries: HashMap<Uuid, OrderSummary> = heads
        .into_iter()
        .map(|(id, head)| {
            let lines = lines.remove(&id);
            let summary = OrderSummary {
                number: head.number,
                status: head.status(),
                payment_status: head.payment_status(),
                fulfilment_status: head.fulfilment_status(),
                placed_at: head.placed_at,
                item_count: lines.as_ref().map_or(0, |lines| lines.items),
                total: Money { amount: head.total, currency: head.currency },
                pictures: lines.as_ref().map(|lines| lines.pictures.0.clone()).unwrap_or_default(),
                titles: lines.map(|lines| lines.titles).unwrap_or_default(),
            };
            (id, summary)
        })
        .collect();
    Ok(ids.iter().filter_map(|id| summaries.remove(id)).collect())
}

/// What an order had: the variants, how many of each, and their names then.
pub async fn sold(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<Vec<(Uuid, i32, String)>> {
    let rows = sqlx::query!(
        "SELECT variant_id, quantity, title FROM order_lines WHERE order_id = $1 ORDER BY position",
        order_id
    );
    Ok(rows.fetch_all(connection).await?.into_iter().map(|row| (row.variant_id, row.quantity, row.title)).collect())
}
