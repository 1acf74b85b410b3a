//! Moving stock over HTTP: what came in, what was counted, what came back.

use axum::{extract::State, http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::actor::Actor,
    app::App,
    audit_log::{self, Subject},
    error::{Error, FieldError, Problem, Refusals, Result},
    extract::{Json, Query},
    idempotency::{Claim, IdempotencyKey},
    response::{as_text, created_as},
    store::NoParameters,
};

const ROUTE: &str = "POST /api/admin/stock-movements";
/// More is a slip of the finger, and sums of it stay far below what a column holds.
const MAX_QUANTITY: i32 = 1_000_000;
/// What a variant may have on the shelf.
const MAX_ON_HAND: i32 = 1_000_000_000;

/// Why stock moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// It came in.
    Received,
    /// It was counted, broke, or was found.
    Adjusted,
    /// A customer sent it back, and it can be sold again.
    Returned,
}

/// A movement of stock.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveStock {
    /// What moves.
    pub variant_id: Uuid,
    /// Why.
    pub kind: MovementKind,
    /// How many more there are; below 0, and only when adjusted, how many fewer.
    #[schema(minimum = -1_000_000, maximum = 1_000_000, example = 24)]
    pub quantity: i32,
    /// For who reads the ledger later.
    #[schema(min_length = 1, max_length = 255, example = "Delivery note 4711")]
    pub reason: String,
}

/// A movement in the ledger, and the stock after it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockMovement {
    /// UUIDv7.
    pub id: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// What moved.
    pub variant_id: Uuid,
    /// Why.
    pub kind: MovementKind,
    /// How many more there are, or fewer.
    pub quantity: i32,
    /// For who reads the ledger later.
    pub reason: String,
    /// On the shelf now.
    pub on_hand: i32,
    /// Of these, promised to orders.
    pub reserved: i32,
}

/// Moves stock. Safe to repeat with the same `Idempotency-Key`.
#[utoipa::path(post, path = "/api/admin/stock-movements", tag = "admin", request_body = MoveStock,
    params(("Idempotency-Key" = String, Header, description = "The same for every repetition of one request", min_length = 1, max_length = 255)),
    responses((status = 201, body = StockMovement),
              (status = 422, body = Problem, content_type = "application/problem+json", description = "The key belongs to another request"), Refusals))]
pub async fn move_stock(
    State(app): State<App>,
    actor: Actor,
    key: IdempotencyKey,
    _: Query<NoParameters>,
    Json(input): Json<MoveStock>,
) -> Result<Response> {
    let input = checked(input)?;
    let mut tx = app.db.begin().await?;
    let claimed = match key.claim(&mut tx, actor.scope(), ROUTE, &input).await? {
        Claim::Claimed(claimed) => claimed,
        Claim::Answered(body) => return Ok(created_as(body)),
    };
    let before = lock(&mut tx, input.variant_id).await?;
    if before.on_hand.saturating_add(input.quantity) > MAX_ON_HAND {
        return Err(Error::field("quantity", format!("{} are on the shelf: that would be too many", before.on_hand)));
    }
    let moved = insert(&mut tx, input, &before).await?;
    let body = as_text(&moved)?;
    claimed.store(&mut tx, StatusCode::CREATED, &body).await?;
    let subject = Subject("variant", moved.variant_id.to_string());
    let after =
        json!({ "on_hand": moved.on_hand, "movement_id": moved.id, "kind": moved.kind, "reason": moved.reason });
    audit_log::record(&mut tx, &actor, "stock.moved", subject, Some(json!({ "on_hand": before.on_hand })), Some(after))
        .await?;
    tx.commit().await?;
    Ok(created_as(body))
}

fn checked(input: MoveStock) -> Result<MoveStock> {
    let mut errors = Vec::new();
    let mut refuse =
        |field: &str, message: &str| errors.push(FieldError { field: field.into(), message: message.into() });
    let reason = input.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > 255 {
        refuse("reason", "must have 1 to 255 characters");
    }
    match (input.kind, input.quantity) {
        (_, quantity) if !(-MAX_QUANTITY..=MAX_QUANTITY).contains(&quantity) => {
            refuse("quantity", "must be at most 1000000 up or down");
        }
        (_, 0) => refuse("quantity", "must not be 0: nothing would move"),
        (MovementKind::Received | MovementKind::Returned, ..0) => {
            refuse("quantity", "must be above 0: what is fewer is `adjusted`");
        }
        _ => {}
    }
    if errors.is_empty() { Ok(MoveStock { reason, ..input }) } else { Err(Error::Invalid(errors)) }
}

struct Stock {
    on_hand: i32,
    reserved: i32,
}

async fn lock(connection: &mut PgConnection, variant_id: Uuid) -> Result<Stock> {
    let stock = sqlx::query_as!(
        Stock,
        "SELECT on_hand, reserved FROM stock WHERE variant_id = $1 FOR NO KEY UPDATE",
        variant_id
    );
    stock.fetch_optional(connection).await?.ok_or_else(|| Error::field("variant_id", "is no variant of this store"))
}

/// The ledger's triggers move the stock, and its constraints refuse what is not there or is promised.
async fn insert(connection: &mut PgConnection, input: MoveStock, before: &Stock) -> Result<StockMovement> {
    let kind = match input.kind {
        MovementKind::Received => "received",
        MovementKind::Adjusted => "adjusted",
        MovementKind::Returned => "returned",
    };
    let row = sqlx::query!(
        "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reason) VALUES ($1, $2, $3, $4)
         RETURNING id, created_at",
        input.variant_id,
        kind,
        input.quantity,
        input.reason
    )
    .fetch_one(connection)
    .await?;
    Ok(StockMovement {
        id: row.id,
        created_at: row.created_at,
        variant_id: input.variant_id,
        kind: input.kind,
        quantity: input.quantity,
        reason: input.reason,
        on_hand: before.on_hand + input.quantity,
        reserved: before.reserved,
    })
}
