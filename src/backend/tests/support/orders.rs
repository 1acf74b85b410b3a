//! Orders as the store would have left them, written straight into the database.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// How far an order came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Pending,
    Confirmed,
    Completed,
    Cancelled,
    Refunded,
}

/// An order; see [`order`].
pub struct Order {
    lines: Vec<(String, i32)>,
    email: String,
    name: String,
    tax_on_top: bool,
    stage: Stage,
}

/// What it became.
pub struct Placed {
    pub id: Uuid,
    pub number: i64,
    pub cart: Uuid,
}

/// An order that waits for its payment, of one [`super::builders::product`]'s variant, by its SKU.
pub fn order(sku: &str, quantity: i32) -> Order {
    Order {
        lines: vec![(sku.to_owned(), quantity)],
        email: "ada@example.com".to_owned(),
        name: "Ada Lovelace".to_owned(),
        tax_on_top: false,
        stage: Stage::Pending,
    }
}

impl Order {
    pub fn line(mut self, sku: &str, quantity: i32) -> Self {
        self.lines.push((sku.to_owned(), quantity));
        self
    }

    pub fn email(mut self, email: &str) -> Self {
        email.clone_into(&mut self.email);
        self
    }

    /// Who it is for.
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Prices without tax, as in the United States.
    pub fn tax_on_top(mut self) -> Self {
        self.tax_on_top = true;
        self
    }

    pub fn paid(mut self) -> Self {
        self.stage = Stage::Confirmed;
        self
    }

    /// Paid and shipped.
    pub fn completed(mut self) -> Self {
        self.stage = Stage::Completed;
        self
    }

    /// Never paid.
    pub fn cancelled(mut self) -> Self {
        self.stage = Stage::Cancelled;
        self
    }

    /// Paid, cancelled and given back.
    pub fn refunded(mut self) -> Self {
        self.stage = Stage::Refunded;
        self
    }

    pub async fn create(self, db: &PgPool) -> Placed {
        let mut tx = db.begin().await.unwrap();
        let placed = self.place(&mut tx).await;
        let steps: &[&str] = match self.stage {
            Stage::Pending => &[],
            Stage::Confirmed => PAY,
            Stage::Completed => &[PAY[0], PAY[1], PAY[2], COMPLETE[0], COMPLETE[1], COMPLETE[2], COMPLETE[3]],
            Stage::Cancelled => {
                &[CANCEL[0], CANCEL[1], CANCEL[2], "UPDATE payments SET status = 'cancelled' WHERE order_id = $1"]
            }
            Stage::Refunded => &[PAY[0], PAY[1], PAY[2], CANCEL[0], CANCEL[1], CANCEL[2], REFUND[0], REFUND[1]],
        };
        for step in steps {
            run(&mut tx, step, placed.id).await;
        }
        tx.commit().await.unwrap();
        placed
    }

    async fn place(&self, tx: &mut PgConnection) -> Placed {
        let (skus, quantities): (Vec<_>, Vec<_>) = self.lines.iter().cloned().unzip();
        let cart: Uuid = sqlx::query_scalar("INSERT INTO carts (currency) VALUES ('EUR') RETURNING id")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        sqlx::query(
            "INSERT INTO cart_items (cart_id, variant_id, quantity, seen_amount)
             SELECT $1, v.id, l.quantity, p.amount FROM unnest($2, $3) AS l (sku, quantity)
             JOIN variants v USING (sku) JOIN prices p ON p.variant_id = v.id",
        )
        .bind(cart)
        .bind(&skus)
        .bind(&quantities)
        .execute(&mut *tx)
        .await
        .unwrap();
        let (id, number) = sqlx::query_as(
            "INSERT INTO orders (cart_id, email, currency, prices_include_tax, subtotal, shipping_total, tax_total, total,
                                 shipping_name, shipping_min_days, shipping_max_days, expires_at)
             SELECT $1, $2, 'EUR', NOT $3, subtotal, 490, tax, subtotal + 490 + CASE WHEN $3 THEN tax ELSE 0 END,
                    'Standard', 2, 4, now() + interval '30 minutes'
             FROM (SELECT subtotal, CASE WHEN $3 THEN round((subtotal + 490) * 0.19)
                                         ELSE round((subtotal + 490) * 0.19 / 1.19) END::bigint AS tax
                   FROM (SELECT sum(i.quantity * i.seen_amount)::bigint AS subtotal FROM cart_items i WHERE i.cart_id = $1) s) t
             RETURNING id, number",
        )
        .bind(cart)
        .bind(&self.email)
        .bind(self.tax_on_top)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        for step in PLACE {
            run(tx, step, id).await;
        }
        sqlx::query(
            "INSERT INTO order_addresses (order_id, kind, name, line1, postal_code, city, country)
             SELECT $1, kind, $2, 'Hauptstr. 1', '10115', 'Berlin', 'DE' FROM unnest(ARRAY['shipping', 'billing']) AS kind",
        )
        .bind(id)
        .bind(&self.name)
        .execute(tx)
        .await
        .unwrap();
        Placed { id, number, cart }
    }
}

const PLACE: &[&str] = &[
    "INSERT INTO order_taxes SELECT id, 'VAT', 190000, tax_total FROM orders WHERE id = $1",
    "INSERT INTO order_lines (order_id, position, variant_id, product_slug, title, option_names, option_values, sku, quantity,
                              unit_amount, total_amount, tax_parts_per_million, weight_grams)
     SELECT o.id, row_number() OVER (ORDER BY i.added_at, v.sku), v.id, p.slug, p.title,
            ARRAY(SELECT name FROM product_options WHERE product_id = p.id ORDER BY position), v.option_values, v.sku,
            i.quantity, i.seen_amount, i.quantity * i.seen_amount, 190000, v.weight_grams
     FROM orders o JOIN cart_items i USING (cart_id) JOIN variants v ON v.id = i.variant_id JOIN products p ON p.id = v.product_id
     WHERE o.id = $1",
    "INSERT INTO stock_reservations (order_id, variant_id, held)
     SELECT order_id, variant_id, quantity FROM order_lines WHERE order_id = $1 ORDER BY variant_id",
    "INSERT INTO order_events (order_id, kind) VALUES ($1, 'placed')",
    "INSERT INTO payments (order_id, amount, currency) SELECT id, total, currency FROM orders WHERE id = $1",
];
const PAY: &[&str] = &[
    "UPDATE payments SET status = 'captured', captured = amount, provider_id = 'pi_' || id WHERE order_id = $1",
    "UPDATE orders SET status = 'confirmed', confirmed_at = now() WHERE id = $1",
    "INSERT INTO order_events (order_id, kind) VALUES ($1, 'paid')",
];
const COMPLETE: &[&str] = &[
    "INSERT INTO fulfilments (order_id) VALUES ($1)",
    "INSERT INTO fulfilment_lines SELECT f.id, f.order_id, r.variant_id, r.held
     FROM fulfilments f JOIN stock_reservations r USING (order_id) WHERE order_id = $1",
    "UPDATE orders SET status = 'completed' WHERE id = $1",
    "INSERT INTO order_events (order_id, kind) VALUES ($1, 'fulfilled'), ($1, 'completed')",
];
const CANCEL: &[&str] = &[
    "UPDATE stock_reservations SET held = 0 WHERE order_id = $1",
    "UPDATE orders SET status = 'cancelled', cancelled_at = now() WHERE id = $1",
    "INSERT INTO order_events (order_id, kind, data) VALUES ($1, 'cancelled', '{\"reason\": \"customer\"}')",
];
const REFUND: &[&str] = &[
    "INSERT INTO refunds (payment_id, amount, reason, status) SELECT id, captured, 'cancelled', 'succeeded' FROM payments WHERE order_id = $1",
    "INSERT INTO order_events (order_id, kind) VALUES ($1, 'refunded')",
];

/// Ships so many of some variants, by their SKUs, in one parcel.
pub async fn parcel(db: &PgPool, order: Uuid, lines: &[(&str, i32)]) -> Uuid {
    let (skus, quantities): (Vec<_>, Vec<_>) =
        lines.iter().map(|(sku, quantity)| ((*sku).to_owned(), *quantity)).unzip();
    let mut tx = db.begin().await.unwrap();
    let id = sqlx::query_scalar(
        "INSERT INTO fulfilments (order_id, carrier, tracking_number, tracking_url)
         VALUES ($1, 'Post & Sons', 'RR 123', 'https://post.example/?parcel=RR123&to=you') RETURNING id",
    )
    .bind(order)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO fulfilment_lines SELECT $1, $2, v.id, l.quantity
         FROM unnest($3, $4) AS l (sku, quantity) JOIN variants v USING (sku)",
    )
    .bind(id)
    .bind(order)
    .bind(&skus)
    .bind(&quantities)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn run(connection: &mut PgConnection, sql: &str, order: Uuid) {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).bind(order).execute(connection).await.unwrap();
}
