//! Pictures that Teams can show within a text: as they are where they fit, made anew where they
//! don't.
//!
//! The first bytes of a picture decide its kind, never its name. Graph takes PNG and JPEG only
//! (crates/graph/RULES.md G1), so that every other kind is made anew: a GIF as its first frame.
//! Making anew turns a picture upright, drops its metadata, and is bounded: what would open to too
//! many pixels is never opened.

use std::fs::{self, File};
use std::io::{BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use chatferry_model::folder::file_name;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits};

use super::memory_budget::{MemoryBudget, OPEN_BYTES};
use crate::error::RenderError;

/// The longest side in pixels that is left as it is.
const LONGEST_SIDE: u32 = 4096;
/// The longest side of a picture that is made smaller.
const SCALED_SIDE: u32 = 2048;
/// The size above which a picture made anew without loss is made as a
/// photograph.
const LOSSLESS_BYTES: usize = 1024 * 1024;
const JPEG_QUALITY: u8 = 85;

/// A picture, ready in `3-render/images`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    /// The name in that folder.
    pub(crate) path: String,
    pub(crate) media_type: &'static str,
    pub(crate) bytes: u64,
    /// Pixels, upright.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) original: Original,
}

/// The source's bytes, compared with the picture made of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Original {
    /// Nothing more to see.
    Equal,
    /// Nothing more to see, but a GIF, which people keep as such.
    Still,
    /// More pixels or pages.
    Larger,
    /// More frames.
    Animated,
}

/// The visible outcome of a blob.
#[derive(Clone, Debug)]
pub(crate) enum ImageOutcome {
    /// A picture.
    Picture(Arc<Picture>),
    /// No picture, or of a kind that only other programs open.
    Other,
    /// A picture that can't be shown within a text.
    Refused(Refusal),
}

/// The reason why a picture can't be shown within a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The image would take too much memory to open, or too many bytes to send.
    TooLarge,
    /// The bytes are cut or damaged.
    Damaged,
}

/// Makes what Teams can show of the blob at `path`, in at most `most_bytes`.
///
/// # Errors
/// When the blob can't be read or the picture can't be written.
pub(super) fn make(
    path: &Path,
    blob: &str,
    most_bytes: u64,
    images: &Path,
    memory_budget: &MemoryBudget,
) -> Result<ImageOutcome, RenderError> {
    let file = File::open(path).map_err(RenderError::at(path))?;
    let bytes = file.metadata().map_err(RenderError::at(path))?.len();
    let reader = ImageReader::new(BufReader::new(file)).with_guessed_format();
    let mut reader = reader.map_err(RenderError::at(path))?;
    let Some(format) = reader.format().filter(|format| KINDS.contains(format)) else {
        return Ok(ImageOutcome::Other);
    };
    reader.limits(limits(OPEN_BYTES));
    let Ok(mut decoder) = reader.into_decoder() else {
        return Ok(ImageOutcome::Refused(Refusal::Damaged));
    };
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Ok(ImageOutcome::Refused(Refusal::Damaged));
    }
    let fits = bytes <= most_bytes && width.max(height) <= LONGEST_SIDE;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    if let (true, Some((media_type, extension))) = (fits, native(format)) {
        let name = format!("{}.{extension}", file_name(blob));
        super::place(path, &images.join(&name))?;
        let (width, height) = upright(width, height, orientation);
        return Ok(ImageOutcome::Picture(Arc::new(Picture {
            path: name,
            media_type,
            bytes,
            width,
            height,
            original: Original::Equal,
        })));
    }
    let opened = decoder.total_bytes();
    // A GIF's frame is opened beside its canvas, and may claim to be larger.
    let frame = if format == ImageFormat::Gif {
        opened
    } else {
        0
    };
    let Some(_room) = memory_budget.enter(opened + frame) else {
        return Ok(ImageOutcome::Refused(Refusal::TooLarge));
    };
    if frame > 0 && decoder.set_limits(limits(frame)).is_err() {
        return Ok(ImageOutcome::Refused(Refusal::TooLarge));
    }
    let Ok(mut picture) = DynamicImage::from_decoder(decoder) else {
        return Ok(ImageOutcome::Refused(Refusal::Damaged));
    };
    let scaled = picture.width().max(picture.height()) > LONGEST_SIDE;
    if scaled {
        picture = picture.thumbnail(SCALED_SIDE, SCALED_SIDE);
    }
    picture.apply_orientation(orientation);
    let Some(made) = encode(picture, most_bytes) else {
        return Ok(ImageOutcome::Refused(Refusal::TooLarge));
    };
    let original = match format {
        _ if is_animated(format, path) => Original::Animated,
        _ if scaled || made.lossy => Original::Larger,
        ImageFormat::Tiff => Original::Larger,
        ImageFormat::Gif => Original::Still,
        _ => Original::Equal,
    };
    let hash = xxhash_rust::xxh3::xxh3_128(&made.content);
    let name = format!("{hash:032x}.{}", made.extension);
    let into = images.join(&name);
    fs::write(&into, &made.content).map_err(RenderError::at(&into))?;
    Ok(ImageOutcome::Picture(Arc::new(Picture {
        path: name,
        media_type: made.media_type,
        bytes: made.content.len() as u64,
        width: made.width,
        height: made.height,
        original,
    })))
}

/// Returns true if the first bytes of a blob are those of a picture.
pub(super) fn is_one(path: &Path) -> bool {
    let reader = File::open(path)
        .and_then(|file| ImageReader::new(BufReader::new(file)).with_guessed_format());
    let format = reader.ok().and_then(|reader| reader.format());
    format.is_some_and(|format| KINDS.contains(&format))
}

/// The kinds of pictures that are looked into.
const KINDS: &[ImageFormat] = &[
    ImageFormat::Bmp,
    ImageFormat::Gif,
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::Tiff,
    ImageFormat::WebP,
];

/// The kinds that Graph takes (crates/graph/RULES.md G1).
fn native(format: ImageFormat) -> Option<(&'static str, &'static str)> {
    match format {
        ImageFormat::Png => Some(("image/png", "png")),
        ImageFormat::Jpeg => Some(("image/jpeg", "jpg")),
        _ => None,
    }
}

/// Returns true if the picture at `path` has several frames, or may have.
fn is_animated(format: ImageFormat, path: &Path) -> bool {
    let Ok(file) = File::open(path).map(BufReader::new) else {
        return false;
    };
    match format {
        ImageFormat::Gif => has_frames(file).unwrap_or(true),
        ImageFormat::WebP => WebPDecoder::new(file).is_ok_and(|webp| webp.has_animation()),
        _ => false,
    }
}

/// Returns true if a GIF has a second frame, without decoding any.
fn has_frames(file: impl Read) -> Result<bool, gif::DecodingError> {
    let mut options = gif::DecodeOptions::new();
    options.skip_frame_decoding(true);
    let mut gif = options.read_info(file)?;
    gif.next_frame_info()?;
    Ok(gif.next_frame_info()?.is_some())
}

fn limits(bytes: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(bytes);
    limits
}

fn upright(width: u32, height: u32, orientation: Orientation) -> (u32, u32) {
    match orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => (width, height),
    }
}

struct Made {
    content: Vec<u8>,
    media_type: &'static str,
    extension: &'static str,
    width: u32,
    height: u32,
    lossy: bool,
}

/// Writes a picture: without loss where that is small, as a photograph where nothing shines
/// through, smaller and smaller until it fits.
fn encode(mut picture: DynamicImage, most_bytes: u64) -> Option<Made> {
    let fits = |content: &Vec<u8>| content.len() as u64 <= most_bytes;
    let opaque = is_opaque(&picture);
    // Sixteen bits a channel are more than a screen shows.
    picture = if opaque {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    } else {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    };
    let mut scaled = false;
    for _ in 0..6 {
        let made = |content, media_type, extension, lossy| Made {
            content,
            media_type,
            extension,
            width: picture.width(),
            height: picture.height(),
            lossy,
        };
        // Large photographs are not worth the try.
        let pixels = u64::from(picture.width()) * u64::from(picture.height());
        if !opaque || pixels <= 2_000_000 {
            let png = png(&picture).ok()?;
            if fits(&png) && (!opaque || png.len() <= LOSSLESS_BYTES) {
                return Some(made(png, "image/png", "png", scaled));
            }
        }
        if opaque {
            let jpeg = jpeg(&picture).ok()?;
            if fits(&jpeg) {
                return Some(made(jpeg, "image/jpeg", "jpg", true));
            }
        }
        let side = SCALED_SIDE
            .min(picture.width().max(picture.height()) / 2)
            .max(1);
        picture = picture.thumbnail(side, side);
        scaled = true;
    }
    None
}

fn is_opaque(picture: &DynamicImage) -> bool {
    if !picture.color().has_alpha() {
        return true;
    }
    match picture {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().all(|pixel| pixel.0[3] == u8::MAX),
        _ => false,
    }
}

fn png(picture: &DynamicImage) -> ImageResult<Vec<u8>> {
    let mut content = Cursor::new(Vec::new());
    picture.write_to(&mut content, ImageFormat::Png)?;
    Ok(content.into_inner())
}

fn jpeg(picture: &DynamicImage) -> ImageResult<Vec<u8>> {
    let mut content = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut content, JPEG_QUALITY))?;
    Ok(content)
}
