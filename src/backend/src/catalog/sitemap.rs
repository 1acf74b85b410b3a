//! What search engines read first: `robots.txt` and the sitemaps, an index and pages of 5,000 addresses (sitemaps.org).

use std::{fmt::Write, time::Duration};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use tokio::sync::Semaphore;

use crate::{
    app::App,
    error::{Error, Result},
    extract::PathParam,
};

/// The protocol allows 50,000; a page is held in memory for as long as a slow client reads it, so it is a megabyte at the most.
const PAGE: i64 = 5_000;
/// Pages that are written at once, and how long one waits for its turn.
static WRITING: Semaphore = Semaphore::const_new(2);
const PATIENCE: Duration = Duration::from_secs(2);
const XML: [(header::HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "application/xml"), (header::CACHE_CONTROL, "public, max-age=3600")];

/// Lets everything in but what is nobody's to index.
pub async fn robots(State(app): State<App>) -> Response {
    let sitemap = absolute(&app, "sitemap.xml");
    let text = format!(
        "User-agent: *\nDisallow: /api/\nDisallow: /cart\nDisallow: /checkout\nDisallow: /account\nDisallow: /admin\n\nSitemap: {sitemap}\n"
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")], text)
        .into_response()
}

/// The list of sitemaps: one of pages and categories, and as many of products as it takes.
pub async fn index(State(app): State<App>) -> Result<Response> {
    let products = sqlx::query_scalar!(r#"SELECT count(DISTINCT product_id) AS "count!" FROM product_listings"#)
        .fetch_one(&mut *app.db.acquire().await?)
        .await?;
    let pages = (products + PAGE - 1) / PAGE;
    let names = std::iter::once("pages".to_owned()).chain((1..=pages).map(|page| format!("products-{page}")));
    let mut xml = open("sitemapindex");
    for name in names {
        let _ = write!(xml, "<sitemap><loc>{}</loc></sitemap>", absolute(&app, &format!("sitemaps/{name}.xml")));
    }
    xml.push_str("</sitemapindex>");
    Ok((XML, xml).into_response())
}

/// One sitemap of the index.
pub async fn page(State(app): State<App>, PathParam(file): PathParam) -> Result<Response> {
    let name = file.strip_suffix(".xml").ok_or(Error::NotFound("sitemap"))?;
    let _turn = tokio::time::timeout(PATIENCE, WRITING.acquire()).await.map_err(|_| Error::Overloaded)?;
    let entries = match name.strip_prefix("products-").map(str::parse::<i64>) {
        None if name == "pages" => pages(&app).await?,
        Some(Ok(number @ 1..=100_000)) => products(&app, number).await?,
        _ => return Err(Error::NotFound("sitemap")),
    };
    let mut xml = open("urlset");
    for (path, modified) in entries {
        let _ = write!(xml, "<url><loc>{}</loc>", absolute(&app, &path));
        if let Some(modified) = modified {
            let _ = write!(xml, "<lastmod>{}</lastmod>", modified.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        }
        xml.push_str("</url>");
    }
    xml.push_str("</urlset>");
    Ok((XML, xml).into_response())
}

type Entry = (String, Option<chrono::DateTime<chrono::Utc>>);

async fn pages(app: &App) -> Result<Vec<Entry>> {
    let categories = sqlx::query_scalar!("SELECT slug FROM categories ORDER BY slug")
        .fetch_all(&mut *app.db.acquire().await?)
        .await?;
    let fixed = ["", "shipping", "returns", "privacy"].into_iter().map(str::to_owned);
    Ok(fixed.chain(categories.into_iter().map(|slug| format!("categories/{slug}"))).map(|path| (path, None)).collect())
}

async fn products(app: &App, number: i64) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        "SELECT p.slug, p.updated_at FROM products p
         WHERE EXISTS (SELECT FROM product_listings l WHERE l.product_id = p.id)
         ORDER BY p.id OFFSET $1 LIMIT $2",
        (number - 1) * PAGE,
        PAGE
    )
    .fetch_all(&mut *app.db.acquire().await?)
    .await?;
    if rows.is_empty() {
        return Err(Error::NotFound("sitemap"));
    }
    Ok(rows.into_iter().map(|row| (format!("products/{}", row.slug), Some(row.updated_at))).collect())
}

fn open(root: &str) -> String {
    format!(r#"<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">"#)
}

/// An address on this store, percent-encoded by the URL's own rules and escaped for XML.
fn absolute(app: &App, path: &str) -> String {
    let mut url = app.public_url.clone();
    url.set_path(path);
    url.as_str().replace('&', "&amp;").replace('\'', "&apos;")
}
