//! The support of a reader, element by element, told by the registries that do it. The guide's
//! pages show it; a test holds them to it.

/// The extent to which an element reaches the intermediate format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// The element is carried over as people saw it.
    Whole,
    /// The words, or the part that can be shown elsewhere.
    Partly,
    /// Nothing; it is counted or named instead, where it said anything.
    No,
}

/// One element of a source's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// The name in the format.
    pub name: &'static str,
    /// The extent to which it is carried over.
    pub support: Support,
    /// The outcome of the element.
    pub becomes: &'static str,
}

/// The elements of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportTable {
    /// The title of the elements.
    pub title: &'static str,
    /// One row each.
    pub elements: Vec<Element>,
}

impl Element {
    /// An element, for registries.
    pub(crate) const fn new(name: &'static str, support: Support, becomes: &'static str) -> Self {
        Self {
            name,
            support,
            becomes,
        }
    }
}

impl Support {
    /// The word for it in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "yes",
            Self::Partly => "partly",
            Self::No => "no",
        }
    }
}

impl SupportTable {
    /// The table in Markdown, under a heading of the third level.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut out = format!("### {}\n\n| | | |\n|---|---|---|\n", self.title);
        for Element {
            name,
            support,
            becomes,
        } in &self.elements
        {
            let is_of_format = name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            let name = if is_of_format {
                format!("`{name}`")
            } else {
                // In words, where the format has no name for it.
                (*name).to_owned()
            };
            let support = support.as_str();
            out.push_str(&format!("| {name} | {support} | {becomes} |\n"));
        }
        out
    }
}
