//! The size of a message.

use std::io;

use chatferry_model::deferred::LINK_BYTES;
use serde::Serialize;

use crate::document::Renderer;
use crate::line::attachment;

/// The size that [`RenderSettings::message_bytes`](crate::RenderSettings) bounds: the UTF-8 bytes
/// of the HTML and of the JSON of what stands beside it, with room for the addresses that upload
/// fills in. Graph names about 28 KB for "text, image links, mentions" without saying how it counts
/// (crates/graph/RULES.md 2.4, R43).
pub(crate) fn size(renderer: &Renderer<'_>) -> usize {
    let mut count = Count(renderer.html.as_str().len());
    if !renderer.mentions.is_empty() {
        count.add(&renderer.mentions);
    }
    for file in &renderer.files {
        count.add(&attachment(file));
    }
    count.0 + (renderer.files.len() + renderer.links.len()) * LINK_BYTES
}

/// Returns the bytes left free for the author and the time, in case a tenant weighs the whole
/// request: 512 bytes of 28 KB. The longest body that was seen to go through is 28,522 characters
/// (crates/graph/RULES.md 2.4).
pub(crate) fn envelope(message_bytes: usize) -> usize {
    message_bytes / 56
}

/// Counts what is written to it.
struct Count(usize);

impl Count {
    fn add<T: Serialize>(&mut self, value: &T) {
        // Counting can't fail, and neither can these types.
        let _ = serde_json::to_writer(self, value);
    }
}

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
