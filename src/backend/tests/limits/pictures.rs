//! Originals that a merchant's import may name: a photograph of 50 megapixels, and bombs, which are small files and large
//! pictures.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
    time::Duration,
};

use devopsify::queue;
use image::{DynamicImage, ImageBuffer, ImageFormat, Rgb, codecs::png};
use sqlx::PgPool;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A picture in the media store.
pub struct Original {
    name: &'static str,
    is_bomb: bool,
}

/// How pictures of each original ended.
pub struct Outcomes(BTreeMap<(String, String), i64>, Vec<Original>);

/// As many wait as the worker may take up at once, and as many again.
const WAITING: i64 = 4;

/// Writes the originals into the media store below `folder`.
pub fn originals(folder: &Path) -> Vec<Original> {
    let originals = folder.join("originals");
    std::fs::create_dir_all(&originals).unwrap();
    let write = |name: &'static str, is_bomb: bool, picture: &DynamicImage, format: ImageFormat| {
        let file = BufWriter::new(File::create(originals.join(name)).unwrap());
        match format {
            ImageFormat::Png => {
                let (best, filter) = (png::CompressionType::Best, png::FilterType::NoFilter);
                picture.write_with_encoder(png::PngEncoder::new_with_quality(file, best, filter)).unwrap();
            }
            format => picture.write_to(&mut { file }, format).unwrap(),
        }
        Original { name, is_bomb }
    };
    vec![
        // Neighbours differ, as in a photograph: a plain colour would take no work.
        write(
            "photograph",
            false,
            &DynamicImage::ImageRgb8(ImageBuffer::from_fn(8660, 5774, |x, y| {
                Rgb([(x * 7 % 251) as u8, (y * 13 % 241) as u8, ((x ^ y) % 239) as u8])
            })),
            ImageFormat::Jpeg,
        ),
        write("bomb-16-bit", true, &DynamicImage::new_rgba16(12_000, 12_000), ImageFormat::Png),
        write("bomb-8-bit", true, &DynamicImage::new_rgba8(11_999, 11_999), ImageFormat::Png),
    ]
}

/// Keeps the worker's queue of pictures filled until `stop`, then waits until it is empty.
pub async fn keep_uploading(db: PgPool, media: PathBuf, originals: Vec<Original>, stop: CancellationToken) -> Outcomes {
    let mut next = originals.iter().cycle().zip(0..);
    while !stop.is_cancelled() {
        if waiting(&db).await < WAITING
            && let Some((original, number)) = next.next()
        {
            upload(&db, &media.join("originals"), original.name, number).await;
        }
        sleep(Duration::from_millis(20)).await;
    }
    while waiting(&db).await > 0 {
        sleep(Duration::from_millis(100)).await;
    }
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT substring(source FROM 'sha256:(.*)[.]'), status, count(*) FROM media GROUP BY 1, status",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    Outcomes(rows.into_iter().map(|(name, status, count)| ((name, status), count)).collect(), originals)
}

async fn waiting(db: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM media WHERE status = 'pending'").fetch_one(db).await.unwrap()
}

/// A product has each source once, so each is a file of its own.
async fn upload(db: &PgPool, originals: &Path, name: &str, number: u64) {
    let own = format!("{name}.{number}");
    std::fs::hard_link(originals.join(name), originals.join(&own)).unwrap();
    let mut tx = db.begin().await.unwrap();
    let id: Uuid = sqlx::query_scalar(
        "INSERT INTO media (product_id, position, source)
         SELECT p.id, 1 + coalesce((SELECT max(m.position) FROM media m), 0), $1 FROM products p RETURNING id",
    )
    .bind(format!("sha256:{own}"))
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    queue::enqueue_pictures(&mut tx, &[id]).await.unwrap();
    tx.commit().await.unwrap();
}

impl Outcomes {
    fn count(&self, original: &Original, status: &str) -> i64 {
        self.0.get(&(original.name.to_owned(), status.to_owned())).copied().unwrap_or(0)
    }

    /// Every photograph was made, and every bomb refused.
    pub fn are_right(&self) -> bool {
        self.1.iter().all(|original| {
            let (right, wrong) = if original.is_bomb { ("failed", "ready") } else { ("ready", "failed") };
            self.count(original, right) > 0 && self.count(original, wrong) == 0
        })
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for original in &self.1 {
            let (made, refused) = (self.count(original, "ready"), self.count(original, "failed"));
            write!(formatter, "{}: {made} made, {refused} refused; ", original.name)?;
        }
        Ok(())
    }
}
