//! The address book.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    access,
    accounts::model::{SaveAddress, SavedAddress},
    address::Address,
};

/// The addresses of an account: the defaults first, then the newest.
pub async fn list(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Vec<SavedAddress>> {
    let rows = sqlx::query!(
        "SELECT id, name, company, line1, line2, postal_code, city, region, country, phone, default_shipping, default_billing
         FROM addresses WHERE account_id = $1 ORDER BY default_shipping DESC, default_billing DESC, id DESC",
        account_id
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SavedAddress {
            id: row.id,
            address: Address {
                name: row.name,
                company: row.company,
                line1: row.line1,
                line2: row.line2,
                postal_code: row.postal_code,
                city: row.city,
                region: row.region,
                country: row.country,
                phone: row.phone,
            },
            default_shipping: row.default_shipping,
            default_billing: row.default_billing,
        })
        .collect())
}

/// Locks an account, so that changes of its address book take turns; how many addresses it has.
pub async fn lock(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<i64> {
    access::queries::lock_account(connection, account_id).await?;
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM addresses WHERE account_id = $1"#, account_id)
        .fetch_one(connection)
        .await
}

/// Adds an address, or changes the one with this id; none when the account has none such.
pub async fn save(
    connection: &mut PgConnection,
    account_id: Uuid,
    id: Option<Uuid>,
    saved: &SaveAddress,
) -> sqlx::Result<Option<Uuid>> {
    // There is one default of each kind: the one of before gives way.
    sqlx::query!(
        "UPDATE addresses SET default_shipping = default_shipping AND NOT $2, default_billing = default_billing AND NOT $3
         WHERE account_id = $1 AND (default_shipping AND $2 OR default_billing AND $3)",
        account_id,
        saved.default_shipping,
        saved.default_billing
    )
    .execute(&mut *connection)
    .await?;
    let address = &saved.address;
    match id {
        None => sqlx::query_scalar!(
            "INSERT INTO addresses (account_id, name, company, line1, line2, postal_code, city, region, country, phone,
                                    default_shipping, default_billing)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
            account_id,
            address.name,
            address.company,
            address.line1,
            address.line2,
            address.postal_code,
            address.city,
            address.region,
            address.country,
            address.phone,
            saved.default_shipping,
            saved.default_billing
        )
        .fetch_optional(connection)
        .await,
        Some(id) => sqlx::query_scalar!(
            "UPDATE addresses SET name = $3, company = $4, line1 = $5, line2 = $6, postal_code = $7, city = $8, region = $9,
                    country = $10, phone = $11, default_shipping = default_shipping OR $12, default_billing = default_billing OR $13
             WHERE account_id = $1 AND id = $2 RETURNING id",
            account_id,
            id,
            address.name,
            address.company,
            address.line1,
            address.line2,
            address.postal_code,
            address.city,
            address.region,
            address.country,
            address.phone,
            saved.default_shipping,
            saved.default_billing
        )
        .fetch_optional(connection)
        .await,
    }
}

/// Removes an address; false when the account has none such.
pub async fn remove(connection: &mut PgConnection, account_id: Uuid, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query!("DELETE FROM addresses WHERE account_id = $1 AND id = $2", account_id, id)
        .execute(connection)
        .await
        .map(|done| done.rows_affected() == 1)
}
