//! The edge: one origin in front of Next.js. It knows routes and bytes and imports no feature.

use std::time::Duration;

use axum::{
    Router,
    http::{HeaderName, header},
    routing::get,
};

use crate::{app::App, config::LoadConfig};
use gate::{Capacity, Gate};
use headers::Origins;
use strain::Strain;

pub mod assets;
pub mod bodies;
pub mod door;
pub mod failure;
pub mod gate;
pub mod headers;
pub mod observe;
pub mod paths;
pub mod proxy;
mod router_state;
pub mod routes;
pub mod strain;

const SPECULATION_RULES: &str = include_str!("speculation-rules.json");

/// Next.js's files from memory, the speculation rules, and every other address from Next.js.
pub fn router(app: &App, strain: Strain) -> Router<App> {
    let storefront = proxy::Storefront::new(app.config.storefront_url.clone(), app.public_url.clone(), app.config.dev);
    let capacity = renders(&app.config.load);
    let pages = Router::new().fallback(proxy::pass).with_state(proxy::Pages {
        storefront: storefront.clone(),
        gate: Gate::new("pages", capacity),
        db: app.db.clone(),
        strain,
        payment: Origins::of_payments(&app.payment).into(),
    });
    let assets = Router::new().route("/_next/static/{*path}", get(assets::get_asset)).with_state(assets::Assets::new(
        storefront,
        app.static_files.clone(),
        Gate::new("files", capacity),
    ));
    let rules = get(|| async { (RULES_HEADERS, SPECULATION_RULES) });
    let routes = Router::new().route("/speculation-rules.json", rules).merge(if app.config.dev {
        Router::new()
    } else {
        assets
    });
    routes.merge(pages).with_state(())
}

/// How many pages are rendered, and wait to be. One that waited for 4 s is refused, so that a render may still take its 5 s.
fn renders(load: &LoadConfig) -> Capacity {
    Capacity {
        total: load.max_renders as usize,
        per_client: load.max_renders_per_client as usize,
        waiting_per_client: load.max_waiting_renders_per_client as usize,
        waiting: 8 * load.max_waiting_renders_per_client as usize,
        patience: Duration::from_secs(4),
    }
}

const RULES_HEADERS: [(HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "application/speculationrules+json"), (header::CACHE_CONTROL, "public, max-age=3600")];
