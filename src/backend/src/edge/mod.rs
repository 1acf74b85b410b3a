//! The edge: one origin in front of Next.js. It knows routes and bytes and imports no feature.

use axum::{
    Router,
    http::{HeaderName, header},
    routing::get,
};

use crate::app::App;
use gate::Gate;
use strain::Strain;

pub mod assets;
pub mod bodies;
pub mod door;
pub mod failure;
pub mod gate;
pub mod headers;
pub mod load;
pub mod paths;
pub mod proxy;
mod router_state;
pub mod routes;
pub mod strain;

const SPECULATION_RULES: &str = include_str!("speculation-rules.json");

/// Next.js's files from memory, the speculation rules, and every other address from Next.js.
pub fn router(app: &App, strain: Strain) -> Router<App> {
    let storefront = proxy::Storefront::new(app.config.storefront_url.clone(), app.public_url.clone(), app.config.dev);
    let capacity = app.config.load.renders();
    let pages = Router::new().fallback(proxy::pass).with_state(proxy::Pages {
        storefront: storefront.clone(),
        gate: Gate::new("pages", capacity),
        db: app.db.clone(),
        strain,
        payment: app.payment.origins().into(),
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

const RULES_HEADERS: [(HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "application/speculationrules+json"), (header::CACHE_CONTROL, "public, max-age=3600")];
