//! Images within the text: `hostedContents`, in base64, read from `3-render/images` piece by piece
//! straight into the body (crates/graph/RULES.md 1.9).

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chatferry_model::deferred::PostImage;

/// An image that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
pub(crate) struct HostedError {
    pub(crate) path: PathBuf,
    #[source]
    error: io::Error,
}

/// Read at a time: a multiple of three, so that the pieces in base64 join without padding.
const PIECE: usize = 48 * 1024;

/// Bytes of one image beside its content: property names, quotes, id and media type.
const AROUND: usize = 120;

/// About how many bytes `hostedContents` adds to a body; never fewer than it does.
pub(crate) fn hosted_size(images: &[PostImage<'_>]) -> usize {
    let of_image = |image: &PostImage<'_>| {
        let bytes = usize::try_from(image.bytes).unwrap_or(usize::MAX / 4);
        bytes.div_ceil(3).saturating_mul(4) + AROUND + image.media_type.len()
    };
    images.iter().map(of_image).fold(0, usize::saturating_add)
}

/// Adds `hostedContents` to `body`, an object, before its closing brace.
pub(crate) fn add_hosted_contents(
    body: &mut Vec<u8>,
    images: &[PostImage<'_>],
    folder: &Path,
) -> Result<(), HostedError> {
    if images.is_empty() {
        return Ok(());
    }
    while body.pop().is_some_and(|byte| byte != b'}') {}
    body.reserve_exact(hosted_size(images) + 32);
    let separator = if body.ends_with(b"{") { "" } else { "," };
    body.extend_from_slice(separator.as_bytes());
    body.extend_from_slice(b"\"hostedContents\":[");
    for (n, image) in images.iter().enumerate() {
        if n > 0 {
            body.push(b',');
        }
        let id = image.id;
        body.extend_from_slice(
            format!("{{\"@microsoft.graph.temporaryId\":\"{id}\",\"contentBytes\":\"").as_bytes(),
        );
        let path = folder.join(&*image.path);
        add_base64(body, &path).map_err(|error| HostedError { path, error })?;
        let media_type = serde_json::Value::from(image.media_type.as_str());
        body.extend_from_slice(format!("\",\"contentType\":{media_type}}}").as_bytes());
    }
    body.extend_from_slice(b"]}");
    Ok(())
}

fn add_base64(body: &mut Vec<u8>, path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut piece = vec![0; PIECE];
    let mut encoded = vec![0; PIECE / 3 * 4];
    loop {
        let read = fill_piece(&mut file, &mut piece)?;
        let bytes = piece.get(..read).unwrap_or_default();
        let length = STANDARD
            .encode_slice(bytes, &mut encoded)
            .map_err(io::Error::other)?;
        body.extend_from_slice(encoded.get(..length).unwrap_or_default());
        if read < PIECE {
            return Ok(());
        }
    }
}

/// Reads until the piece is full or the file at its end.
fn fill_piece(file: &mut File, piece: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = piece.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn images_of_any_size_come_before_the_closing_brace() {
        let folder = tempfile::tempdir().unwrap();
        for size in [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE] {
            let content: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            std::fs::write(folder.path().join("a"), &content).unwrap();
            let image = PostImage {
                id: 7,
                path: "a".into(),
                media_type: "image/png".into(),
                bytes: size as u64,
                name: "a.png".into(),
            };
            let mut body = b"{\"x\":{\"y\":1}} \n".to_vec();
            let before = body.len();
            let images = [image.clone(), PostImage { id: 8, ..image }];
            add_hosted_contents(&mut body, &images, folder.path()).unwrap();
            assert!(body.len() - before <= hosted_size(&images) + 32);
            let value: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(value["x"]["y"], 1);
            for (n, id) in ["7", "8"].iter().enumerate() {
                let hosted = &value["hostedContents"][n];
                assert_eq!(hosted["@microsoft.graph.temporaryId"], *id);
                assert_eq!(hosted["contentType"], "image/png");
                let bytes = STANDARD.decode(hosted["contentBytes"].as_str().unwrap());
                assert_eq!(bytes.unwrap(), content, "{size} bytes");
            }
        }
    }

    #[test]
    fn an_image_that_is_gone_is_told_with_its_name() {
        let image = PostImage {
            id: 1,
            path: "gone.png".into(),
            media_type: "image/png".into(),
            bytes: 1,
            name: "a.png".into(),
        };
        let error = add_hosted_contents(&mut b"{}".to_vec(), &[image], Path::new("/nowhere"));
        assert!(error.unwrap_err().to_string().contains("gone.png"));
    }
}
