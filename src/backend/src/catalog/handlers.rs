//! The catalogue over HTTP.

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;
use sqlx::PgConnection;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    model::{CategoryList, Product, ProductList, Suggestions},
    queries::{self, listing::Key},
    rules::{self, Filters, ListProducts, MAX_TEXT, Sort, Understood},
};
use crate::{
    app::App,
    conditional::conditional,
    error::{Error, Problem, Result},
    extract::{PathParam, Query},
    pagination,
    store::{self, NoParameters, Store},
};

const DEFAULT_LIMIT: i64 = 24;

/// Lists products: filtered, ordered, a page at a time.
#[utoipa::path(get, path = "/api/products", tag = "catalogue", params(ListProducts),
    responses((status = 200, body = ProductList), (status = 304, description = "Not modified"), Problem))]
pub async fn list_products(
    State(app): State<App>,
    Query(input): Query<ListProducts>,
    headers: HeaderMap,
) -> Result<Response> {
    input.check()?;
    let mut db = app.db.acquire().await?;
    let store = store::settings(&mut db).await?;
    let understood = match input.text() {
        Some(q) => Some(understand(&mut db, q).await?),
        None => None,
    };
    let category = match &input.category {
        Some(slug) => Some(queries::categories::id_of(&mut db, slug).await?.unwrap_or(Uuid::nil())),
        None => None,
    };
    let filters = input.filters(understood.as_ref().map(|understood| understood.query()), category);
    let after = match &input.cursor {
        Some(cursor) => Some(pagination::decode_if(&filters, cursor, |key: &Key| key.fits(filters.sort))?),
        None => None,
    };
    let limit = input.limit.unwrap_or(DEFAULT_LIMIT);
    let (items, next_cursor) = page(&mut db, &store, &filters, after, limit).await?;
    let total = queries::listing::total(&mut db, &store, &filters).await?;
    let facets = if input.facets { Some(queries::facets::facets(&mut db, &store, &filters).await?) } else { None };
    let correction = understood.and_then(|understood| understood.correction);
    conditional(&headers, &ProductList { items, total, next_cursor, correction, facets })
}

/// Reads one more than a page, to know whether there is another.
async fn page(
    db: &mut PgConnection,
    store: &Store,
    filters: &Filters,
    after: Option<Key>,
    limit: i64,
) -> Result<(Vec<super::model::ProductCard>, Option<String>)> {
    let mut found = queries::listing::page(db, store, filters, after, limit + 1).await?;
    let length = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > length;
    found.truncate(length);
    let next = match found.last() {
        Some((key, _)) if more => Some(pagination::encode(filters, key)?),
        _ => None,
    };
    Ok((found.into_iter().map(|(_, card)| card).collect(), next))
}

/// What a search text asks for, with the words that no product has replaced by their nearest neighbours.
async fn understand(db: &mut PgConnection, q: &str) -> Result<Understood> {
    let typed = rules::terms(q);
    let plain = rules::plain(&queries::search::unaccented(db, &typed).await?);
    let neighbours = queries::search::neighbours(db, &plain.concat()).await?;
    Ok(rules::understand(&typed, &plain, &neighbours))
}

/// One product with all that its page shows.
#[utoipa::path(get, path = "/api/products/{slug}", tag = "catalogue", params(("slug" = String, Path, description = "The product's slug")),
    responses((status = 200, body = Product), (status = 304, description = "Not modified"),
              (status = 404, body = Problem, content_type = "application/problem+json", description = "The store shows no such product"), Problem))]
pub async fn get_product(
    State(app): State<App>,
    PathParam(slug): PathParam,
    _: Query<NoParameters>,
    headers: HeaderMap,
) -> Result<Response> {
    let mut db = app.db.acquire().await?;
    let store = store::settings(&mut db).await?;
    let product = queries::product::by_slug(&mut db, &store, &slug).await?.ok_or(Error::NotFound("product"))?;
    conditional(&headers, &product)
}

/// The tree of categories, flat, parents before their children.
#[utoipa::path(get, path = "/api/categories", tag = "catalogue",
    responses((status = 200, body = CategoryList), (status = 304, description = "Not modified"), Problem))]
pub async fn list_categories(State(app): State<App>, _: Query<NoParameters>, headers: HeaderMap) -> Result<Response> {
    let mut db = app.db.acquire().await?;
    let store = store::settings(&mut db).await?;
    let items = queries::categories::tree(&mut db, &store).await?;
    conditional(&headers, &CategoryList { items })
}

/// What has been typed so far.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Typed {
    /// The search text; its last word may be unfinished.
    #[param(min_length = 1, max_length = 100)]
    q: String,
}

/// What may be meant by what has been typed so far.
#[utoipa::path(get, path = "/api/search/suggestions", tag = "catalogue", params(Typed),
    responses((status = 200, body = Suggestions), (status = 304, description = "Not modified"), Problem))]
pub async fn suggest(State(app): State<App>, Query(Typed { q }): Query<Typed>, headers: HeaderMap) -> Result<Response> {
    if q.chars().count() > MAX_TEXT {
        return Err(Error::field("q", "must have at most 100 characters"));
    }
    let mut db = app.db.acquire().await?;
    let store = store::settings(&mut db).await?;
    let understood = understand(&mut db, &q).await?;
    let filters = Filters {
        text: Some(understood.query()),
        category: None,
        vendors: Vec::new(),
        options: Vec::new(),
        min_price: None,
        max_price: None,
        available: false,
        sort: Sort::Relevance,
    };
    let (products, _) = page(&mut db, &store, &filters, None, 5).await?;
    let categories = queries::search::categories(&mut db, &understood.words, 3).await?;
    conditional(&headers, &Suggestions { products, categories, correction: understood.correction })
}
