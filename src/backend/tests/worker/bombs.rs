//! Pictures that are small files and large pictures, and photographs that are neither, in a worker's own processes.

use std::{io::Write, path::Path};

use devopsify::{catalog::admin::queries, queue};
use flate2::{Compression, Crc, write::ZlibEncoder};
use image::{ExtendedColorType, RgbImage, codecs::jpeg::JpegEncoder};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{
    builders::product,
    program::{Program, database_url},
    smtp::{MailServer, Manner},
};

const RGB: u8 = 2;
const PALETTE: u8 = 3;
const RGBA: u8 = 6;

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(content);
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length, kind.as_slice(), content, &crc.sum().to_be_bytes()].concat()
}

fn zeros(megabytes: usize) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    let megabyte = vec![0; 1_000_000];
    (0..megabytes).for_each(|_| packed.write_all(&megabyte).unwrap());
    packed.finish().unwrap()
}

/// A PNG of nothing, as large as it says, with whatever comes between its header and its pixels.
fn png(side: u32, depth: u8, colours: u8, between: &[u8]) -> Vec<u8> {
    let size = side.to_be_bytes();
    let header = [&size, size.as_slice(), &[depth, colours, 0, 0, 0]].concat();
    let pixels = chunk(b"IDAT", &zeros(1));
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IHDR", &header), between, &pixels, &chunk(b"IEND", &[])].concat()
}

/// A photograph of 50 megapixels: neighbours differ, as a plain colour would take no work.
fn photograph() -> Vec<u8> {
    let (width, height) = (8660, 5774);
    let pixels = RgbImage::from_fn(width, height, |x, y| {
        let [red, green, blue] = [x * 7 % 251, y * 13 % 241, (x ^ y) % 239];
        image::Rgb([red, green, blue].map(|light| light.to_le_bytes()[0]))
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 75).encode(&pixels, width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

async fn picture(db: &PgPool, originals: &Path, name: &str, content: &[u8]) -> Uuid {
    std::fs::write(originals.join(name), content).unwrap();
    sqlx::query_scalar(
        "INSERT INTO media (product_id, position, source)
         SELECT p.id, 1 + coalesce((SELECT max(m.position) FROM media m), 0), $1 FROM products p RETURNING id",
    )
    .bind(format!("sha256:{name}"))
    .fetch_one(db)
    .await
    .unwrap()
}

/// The most memory that a process ever had, in MiB (`VmHWM` of proc(5)).
fn most_memory(program: &Program) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim_end_matches("kB").trim().parse::<u64>().unwrap() >> 10
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn are_refused_with_a_reason_while_photographs_are_made(db: PgPool) {
    queue::migrate(&db).await.unwrap();
    let product = product("mug").priced(1400).create(&db).await;
    let server = MailServer::open(Manner::Takes).await;
    let worker = Program::worker(&database_url(&db), &server.url).await;
    let originals = worker.folder().join("originals");
    std::fs::create_dir_all(&originals).unwrap();
    // What a profile or a text unpacks to is in no header: only the kernel stops it.
    let profile = chunk(b"iCCP", &[b"a\0\0".as_slice(), &zeros(400)].concat());
    let palette = chunk(b"PLTE", &[0; 3]);
    let mut media = Vec::new();
    for (name, is_photograph, content) in [
        ("photograph", true, photograph()),
        ("photograph-too", true, photograph()),
        ("16-bit", false, png(12_000, 16, RGBA, &[])),
        ("8-bit", false, png(12_000, 8, RGB, &[])),
        ("palette", false, png(12_000, 1, PALETTE, &palette)),
        ("profile", false, png(100, 8, RGB, &profile)),
        ("cut-off", false, png(4_000, 8, RGB, &[])),
    ] {
        media.push((name, is_photograph, picture(&db, &originals, name, &content).await));
    }
    let ids: Vec<Uuid> = media.iter().map(|(_, _, id)| *id).collect();
    queue::enqueue_pictures(&mut db.acquire().await.unwrap(), &ids).await.unwrap();
    worker.says(r#"jobs_total{task="make_renditions",outcome="completed"} 7"#).await;
    let seen = queries::read(&mut db.acquire().await.unwrap(), product).await.unwrap().unwrap();
    let seen = serde_json::to_value(&seen).unwrap();
    for (name, is_photograph, id) in media {
        let pictures = seen["pictures"].as_array().unwrap();
        let picture = pictures.iter().find(|picture| picture["id"] == id.to_string()).unwrap();
        let (status, sizes) = if is_photograph { ("ready", 3) } else { ("failed", 0) };
        assert_eq!(picture["status"], status, "{name}: {picture}");
        assert_eq!(picture["renditions"].as_array().unwrap().len(), sizes, "{name}");
        assert_eq!(picture["failure"].is_string(), !is_photograph, "{name}: the merchant is told why");
    }
    let most = most_memory(&worker);
    assert!(most <= 160, "the worker itself had {most} MiB");
}
