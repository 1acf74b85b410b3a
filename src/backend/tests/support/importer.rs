//! A store to import into, and a folder to import from.

use std::path::PathBuf;

use devopsify::{
    catalog::import::{Options, Report, import},
    files::FileStore,
};
use sqlx::{PgPool, postgres::PgRow};
use tempfile::TempDir;
use url::Url;

/// A store with an empty catalogue, and a folder to import from.
pub struct Importer {
    /// The database.
    pub db: PgPool,
    /// The folder that CSV files and pictures are put into.
    pub folder: TempDir,
    /// Where the media store keeps its files.
    pub stored: TempDir,
    media: FileStore,
}

/// The columns of a small file, in front of whatever a test is about.
pub const HEADING: &str = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price";

impl Importer {
    pub async fn open(db: PgPool) -> Self {
        devopsify::queue::migrate(&db).await.unwrap();
        let stored = tempfile::tempdir().unwrap();
        let media = FileStore::open(&Url::from_directory_path(stored.path()).unwrap(), "MEDIA_URL").unwrap();
        Self { db, folder: tempfile::tempdir().unwrap(), stored, media }
    }

    /// Puts a file into the folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Imports these bytes as a file.
    pub async fn try_import(&self, csv: impl AsRef<[u8]>, options: Options) -> anyhow::Result<Report> {
        let file = self.file("products.csv", csv);
        import(&self.db, &self.media, &file, &options, |_, _| {}).await
    }

    /// Imports these bytes as a file, as the command does without options.
    pub async fn import(&self, csv: impl AsRef<[u8]>) -> Report {
        self.try_import(csv, Options::default()).await.unwrap()
    }

    /// Imports rows under [`HEADING`], which must all be fine.
    pub async fn stocked_with(&self, rows: &[&str]) -> Report {
        let report = self.import(csv(rows)).await;
        assert!(report.bad_rows.is_empty(), "{report}");
        report
    }

    /// The one value that a query finds.
    pub async fn value<T>(&self, sql: &'static str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
        (T,): for<'r> sqlx::FromRow<'r, PgRow>,
    {
        sqlx::query_scalar(sql).fetch_one(&self.db).await.unwrap()
    }

    /// A text that is another one as soon as any row of the catalogue was written, even with the values that it had.
    pub async fn fingerprint(&self) -> String {
        self.value(
            "SELECT string_agg(part, ' ' ORDER BY part) FROM (
                 SELECT 'p' || xmin || ctid FROM products UNION ALL SELECT 'v' || xmin || ctid FROM variants
                 UNION ALL SELECT 'r' || xmin || ctid FROM prices UNION ALL SELECT 's' || xmin || ctid FROM stock
                 UNION ALL SELECT 'm' || xmin || ctid FROM stock_movements
                 UNION ALL SELECT 'o' || xmin || ctid FROM product_options
                 UNION ALL SELECT 'c' || xmin || ctid FROM categories
                 UNION ALL SELECT 'k' || xmin || ctid FROM product_categories
                 UNION ALL SELECT 'd' || xmin || ctid FROM media UNION ALL SELECT 'z' || xmin || ctid FROM media_renditions
                 UNION ALL SELECT 'l' || xmin || ctid FROM product_listings) AS parts (part)",
        )
        .await
    }

    /// How many products there are.
    pub async fn products(&self) -> i64 {
        self.value("SELECT count(*) FROM products").await
    }
}

/// Rows under [`HEADING`].
pub fn csv(rows: &[&str]) -> String {
    under(HEADING, rows)
}

/// Rows under a heading.
pub fn under(heading: &str, rows: &[&str]) -> String {
    std::iter::once(heading).chain(rows.iter().copied()).map(|line| format!("{line}\n")).collect()
}

/// The lines and columns of the bad rows.
pub fn bad(report: &Report) -> Vec<(u64, &str)> {
    report.bad_rows.first.iter().map(|bad| (bad.line, bad.column.as_str())).collect()
}
