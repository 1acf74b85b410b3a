//! The invariants that PostgreSQL itself holds.

mod orders;
mod payments;
mod pool;
mod privacy;
mod roles;

use sqlx::PgPool;

use crate::support::builders::{category, product, variant};

async fn run(db: &PgPool, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(db).await.unwrap();
}

/// The name of the constraint that refuses a statement.
async fn refusal(db: &PgPool, sql: &str) -> String {
    let mut tx = db.begin().await.unwrap();
    let run = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await;
    let error = match run {
        Err(error) => error,
        Ok(_) => tx.commit().await.expect_err(&format!("{sql} was taken")),
    };
    let sqlx::Error::Database(error) = error else { panic!("{error}") };
    error.constraint().unwrap_or_else(|| panic!("{error}")).to_owned()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn stock_moves_only_through_its_ledger(db: PgPool) {
    product("mug").variant(variant(&[], 1400, 5)).create(&db).await;
    let figures = || async {
        sqlx::query_as::<_, (i32, i32)>("SELECT on_hand, reserved FROM stock").fetch_one(&db).await.unwrap()
    };
    assert_eq!(figures().await, (5, 0));
    let movement = |kind: &str, on_hand: i32, reserved: i32| {
        format!(
            "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reserved_delta, reason)
             SELECT variant_id, '{kind}', {on_hand}, {reserved}, 'test' FROM stock"
        )
    };
    for (kind, on_hand, reserved, after) in [
        ("reserved", 0, 3, (5, 3)),
        ("shipped", -2, -2, (3, 1)),
        ("released", 0, -1, (3, 0)),
        ("returned", 1, 0, (4, 0)),
        ("adjusted", -1, 0, (3, 0)),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(movement(kind, on_hand, reserved))).execute(&db).await.unwrap();
        assert_eq!(figures().await, after, "{kind}");
    }
    assert_eq!(refusal(&db, &movement("reserved", 0, 4)).await, "stock_reserved_is_on_hand");
    assert_eq!(refusal(&db, &movement("adjusted", -4, 0)).await, "stock_on_hand_is_not_negative");
    assert_eq!(refusal(&db, &movement("released", 0, -1)).await, "stock_reserved_is_not_negative");
    for (kind, on_hand, reserved) in
        [("received", -1, 0), ("reserved", 1, 1), ("shipped", -1, 0), ("adjusted", 0, 0), ("conjured", 1, 0)]
    {
        assert_eq!(
            refusal(&db, &movement(kind, on_hand, reserved)).await,
            "stock_movements_move_as_their_kind_says",
            "{kind}"
        );
    }
    assert_eq!(refusal(&db, "UPDATE stock SET on_hand = 99").await, "stock_changes_through_movements");
    assert_eq!(refusal(&db, "UPDATE stock SET reserved = 1").await, "stock_changes_through_movements");
    assert_eq!(refusal(&db, "UPDATE stock_movements SET reason = 'x'").await, "stock_movements_are_history");
    assert_eq!(refusal(&db, "DELETE FROM stock_movements").await, "stock_movements_stay");
    assert_eq!(refusal(&db, "TRUNCATE stock_movements").await, "stock_movements_are_history");
    assert_eq!(figures().await, (3, 0));
    sqlx::query("UPDATE stock SET backorderable = true").execute(&db).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(movement("reserved", 0, 9))).execute(&db).await.unwrap();
    assert_eq!(figures().await, (3, 9));
    assert_eq!(refusal(&db, "UPDATE stock SET backorderable = false").await, "stock_reserved_is_on_hand");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_last_unit_is_reserved_once(db: PgPool) {
    product("mug").variant(variant(&[], 1400, 5)).create(&db).await;
    let reserve = || async {
        let sql = "INSERT INTO stock_movements (variant_id, kind, reserved_delta, reason) SELECT variant_id, 'reserved', 1, 'race' FROM stock";
        sqlx::query(sql).execute(&db).await.is_ok()
    };
    let won = futures_util::future::join_all((0..20).map(|_| reserve())).await;
    assert_eq!(won.into_iter().filter(|won| *won).count(), 5);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn variants_fit_their_options(db: PgPool) {
    product("tee").option("Size", &["S", "M"]).variant(variant(&["S"], 1900, 1)).create(&db).await;
    let add = |values: &str| {
        format!("INSERT INTO variants (product_id, position, option_values) SELECT id, 9, '{values}' FROM products")
    };
    assert_eq!(refusal(&db, &add("{XL}")).await, "variants_fit_their_options");
    assert_eq!(refusal(&db, &add("{}")).await, "variants_fit_their_options");
    assert_eq!(refusal(&db, &add("{M,Black}")).await, "variants_fit_their_options");
    assert_eq!(refusal(&db, &add("{S}")).await, "variants_options_are_unique");
    assert_eq!(refusal(&db, "UPDATE product_options SET values = '{M}'").await, "variants_fit_their_options");
    assert_eq!(refusal(&db, "DELETE FROM product_options").await, "variants_fit_their_options");
    sqlx::raw_sql(sqlx::AssertSqlSafe(add("{M}"))).execute(&db).await.unwrap();
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn categories_stay_a_tree(db: PgPool) {
    let a = category(&db, None, "a", "A").await;
    let b = category(&db, Some(a), "b", "B").await;
    let c = category(&db, Some(b), "c", "C").await;
    for parent in [a, b, c] {
        assert_eq!(
            refusal(&db, &format!("UPDATE categories SET parent_id = '{parent}' WHERE slug = 'a'")).await,
            "categories_are_a_tree"
        );
    }
    sqlx::query("UPDATE categories SET parent_id = $1 WHERE slug = 'c'").bind(a).execute(&db).await.unwrap();
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn rows_hold_what_they_should(db: PgPool) {
    product("mug").priced(1400).create(&db).await;
    let cases = [
        ("DELETE FROM settings", "settings_row_stays"),
        (
            "INSERT INTO settings (id, name, home_country, currency, prices_include_tax) VALUES (false, 'x', 'DE', 'EUR', true)",
            "settings_is_one_row",
        ),
        ("UPDATE settings SET currency = 'eur'", "settings_currency_is_iso_4217"),
        ("UPDATE settings SET hold_minutes = 0", "settings_hold_minutes_are_in_range"),
        ("UPDATE settings SET large_hold_minutes = hold_minutes + 1", "settings_large_hold_minutes_are_in_range"),
        ("UPDATE settings SET large_hold_percent = 101", "settings_large_hold_percent_is_in_range"),
        ("UPDATE settings SET large_hold_units = 0", "settings_large_hold_units_is_positive"),
        ("UPDATE settings SET large_hold_pause_minutes = -1", "settings_large_hold_pause_minutes_are_in_range"),
        ("UPDATE settings SET last_units = -1", "settings_last_units_is_not_negative"),
        ("UPDATE settings SET last_units_per_network = last_units - 1", "settings_last_units_per_network_is_enough"),
        ("UPDATE settings SET unpaid_orders_per_device = 0", "settings_unpaid_orders_per_device_is_positive"),
        ("UPDATE prices SET amount = -1", "prices_amount_is_in_range"),
        ("UPDATE products SET slug = 'a/b'", "products_slug_is_one_path_segment"),
        ("UPDATE products SET slug = 'Upper'", "products_slug_is_one_path_segment"),
        ("UPDATE products SET title = ''", "products_title_is_given"),
        ("UPDATE products SET published_at = NULL", "products_active_were_published"),
        ("INSERT INTO products (slug, title) VALUES ('mug', 'Mug')", "products_slug_is_unique"),
        ("UPDATE variants SET weight_grams = -1", "variants_weight_is_not_negative"),
        (
            "INSERT INTO variants (product_id, position, option_values, sku) SELECT product_id, 2, '{}', sku FROM variants",
            "variants_options_are_unique",
        ),
    ];
    for (sql, constraint) in cases {
        assert_eq!(refusal(&db, sql).await, constraint, "{sql}");
    }
}
