//! The edge: one origin in front of Next.js. It knows routes and bytes and imports no feature.

pub mod headers;
use crate::app::App;
use axum::Router;
/// x
pub fn router(_: &App) -> Router<App> {
    Router::new()
}
