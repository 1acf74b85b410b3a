//! Security headers, on every answer.
use crate::app::App;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
/// x
pub async fn secure(State(_app): State<App>, request: Request, next: Next) -> Response {
    next.run(request).await
}
