//! The sizes of a picture: decoded within bounds, scaled, and encoded as WebP.
//!
//! AVIF would be smaller, and takes six seconds of a core for one picture; what is drawn once, as the demo catalogue is,
//! brings its AVIF along.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader, Limits, imageops::FilterType};
use sha2::{Digest, Sha256};

const WIDTHS: [u32; 3] = [400, 800, 1280];
const QUALITY: f32 = 82.0;
const MAX_SIDE: u32 = 12_000;
const MAX_MEMORY: u64 = 256 << 20;

/// One size, ready to be stored.
#[derive(Debug)]
pub struct Rendition {
    /// Below the media store's root; names the content.
    pub path: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// WebP.
    pub content: bytes::Bytes,
}

/// Makes every size of a picture that is not larger than the picture itself, and at least one.
///
/// # Errors
/// With a reason for people when the bytes are no picture of a known format, or one that is too large to be decoded.
pub fn make(original: &[u8]) -> Result<Vec<Rendition>, String> {
    let picture = decode(original)?;
    let digest: String = Sha256::digest(original)[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let widest = picture.width().min(WIDTHS[WIDTHS.len() - 1]);
    let widths = WIDTHS.into_iter().filter(|width| *width < widest).chain([widest]);
    widths.map(|width| render(&picture, width, &digest)).collect()
}

fn decode(original: &[u8]) -> Result<DynamicImage, String> {
    let unreadable = |error: image::ImageError| format!("this is no picture that can be read: {error}");
    let mut reader =
        ImageReader::new(Cursor::new(original)).with_guessed_format().map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    // A camera notes how it was held instead of turning the picture.
    let orientation = decoder.orientation().map_err(unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn render(picture: &DynamicImage, width: u32, digest: &str) -> Result<Rendition, String> {
    let height = (u64::from(picture.height()) * u64::from(width) / u64::from(picture.width())).max(1);
    let height = u32::try_from(height).map_err(|error| error.to_string())?;
    let scaled = picture.resize_exact(width, height, FilterType::Lanczos3).to_rgba8();
    let content = webp::Encoder::from_rgba(&scaled, width, height).encode(QUALITY).to_vec();
    let pixels = |side: u32| i32::try_from(side).map_err(|error| error.to_string());
    Ok(Rendition {
        path: format!("{digest}/{width}.webp"),
        width: pixels(width)?,
        height: pixels(height)?,
        content: content.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_never_enlarged() {
        let sizes = |width, height| -> Vec<(i32, i32)> {
            make(&png(width, height)).unwrap().iter().map(|made| (made.width, made.height)).collect()
        };
        assert_eq!(sizes(1600, 800), [(400, 200), (800, 400), (1280, 640)]);
        assert_eq!(sizes(500, 1000), [(400, 800), (500, 1000)]);
        assert_eq!(sizes(30, 10), [(30, 10)]);
        assert_eq!(sizes(1, 4000), [(1, 4000)]);
    }

    #[test]
    fn what_is_made_is_webp_of_that_size() {
        for made in make(&png(900, 300)).unwrap() {
            let size = imagesize::blob_size(&made.content).unwrap();
            assert_eq!((size.width, size.height), (made.width as usize, made.height as usize));
            assert_eq!(imagesize::image_type(&made.content).unwrap(), imagesize::ImageType::Webp);
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(make(b"").is_err());
        assert!(make(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_err());
        assert!(make(&png(100, 100)[..60]).is_err());
        assert!(make(&png(MAX_SIDE + 1, 1)).is_err());
    }
}
