//! `devopsify backup`, with real servers: what was committed until a moment is there again, and nothing else.

mod faults;
mod machine;
mod million;
mod moments;

use sqlx::PgPool;

use crate::support::{
    builders::{product, variant},
    orders::{Order, order},
};

/// Something to buy.
async fn stocked(db: &PgPool) {
    product("mug").variant(variant(&[], 1400, 1_000_000)).create(db).await;
}

fn mugs(quantity: i32) -> Order {
    order("MUG-1", quantity)
}

/// The orders that there are, with how far each came.
async fn orders(db: &PgPool) -> Vec<(i64, String)> {
    sqlx::query_as("SELECT number, status FROM orders ORDER BY number").fetch_all(db).await.unwrap()
}
