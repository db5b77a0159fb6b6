//! Elements and attributes.

use super::{Language, SafeUrl};

/// An element with content. Those Teams keeps are listed in [`chatferry_model::teams_html`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    A,
    At,
    Attachment,
    Blockquote,
    Code,
    Codeblock,
    H1,
    H2,
    H3,
    I,
    Li,
    Ol,
    P,
    Pre,
    S,
    Span,
    Strong,
    Table,
    Tbody,
    Td,
    Tr,
    U,
    Ul,
}

impl Tag {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::At => "at",
            Self::Attachment => "attachment",
            Self::Blockquote => "blockquote",
            Self::Code => "code",
            Self::Codeblock => "codeblock",
            Self::H1 => "h1",
            Self::H2 => "h2",
            Self::H3 => "h3",
            Self::I => "i",
            Self::Li => "li",
            Self::Ol => "ol",
            Self::P => "p",
            Self::Pre => "pre",
            Self::S => "s",
            Self::Span => "span",
            Self::Strong => "strong",
            Self::Table => "table",
            Self::Tbody => "tbody",
            Self::Td => "td",
            Self::Tr => "tr",
            Self::U => "u",
            Self::Ul => "ul",
        }
    }

    /// The heading of a level from 1; whatever is deeper than 3, which Teams does not offer, is 3.
    pub(crate) fn heading(level: u8) -> Self {
        match level {
            0 | 1 => Self::H1,
            2 => Self::H2,
            3.. => Self::H3,
        }
    }
}

/// An element without content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Void {
    Br,
    Hr,
    Img,
}

impl Void {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Br => "br",
            Self::Hr => "hr",
            Self::Img => "img",
        }
    }
}

/// An attribute with its value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Attribute<'a> {
    /// The target of a link.
    Href(&'a SafeUrl<'a>),
    /// The target of a link whose address is known at upload only.
    HrefOf(u32),
    /// The number of a mention.
    Id(u32),
    /// The id of an attachment.
    AttachmentId(&'a str),
    /// A picture that the post brings along.
    Src(u32),
    /// The alternative text of a picture.
    Alt(&'a str),
    /// CSS pixels.
    Width(u32),
    /// CSS pixels.
    Height(u32),
    /// The language of a code block.
    Class(Language),
    Style(Style),
    /// The title that is shown when the pointer rests there.
    Title(&'a str),
}

impl Attribute<'_> {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Href(_) | Self::HrefOf(_) => "href",
            Self::Id(_) | Self::AttachmentId(_) => "id",
            Self::Src(_) => "src",
            Self::Alt(_) => "alt",
            Self::Width(_) => "width",
            Self::Height(_) => "height",
            Self::Class(_) => "class",
            Self::Style(_) => "style",
            Self::Title(_) => "title",
        }
    }
}

/// One declaration of CSS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Color(Color),
    Highlight,
}

/// A colour, `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color(pub(super) u32);

impl Color {
    /// Takes `#rrggbb`, with or without the `#`; anything else is no colour.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        // `from_str_radix` alone would take a sign.
        let hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| u32::from_str_radix(digits, 16).ok().map(Self))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_digits_are_a_colour() {
        assert_eq!(Color::parse("#36a64f"), Some(Color(0x0036_a64f)));
        assert_eq!(Color::parse("D00000"), Some(Color(0x00d0_0000)));
        for bad in [
            "", "good", "#fff", "#+36a64", "red;x", "#36a64f0", "#36a64\"",
        ] {
            assert_eq!(Color::parse(bad), None, "{bad}");
        }
    }
}
