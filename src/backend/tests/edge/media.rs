//! `/media`.

use reqwest::StatusCode;
use sqlx::PgPool;

use crate::support::Shop;

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_picture_never_changes(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.media.put("abc/400.webp", "picture".as_bytes().to_vec()).await.unwrap();
    let reply = shop.get("/media/abc/400.webp").await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, "picture"));
    assert_eq!(reply.header("content-type"), "image/webp");
    assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(reply.header("content-length"), "7");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nothing_but_pictures_leaves_the_store(db: PgPool) {
    let shop = Shop::open(db).await;
    for path in ["originals/abc", "abc/page.html", "abc/script.svg"] {
        shop.media.put(path, "<script>".as_bytes().to_vec()).await.unwrap();
        assert_eq!(shop.get(&format!("/media/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/media/..%2F..%2Fetc%2Fpasswd.webp", "/media//x.webp", "/media/a%00.webp", "/media/none.avif"] {
        assert_eq!(shop.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
