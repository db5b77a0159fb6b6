//! How large a message is.

use std::io;

use chatferry_model::post::ChatMessageMention;

/// The size that [`RenderSettings::message_bytes`](crate::RenderSettings) bounds: the UTF-8 bytes of
/// the HTML and of the JSON of the mentions. Graph names about 28 KB for "text, image links,
/// mentions" without saying how it counts (graph.md 2.4, R43).
pub(crate) fn size(html: &str, mentions: &[ChatMessageMention<'_>]) -> usize {
    if mentions.is_empty() {
        return html.len();
    }
    let mut count = Count(html.len());
    // Counting can't fail, and neither can these types.
    let _ = serde_json::to_writer(&mut count, mentions);
    count.0
}

/// Counts what is written to it.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
