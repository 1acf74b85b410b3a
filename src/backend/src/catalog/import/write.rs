//! Writes the products that were set aside, some hundred at a time.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;
use uuid::Uuid;

use crate::queue;

use super::{
    Options,
    categories::Categories,
    columns::Column,
    gallery::{self, Gallery, Stop},
    matching::{self, Plan},
    pictures::Pictures,
    product::{self, Product},
    queries::{self, OptionRow, PictureRow, ProductRow, RenditionRow, VariantRow},
    report::{BadRow, Told, Warning},
    row::Row,
    staging::{self, Staged},
    stock_queries::{self, Wish},
};

const PRODUCTS_A_BATCH: usize = 500;
const ROWS_A_BATCH: usize = 5000;
const BYTES_A_BATCH: usize = 8 * 1024 * 1024;

/// What one attempt to write everything came to.
#[derive(Default)]
pub struct Outcome {
    /// Products that were written or were as they should be.
    pub products: u64,
    /// Those of them that are new.
    pub created: HashSet<Uuid>,
    /// Those of which anything that is listed was changed, the new ones included.
    pub changed: HashSet<Uuid>,
    /// Those of which a stock was changed.
    pub restocked: HashSet<Uuid>,
    /// Their variants in the file.
    pub variants: u64,
    /// Their pictures in the file.
    pub pictures: u64,
    /// What was put right or left out.
    pub warnings: Told<Warning>,
    /// The products that cannot be used.
    pub refused: Vec<String>,
    /// Whether some of those were written already, so that this attempt must be undone.
    pub is_tainted: bool,
}

/// One attempt to write everything.
pub struct Attempt<'a> {
    connection: &'a mut PgConnection,
    staged: &'a Staged,
    options: &'a Options,
    currency: &'a str,
    pictures: Pictures<'a>,
    categories: Categories,
    bad: &'a mut Told<BadRow>,
    outcome: Outcome,
}

/// A product on its way into the database.
struct Ready {
    product: Product,
    plan: Plan,
    gallery: Gallery,
    category: Option<Uuid>,
}

impl<'a> Attempt<'a> {
    /// Begins an attempt.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn new(
        connection: &'a mut PgConnection,
        staged: &'a Staged,
        options: &'a Options,
        currency: &'a str,
        pictures: Pictures<'a>,
        bad: &'a mut Told<BadRow>,
    ) -> anyhow::Result<Self> {
        let categories = Categories::load(connection).await?;
        let outcome = Outcome::default();
        Ok(Self { connection, staged, options, currency, pictures, categories, bad, outcome })
    }

    /// Writes all products that are not left out; `progress` is told how many rows are done.
    ///
    /// # Errors
    /// When the database or the media store fails.
    pub async fn run(mut self, mut progress: impl FnMut(u64)) -> anyhow::Result<Outcome> {
        staging::rewind(self.connection).await?;
        let mut batch: Vec<(i64, Vec<Row>)> = Vec::new();
        let (mut rows, mut bytes, mut done) = (0, 0, 0);
        loop {
            let fetched = staging::fetch(self.connection).await?;
            let is_end = fetched.is_empty();
            for (rank, row) in fetched {
                let begins = batch.last().is_none_or(|(last, _)| *last != rank);
                if begins && (batch.len() >= PRODUCTS_A_BATCH || rows >= ROWS_A_BATCH || bytes >= BYTES_A_BATCH) {
                    self.write(std::mem::take(&mut batch)).await?;
                    done += rows as u64;
                    (rows, bytes) = (0, 0);
                    progress(done);
                }
                rows += 1;
                bytes += row.lead.as_ref().and_then(|lead| lead.description_html.as_ref()).map_or(0, String::len);
                if begins {
                    batch.push((rank, Vec::new()));
                }
                if let Some((_, rows)) = batch.last_mut() {
                    rows.push(row.0);
                }
            }
            if is_end {
                self.write(batch).await?;
                progress(done + rows as u64);
                return self.finish().await;
            }
        }
    }

    /// What can be told of the whole only, and what must be locked in one order for the whole.
    async fn finish(mut self) -> anyhow::Result<Outcome> {
        for (line, handle, sku, reason) in staging::doubled_skus(self.connection).await? {
            let line = u64::try_from(line).unwrap_or_default();
            self.bad.push(BadRow::new(line, Column::Sku.name(), format!("`{sku}` {reason}")));
            self.outcome.refused.push(handle);
            self.outcome.is_tainted = true;
        }
        let settled = stock_queries::settle(self.connection, self.options.stock).await?;
        self.outcome.restocked = settled.products;
        self.outcome.warnings.extend(settled.warnings);
        for (handle, bad) in settled.bad {
            self.bad.push(bad);
            self.outcome.refused.push(handle);
            self.outcome.is_tainted = true;
        }
        // All at once: search words are inserted in order, so that two changes never wait for each other in a ring.
        let changed: Vec<_> = self.outcome.changed.iter().copied().collect();
        if changed.len() > PRODUCTS_A_BATCH {
            queries::analyze(self.connection).await?;
        }
        if !self.outcome.is_tainted {
            queries::refresh_listings(self.connection, &changed).await?;
        }
        Ok(self.outcome)
    }

    async fn write(&mut self, batch: Vec<(i64, Vec<Row>)>) -> anyhow::Result<()> {
        let ready = self.prepare(batch).await?;
        if ready.is_empty() {
            return Ok(());
        }
        let created = ready.iter().filter(|ready| ready.plan.is_new).map(|ready| ready.plan.id);
        self.outcome.created.extend(created);
        self.outcome.products += ready.len() as u64;
        self.outcome.variants += ready.iter().map(|ready| ready.product.variants.len() as u64).sum::<u64>();
        self.outcome.pictures += ready.iter().map(|ready| ready.gallery.items.len() as u64).sum::<u64>();
        let mut changed = self.write_products(&ready).await?;
        changed.extend(self.write_pictures(&ready).await?);
        changed.extend(self.write_variants(&ready).await?);
        let changed: HashSet<_> = changed.into_iter().collect();
        queries::touch(self.connection, &changed.iter().copied().collect::<Vec<_>>()).await?;
        self.outcome.changed.extend(changed);
        Ok(())
    }

    async fn prepare(&mut self, batch: Vec<(i64, Vec<Row>)>) -> anyhow::Result<Vec<Ready>> {
        let mut products = Vec::new();
        for (rank, rows) in batch {
            let handle = rows.first().map(|row| row.handle.clone()).unwrap_or_default();
            match product::assemble(rank, rows) {
                Ok(product) => products.push(product),
                Err(bad) => self.refuse(handle, bad),
            }
        }
        let slugs: Vec<_> = products.iter().map(|product| product.handle.clone()).collect();
        let existing: HashMap<_, _> = queries::existing(self.connection, &slugs).await?.into_iter().collect();
        let mut ready = Vec::new();
        for product in products {
            let existing = existing.get(&product.handle);
            let plan = match matching::plan(&product, existing) {
                Ok(plan) => plan,
                Err(bad) => {
                    self.refuse(product.handle, bad);
                    continue;
                }
            };
            let mut gallery = match gallery::gather(&mut self.pictures, &product, existing).await {
                Ok(gallery) => gallery,
                Err(Stop::Bad(bad)) => {
                    self.refuse(product.handle, vec![bad]);
                    continue;
                }
                Err(Stop::Fatal(error)) => return Err(error),
            };
            self.outcome.warnings.extend(std::mem::take(&mut gallery.warnings));
            let category = self.categories.find_or_create(self.connection, &product.lead.category).await?;
            ready.push(Ready { product, plan, gallery, category });
        }
        Ok(ready)
    }

    fn refuse(&mut self, handle: String, bad: Vec<BadRow>) {
        self.bad.extend(bad);
        self.outcome.refused.push(handle);
    }

    async fn write_products(&mut self, ready: &[Ready]) -> sqlx::Result<Vec<Uuid>> {
        let products = ready.iter().map(|Ready { product, plan, .. }| ProductRow {
            id: plan.id,
            rank: product.rank,
            slug: &product.handle,
            lead: &product.lead,
        });
        let mut changed = queries::write_products(self.connection, &products.collect::<Vec<_>>()).await?;
        let (ids, categories): (Vec<_>, Vec<_>) =
            ready.iter().filter_map(|ready| Some((ready.plan.id, ready.category?))).unzip();
        changed.extend(queries::write_categories(self.connection, &ids, &categories).await?);
        let replaced: Vec<_> =
            ready.iter().filter(|ready| ready.plan.replaces_options).map(|ready| ready.plan.id).collect();
        let options = ready.iter().flat_map(|Ready { plan, .. }| {
            let places = plan.options.iter().zip(1..);
            places.map(|(choice, position)| OptionRow { product_id: plan.id, position, choice })
        });
        changed.extend(queries::write_options(self.connection, &replaced, &options.collect::<Vec<_>>()).await?);
        changed.extend(replaced);
        Ok(changed)
    }

    async fn write_pictures(&mut self, ready: &[Ready]) -> anyhow::Result<Vec<Uuid>> {
        let items = || ready.iter().flat_map(|ready| ready.gallery.items.iter().map(|item| (ready.plan.id, item)));
        let rows = items().map(|(product_id, item)| PictureRow {
            id: item.id,
            product_id,
            position: item.position,
            alt: item.alt.as_deref(),
            source: item.source.clone(),
            is_ready: !item.renditions.is_empty(),
        });
        let written = queries::write_pictures(self.connection, &rows.collect::<Vec<_>>()).await?;
        let touched: HashSet<_> = written.iter().map(|(_, id, _)| *id).collect();
        let renditions = items().filter(|(_, item)| touched.contains(&item.id)).flat_map(|(_, item)| {
            let sizes = item.renditions.iter().cloned();
            sizes.map(|rendition| RenditionRow { media_id: item.id, rendition })
        });
        queries::write_renditions(self.connection, &renditions.collect::<Vec<_>>()).await?;
        let pending: Vec<_> = written.iter().filter(|(.., is_pending)| *is_pending).map(|(_, id, _)| *id).collect();
        queue::enqueue_pictures(self.connection, &pending).await?;
        Ok(written.into_iter().map(|(product_id, ..)| product_id).collect())
    }

    async fn write_variants(&mut self, ready: &[Ready]) -> sqlx::Result<Vec<Uuid>> {
        let mut rows = Vec::new();
        let mut wishes = Vec::new();
        for Ready { product, plan, gallery, .. } in ready {
            for ((variant, (id, is_new)), position) in product.variants.iter().zip(&plan.variants).zip(1..) {
                let (media_id, has_picture) = gallery.of_variant(variant.offer.picture.as_deref());
                let (option_values, offer) = (variant.values.as_slice(), &variant.offer);
                let product_id = plan.id;
                rows.push(VariantRow { id: *id, product_id, position, option_values, media_id, has_picture, offer });
                wishes.push(Wish { id: *id, is_new: *is_new, handle: &product.handle, variant });
            }
        }
        let mut changed = queries::write_variants(self.connection, &rows).await?;
        let Staged { has_compare_at, has_cost, .. } = *self.staged;
        let prices = queries::write_prices(self.connection, &rows, self.currency, has_compare_at, has_cost);
        changed.extend(prices.await?);
        stock_queries::remember(self.connection, &wishes).await?;
        Ok(changed)
    }
}
