//! What is known of somebody, and what of it stays when they go.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::accounts::model::Export;

/// What an order keeps in place of an address of mail. Nobody can have it (RFC 2606).
const NOBODY: &str = "erased@erased.invalid";

/// The copy that an account asked for last.
pub async fn export(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Option<Export>> {
    sqlx::query_as!(
        Export,
        "SELECT requested_at, progress, expires_at FROM exports
         WHERE account_id = $1 AND (expires_at IS NULL OR expires_at > now())",
        account_id
    )
    .fetch_optional(connection)
    .await
}

/// The copy itself, when it is ready.
pub async fn export_body(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        r#"SELECT body AS "body!" FROM exports WHERE account_id = $1 AND progress = 100 AND expires_at > now()"#,
        account_id
    )
    .fetch_optional(connection)
    .await
}

/// Asks for a copy in place of the one of before; none while one is being made.
pub async fn ask_export(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "INSERT INTO exports AS e (account_id) VALUES ($1)
         ON CONFLICT (account_id) DO UPDATE SET id = uuidv7(), progress = 0, body = NULL, expires_at = NULL, requested_at = now()
         WHERE e.progress = 100 OR e.requested_at < now() - interval '1 hour'
         RETURNING id",
        account_id
    )
    .fetch_optional(connection)
    .await
}

/// Whose copy is to be made; none when it was made, or asked for anew.
pub async fn asked(connection: &mut PgConnection, export_id: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("SELECT account_id FROM exports WHERE id = $1 AND progress < 100", export_id)
        .fetch_optional(connection)
        .await
}

/// Notes how far it is.
pub async fn progress(connection: &mut PgConnection, export_id: Uuid, percent: i16) -> sqlx::Result<()> {
    sqlx::query!("UPDATE exports SET progress = $2 WHERE id = $1 AND progress < 100", export_id, percent)
        .execute(connection)
        .await
        .map(drop)
}

/// It is ready.
pub async fn finish(connection: &mut PgConnection, export_id: Uuid, body: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE exports SET progress = 100, body = $2, expires_at = now() + interval '7 days' WHERE id = $1",
        export_id,
        body
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Everything of an account but its orders. Secrets are left out: they prove who somebody is and tell nothing of them.
pub async fn facts(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar!(
        r#"SELECT jsonb_build_object(
               'account', to_jsonb(a) - 'password_hash',
               'second_factors', (SELECT coalesce(jsonb_agg(to_jsonb(f) - 'seed' ORDER BY f.id), '[]')
                                  FROM second_factors f WHERE f.account_id = a.id),
               'recovery_codes', (SELECT jsonb_build_object('made', count(*), 'used', count(r.used_at))
                                  FROM recovery_codes r WHERE r.account_id = a.id),
               'sessions', (SELECT coalesce(jsonb_agg(to_jsonb(s) - 'token_hash' ORDER BY s.id), '[]')
                            FROM sessions s WHERE s.account_id = a.id),
               'devices', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                                      'id', d.device_id, 'created_at', d.created_at, 'last_used_at', d.last_used_at)
                                  ORDER BY d.created_at), '[]')
                           FROM account_devices d WHERE d.account_id = a.id),
               'api_tokens', (SELECT coalesce(jsonb_agg(to_jsonb(t) - 'token_hash' ORDER BY t.id), '[]')
                              FROM api_tokens t WHERE t.account_id = a.id),
               'email_changes', (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.id), '[]')
                                 FROM email_changes c WHERE c.account_id = a.id),
               'addresses', (SELECT coalesce(jsonb_agg(to_jsonb(b) ORDER BY b.id), '[]')
                             FROM addresses b WHERE b.account_id = a.id),
               'cart', (SELECT to_jsonb(c) || jsonb_build_object('items',
                            (SELECT coalesce(jsonb_agg(to_jsonb(i) ORDER BY i.added_at), '[]')
                             FROM cart_items i WHERE i.cart_id = c.id))
                        FROM carts c WHERE c.account_id = a.id)) AS "facts!"
           FROM accounts a WHERE a.id = $1"#,
        account_id
    )
    .fetch_optional(connection)
    .await
}

/// The ids of an account's orders, oldest first.
pub async fn orders(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("SELECT id FROM orders WHERE account_id = $1 ORDER BY id", account_id)
        .fetch_all(connection)
        .await
}

/// An order with everything that hangs on it.
pub async fn order(connection: &mut PgConnection, order_id: Uuid) -> sqlx::Result<Value> {
    sqlx::query_scalar!(
        r#"SELECT to_jsonb(o) || jsonb_build_object(
               'lines', (SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY l.position), '[]') FROM order_lines l WHERE l.order_id = o.id),
               'taxes', (SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM order_taxes t WHERE t.order_id = o.id),
               'addresses', (SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') FROM order_addresses d WHERE d.order_id = o.id),
               'fulfilments', (SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.id), '[]') FROM fulfilments f WHERE f.order_id = o.id),
               'cancellations', (SELECT coalesce(jsonb_agg(to_jsonb(c) || jsonb_build_object('lines',
                                     (SELECT coalesce(jsonb_agg(to_jsonb(l)), '[]') FROM order_cancellation_lines l
                                      WHERE l.cancellation_id = c.id)) ORDER BY c.id), '[]')
                                 FROM order_cancellations c WHERE c.order_id = o.id),
               'events', (SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY e.id), '[]') FROM order_events e WHERE e.order_id = o.id),
               'payments', (SELECT coalesce(jsonb_agg(to_jsonb(p) || jsonb_build_object('refunds',
                                (SELECT coalesce(jsonb_agg(to_jsonb(r)), '[]') FROM refunds r WHERE r.payment_id = p.id))), '[]')
                            FROM payments p WHERE p.order_id = o.id)) AS "order!"
           FROM orders o WHERE o.id = $1"#,
        order_id
    )
    .fetch_one(connection)
    .await
}

/// Locks an account that is to go; false when there is no such account.
pub async fn lock(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<bool> {
    sqlx::query!("SELECT id FROM accounts WHERE id = $1 FOR UPDATE", account_id)
        .fetch_optional(connection)
        .await
        .map(|found| found.is_some())
}

/// Gives an account the orders that were placed with its address as a guest, but for unpaid ones: who names somebody else's
/// address must not keep that account from going.
pub async fn adopt_settled(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE orders o SET account_id = a.id
         FROM accounts a
         WHERE a.id = $1 AND o.account_id IS NULL AND canonical_email(o.email) = canonical_email(a.email) AND o.status <> 'pending'",
        account_id
    )
    .execute(connection)
    .await
    .map(drop)
}

/// How many orders are not at their end: to be paid, to be shipped unless it was all paid back, or with money to be given back.
pub async fn open_orders(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM orders o
           WHERE o.account_id = $1
             AND (o.status = 'pending'
                  OR o.status = 'confirmed' AND (o.total = 0 OR o.paid > 0)
                  OR EXISTS (SELECT FROM payments p JOIN refunds r ON r.payment_id = p.id
                             WHERE p.order_id = o.id AND r.status NOT IN ('succeeded', 'failed'))
                  OR EXISTS (SELECT FROM order_balances b WHERE b.order_id = o.id AND b.owed > 0)
                  OR EXISTS (SELECT FROM payments p WHERE p.order_id = o.id AND p.status = 'processing'))"#,
        account_id
    )
    .fetch_one(connection)
    .await
}

/// Whether nobody else could make administrators; the other administrators are locked until the transaction ends.
pub async fn is_last_administrator(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<bool> {
    let administrators =
        sqlx::query_scalar!("SELECT id FROM accounts WHERE role = 'administrator' ORDER BY id FOR NO KEY UPDATE")
            .fetch_all(connection)
            .await?;
    Ok(administrators == [account_id])
}

/// Takes the person out of an account's orders. Numbers, dates, amounts, taxes and the country stay: the books need them.
pub async fn anonymise_orders(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<()> {
    // Answers that were kept for repetitions tell the address too, to whoever asked: a guest, the customer, or the staff.
    sqlx::query!(
        "DELETE FROM idempotency_keys k USING orders o
         WHERE o.account_id = $1 AND k.body::jsonb ->> 'number' = o.number::text",
        account_id
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE order_addresses d
         SET name = 'Erased', company = NULL, line1 = '', line2 = NULL, postal_code = NULL, city = '', phone = NULL
         FROM orders o WHERE o.id = d.order_id AND o.account_id = $1",
        account_id
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE fulfilments f SET tracking_number = NULL, tracking_url = NULL
         FROM orders o WHERE o.id = f.order_id AND o.account_id = $1",
        account_id
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE orders SET email = $2, client_address = NULL, device_id = NULL, account_id = NULL WHERE account_id = $1",
        account_id,
        NOBODY
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Deletes an account and all that is its own.
pub async fn delete(connection: &mut PgConnection, account_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM registrations r USING accounts a WHERE a.id = $1 AND canonical_email(r.email) = canonical_email(a.email)",
        account_id
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "DELETE FROM password_resets r USING accounts a WHERE a.id = $1 AND canonical_email(r.email) = canonical_email(a.email)",
        account_id
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("DELETE FROM carts WHERE account_id = $1", account_id).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM accounts WHERE id = $1", account_id).execute(connection).await.map(drop)
}
