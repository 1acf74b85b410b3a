//! What making a picture's sizes takes of memory, told by its first bytes, before anything is decoded.
//!
//! A file of half a megabyte can be a picture of a gigabyte. What is told here decides whether a picture is taken up at all, how
//! many are at once, and how much memory the kernel lets its decoding have (`renderer.rs`): what lies about its size runs into
//! that.

use std::io::Cursor;

use image::ImageFormat;
use jpeg_decoder::{CodingProcess, PixelFormat};

use super::renditions::{FILTER_MEMORY, MASTER, WIDEST, filter_memory, scaled, unreadable};

/// The longest side of a picture, in pixels.
pub const MAX_SIDE: u32 = 12_000;
/// The bytes that all pictures which are made at once may take together, and so the most that one may: with the rest of a
/// worker's memory it stays within the 512 MiB of its container.
pub const MAX_MEMORY: u64 = 352 << 20;
/// What decoders, filters and the process itself take, whatever the picture is.
const FIXED: u64 = 24 << 20;
/// Bytes for each pixel while WebP is made: the pixels, their copy as luma and chroma, and what is known of their blocks.
const ENCODING: u64 = 12;

struct Size {
    width: u32,
    height: u32,
    /// Bytes while it is decoded.
    decoding: u64,
    /// Bytes of what is left of it then.
    kept: Kept,
}

enum Kept {
    /// So many of each pixel, once it was made smaller.
    OfEachPixel(u64),
    /// What it was decoded to, which is small already.
    Decoded(u64),
}

/// The bytes that making the sizes of a picture takes.
///
/// # Errors
/// With a reason for people when it is no picture of a known format, or takes more than there is.
pub fn of(original: &[u8]) -> Result<u64, String> {
    let size = match image::guess_format(original) {
        Ok(ImageFormat::Jpeg) => jpeg(original)?,
        Ok(ImageFormat::Png) => png(original)?,
        Ok(ImageFormat::Gif) => whole(original, 4, 8)?,
        Ok(ImageFormat::WebP) => webp(original)?,
        Ok(other) => return Err(unreadable(&format!("{other:?} is none of JPEG, PNG, GIF and WebP"))),
        Err(error) => return Err(unreadable(&error)),
    };
    let Size { width, height, .. } = size;
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(format!("the picture is {width} by {height} pixels: make no side longer than {MAX_SIDE}"));
    }
    let bytes = peak(&size).saturating_add(FIXED).saturating_add(original.len() as u64);
    if bytes > MAX_MEMORY {
        let (needed, most) = (bytes >> 20, MAX_MEMORY >> 20);
        return Err(format!(
            "the picture is {width} by {height} pixels and would take {needed} MiB of memory, more than {most}: make it smaller"
        ));
    }
    Ok(bytes)
}

/// The most of the two steps: decoding with what is made of it, then scaling and encoding that.
fn peak(size: &Size) -> u64 {
    let area = |width: u32, height: u32| u64::from(width) * u64::from(height);
    // Either side may be the width, since a picture may be turned.
    let step = |width: u32, height: u32| {
        let master_width = width.min(MASTER);
        let (decoding, master) = match size.kept {
            Kept::OfEachPixel(bytes) => {
                let master = area(master_width, scaled(height, master_width, width)) * bytes;
                (size.decoding + master, master)
            }
            Kept::Decoded(bytes) => (size.decoding, bytes),
        };
        let (largest, second) = (width.min(WIDEST), width.min(WIDEST - 1));
        let filter = filter_memory(master_width, scaled(height, second, width)).min(FILTER_MEMORY);
        let encoding = area(largest, scaled(height, largest, width)) * ENCODING;
        // Turning makes a copy.
        decoding.max(2 * master + filter.max(encoding))
    };
    step(size.width, size.height).max(step(size.height, size.width))
}

/// A JPEG is decoded scaled; only a progressive one is kept as a whole, as the coefficients of its three or four planes.
fn jpeg(original: &[u8]) -> Result<Size, String> {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(original));
    decoder.read_info().map_err(|error| unreadable(&error))?;
    let info = decoder.info().ok_or_else(|| unreadable(&"it has no frame"))?;
    let planes = match info.pixel_format {
        PixelFormat::L8 | PixelFormat::L16 => 1,
        PixelFormat::RGB24 => 3,
        PixelFormat::CMYK32 => 4,
    };
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    // Blocks of 8 by 8, or of 32 by 32 where planes have fewer samples.
    let samples = u64::from(width.next_multiple_of(32)) * u64::from(height.next_multiple_of(32)) * planes;
    let coefficients = match info.coding_process {
        CodingProcess::DctSequential => 0,
        CodingProcess::DctProgressive => 2 * samples,
        CodingProcess::Lossless => return Err(unreadable(&"it is a lossless JPEG")),
    };
    // At the least of 1/8 to 1 of its size that is wide enough; each plane as it is decoded, then all of them together.
    let part = [8, 4, 2].into_iter().find(|part| width.min(height) / part >= WIDEST).unwrap_or(1);
    let decoded = samples / (u64::from(part) * u64::from(part));
    Ok(Size { width, height, decoding: coefficients + 2 * decoded, kept: Kept::Decoded(decoded) })
}

/// A PNG says its depth and its kind of colours in its first chunk; palettes and transparency are expanded.
fn png(original: &[u8]) -> Result<Size, String> {
    let (Some(depth), Some(colours)) = (original.get(24), original.get(25)) else {
        return Err(unreadable(&"it ends within its header"));
    };
    let channels = match colours {
        0 | 4 => 2,
        _ => 4,
    };
    let bytes = if *depth == 16 { 2 * channels } else { channels };
    whole(original, bytes, bytes)
}

/// A WebP with transparency, animation or without losses is kept more than once.
fn webp(original: &[u8]) -> Result<Size, String> {
    let is_plain = match original.get(12..16) {
        Some(b"VP8 ") => true,
        // The flags of an extended file; what is without losses has a chunk of its own.
        Some(b"VP8X") => {
            let flags = original.get(20).copied().unwrap_or(u8::MAX);
            flags & 0b1_0010 == 0 && !chunks(original).any(|name| name == b"VP8L")
        }
        _ => false,
    };
    if is_plain { whole(original, 3, 5) } else { whole(original, 4, 14) }
}

/// The names of a RIFF file's chunks.
fn chunks(original: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = original.get(12..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, body) = rest.split_at_checked(8)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let length = usize::try_from(length).ok()?.checked_next_multiple_of(2)?;
        rest = body.get(length..).unwrap_or_default();
        Some(&head[..4])
    })
}

/// A picture that is decoded as a whole: `pixel` bytes of each pixel are kept, `decoding` are needed meanwhile.
fn whole(original: &[u8], pixel: u64, decoding: u64) -> Result<Size, String> {
    let size = imagesize::blob_size(original).map_err(|error| unreadable(&error))?;
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let (width, height) = (side(size.width), side(size.height));
    if width == 0 || height == 0 {
        return Err(unreadable(&"it has no pixels"));
    }
    let decoding = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(decoding);
    Ok(Size { width, height, decoding, kept: Kept::OfEachPixel(pixel) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first chunk of a PNG, which is all that is read of it.
    fn png_of(width: u32, height: u32, depth: u8, colours: u8) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([depth, colours, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    /// The frame of a JPEG: `0xc0` for sequential, `0xc2` for progressive.
    fn jpeg_of(width: u16, height: u16, process: u8) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, process, 0, 17, 8];
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
        bytes
    }

    fn webp_of(width: u32, height: u32, flags: u8) -> Vec<u8> {
        let mut bytes = b"RIFF\xff\0\0\0WEBPVP8X\x0a\0\0\0".to_vec();
        bytes.extend([flags, 0, 0, 0]);
        bytes.extend(&(width - 1).to_le_bytes()[..3]);
        bytes.extend(&(height - 1).to_le_bytes()[..3]);
        bytes
    }

    fn mebibytes(original: &[u8]) -> u64 {
        of(original).unwrap() >> 20
    }

    #[test]
    fn photographs_of_50_megapixels_are_taken_whatever_they_are() {
        let [sequential, progressive] = [0xc0, 0xc2].map(|process| mebibytes(&jpeg_of(8660, 5774, process)));
        assert!(2 * sequential < MAX_MEMORY >> 20, "{sequential} MiB: two are made at once");
        assert!(progressive > sequential);
        assert!(of(&webp_of(8660, 5774, 0)).is_ok());
        assert!(of(&png_of(8660, 5774, 8, 2)).is_ok());
        assert!(of(&png_of(8660, 5774, 8, 6)).is_ok());
        // Held upright.
        assert!(of(&jpeg_of(5774, 8660, 0xc2)).is_ok());
    }

    #[test]
    fn bombs_are_refused_by_their_first_bytes() {
        for bomb in [
            png_of(12_000, 12_000, 16, 6),
            png_of(12_000, 12_000, 8, 6),
            png_of(11_999, 11_999, 8, 2),
            png_of(12_000, 12_000, 1, 3),
            png_of(8_000, 8_000, 16, 2),
            png_of(u32::MAX, u32::MAX, 16, 6),
            jpeg_of(12_000, 12_000, 0xc2),
            jpeg_of(u16::MAX, u16::MAX, 0xc0),
            webp_of(12_000, 12_000, 0),
            webp_of(8_000, 8_000, 0b1_0000),
            b"GIF89a\xff\x2e\xff\x2e\0\0\0".to_vec(),
        ] {
            let reason = of(&bomb).expect_err("a bomb was taken");
            assert!(reason.contains("make"), "{reason}");
        }
        assert!(of(&png_of(0, 12, 8, 2)).is_err());
        assert!(of(&png_of(12, 12, 8, 2)[..20]).is_err());
        assert!(of(b"RIFF\xff\xff\xff\xffWEBPVP8X").is_err());
    }

    #[test]
    fn strips_are_taken_as_long_as_they_fit() {
        assert!(of(&png_of(1280, 12_000, 8, 6)).is_ok());
        assert!(of(&png_of(12_000, 1, 16, 6)).is_ok());
        assert!(mebibytes(&png_of(1, 12_000, 8, 6)) < 64);
    }
}
