//! Pictures: within the text where their bytes are here and the request has room for them.

use std::sync::Arc;

use chatferry_model::deferred::PostImage;
use chatferry_model::document::{Image, ImageSource};
use chatferry_model::file::{File, FilePlace};

use super::Renderer;
use crate::codes;
use crate::html::{Attribute, Void, WriteHtml, is_visible};
use crate::media::{Bytes, ImageOutcome, Original, Picture, Refusal, name_of_picture};
use crate::settings::{AnimatedImages, Images};

/// The length of the longer side of a shown picture, in CSS pixels.
const LONGEST_SIDE: u32 = 360;
/// The height of a custom emoji: a line of text.
const EMOJI_HEIGHT: u32 = 20;
/// The bytes of a picture in a request beside its content, at most.
const AROUND_IMAGE: usize = 160;

impl Renderer<'_> {
    /// A picture of the document: itself, or 🖼 and its caption or description, as a link to it
    /// where it is on the web.
    pub(super) fn image(&mut self, image: &Image<'_>) {
        let files = self.scope.files;
        let (file, bytes) = match &image.source {
            ImageSource::Url(_) => (None, None),
            ImageSource::File(id) => {
                let file = files.iter().find(|file| file.id == *id);
                let bytes = match file {
                    Some(file) => self.scope.media.bytes_of(file),
                    None => self.scope.media.fetched(id.as_str()),
                };
                (file, bytes)
            }
        };
        let visible = |text: &&str| is_visible(text);
        let title = image.title.as_deref().filter(visible);
        let alt = image.alt.as_deref().filter(visible);
        let name = file.map(|file| file.name.as_str()).filter(visible);
        if let Some(picture) = bytes.as_ref().and_then(|bytes| self.shown_picture(bytes)) {
            if let Some(title) = title {
                self.html.spaced_text(title);
                self.html.void(Void::Br);
            }
            let asked = image.width.zip(image.height);
            let words = alt.or(title).or(name).unwrap_or_default();
            let size = shown_size(&picture, asked);
            self.picture(&picture, size, words, name.unwrap_or("image"));
            if let Some(bytes) = &bytes {
                self.attach_original(&picture, file, bytes);
            }
            if let Some(file) = file {
                self.fate(file, true);
            }
            return;
        }
        let url = match (&image.source, file.map(|file| &file.place)) {
            (ImageSource::Url(url), _) | (_, Some(FilePlace::External(url))) => Some(url.as_str()),
            _ => None,
        };
        let words = title.or(alt).or(name);
        let words = words.unwrap_or(self.scope.settings.phrases.image);
        let attached = match (file, &bytes) {
            (Some(file), Some(bytes)) if self.scope.settings.images != Images::Off => {
                self.attach(file, bytes)
            }
            _ => false,
        };
        if let Some(file) = file {
            self.fate(file, attached);
        }
        if !attached {
            self.note(&codes::IMAGE_AS_LINK, "picture");
        }
        self.html.text("🖼 ");
        self.link_or_address(url, |this| this.html.spaced_text(words));
        if let (Some(title), Some(alt)) = (title, alt)
            && title != alt
        {
            self.html.text(" – ");
            self.html.spaced_text(alt);
        }
    }

    /// Shows the picture of one of the message's files, with its title; says whether it could.
    pub(super) fn picture_of_file(&mut self, file: &File<'_>, bytes: &Bytes) -> bool {
        let Some(picture) = self.shown_picture(bytes) else {
            return false;
        };
        let visible = |text: &&str| is_visible(text);
        let title = file.title.as_deref().filter(visible);
        let alt = file.alt.as_deref().filter(visible);
        let words = alt.or(title).unwrap_or(&file.name);
        self.element(crate::html::Tag::P, |this| {
            if let Some(title) = title {
                this.html.spaced_text(title);
                this.html.void(Void::Br);
            }
            let size = shown_size(&picture, None);
            this.picture(&picture, size, words, &file.name);
        });
        self.attach_original(&picture, Some(file), bytes);
        true
    }

    /// Attaches the file that a picture was made of, where that is worth keeping.
    fn attach_original(&mut self, picture: &Picture, file: Option<&File<'_>>, bytes: &Bytes) {
        let attached = picture.original != Original::Equal
            && file.is_some_and(|file| self.attach(file, bytes));
        if !attached && matches!(picture.original, Original::Larger | Original::Animated) {
            self.note(&codes::IMAGE_REDUCED, "a picture without its original");
        }
    }

    /// A custom emoji as its picture; says whether it could.
    pub(super) fn custom_emoji(&mut self, name: &str) -> bool {
        if self.scope.settings.images != Images::Inline {
            return false;
        }
        let picture = self.scope.media.emoji(name);
        let Some(picture) = picture.filter(|picture| self.has_room(picture)) else {
            return false;
        };
        let width = u64::from(EMOJI_HEIGHT) * u64::from(picture.width) / u64::from(picture.height);
        let width = u32::try_from(width)
            .unwrap_or(u32::MAX)
            .clamp(1, 4 * EMOJI_HEIGHT);
        if picture.original == Original::Animated {
            self.note(&codes::EMOJI_STILL, "a custom emoji that moves");
        }
        let words = format!(":{name}:");
        self.picture(&picture, (width, EMOJI_HEIGHT), &words, name);
        true
    }

    /// The picture of these bytes, where it is to be shown and there is room for it.
    fn shown_picture(&mut self, bytes: &Bytes) -> Option<Arc<Picture>> {
        if self.scope.settings.images != Images::Inline {
            return None;
        }
        let as_file = self.scope.settings.animated_images == AnimatedImages::File;
        match self.scope.media.picture(bytes) {
            ImageOutcome::Picture(picture) if as_file && picture.original == Original::Animated => {
                None
            }
            ImageOutcome::Picture(picture) if self.has_room(&picture) => Some(picture),
            ImageOutcome::Picture(_) => {
                self.crowded = true;
                None
            }
            ImageOutcome::Refused(Refusal::TooLarge) => {
                self.note(
                    &codes::IMAGE_TOO_LARGE,
                    "a picture too large to open or to send",
                );
                None
            }
            ImageOutcome::Refused(Refusal::Damaged) => {
                self.note(&codes::IMAGE_DAMAGED, "a picture that is cut or damaged");
                None
            }
            ImageOutcome::Other => None,
        }
    }

    fn has_room(&self, picture: &Picture) -> bool {
        let known = self.images.iter().any(|image| *image.path == *picture.path);
        known || self.image_bytes + room_of(picture) <= self.scope.settings.image_room()
    }

    fn picture(&mut self, picture: &Picture, shown: (u32, u32), alt: &str, name: &str) {
        let (width, height) = shown;
        let known = self
            .images
            .iter()
            .find(|image| *image.path == *picture.path);
        let known = known.map(|image| image.id);
        let id = known.unwrap_or_else(|| self.add_picture(picture, name));
        let words = crate::html::clean(alt).replace(['\n', '\t'], " ");
        self.html.img(&[
            Attribute::Src(id),
            Attribute::Width(width),
            Attribute::Height(height),
            Attribute::Alt(&words),
        ]);
    }

    fn add_picture(&mut self, picture: &Picture, name: &str) -> u32 {
        let id = u32::try_from(self.images.len() + 1).unwrap_or(u32::MAX);
        self.image_bytes += room_of(picture);
        self.images.push(PostImage {
            id,
            path: picture.path.clone().into(),
            media_type: picture.media_type.into(),
            bytes: picture.bytes,
            name: name_of_picture(name, &picture.path).into(),
        });
        id
    }
}

/// Returns the bytes of a picture in a request: base64 and the JSON around it.
fn room_of(picture: &Picture) -> usize {
    let bytes = usize::try_from(picture.bytes).unwrap_or(usize::MAX / 4);
    bytes.div_ceil(3).saturating_mul(4) + AROUND_IMAGE
}

/// Returns the size at which a picture is shown: as the source did it where it says so, never
/// larger than it is, and within a square of [`LONGEST_SIDE`].
fn shown_size(picture: &Picture, asked: Option<(u32, u32)>) -> (u32, u32) {
    let (width, height) = (u64::from(picture.width), u64::from(picture.height));
    let (most_wide, most_high) = asked.unwrap_or((u32::MAX, u32::MAX));
    let most_wide = u64::from(most_wide.clamp(1, LONGEST_SIDE)).min(width);
    let most_high = u64::from(most_high.clamp(1, LONGEST_SIDE)).min(height);
    // Whichever side is the tighter decides.
    let (wide, high) = if most_wide * height <= most_high * width {
        (most_wide, height * most_wide / width)
    } else {
        (width * most_high / height, most_high)
    };
    let pixels = |side: u64| u32::try_from(side.max(1)).unwrap_or(u32::MAX);
    (pixels(wide), pixels(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Picture {
        Picture {
            path: String::new(),
            media_type: "image/png",
            bytes: 10,
            width,
            height,
            original: Original::Equal,
        }
    }

    #[test]
    fn pictures_are_shown_as_the_source_did_it() {
        for (size, asked, shown) in [
            ((100, 50), None, (100, 50)),
            ((720, 360), None, (360, 180)),
            ((1000, 4000), None, (90, 360)),
            ((720, 360), Some((200, 200)), (200, 100)),
            ((100, 50), Some((400, 200)), (100, 50)),
            ((1, 5000), None, (1, 360)),
            ((5000, 1), None, (360, 1)),
            ((100, 50), Some((0, 0)), (1, 1)),
        ] {
            let picture = picture(size.0, size.1);
            assert_eq!(shown_size(&picture, asked), shown, "{size:?}");
        }
    }
}
