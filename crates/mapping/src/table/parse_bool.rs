//! Yes and no, in the words of the spreadsheets of this world.

/// The words that Excel and LibreOffice save for `true`, in the languages of their menus.
const TRUE: &[&str] = &[
    "true",
    "yes",
    "1",
    "wahr",
    "vrai",
    "verdadero",
    "vero",
    "verdadeiro",
    "waar",
    "sant",
    "sand",
    "sann",
    "tosi",
    "prawda",
    "pravda",
    "истина",
    "doğru",
    "igaz",
    "cierto",
];
/// The words that they save for `false`.
const FALSE: &[&str] = &[
    "false", "no", "0", "falsch", "faux", "falso", "onwaar", "falskt", "falsk", "usann", "epätosi",
    "fałsz", "nepravda", "ложь", "yanlış", "hamis",
];

/// Parses a yes-or-no cell in any of the known languages.
pub(crate) fn parse_bool(cell: &str) -> Option<bool> {
    let cell = cell.trim().to_lowercase();
    if TRUE.contains(&cell.as_str()) {
        Some(true)
    } else if FALSE.contains(&cell.as_str()) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_understood_in_every_language() {
        for (cell, expected) in [
            ("TRUE", Some(true)),
            ("WAHR", Some(true)),
            ("ИСТИНА", Some(true)),
            (" Falsch ", Some(false)),
            ("FAŁSZ", Some(false)),
            ("EPÄTOSI", Some(false)),
            ("", None),
            ("maybe", None),
        ] {
            assert_eq!(parse_bool(cell), expected, "{cell}");
        }
        assert!(TRUE.iter().all(|word| !FALSE.contains(word)));
    }
}
