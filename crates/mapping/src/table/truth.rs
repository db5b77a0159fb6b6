//! Yes and no, in the words of the spreadsheets of this world.

/// What Excel and LibreOffice make of `true` when they save it, in the languages of their menus.
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
/// Likewise of `false`.
const FALSE: &[&str] = &[
    "false", "no", "0", "falsch", "faux", "falso", "onwaar", "falskt", "falsk", "usann", "epätosi",
    "fałsz", "nepravda", "ложь", "yanlış", "hamis",
];

/// The truth that a cell tells, in whatever language.
pub(crate) fn truth(cell: &str) -> Option<bool> {
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
    fn every_language_s_truth_is_understood() {
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
            assert_eq!(truth(cell), expected, "{cell}");
        }
        assert!(TRUE.iter().all(|word| !FALSE.contains(word)));
    }
}
