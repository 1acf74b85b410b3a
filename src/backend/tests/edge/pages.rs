//! Pages: what the renderer is told, what becomes of its answers, and what visitors see when it fails.

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use reqwest::Method;
use sqlx::PgPool;

use crate::support::{Shop, wire::Wire};

/// A renderer that answers with what it was sent.
async fn echo(request: Request) -> Response {
    let mut text = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {}\n", value.to_str().unwrap_or("?")));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::SET_COOKIE, "visitor=1"),
        (header::CACHE_CONTROL, "private"),
    ];
    (headers, [("x-powered-by", "Next.js")], text).into_response()
}

const VISITOR: &[(&str, &str)] = &[
    ("cookie", "session=secret"),
    ("authorization", "Bearer secret"),
    ("rsc", "1"),
    ("next-router-state-tree", "x"),
    ("x-middleware-subrequest", "middleware"),
    ("x-forwarded-for", "10.0.0.1"),
    ("x-forwarded-host", "evil.example"),
    ("accept-language", "de"),
    ("user-agent", "secret-agent"),
];

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_shared_page_is_rendered_without_anything_of_the_visitor(db: PgPool) {
    let shop = Shop::in_front_of(db, Router::new().fallback(echo)).await;
    for path in ["/", "/products/mug", "/categories/mugs", "/search", "/shipping", "/returns", "/privacy"] {
        let page = shop.get_with(&format!("{path}?utm_source=mail&_rsc=1"), VISITOR).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.starts_with(&format!("GET {path}\n")), "{}", page.text);
        for (name, value) in VISITOR.iter().filter(|(name, _)| *name != "x-forwarded-host") {
            assert!(
                !page.text.contains(&format!("\n{name}: {value}")),
                "{path} was rendered with {name}:\n{}",
                page.text
            );
        }
        assert!(page.text.contains("x-forwarded-host: shop.example"));
        assert_eq!(page.header("set-cookie"), "", "{path}");
        assert_eq!(page.header("cache-control"), "no-cache");
        assert_eq!(page.header("x-powered-by"), "");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_parameters_that_matter_reach_the_renderer_and_no_others(db: PgPool) {
    let shop = Shop::in_front_of(db, Router::new().fallback(echo)).await;
    let page = shop.get("/search?q=hodie&utm_source=mail&option=Color%3ABlack&fbclid=1&option=Size%3AM").await;
    assert!(page.text.starts_with("GET /search?q=hodie&option=Color%3ABlack&option=Size%3AM\n"), "{}", page.text);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn other_pages_are_passed_through_without_what_only_proxies_may_say(db: PgPool) {
    let shop = Shop::in_front_of(db, Router::new().fallback(echo)).await;
    let page = shop.get_with("/admin?tab=orders", VISITOR).await;
    assert!(page.text.starts_with("GET /admin?tab=orders\n"));
    assert!(page.text.contains("cookie: session=secret"));
    for refused in ["x-middleware-subrequest", "x-forwarded-for", "evil.example"] {
        assert!(!page.text.contains(refused), "{refused} was passed on");
    }
    assert_eq!(page.header("set-cookie"), "visitor=1");
    assert_eq!(page.header("cache-control"), "private");
    assert_eq!(page.header("content-encoding"), "", "a page that may hold a secret is not compressed");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn only_reading_reaches_the_renderer(db: PgPool) {
    let shop = Shop::in_front_of(db, Router::new().fallback(echo)).await;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let reply = Shop::read(shop.client.request(method.clone(), shop.at("/")).send().await.unwrap()).await;
        assert_eq!((reply.status, reply.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"), "{method}");
    }
    let head = Shop::read(shop.client.head(shop.at("/")).send().await.unwrap()).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_shared_page_is_compressed(db: PgPool) {
    let shop = Shop::in_front_of(db, Router::new().fallback(echo)).await;
    assert_eq!(shop.get_with("/", &[("accept-encoding", "br")]).await.header("content-encoding"), "br");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn without_the_renderer_there_is_a_friendly_page_and_the_api(db: PgPool) {
    let shop = Shop::open(db).await;
    for path in ["/", "/admin", "/products/mug"] {
        let page = shop.get(path).await;
        assert_eq!((page.status, page.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"), "{path}");
        assert!(page.header("content-type").starts_with("text/html"));
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(page.text.contains("http-equiv=\"refresh\""), "the page does not recover by itself");
        assert!(!page.text.contains("<script"));
    }
    shop.json("/api/products").await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_page_that_is_broken_is_told_from_a_database_that_is_away(db: PgPool) {
    let wire = Wire::to(&db).await;
    let broken = Router::new().fallback(get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "stack trace") }));
    let shop = Shop::in_front_of(wire.pool(), broken).await;
    let page = shop.get("/").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!page.text.contains("stack trace"));
    wire.cut();
    assert_eq!(shop.get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);
    wire.mend();
    assert_eq!(shop.get("/").await.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_page_whose_reads_are_refused_under_load_is_no_fault(db: PgPool) {
    let wire = Wire::to(&db).await;
    let broken = Router::new().fallback(get(|| async { StatusCode::INTERNAL_SERVER_ERROR }));
    let shop = Shop::in_front_of(wire.pool(), broken).await;
    assert_eq!(shop.get("/").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    wire.cut();
    assert_eq!(shop.get("/api/products").await.status, StatusCode::SERVICE_UNAVAILABLE);
    wire.mend();
    // The database is there again, but the page was asked for while its reads were refused.
    let page = shop.get("/").await;
    assert_eq!((page.status, page.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_long_page_is_streamed(db: PgPool) {
    use futures_util::StreamExt;
    let slow = Router::new().fallback(get(|| async {
        let first = futures_util::stream::iter([Ok::<_, std::io::Error>("first")]);
        (([(header::CONTENT_TYPE, "text/html")]), Body::from_stream(first.chain(futures_util::stream::pending())))
    }));
    let shop = Shop::in_front_of(db, slow).await;
    let mut body = shop.client.get(shop.at("/admin")).send().await.unwrap();
    assert_eq!(body.chunk().await.unwrap().unwrap(), "first", "the beginning arrives although the end never comes");
}
