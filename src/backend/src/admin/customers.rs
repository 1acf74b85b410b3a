//! Customers, and everybody else who has an account, over HTTP.

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    app::App,
    error::{Error, Guarded, Result},
    extract::{PathId, Query},
    pagination,
    policy::Role,
    response::private,
    store::NoParameters,
};

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindCustomers {
    /// A part of the name or of the address of mail.
    #[param(min_length = 1, max_length = 254)]
    q: Option<String>,
    /// What they are to the store.
    role: Option<Role>,
    /// How many; 50 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where the page begins; left out for the first.
    cursor: Option<String>,
}

/// A page of customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerList {
    /// The newest first.
    pub items: Vec<Customer>,
    /// Where the next page begins; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// Who has an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Customer {
    /// UUIDv7.
    pub id: Uuid,
    /// Where mails go.
    pub email: String,
    /// How the store addresses them; may be empty.
    pub name: String,
    /// What they are to the store.
    pub role: Role,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Their orders, those that were cancelled left out.
    pub order_count: i64,
    /// The number of the newest one.
    #[schema(required)]
    pub last_order_number: Option<i64>,
    /// When that was placed.
    #[schema(required)]
    pub last_order_at: Option<DateTime<Utc>>,
}

/// Finds who has an account, the newest first.
#[utoipa::path(get, path = "/api/admin/customers", tag = "admin", params(FindCustomers),
    responses((status = 200, body = CustomerList), Guarded))]
pub async fn find_customers(State(app): State<App>, Query(input): Query<FindCustomers>) -> Result<Response> {
    let limit = pagination::limit(input.limit)?;
    if input.q.as_ref().is_some_and(|q| q.chars().count() > 254) {
        return Err(Error::field("q", "must have at most 254 characters"));
    }
    let list = ("customers", input.q.as_deref(), input.role);
    let before = input.cursor.as_deref().map(|cursor| pagination::decode::<Uuid>(&list, cursor)).transpose()?;
    let search = Search { id: None, text: input.q.as_deref(), role: input.role, before, limit: limit + 1 };
    let found = find(&mut *app.db.acquire().await?, &search).await?;
    let (items, next_cursor) = pagination::page(found, limit, &list, |customer| customer.id)?;
    Ok(private(&CustomerList { items, next_cursor }))
}

/// Who has one account; `/api/admin/orders?account_id=` has their orders.
#[utoipa::path(get, path = "/api/admin/customers/{id}", tag = "admin", params(("id" = Uuid, Path, description = "The account")),
    responses((status = 200, body = Customer), Guarded))]
pub async fn inspect_customer(State(app): State<App>, PathId(id): PathId, _: Query<NoParameters>) -> Result<Response> {
    Ok(private(&read(&mut *app.db.acquire().await?, id).await?))
}

/// One customer.
///
/// # Errors
/// 404 when there is no such account.
pub async fn read(connection: &mut PgConnection, id: Uuid) -> Result<Customer> {
    let search = Search { id: Some(id), text: None, role: None, before: None, limit: 1 };
    find(connection, &search).await?.pop().ok_or(Error::NotFound("customer"))
}

struct Search<'a> {
    id: Option<Uuid>,
    text: Option<&'a str>,
    role: Option<Role>,
    before: Option<Uuid>,
    limit: i64,
}

async fn find(connection: &mut PgConnection, search: &Search<'_>) -> sqlx::Result<Vec<Customer>> {
    let rows = sqlx::query!(
        r#"SELECT a.id, a.email, a.name, a.role, a.created_at, o.count AS "order_count!",
                  last.number AS "last_order_number?", last.placed_at AS "last_order_at?"
           FROM accounts a
           CROSS JOIN LATERAL (SELECT count(*) AS count FROM orders
                               WHERE account_id = a.id AND status <> 'cancelled') o
           LEFT JOIN LATERAL (SELECT number, placed_at FROM orders WHERE account_id = a.id AND status <> 'cancelled'
                              ORDER BY id DESC LIMIT 1) last ON true
           WHERE ($1::uuid IS NULL OR a.id = $1)
             AND ($2::text IS NULL OR strpos(canonical_email(a.email), canonical_email($2)) > 0 OR strpos(lower(a.name), lower($2)) > 0)
             AND ($3::text IS NULL OR a.role = $3)
             AND ($4::uuid IS NULL OR a.id < $4)
           ORDER BY a.id DESC LIMIT $5"#,
        search.id,
        search.text.map(str::trim),
        search.role.map(Role::as_str),
        search.before,
        search.limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Customer {
                id: row.id,
                email: row.email,
                name: row.name,
                role: row.role.parse().map_err(|error: String| sqlx::Error::Decode(error.into()))?,
                created_at: row.created_at,
                order_count: row.order_count,
                last_order_number: row.last_order_number,
                last_order_at: row.last_order_at,
            })
        })
        .collect()
}
