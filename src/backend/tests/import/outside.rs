//! What the outside can do to an import: the file system, the database, other imports.

use devopsify::catalog::import::{Options, import};
use sqlx::{Connection, PgConnection, PgPool};

use crate::support::importer::{Importer, csv, under};

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_missing_file_and_a_folder_are_told(db: PgPool) {
    let shop = Importer::open(db).await;
    let media =
        devopsify::files::FileStore::open(&url::Url::from_directory_path(shop.stored.path()).unwrap(), "MEDIA_URL")
            .unwrap();
    for (path, sentence) in [("missing.csv", "there is no such file"), (".", "it is a folder: give the CSV file in it")]
    {
        let path = shop.folder.path().join(path);
        let error = import(&shop.db, &media, &path, &Options::default(), |_, _| {}).await.unwrap_err();
        assert!(format!("{error:#}").ends_with(sentence), "{error:#}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn progress_never_goes_back_and_ends_at_the_end(db: PgPool) {
    let shop = Importer::open(db).await;
    let media =
        devopsify::files::FileStore::open(&url::Url::from_directory_path(shop.stored.path()).unwrap(), "MEDIA_URL")
            .unwrap();
    let file = shop.file("products.csv", csv(&["a,A,,,A,1.00", "b,B,,,B,1.00"]));
    let mut seen = Vec::new();
    import(&shop.db, &media, &file, &Options::default(), |done, all| seen.push((done, all))).await.unwrap();
    assert!(seen.is_sorted(), "{seen:?}");
    let size = std::fs::metadata(file).unwrap().len();
    assert_eq!(seen.last(), Some(&(size, size)));
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn two_imports_do_not_run_at_once(db: PgPool) {
    let shop = Importer::open(db).await;
    let mut other = shop.db.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('devopsify import'))").execute(&mut *other).await.unwrap();
    let error = shop.try_import(csv(&["a,A,,,A,1.00"]), Options::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "another import is running: wait until it is done");
    other.rollback().await.unwrap();
    shop.stocked_with(&["a,A,,,A,1.00"]).await;
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_media_store_that_cannot_be_written_stops_everything(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.file("cap.gif", b"GIF89a\x01\0\x01\0\0\0\0");
    // A file where the store wants its folder stands for a full disk: even root cannot write there.
    std::fs::write(shop.stored.path().join("originals"), "").unwrap();
    let rows = ["mug,Mug,1.00,", "cap,Cap,1.00,cap.gif"];
    let error =
        shop.try_import(under("Handle,Title,Variant Price,Image Src", &rows), Options::default()).await.unwrap_err();
    assert!(error.to_string().contains("media store; nothing was written"), "{error:#}");
    assert_eq!(shop.products().await, 0);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_database_that_goes_away_leaves_nothing_half_written(db: PgPool) {
    let shop = Importer::open(db).await;
    shop.stocked_with(&["cap,Cap,,,C,1.00"]).await;
    let mut other = PgConnection::connect_with(&shop.db.connect_options()).await.unwrap();
    let mut lock = other.begin().await.unwrap();
    sqlx::query("SELECT FROM products FOR UPDATE").execute(&mut *lock).await.unwrap();
    let rows = csv(&["mug,Mug,,,M,1.00", "cap,Cap,,,C,2.00"]);
    let (result, ()) = tokio::join!(shop.try_import(rows, Options::default()), async {
        // The import waits for the lock; then its connection is cut, as by a database that restarts.
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while sqlx::query(cut).fetch_optional(&mut *lock).await.unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    });
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), "the database went away during the import; nothing was written", "{error:#}");
    lock.rollback().await.unwrap();
    assert_eq!(shop.products().await, 1);
    assert_eq!(shop.value::<i64>("SELECT amount FROM prices").await, 100);
}
