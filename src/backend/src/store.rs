//! The store as a whole: its name, its home market, its currency.

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::{
    app::App,
    conditional::conditional,
    error::{Problem, Result},
    extract::Query,
};

/// What every page needs to know of the store.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Store {
    /// As customers know it.
    pub name: String,
    /// As the register of companies knows it.
    #[schema(required)]
    pub legal_name: Option<String>,
    /// Where it can be served a letter.
    #[schema(required)]
    pub legal_address: Option<String>,
    /// Where customers write to.
    #[schema(required)]
    pub contact_email: Option<String>,
    /// ISO 3166-1 alpha-2; shared pages show this market's prices.
    pub home_country: String,
    /// ISO 4217.
    pub currency: String,
    /// Whether the prices shown include tax.
    pub prices_include_tax: bool,
    /// From here down, what is left of a variant is told.
    #[serde(skip)]
    pub low_stock_threshold: i32,
}

/// Reads the settings row.
pub async fn settings(connection: &mut PgConnection) -> sqlx::Result<Store> {
    sqlx::query_as!(
        Store,
        "SELECT name, legal_name, legal_address, contact_email, home_country, currency, prices_include_tax, low_stock_threshold
         FROM settings"
    )
    .fetch_one(connection)
    .await
}

/// The store, and how it is paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoreWithPayment {
    /// The store.
    #[serde(flatten)]
    pub store: Store,
    /// How it is paid.
    pub payment: PaymentProvider,
}

/// What a browser needs to confirm payments.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentProvider {
    /// The provider's key for browsers.
    pub publishable_key: String,
    /// Where what speaks Stripe's API is; null for Stripe itself, whose own script knows.
    #[schema(required)]
    pub api_url: Option<String>,
}

/// A request that takes no parameters refuses them.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

/// What every page needs to know of the store.
#[utoipa::path(get, path = "/api/store", tag = "store", responses((status = 200, body = StoreWithPayment), (status = 304), Problem))]
pub async fn get_store(State(app): State<App>, _: Query<NoParameters>, headers: HeaderMap) -> Result<Response> {
    let mut db = app.db.acquire().await?;
    let payment = PaymentProvider {
        publishable_key: app.payment.stripe_publishable_key.clone().unwrap_or_default(),
        api_url: app.payment.browser_url().map(|url| url.origin().ascii_serialization()),
    };
    conditional(&headers, &StoreWithPayment { store: settings(&mut db).await?, payment })
}
