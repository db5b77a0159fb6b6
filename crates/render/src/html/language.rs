//! The languages of code blocks.

/// A language as Teams names it in the class of a code block: lower case, no name but those it
/// highlights. What it does not know is plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Language(&'static str);

impl Language {
    /// Text of no language.
    pub(crate) const PLAIN: Self = Self("plaintext");

    /// The language of that name or file extension.
    pub(crate) fn named(name: &str) -> Self {
        let name = name.trim().to_ascii_lowercase();
        LANGUAGES
            .iter()
            .find(|(teams, others)| *teams == name || others.contains(&name.as_str()))
            .map_or(Self::PLAIN, |(teams, _)| Self(teams))
    }

    pub(super) fn as_str(self) -> &'static str {
        self.0
    }
}

/// The name in Teams, and the names in other chats and of their users.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("bash", &["sh-session", "console", "zsh"]),
    ("c", &["h"]),
    ("cpp", &["c++", "cc", "cxx", "hpp", "hh"]),
    ("csharp", &["c#", "cs"]),
    ("css", &[]),
    ("dockerfile", &["docker"]),
    ("go", &["golang"]),
    ("graphql", &["gql"]),
    ("html", &["htm", "xhtml"]),
    ("java", &[]),
    ("javascript", &["js", "jsx", "node", "mjs"]),
    ("json", &["jsonc", "json5"]),
    ("kotlin", &["kt", "kts"]),
    ("markdown", &["md"]),
    ("php", &[]),
    ("powershell", &["ps1", "posh", "pwsh"]),
    ("python", &["py", "python3"]),
    ("r", &[]),
    ("ruby", &["rb"]),
    ("rust", &["rs"]),
    ("scala", &[]),
    ("shell", &["sh"]),
    ("sql", &["mysql", "postgresql", "pgsql", "plsql", "tsql"]),
    ("swift", &[]),
    ("typescript", &["ts", "tsx"]),
    ("xml", &["svg", "xsl", "xslt"]),
    ("yaml", &["yml"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_those_of_teams() {
        for (name, teams) in [
            ("Rust", "rust"),
            ("rs", "rust"),
            ("C++", "cpp"),
            ("C#", "csharp"),
            ("text", "plaintext"),
            ("\"><script>", "plaintext"),
            ("", "plaintext"),
        ] {
            assert_eq!(Language::named(name).as_str(), teams);
        }
    }
}
