//! Builders: a product in one line, with what matters to the test and sensible values for the rest.

use sqlx::PgPool;
use uuid::Uuid;

/// A product with one option at the most per call of [`Product::variant`].
pub struct Product {
    slug: String,
    title: String,
    vendor: Option<String>,
    description: String,
    tags: Vec<String>,
    status: &'static str,
    category: Option<Uuid>,
    options: Vec<(String, Vec<String>)>,
    variants: Vec<Variant>,
    age: i32,
}

/// What can be bought of it.
#[derive(Clone)]
pub struct Variant {
    values: Vec<String>,
    amount: i64,
    compare_at: Option<i64>,
    stock: i32,
    backorderable: bool,
}

/// A variant with these values of its product's options.
pub fn variant(values: &[&str], amount: i64, stock: i32) -> Variant {
    let values = values.iter().map(ToString::to_string).collect();
    Variant { values, amount, compare_at: None, stock, backorderable: false }
}

impl Variant {
    pub fn compare_at(mut self, amount: i64) -> Self {
        self.compare_at = Some(amount);
        self
    }

    pub fn backorderable(mut self) -> Self {
        self.backorderable = true;
        self
    }
}

/// A product at `/products/{slug}`, titled like its slug.
pub fn product(slug: &str) -> Product {
    Product {
        slug: slug.to_owned(),
        title: slug.replace('-', " "),
        vendor: None,
        description: String::new(),
        tags: Vec::new(),
        status: "active",
        category: None,
        options: Vec::new(),
        variants: Vec::new(),
        age: 0,
    }
}

impl Product {
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    pub fn vendor(mut self, vendor: &str) -> Self {
        self.vendor = Some(vendor.to_owned());
        self
    }

    pub fn description(mut self, html: &str) -> Self {
        html.clone_into(&mut self.description);
        self
    }

    pub fn tag(mut self, tag: &str) -> Self {
        self.tags.push(tag.to_owned());
        self
    }

    pub fn draft(mut self) -> Self {
        self.status = "draft";
        self
    }

    pub fn category(mut self, category: Uuid) -> Self {
        self.category = Some(category);
        self
    }

    pub fn option(mut self, name: &str, values: &[&str]) -> Self {
        self.options.push((name.to_owned(), values.iter().map(ToString::to_string).collect()));
        self
    }

    pub fn variant(mut self, variant: Variant) -> Self {
        self.variants.push(variant);
        self
    }

    /// A single variant without options.
    pub fn priced(self, amount: i64) -> Self {
        self.variant(variant(&[], amount, 10))
    }

    /// How many days ago it was published.
    pub fn days_old(mut self, days: i32) -> Self {
        self.age = days;
        self
    }

    pub async fn create(self, db: &PgPool) -> Uuid {
        let mut tx = db.begin().await.unwrap();
        let id: Uuid = sqlx::query_scalar(
            "INSERT INTO products (slug, title, vendor, description_html, tags, status, published_at)
             VALUES ($1, $2, $3, $4, $5, $6, now() - make_interval(days => $7)) RETURNING id",
        )
        .bind(&self.slug)
        .bind(&self.title)
        .bind(&self.vendor)
        .bind(&self.description)
        .bind(&self.tags)
        .bind(self.status)
        .bind(self.age)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        if let Some(category) = self.category {
            let sql = "INSERT INTO product_categories (product_id, category_id) VALUES ($1, $2)";
            sqlx::query(sql).bind(id).bind(category).execute(&mut *tx).await.unwrap();
        }
        for (position, (name, values)) in (1_i16..).zip(&self.options) {
            let sql = "INSERT INTO product_options (product_id, position, name, values) VALUES ($1, $2, $3, $4)";
            sqlx::query(sql).bind(id).bind(position).bind(name).bind(values).execute(&mut *tx).await.unwrap();
        }
        for (position, variant) in (1_i32..).zip(&self.variants) {
            self.insert(&mut tx, id, position, variant).await;
        }
        sqlx::query("SELECT refresh_product_listings(ARRAY[$1])").bind(id).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn insert(&self, tx: &mut sqlx::PgConnection, product: Uuid, position: i32, variant: &Variant) {
        let id: Uuid = sqlx::query_scalar(
            "INSERT INTO variants (product_id, position, option_values, sku) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(product)
        .bind(position)
        .bind(&variant.values)
        .bind(format!("{}-{position}", self.slug.to_uppercase()))
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        let sql = "INSERT INTO prices (variant_id, currency, amount, compare_at) VALUES ($1, 'EUR', $2, $3)";
        sqlx::query(sql).bind(id).bind(variant.amount).bind(variant.compare_at).execute(&mut *tx).await.unwrap();
        let sql = "UPDATE stock SET backorderable = $2 WHERE variant_id = $1";
        sqlx::query(sql).bind(id).bind(variant.backorderable).execute(&mut *tx).await.unwrap();
        if variant.stock > 0 {
            let sql = "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reason) VALUES ($1, 'received', $2, 'test')";
            sqlx::query(sql).bind(id).bind(variant.stock).execute(&mut *tx).await.unwrap();
        }
    }
}

/// A category below `parent`.
pub async fn category(db: &PgPool, parent: Option<Uuid>, slug: &str, name: &str) -> Uuid {
    sqlx::query_scalar(
        "INSERT INTO categories (parent_id, slug, name, position)
         VALUES ($1, $2, $3, (SELECT count(*) FROM categories)) RETURNING id",
    )
    .bind(parent)
    .bind(slug)
    .bind(name)
    .fetch_one(db)
    .await
    .unwrap()
}

/// A picture with one size.
pub async fn picture(db: &PgPool, product: Uuid, position: i32, alt: &str) -> Uuid {
    let id: Uuid = sqlx::query_scalar(
        "INSERT INTO media (product_id, position, alt, source, status) VALUES ($1, $2, $3, $3, 'ready') RETURNING id",
    )
    .bind(product)
    .bind(position)
    .bind(alt)
    .fetch_one(db)
    .await
    .unwrap();
    sqlx::query("INSERT INTO media_renditions VALUES ($1, 'image/webp', 400, 500, 'abc/400.webp')")
        .bind(id)
        .execute(db)
        .await
        .unwrap();
    id
}
