//! The rows of the file, set aside in the database, so that the rows of a product meet and memory stays bounded.

use std::{
    fs::File,
    io::{BufReader, ErrorKind},
    path::Path,
};

use anyhow::{Context, anyhow, bail, ensure};
use sqlx::{PgConnection, types::Json};
use tokio::sync::mpsc;

use super::{
    columns::{Column, Columns},
    lines::Lines,
    product::{MAX_PICTURES, MAX_VARIANTS},
    report::{BadRow, Told},
    row::{self, Row},
};

const ROWS_A_CHUNK: usize = 1000;
const BYTES_A_CHUNK: u64 = 4 * 1024 * 1024;

/// What was learnt of the file while its rows were set aside.
pub struct Staged {
    /// The columns that mean nothing here.
    pub ignored_columns: Vec<String>,
    /// Whether the file says what things cost before.
    pub has_compare_at: bool,
    /// Whether the file says what the merchant paid.
    pub has_cost: bool,
    /// How many rows there are.
    pub rows: u64,
    /// How many bytes there are.
    pub bytes: u64,
}

/// Some rows on their way from the file to the database.
#[derive(Default)]
struct Chunk {
    rows: Vec<(u64, String, Option<Row>)>,
    bad: Vec<BadRow>,
    read: u64,
}

/// Sets all rows of the file aside.
///
/// # Errors
/// When the file cannot be read to its end or the database fails.
pub async fn fill(
    connection: &mut PgConnection,
    file: &Path,
    currency: &str,
    bad: &mut Told<BadRow>,
    mut progress: impl FnMut(u64, u64),
) -> anyhow::Result<Staged> {
    sqlx::raw_sql(
        "CREATE TEMPORARY TABLE import_rows (line int8, handle text, sku text, row jsonb) ON COMMIT DROP;
         CREATE TEMPORARY TABLE import_stock (variant_id uuid, line int8, handle text, is_new bool, quantity int4,
                                              backorderable bool) ON COMMIT DROP;
         CREATE INDEX ON import_stock (variant_id);",
    )
    .execute(&mut *connection)
    .await?;
    let (sender, mut chunks) = mpsc::channel(2);
    let (path, currency) = (file.to_owned(), currency.to_owned());
    let reader = tokio::task::spawn_blocking(move || read(&path, &currency, &sender));
    let size = tokio::fs::metadata(file).await.map_or(0, |found| found.len());
    while let Some(chunk) = chunks.recv().await {
        bad.extend(chunk.bad);
        insert(connection, &chunk.rows).await?;
        progress(chunk.read, size.max(chunk.read));
    }
    let staged = reader.await.context("the file's reader stopped")?.with_context(|| format!("{}", file.display()))?;
    group(connection, bad).await?;
    Ok(staged)
}

fn read(path: &Path, currency: &str, chunks: &mpsc::Sender<Chunk>) -> anyhow::Result<Staged> {
    let mut lines = Lines::new(BufReader::with_capacity(64 * 1024, open(path)?));
    let Some((_, heading)) = lines.next()? else { bail!("it is empty") };
    let columns = Columns::read(&heading)?;
    let (mut chunk, mut rows) = (Chunk::default(), 0);
    while let Some((line, record)) = lines.next()? {
        rows += 1;
        match row::read(&columns, &record, line, currency) {
            Ok(None) => rows -= 1,
            Ok(Some(row)) => chunk.rows.push((line, row.handle.clone(), Some(row))),
            Err((handle, bad)) => {
                chunk.rows.push((line, handle.unwrap_or_default(), None));
                chunk.bad.extend(bad);
            }
        }
        if chunk.rows.len() >= ROWS_A_CHUNK || lines.bytes() - chunk.read > BYTES_A_CHUNK {
            let read = lines.bytes();
            let full = std::mem::replace(&mut chunk, Chunk { read, ..Chunk::default() });
            // The other side is gone when the database failed, and tells so itself.
            let _ = chunks.blocking_send(Chunk { read, ..full });
            if chunks.is_closed() {
                break;
            }
        }
    }
    ensure!(rows > 0, "it has a heading and no products");
    let bytes = lines.bytes();
    let _ = chunks.blocking_send(Chunk { read: bytes, ..chunk });
    let (has_compare_at, has_cost) = (columns.has(Column::CompareAt), columns.has(Column::Cost));
    Ok(Staged { ignored_columns: columns.ignored, has_compare_at, has_cost, rows, bytes })
}

fn open(path: &Path) -> anyhow::Result<File> {
    let refused = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => anyhow!("there is no such file"),
        ErrorKind::PermissionDenied => anyhow!("it may not be read by this user"),
        _ => anyhow!("it cannot be opened: {error}"),
    };
    let file = File::open(path).map_err(refused)?;
    ensure!(!file.metadata().map_err(refused)?.is_dir(), "it is a folder: give the CSV file in it");
    Ok(file)
}

async fn insert(connection: &mut PgConnection, rows: &[(u64, String, Option<Row>)]) -> sqlx::Result<()> {
    let lines: Vec<_> = rows.iter().map(|(line, ..)| i64::try_from(*line).unwrap_or(i64::MAX)).collect();
    let handles: Vec<_> = rows.iter().map(|(_, handle, _)| handle.as_str()).collect();
    let sku = |row: &Row| row.offer.as_ref()?.sku.clone().filter(|sku| !sku.is_empty());
    let skus: Vec<_> = rows.iter().map(|(.., row)| row.as_ref().and_then(sku)).collect();
    let rows: Vec<_> = rows.iter().map(|(.., row)| row.as_ref().map(Json)).collect();
    sqlx::query("INSERT INTO import_rows SELECT * FROM unnest($1::int8[], $2::text[], $3::text[], $4::jsonb[])")
        .bind(lines)
        .bind(handles)
        .bind(skus)
        .bind(rows)
        .execute(connection)
        .await?;
    Ok(())
}

/// Finds out which products there are, in the order of the file, and which of them have a bad row.
async fn group(connection: &mut PgConnection, bad: &mut Told<BadRow>) -> sqlx::Result<()> {
    sqlx::raw_sql(
        "CREATE TEMPORARY TABLE import_products ON COMMIT DROP AS
         SELECT handle, min(line) AS line, row_number() OVER (ORDER BY min(line)) AS rank, count(*) AS rows,
                bool_or(row IS NULL) AS bad
         FROM import_rows WHERE handle <> '' GROUP BY handle;
         CREATE INDEX ON import_products (handle);
         CREATE INDEX ON import_rows (sku);
         ANALYZE import_products, import_rows;",
    )
    .execute(&mut *connection)
    .await?;
    let most = MAX_VARIANTS + MAX_PICTURES;
    let endless: Vec<(String, i64)> =
        sqlx::query_as("UPDATE import_products SET bad = true WHERE rows > $1 RETURNING handle, line")
            .bind(most as i64)
            .fetch_all(connection)
            .await?;
    let told = |(handle, line): (String, i64)| {
        let reason = format!("`{handle}` has more than {most} rows, which no product needs");
        BadRow::new(u64::try_from(line).unwrap_or_default(), Column::Handle.name(), reason)
    };
    bad.extend(endless.into_iter().map(told));
    Ok(())
}

/// Leaves the products out from now on.
///
/// # Errors
/// When the database fails.
pub async fn leave_out(connection: &mut PgConnection, handles: &[String]) -> sqlx::Result<()> {
    sqlx::query("UPDATE import_products SET bad = true WHERE handle = ANY ($1)")
        .bind(handles)
        .execute(connection)
        .await?;
    Ok(())
}

/// How many products are left out.
///
/// # Errors
/// When the database fails.
pub async fn left_out(connection: &mut PgConnection) -> sqlx::Result<u64> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM import_products WHERE bad").fetch_one(connection).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Opens the cursor that [`fetch`] reads the products' rows by.
///
/// # Errors
/// When the database fails.
pub async fn rewind(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(
        "TRUNCATE import_stock;
         DECLARE import_cursor NO SCROLL CURSOR FOR
         SELECT p.rank, r.row FROM import_products p JOIN import_rows r USING (handle)
         WHERE NOT p.bad ORDER BY p.rank, r.line",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The next rows, each with its product's place in the file; none at the end.
///
/// # Errors
/// When the database fails.
pub async fn fetch(connection: &mut PgConnection) -> sqlx::Result<Vec<(i64, Json<Row>)>> {
    sqlx::query_as("FETCH 250 FROM import_cursor").fetch_all(connection).await
}

/// The SKUs that more than one variant would have: the line, the product and a description of the other one.
///
/// # Errors
/// When the database fails.
pub async fn doubled_skus(connection: &mut PgConnection) -> sqlx::Result<Vec<(i64, String, String, String)>> {
    sqlx::query_as(
        "WITH holders AS (
             SELECT v.id, v.sku, p.slug, min(r.line) AS line
             FROM variants v JOIN products p ON p.id = v.product_id
             LEFT JOIN import_products i ON i.handle = p.slug AND NOT i.bad
             LEFT JOIN import_rows r ON r.handle = i.handle AND r.sku = v.sku
             WHERE v.sku IN (SELECT sku FROM import_rows WHERE sku IS NOT NULL)
             GROUP BY v.id, v.sku, p.slug)
         SELECT h.line, h.slug, h.sku,
                min(CASE WHEN o.line <> h.line THEN 'is also on line ' || o.line ELSE 'belongs to another variant in the store' END
                    || ', of `' || o.slug || '`')
         FROM holders h JOIN holders o ON o.sku = h.sku AND o.id <> h.id
         WHERE h.line IS NOT NULL
         GROUP BY h.line, h.slug, h.sku ORDER BY h.line",
    )
    .fetch_all(connection)
    .await
}
