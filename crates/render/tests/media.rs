//! Pictures and files: within the text, on the post, or named.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a test sets up must not fail"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use chatferry_model::conversation::ConversationKind;
use chatferry_model::jsonl::Format;
use chatferry_render::{AnimatedImages, Files, Images};
use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, ImageReader, Rgb, RgbImage};
use serde_json::{Value, json};

use support::{OwnedPost, Workspace, message};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const C: &str = "cccccccccccccccccccccccccccccccc";
const D: &str = "dddddddddddddddddddddddddddddddd";
const E: &str = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

fn workspace(messages: &[Value]) -> Workspace {
    let messages: Vec<_> = messages.iter().map(message).collect();
    let mut workspace = Workspace::new();
    workspace.conversation("C1", "general", ConversationKind::Public, &messages);
    workspace.channel("General", &["C1"]);
    workspace
}

fn with_files(text: &str, files: Value) -> Value {
    json!({
        "id": "m1", "time": "2020-01-01T09:00:00.000000Z", "author": { "person": "U1" },
        "body": [{ "paragraph": [{ "text": { "text": text } }] }], "files": files,
    })
}

fn noise(width: u32, height: u32) -> DynamicImage {
    let mut state = 1_u32;
    let pixels = RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, r, g, b] = state.to_be_bytes();
        Rgb([r, g, b])
    });
    DynamicImage::ImageRgb8(pixels)
}

fn plain(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb([9, 80, 200])))
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// What stands in the post and beside it.
fn summary(post: &OwnedPost) -> String {
    let mut out = format!("{}\n", post.body.body.content);
    for image in &post.images {
        out.push_str(&format!(
            "  image {} {} {} {} B, {}\n",
            image.id, image.path, image.media_type, image.bytes, image.name
        ));
    }
    for (file, attachment) in post.files.iter().zip(&post.body.attachments) {
        assert_eq!(file.id, attachment.id);
        let url = attachment.content_url.as_deref().unwrap();
        assert!(url.starts_with("https://chatferry.invalid/files/"), "{url}");
        out.push_str(&format!(
            "  file {} {} {} B, {}\n",
            file.id, file.path, file.bytes, file.name
        ));
    }
    assert_eq!(post.files.len(), post.body.attachments.len());
    out
}

#[test]
fn pictures_that_fit_stand_in_the_text_as_they_are() {
    let workspace = workspace(&[with_files(
        "look",
        json!([
            { "id": "F1", "name": "lamp.jpeg", "title": "The lamp", "alt": "A lamp, lit",
              "place": { "blob": A } },
            { "id": "F2", "name": "again.png", "place": { "blob": A } },
        ]),
    )]);
    // The name is wrong: its first bytes tell what it is.
    let png = encoded(&plain(720, 400), ImageFormat::Png);
    workspace.blob(A, &png);
    let posts = workspace.posts("General");
    insta::assert_snapshot!(summary(&posts[0]));
    let images = content(&workspace.rendered().images());
    assert_eq!(images, BTreeMap::from([(format!("{A}.png"), png)]));
    assert!(content(&workspace.rendered().files()).is_empty());
}

#[test]
fn other_pictures_are_made_anew_upright_and_without_metadata() {
    let workspace = workspace(&[with_files(
        "look",
        json!([
            { "id": "F1", "name": "a.webp", "place": { "blob": A } },
            { "id": "F2", "name": "b.jpg", "place": { "blob": B } },
            { "id": "F3", "name": "c.bmp", "place": { "blob": C } },
        ]),
    )]);
    workspace.blob(A, &encoded(&noise(40, 30), ImageFormat::WebP));
    // Wider than is left as it is, lying on its side, with a place in its metadata.
    let large = with_exif(&encoded(&plain(5000, 2500), ImageFormat::Jpeg), 6);
    workspace.blob(B, &large);
    workspace.blob(C, &encoded(&plain(10, 10), ImageFormat::Bmp));
    let posts = workspace.posts("General");
    let post = &posts[0];
    let images = content(&workspace.rendered().images());
    let sizes: Vec<_> = (post.images.iter())
        .map(|image| {
            let bytes = &images[image.path.as_str()];
            assert!(!bytes.windows(4).any(|window| window == b"Exif"));
            assert_eq!(bytes.len() as u64, image.bytes);
            let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
            let size = reader.unwrap().into_dimensions().unwrap();
            (image.media_type.to_string(), size, image.name.to_string())
        })
        .collect();
    insta::assert_debug_snapshot!(sizes);
    // What shows less than the source comes along whole.
    assert_eq!(post.files.len(), 1);
    assert_eq!(content(&workspace.rendered().files())[B], large);
}

/// A GIF of that many frames.
fn gif(frames: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for _ in 0..frames {
        let frame = Frame::new(plain(16, 9).into_rgba8());
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    bytes
}

#[test]
fn gifs_are_shown_as_stills_and_attached() {
    let files = json!([
        { "id": "F1", "name": "dance.gif", "place": { "blob": A } },
        { "id": "F2", "name": "still.gif", "place": { "blob": B } },
    ]);
    let mut workspace = workspace(&[with_files("look", files)]);
    workspace.blob(A, &gif(3));
    workspace.blob(B, &gif(1));
    let mut out = String::new();
    for (animated, files) in [
        (AnimatedImages::Still, Files::Upload),
        (AnimatedImages::File, Files::Upload),
        (AnimatedImages::Still, Files::List),
    ] {
        workspace.settings.animated_images = animated;
        workspace.settings.files = files;
        out.push_str(&format!("# {animated:?} {files:?}\n"));
        out.push_str(&summary(&workspace.posts("General")[0]));
        out.push_str(&workspace.render().unwrap().findings().join("\n"));
        out.push('\n');
    }
    insta::assert_snapshot!(out);
    for bytes in content(&workspace.rendered().images()).values() {
        assert!(bytes.starts_with(b"\x89PNG"));
    }
}

/// Puts an orientation, and what stands for the place where a picture was taken, into a JPEG.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.push(orientation);
    exif.extend_from_slice(b"\0\0\0\0\0\0");
    let length = u16::try_from(exif.len() + 2).unwrap();
    let mut out = jpeg[..2].to_vec();
    out.extend_from_slice(b"\xff\xe1");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&exif);
    out.extend_from_slice(&jpeg[2..]);
    out
}

#[test]
fn what_can_not_be_shown_hangs_on_the_post() {
    let workspace = workspace(&[with_files(
        "look",
        json!([
            { "id": "F1", "name": "damaged.webp", "place": { "blob": A } },
            { "id": "F2", "name": "drawing.svg", "place": { "blob": B } },
            { "id": "F3", "name": "Q3: plan", "media_type": "application/pdf",
              "title": "The plan", "place": { "blob": C } },
        ]),
    )]);
    workspace.blob(A, b"RIFF\x10\0\0\0WEBPVP8 \0\0");
    workspace.blob(B, b"<svg onload=\"alert(1)\"/>");
    workspace.blob(C, b"%PDF-1.4");
    let posts = workspace.posts("General");
    insta::assert_snapshot!(summary(&posts[0]));
    insta::assert_snapshot!(workspace.render().unwrap().findings().join("\n"));
    let details = workspace.render().unwrap().outcome.details;
    assert_eq!(details.targets[0].file_bytes, 18 + 24 + 8);
}

/// A PNG of that many pixels, of which there are next to no bytes.
fn empty_png(width: u32, height: u32) -> Vec<u8> {
    fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
        out.extend_from_slice(&u32::try_from(content.len()).unwrap().to_be_bytes());
        let mut covered = kind.to_vec();
        covered.extend_from_slice(content);
        out.extend_from_slice(&covered);
        out.extend_from_slice(&crc(&covered).to_be_bytes());
    }
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |mut crc, byte| {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 & (0_u32.wrapping_sub(crc & 1)));
            }
            crc
        })
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend_from_slice(&width.to_be_bytes());
    header.extend_from_slice(&height.to_be_bytes());
    header.extend_from_slice(&[8, 2, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &header);
    let mut rows = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let row = vec![0; width as usize * 3 + 1];
    for _ in 0..height {
        rows.write_all(&row).unwrap();
    }
    chunk(&mut out, b"IDAT", &rows.finish().unwrap());
    chunk(&mut out, b"IEND", b"");
    out
}

#[test]
fn bombs_do_not_go_off() {
    let files = json!([
        { "id": "F1", "name": "huge.png", "place": { "blob": A } },
        { "id": "F2", "name": "bomb.png", "place": { "blob": B } },
        { "id": "F3", "name": "canvas.gif", "place": { "blob": C } },
        { "id": "F4", "name": "frame.gif", "place": { "blob": D } },
        { "id": "F5", "name": "cut.gif", "place": { "blob": E } },
    ]);
    let workspace = workspace(&[with_files("boom", files)]);
    workspace.blob(A, &empty_png(10_000, 10_000));
    // Says that it is 16 gigapixels.
    let mut bomb = empty_png(4, 4);
    bomb.splice(16..24, [0, 1, 0xff, 0xff, 0, 1, 0xff, 0xff]);
    workspace.blob(B, &bomb);
    // A canvas of 4 gigapixels, a frame of 4 gigapixels on a small canvas, a frame cut short.
    let mut canvas = gif(1);
    canvas[6..10].fill(0xff);
    workspace.blob(C, &canvas);
    let mut frame = gif(1);
    let descriptor = frame.windows(5).position(|bytes| bytes == b",\0\0\0\0");
    let size = descriptor.unwrap() + 5;
    frame[size..size + 4].fill(0xff);
    workspace.blob(D, &frame);
    workspace.blob(E, &gif(1)[..size + 12]);
    let before = peak_memory();
    let posts = workspace.posts("General");
    let grown = peak_memory() - before;
    assert!(grown < 200 * 1024 * 1024, "{grown} bytes");
    assert!(posts[0].images.is_empty());
    assert_eq!(posts[0].files.len(), 5);
    insta::assert_snapshot!(workspace.render().unwrap().findings().join("\n"));
}

/// The most memory this process has taken, in bytes; 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
}

#[test]
fn a_request_is_never_too_large_for_its_pictures() {
    let names = [A, B, C];
    let files: Vec<Value> = (0..3)
        .map(|n| json!({ "id": format!("F{n}"), "name": format!("{n}.png"), "place": { "blob": names[n] } }))
        .collect();
    let mut workspace = workspace(&[with_files("three", json!(files))]);
    for (n, name) in names.iter().enumerate() {
        let side = u32::try_from(n).unwrap() + 180;
        workspace.blob(name, &encoded(&noise(side, side), ImageFormat::Png));
    }
    workspace.settings.request_bytes = 400 * 1024;
    let posts = workspace.posts("General");
    let base64: u64 = posts[0]
        .images
        .iter()
        .map(|image| image.bytes.div_ceil(3) * 4)
        .sum();
    assert!(
        base64 < 400 * 1024 && posts[0].images.len() == 2,
        "{base64}"
    );
    assert_eq!(posts[0].files.len(), 1);
    let findings = workspace.render().unwrap().findings().join("\n");
    assert!(
        findings.contains("render-images-too-many ×1 m1"),
        "{findings}"
    );
}

#[test]
fn no_post_has_more_than_ten_files() {
    let files: Vec<Value> = (0..23)
        .map(|n| {
            let blob = format!("{n:032x}");
            json!({ "id": format!("F{n}"), "name": format!("{n}.txt"), "place": { "blob": blob } })
        })
        .collect();
    let workspace = workspace(&[with_files("many", json!(files))]);
    for n in 0..23 {
        workspace.blob(&format!("{n:032x}"), format!("file {n}").as_bytes());
    }
    let posts = workspace.posts("General");
    let counts: Vec<usize> = posts.iter().map(|post| post.files.len()).collect();
    assert_eq!(counts, [9, 10, 4]);
    assert_eq!(content(&workspace.rendered().files()).len(), 23);
}

#[test]
fn settings_decide() {
    let files = json!([
        { "id": "F1", "name": "lamp.png", "place": { "blob": A } },
        { "id": "F2", "name": "plan.txt", "place": { "blob": B } },
    ]);
    let mut workspace = workspace(&[with_files("look", files)]);
    workspace.blob(A, &encoded(&plain(7, 4), ImageFormat::Png));
    workspace.blob(B, b"text");
    let mut out = String::new();
    for (images, files) in [
        (Images::Inline, Files::List),
        (Images::Files, Files::Upload),
        (Images::Off, Files::Upload),
        (Images::Off, Files::List),
    ] {
        workspace.settings.images = images;
        workspace.settings.files = files;
        out.push_str(&format!("# {images:?} {files:?}\n"));
        out.push_str(&summary(&workspace.posts("General")[0]));
        out.push_str(&workspace.render().unwrap().findings().join("\n"));
        out.push('\n');
    }
    insta::assert_snapshot!(out);
}

#[test]
fn fetched_files_and_custom_emoji_are_as_good_as_blobs() {
    let emoji = |name: &str| json!({ "emoji": { "name": name } });
    let hello = json!({
        "id": "m1", "time": "2020-01-01T09:00:00.000000Z", "author": { "person": "U1" },
        "body": [{ "paragraph": [emoji("acme"), emoji("alias"), emoji("gone")] }],
        "files": [{ "id": "F1", "name": "a.txt", "place": { "remote": "https://files.example/F1" } }],
        "reactions": [{ "emoji": { "name": "acme" }, "count": 2 }],
    });
    let mut workspace = workspace(&[hello]);
    workspace.list(
        &workspace.read().emoji(),
        Format::EMOJI,
        &[
            json!({ "name": "acme", "file": "E1" }),
            json!({ "name": "alias", "file": "E1", "alias_of": "acme" }),
            json!({ "name": "gone" }),
        ],
    );
    workspace.list(
        &workspace.read().files(),
        Format::FILES,
        &[
            json!({ "id": "E1", "name": "acme", "place": { "remote": "https://emoji.example/acme" } }),
            json!({ "id": "F1", "name": "a.txt", "place": { "remote": "https://files.example/F1" } }),
        ],
    );
    workspace.list(
        &workspace.fetch().files(),
        Format::FETCHED,
        &[
            json!({ "id": "E1", "blob": A, "bytes": 1, "media_type": "image/gif" }),
            json!({ "id": "F1", "blob": B, "bytes": 4 }),
        ],
    );
    fs::create_dir_all(workspace.fetch().blobs()).unwrap();
    fs::write(workspace.fetch().blobs().join(A), gif(2)).unwrap();
    fs::write(workspace.fetch().blobs().join(B), b"text").unwrap();
    workspace.settings.fetched = Some(workspace.fetch());
    let mut out = summary(&workspace.posts("General")[0]);
    out.push_str(&workspace.render().unwrap().findings().join("\n"));
    insta::assert_snapshot!(out);
}

#[test]
fn a_monstrous_text_becomes_a_file() {
    let code: String = (0..60_000).map(|n| format!("line {n} of it\n")).collect();
    let mut hello = with_files("see", json!([]));
    hello["body"] = json!([{ "code": { "text": code } }, { "paragraph": [] }]);
    let workspace = workspace(&[hello]);
    let posts = workspace.posts("General");
    assert_eq!(posts.len(), 1);
    let post = &posts[0];
    let html = &post.body.body.content;
    assert!(html.len() < 28 * 1024 && html.contains("line 0 of it<br>line 1 of it"));
    assert_eq!(post.files.len(), 1);
    let files = content(&workspace.rendered().files());
    assert_eq!(files[post.files[0].path.as_str()], code.as_bytes());
    let findings = workspace.render().unwrap().findings().join("\n");
    assert!(findings.contains("render-text-as-file ×1 m1"), "{findings}");
}
