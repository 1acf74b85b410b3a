//! The sizes of a picture: decoded within the memory that its size explains, scaled, and encoded as WebP.
//!
//! AVIF would be smaller, and takes six seconds of a core for one picture; what is drawn once, as the demo catalogue is,
//! brings its AVIF along.

use std::io::Cursor;

use image::{
    DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, imageops::FilterType,
    metadata::Orientation,
};
use jpeg_decoder::PixelFormat;
use sha2::{Digest, Sha256};

use super::picture_cost::{self, MAX_MEMORY, MAX_SIDE};

const WIDTHS: [u32; 3] = [400, 800, WIDEST];
/// The width of the largest size, in pixels.
pub const WIDEST: u32 = 1280;
/// What sizes are made of is no wider: twice the largest one is as much as a filter makes use of.
pub const MASTER: u32 = 2 * WIDEST;
/// Bytes that scaling by the better filter may take: it works on four floats for each pixel of a column.
pub const FILTER_MEMORY: u64 = 96 << 20;
const QUALITY: f32 = 82.0;

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

/// A picture that is as large as its sizes need, the right way up, and how large it was.
struct Master {
    pixels: DynamicImage,
    width: u32,
    height: u32,
}

/// Makes every size of a picture that is not larger than the picture itself, and at least one.
///
/// # Errors
/// With a reason for people when the bytes are no picture of a known format, or one that is too large to be decoded.
pub fn make(original: &[u8]) -> Result<Vec<Rendition>, String> {
    picture_cost::of(original)?;
    let master = decode(original)?;
    let digest: String = Sha256::digest(original)[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let widest = master.width.min(WIDEST);
    let widths = WIDTHS.into_iter().filter(|width| *width < widest).chain([widest]);
    widths.map(|width| render(&master, width, &digest)).collect()
}

fn decode(original: &[u8]) -> Result<Master, String> {
    match image::guess_format(original) {
        Ok(ImageFormat::Jpeg) => decode_jpeg(original),
        _ => decode_whole(original).map_err(|error| unreadable(&error)),
    }
}

/// Why a picture is refused that is none, or is broken.
pub fn unreadable(error: &dyn std::fmt::Display) -> String {
    format!("this is no picture that can be read: {error}")
}

/// Whether a camera was held upright, so that what it noted as the height is the width.
fn is_upright(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// Decodes a photograph at the least of 1/8, 1/4, 1/2 and 1 of its size that is wide enough, so that the whole of it is never
/// in memory.
fn decode_jpeg(original: &[u8]) -> Result<Master, String> {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(original));
    decoder.set_max_decoding_buffer_size(usize::try_from(MAX_MEMORY).unwrap_or(usize::MAX));
    decoder.read_info().map_err(|error| unreadable(&error))?;
    let size = |decoder: &jpeg_decoder::Decoder<_>| {
        decoder.info().map(|info| (u32::from(info.width), u32::from(info.height), info.pixel_format))
    };
    let (mut width, mut height, format) = size(&decoder).ok_or_else(|| unreadable(&"it has no frame"))?;
    // A camera notes how it was held instead of turning the picture.
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms);
    // Either side that reaches what is asked of it is enough for the decoder: the one that does not matter never does.
    let least = u16::try_from(WIDEST).unwrap_or(u16::MAX);
    let asked = if is_upright(orientation) { (u16::MAX, least) } else { (least, u16::MAX) };
    let scaled = decoder.scale(asked.0, asked.1).map_err(|error| unreadable(&error))?;
    let bytes = decoder.decode().map_err(|error| unreadable(&error))?;
    let (scaled_width, scaled_height) = (u32::from(scaled.0), u32::from(scaled.1));
    let pixels = match format {
        PixelFormat::L8 => GrayImage::from_raw(scaled_width, scaled_height, bytes).map(DynamicImage::from),
        PixelFormat::RGB24 => RgbImage::from_raw(scaled_width, scaled_height, bytes).map(DynamicImage::from),
        PixelFormat::CMYK32 => {
            RgbImage::from_raw(scaled_width, scaled_height, without_ink(&bytes)).map(DynamicImage::from)
        }
        PixelFormat::L16 => None,
    };
    let mut pixels = pixels.ok_or_else(|| unreadable(&"its pixels are of an unknown kind"))?;
    pixels.apply_orientation(orientation);
    if is_upright(orientation) {
        (width, height) = (height, width);
    }
    Ok(Master { pixels, width, height })
}

/// Cyan, magenta, yellow and black as red, green and blue: each ink takes its colour away.
fn without_ink(inks: &[u8]) -> Vec<u8> {
    let light = |ink: u8, black: u8| {
        let light = (255 - u16::from(ink)) * (255 - u16::from(black)) / 255;
        u8::try_from(light).unwrap_or(u8::MAX)
    };
    inks.as_chunks::<4>().0.iter().flat_map(|[c, m, y, k]| [light(*c, *k), light(*m, *k), light(*y, *k)]).collect()
}

/// Decodes a picture of the formats that can only be decoded as a whole, and makes it smaller at once.
fn decode_whole(original: &[u8]) -> image::ImageResult<Master> {
    let mut reader = ImageReader::new(Cursor::new(original)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let whole = DynamicImage::from_decoder(decoder)?;
    let (width, height) = (whole.width(), whole.height());
    let (width, height, side) = if is_upright(orientation) { (height, width, height) } else { (width, height, width) };
    let mut pixels = if side > MASTER {
        let shorter = |pixels: u32| scaled(pixels, MASTER, side);
        whole.thumbnail_exact(shorter(whole.width()), shorter(whole.height()))
    } else {
        whole
    };
    pixels.apply_orientation(orientation);
    Ok(Master { pixels, width, height })
}

/// How long a side becomes when another one of `from` becomes `to`; at least one pixel.
pub fn scaled(side: u32, to: u32, from: u32) -> u32 {
    let scaled = u64::from(side) * u64::from(to) / u64::from(from.max(1));
    u32::try_from(scaled.max(1)).unwrap_or(u32::MAX)
}

fn render(master: &Master, width: u32, digest: &str) -> Result<Rendition, String> {
    let height = scaled(master.height, width, master.width);
    let content = encode(resize(&master.pixels, width, height), width, height)?;
    let pixels = |side: u32| i32::try_from(side).map_err(|error| error.to_string());
    Ok(Rendition { path: format!("{digest}/{width}.webp"), width: pixels(width)?, height: pixels(height)?, content })
}

fn resize(pixels: &DynamicImage, width: u32, height: u32) -> image::RgbaImage {
    if (pixels.width(), pixels.height()) == (width, height) {
        return pixels.to_rgba8();
    }
    let scaled = if filter_memory(pixels.width(), height) <= FILTER_MEMORY {
        pixels.resize_exact(width, height, FilterType::Lanczos3)
    } else {
        // A strip that is many times as high as it is wide: averages look a little softer and take no memory.
        pixels.thumbnail_exact(width, height)
    };
    scaled.into_rgba8()
}

/// Bytes of four floats for each pixel of what the filter makes first: as wide as before, as high as afterwards.
pub fn filter_memory(width_before: u32, height_after: u32) -> u64 {
    16 * u64::from(width_before) * u64::from(height_after)
}

fn encode(pixels: image::RgbaImage, width: u32, height: u32) -> Result<bytes::Bytes, String> {
    let encoder = webp::Encoder::from_rgba(&pixels, width, height);
    let encoded = encoder.encode_simple(false, QUALITY);
    Ok(encoded.map_err(|error| format!("the picture cannot be written as WebP: {error:?}"))?.to_vec().into())
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// A photograph with a note of how the camera was held (an EXIF chunk of one entry, the orientation), red on its left.
    fn jpeg(width: u32, height: u32, orientation: u8) -> Vec<u8> {
        let half =
            RgbImage::from_fn(width, height, |x, _| image::Rgb(if x < width / 2 { [250, 0, 0] } else { [0, 0, 250] }));
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90).encode(&half, width, height, ExtendedColorType::Rgb8).unwrap();
        let tiff =
            [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat();
        let exif = [b"\xff\xe1\0\x22Exif\0\0".as_slice(), &tiff].concat();
        bytes.splice(2..2, exif);
        bytes
    }

    fn sizes(original: &[u8]) -> Vec<(i32, i32)> {
        make(original).unwrap().iter().map(|made| (made.width, made.height)).collect()
    }

    #[test]
    fn a_picture_is_never_enlarged() {
        assert_eq!(sizes(&png(1600, 800)), [(400, 200), (800, 400), (1280, 640)]);
        assert_eq!(sizes(&png(500, 1000)), [(400, 800), (500, 1000)]);
        assert_eq!(sizes(&png(30, 10)), [(30, 10)]);
        assert_eq!(sizes(&png(1, 4000)), [(1, 4000)]);
        assert_eq!(sizes(&png(5000, 2500)), [(400, 200), (800, 400), (1280, 640)]);
        assert_eq!(sizes(&png(4000, 1)), [(400, 1), (800, 1), (1280, 1)]);
    }

    #[test]
    fn a_photograph_is_decoded_as_small_as_its_sizes_are_and_turned_as_it_was_held() {
        for (width, height) in [(2600, 1300), (1281, 640), (500, 250), (31, 10)] {
            let upright = sizes(&jpeg(width, height, 1));
            assert_eq!(upright, sizes(&png(width, height)), "{width} by {height}");
            assert_eq!(sizes(&jpeg(width, height, 6)), sizes(&png(height, width)), "{height} by {width}");
        }
        let master = decode(&jpeg(2600, 1300, 1)).unwrap();
        assert_eq!((master.pixels.width(), master.width), (1300, 2600));
        let turned = decode(&jpeg(2600, 1300, 6)).unwrap().pixels.to_rgb8();
        assert_eq!((turned.width(), turned.height()), (1300, 2600));
        // Turned clockwise, what was on the left is above.
        assert!(turned.get_pixel(turned.width() / 2, 10).0[0] > 200);
        assert!(turned.get_pixel(turned.width() / 2, turned.height() - 10).0[2] > 200);
    }

    #[test]
    fn ink_takes_light_away() {
        assert_eq!(without_ink(&[0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255]), [255, 255, 255, 0, 255, 255, 0, 0, 0]);
    }

    #[test]
    fn what_is_made_is_webp_of_that_size() {
        for original in [png(900, 300), jpeg(900, 300, 1)] {
            for made in make(&original).unwrap() {
                let size = imagesize::blob_size(&made.content).unwrap();
                assert_eq!((size.width, size.height), (made.width as usize, made.height as usize));
                assert_eq!(imagesize::image_type(&made.content).unwrap(), imagesize::ImageType::Webp);
            }
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(make(b"").is_err());
        assert!(make(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_err());
        assert!(make(&png(100, 100)[..60]).is_err());
        assert!(make(&jpeg(100, 100, 1)[..60]).is_err());
        assert!(make(&png(MAX_SIDE + 1, 1)).is_err());
    }
}
