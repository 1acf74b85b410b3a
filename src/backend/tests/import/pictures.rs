//! Pictures beside the file and elsewhere.

use std::os::unix::fs::symlink;

use sqlx::PgPool;

use crate::support::importer::{Importer, bad, under};

const HEADING: &str = "Handle,Title,Variant SKU,Variant Price,Image Src,Image Alt Text,Variant Image";

/// The smallest WebP that has a size.
fn webp(width: u32, height: u32) -> Vec<u8> {
    let mut picture = b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
    for side in [width - 1, height - 1] {
        picture.extend_from_slice(&side.to_le_bytes()[..3]);
    }
    picture
}

/// The head of a PNG.
fn png() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0".to_vec()
}

async fn renditions(shop: &Importer) -> Vec<(String, i32, i32, String)> {
    sqlx::query_as("SELECT type, width, height, path FROM media_renditions ORDER BY width")
        .fetch_all(&shop.db)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn rendered_sizes_are_taken_as_a_set(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.file("pictures/cap-ink-640w.webp", webp(640, 480));
    shop.file("pictures/cap-ink-1280w.webp", webp(1280, 960));
    shop.file("pictures/cap-1280w.webp", webp(1280, 1280));
    let rows = ["cap,Cap,C,1.00,./pictures/cap-ink-1280w.webp,Ink cap,pictures/cap-ink-1280w.webp"];
    let report = shop.import(under(HEADING, &rows)).await;
    assert_eq!((report.pictures, report.warnings.count), (1, 0), "{report}");
    let sizes = renditions(&shop).await;
    let source: String = shop.value("SELECT source FROM media WHERE status = 'ready' AND alt = 'Ink cap'").await;
    let folder = &source.strip_prefix("sha256:").unwrap()[..32];
    assert_eq!(
        sizes,
        [(640, 480), (1280, 960)].map(|(w, h)| ("image/webp".to_owned(), w, h, format!("{folder}/{w}.webp")))
    );
    for (.., path) in &sizes {
        assert!(shop.stored.path().join(path).is_file(), "{path} was not stored");
    }
    assert!(shop.value::<bool>("SELECT media_id IS NOT NULL FROM variants").await);
    let before = shop.fingerprint().await;
    assert_eq!(shop.import(under(HEADING, &rows)).await.unchanged, 1);
    assert_eq!(shop.fingerprint().await, before);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn originals_and_addresses_wait_for_their_sizes(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.file("cap.png", png());
    shop.file("same.png", png());
    let rows = ["cap,Cap,C,1.00,cap.png,,", "cap,,,,https://cdn.example/cap.jpg,,", "cap,,,,same.png,,"];
    let report = shop.import(under(HEADING, &rows)).await;
    assert_eq!(report.pictures, 2, "one content is one picture: {report}");
    let sources: Vec<String> =
        sqlx::query_scalar("SELECT source FROM media WHERE status = 'pending' ORDER BY position")
            .fetch_all(&shop.db)
            .await
            .unwrap();
    let digest = sources[0].strip_prefix("sha256:").unwrap();
    assert_eq!(std::fs::read(shop.stored.path().join("originals").join(digest)).unwrap(), png());
    assert_eq!(sources[1], "https://cdn.example/cap.jpg");
    let renamed = rows.map(|row| row.replace(".png,,", ".png,Now with words,"));
    let report = shop.import(under(HEADING, &renamed.each_ref().map(String::as_str))).await;
    assert_eq!((report.updated, shop.value::<i64>("SELECT count(*) FROM media").await), (1, 2));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_picture_that_is_missing_or_none_is_a_warning(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.file("text.png", "not a picture");
    shop.file("cap-640w.avif", webp(640, 480));
    std::fs::create_dir(shop.folder.path().join("folder.png")).unwrap();
    shop.file("bad-640w.webp", "not a picture");
    let rows = [
        "cap,Cap,C,1.00,missing.png,,other.png",
        "cap,,,,text.png,,",
        "cap,,,,folder.png,,",
        "cap,,,,bad-640w.webp,,",
        "cap,,,,text.png/x.png,,",
    ];
    let report = shop.import(under(HEADING, &rows)).await;
    assert!(report.written && report.bad_rows.is_empty(), "{report}");
    assert_eq!((report.created, report.pictures, report.warnings.count), (1, 0, 6), "{report}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn no_path_leaves_the_folder_of_the_file(db: PgPool) {
    let shop = Importer::open(db).await;
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.png"), png()).unwrap();
    symlink(outside.path().join("secret.png"), shop.folder.path().join("link.png")).unwrap();
    symlink(outside.path(), shop.folder.path().join("folder")).unwrap();
    std::fs::write(outside.path().join("set-640w.webp"), webp(640, 480)).unwrap();
    shop.file("set-320w.webp", webp(320, 240));
    symlink(outside.path().join("set-640w.webp"), shop.folder.path().join("set-640w.webp")).unwrap();
    for source in
        ["/etc/hostname", "../secret.png", "link.png", "folder/secret.png", "set-320w.webp", "file:///etc/hostname"]
    {
        let report = shop.import(under(HEADING, &[&format!("cap,Cap,C,1.00,{source},,")])).await;
        assert_eq!(bad(&report), [(2, "Image Src")], "{source}: {report}");
        assert!(!report.written);
    }
    assert!(!shop.stored.path().join("originals").exists(), "something outside was copied");
}
