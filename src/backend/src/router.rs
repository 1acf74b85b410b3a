//! Every route of the public origin, once. Registering an API route documents it.

use std::time::Duration;

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{Extensions, HeaderMap, Method, StatusCode, Version},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use tower::ServiceExt;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, Predicate, predicate::SizeAbove},
    csrf::{CsrfLayer, ProtectionError},
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    access::session,
    accounts::handlers::{addresses, auth, history, privacy, profile, recovery, sessions, tokens, totp},
    admin::{customers, log, staff},
    app::App,
    cart::handlers as cart,
    catalog::{
        admin::{pictures, prices, products, stock, variants},
        handlers as catalog, sitemap,
    },
    checkout::handlers as checkout,
    edge::{
        self,
        bodies::{self, Allowance, Budget},
        door::{self, Admission},
        strain::{self, Strain},
    },
    error::{Error, Problem},
    media,
    order_management::{
        cancellation::{customer, handlers as cancellation},
        fulfilment::handlers as fulfilment,
        handlers as order_desk,
        refund::handlers as refund,
    },
    orders::handlers as orders,
    payments::handlers as payments,
    store,
};

const ALLOWANCE: Allowance = Allowance { body: 1 << 20, time: Duration::from_millis(4_500) };
/// The bytes of a picture are more than any JSON, and take their time on a slow line.
const UPLOADS: Allowance = Allowance { body: pictures::MAX_BYTES, time: Duration::from_secs(60) };
/// A page waits for its turn, and is rendered; it brings nothing.
const PAGES: Allowance = Allowance { body: 1 << 10, time: Duration::from_secs(10) };
/// The development server compiles what is asked for first, and is asked for more than pages.
const PAGES_IN_DEVELOPMENT: Allowance = Allowance { body: 1 << 20, time: Duration::from_secs(90) };

#[derive(OpenApi)]
#[openapi(info(title = "DevOpsify", description = "The API of a DevOpsify store."), components(schemas(Problem)))]
struct Document;

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(store::get_store))
        .routes(routes!(catalog::list_products))
        .routes(routes!(catalog::get_product))
        .routes(routes!(catalog::list_categories))
        .routes(routes!(catalog::suggest))
        .routes(routes!(cart::create_cart))
        .routes(routes!(cart::get_cart))
        .routes(routes!(cart::add_item))
        .routes(routes!(cart::change_item, cart::remove_item))
        .routes(routes!(cart::acknowledge_cart))
        .routes(routes!(checkout::list_countries))
        .routes(routes!(checkout::list_shipping_methods))
        .routes(routes!(checkout::place_order))
        .routes(routes!(orders::get_order))
        .routes(routes!(customer::cancel_order))
        .routes(routes!(payments::start_payment))
        .routes(routes!(payments::receive_webhook))
        .routes(routes!(auth::register))
        .routes(routes!(auth::verify))
        .routes(routes!(auth::login))
        .routes(routes!(auth::login_totp))
        .routes(routes!(auth::logout))
        .routes(routes!(recovery::forgot_password))
        .routes(routes!(recovery::reset_password))
        .routes(routes!(recovery::confirm_email))
        .routes(routes!(profile::get_account, profile::change_profile))
        .routes(routes!(profile::change_password))
        .routes(routes!(profile::change_email, profile::drop_email_change))
        .routes(routes!(addresses::list_addresses, addresses::add_address))
        .routes(routes!(addresses::change_address, addresses::remove_address))
        .routes(routes!(history::list_orders))
        .routes(routes!(history::reorder))
        .routes(routes!(sessions::list_sessions, sessions::end_other_sessions))
        .routes(routes!(sessions::end_session))
        .routes(routes!(totp::enrol_totp))
        .routes(routes!(totp::confirm_totp))
        .routes(routes!(totp::renew_recovery_codes))
        .routes(routes!(totp::remove_totp))
        .routes(routes!(tokens::list_tokens, tokens::create_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(privacy::get_export, privacy::request_export))
        .routes(routes!(privacy::get_export_file))
        .routes(routes!(privacy::erase_account))
        .merge(staff_api())
}

/// What is for staff: everything below `/api/admin`.
fn staff_api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(products::find_products, products::create_product))
        .routes(routes!(products::inspect_product, products::change_product))
        .routes(routes!(variants::add_variant))
        .routes(routes!(variants::change_variant))
        .routes(routes!(prices::set_price, prices::remove_price))
        .routes(routes!(pictures::add_picture))
        .routes(routes!(pictures::change_picture, pictures::remove_picture))
        .routes(routes!(stock::move_stock))
        .routes(routes!(order_desk::find_orders))
        .routes(routes!(order_desk::inspect_order))
        .routes(routes!(fulfilment::ship_order))
        .routes(routes!(cancellation::cancel_order_lines))
        .routes(routes!(cancellation::close_order))
        .routes(routes!(refund::refund_order))
        .routes(routes!(refund::retry_refund))
        .routes(routes!(refund::resolve_refund))
        .routes(routes!(customers::find_customers))
        .routes(routes!(customers::inspect_customer))
        .routes(routes!(staff::set_role))
        .routes(routes!(log::list_audit_log))
}

/// The OpenAPI document of every route under `/api`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    api().into_openapi()
}

/// The method and the template of every route under `/api`.
pub fn operations() -> impl Iterator<Item = (&'static str, String)> {
    openapi().paths.paths.into_iter().flat_map(|(path, item)| {
        let methods =
            [("GET", item.get), ("POST", item.post), ("PUT", item.put), ("PATCH", item.patch), ("DELETE", item.delete)];
        methods.into_iter().filter_map(move |(method, operation)| operation.map(|_| (method, path.clone())))
    })
}

/// The public origin: the API, pictures, and everything else from the storefront through the edge.
pub fn router(app: App) -> Router {
    behind_the_door(routes(app).layer(middleware::from_fn(edge::observe::observe)))
}

/// The same without being observed: what observing costs is measured against it.
pub fn bare(app: App) -> Router {
    behind_the_door(routes(app))
}

/// Paths get their one spelling before a route is looked for.
fn behind_the_door(routes: Router) -> Router {
    Router::new().fallback_service(routes.map_request(door::spell))
}

fn routes(app: App) -> Router {
    let load = &app.config.load;
    let strain = Strain::default();
    let (budget, dev) = (Budget::new(load.max_body_memory as usize), app.config.dev);
    let admission = Admission::new(
        load.max_connections as usize,
        load.max_requests_per_client as usize,
        &app.config.trusted_proxies,
    );
    let bodies = move |request: Request, next: Next| {
        let allowance = allowance(&request, dev);
        bodies::control(budget.clone(), allowance, request, next)
    };
    let (api, document) = api().split_for_parts();
    let api = api
        .layer(middleware::from_fn_with_state(app.clone(), session::guard))
        .layer(same_origin(&app))
        .merge(SwaggerUi::new("/api/docs").url("/api/openapi.json", document))
        .route("/api", get(no_such_route))
        .route("/api/", get(no_such_route))
        .route("/api/{*rest}", get(no_such_route))
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        .layer(middleware::from_fn_with_state(strain.clone(), strain::note))
        .layer(compression(SizeAbove::new(256)));
    let files = Router::new()
        .route("/media/{*path}", get(media::get_media))
        .route("/robots.txt", get(sitemap::robots))
        .route("/sitemap.xml", get(sitemap::index))
        .route("/sitemaps/{file}", get(sitemap::page));
    Router::new()
        .merge(api)
        .merge(files)
        .merge(edge::router(&app, strain).layer(compression(
            |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| {
                extensions.get::<edge::proxy::Shared>().is_some()
            },
        )))
        .layer(middleware::from_fn(bodies))
        .layer(middleware::from_fn_with_state(admission, door::admit))
        .layer(middleware::from_fn(door::refuse))
        .layer(CatchPanicLayer::custom(|_| Error::Internal("a handler panicked".into()).into_response()))
        .layer(middleware::from_fn_with_state(app.clone(), edge::headers::secure))
        .with_state(app)
}

fn compression<P: Predicate>(when: P) -> CompressionLayer<P> {
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(when)
}

/// Changes are asked for by this origin's own pages, or by programs, which say nothing of where they come from: a page of
/// another site is refused by its Origin and Sec-Fetch-Site (OWASP ASVS 5.0, 3.5.1 and 3.5.3).
fn same_origin(app: &App) -> CsrfLayer<impl Fn(ProtectionError) -> Response + Clone + use<>> {
    let layer = CsrfLayer::new();
    // A public address that is no origin cannot be configured; without it the Host header decides.
    layer.add_trusted_origin(app.public_url.origin().ascii_serialization()).unwrap_or_default().with_rejection_response(
        |_: ProtectionError| Error::forbidden("cross_site", "Another site asked for this: do it here.").into_response(),
    )
}

async fn no_such_route() -> Error {
    Error::NotFound("endpoint")
}

fn allowance(request: &Request, dev: bool) -> Allowance {
    match request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) {
        Some(pictures::UPLOAD_PATH) if request.method() == Method::POST => UPLOADS,
        Some(_) => ALLOWANCE,
        None if dev => PAGES_IN_DEVELOPMENT,
        None => PAGES,
    }
}
